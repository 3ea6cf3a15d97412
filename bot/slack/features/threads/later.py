"""Snooze and reminder of a conversation: by the header's menu and a form, by `@volt snooze`.

While the contact waits the conversation is put off; while we wait for them, somebody is reminded of it should they not
answer.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.bridge.conversations.later import PutOff, put_off, take_up
from bot.bridge.conversations.queries import get_conversation
from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.conversation import Stage
from bot.domain.ids import ConversationId, UserId
from bot.domain.timestamps import Micros, to_micros
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import check_moment, read_moment
from bot.parsing.time_zones import in_zone
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody, context_plain
from bot.slack.blocks.modals import Modal, Option
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.time_zone import zone_of
from bot.slack.features.kit.which_conversation import conversation_in_form, conversation_of
from bot.slack.handling import SubmissionResult
from bot.slack.text.escaping import escape
from bot.time_of_day import utc_now

LATER_FORM, CHOICE, OTHER = "later_form", "later_choice", "later_other"

OPENS = time(9)
"""Time of day at which people are offered to go on."""

SNOOZE_HINT = (
    "It is not under Needs a reply until then, for nobody. A new text from the contact brings it back at once."
)
REMIND_HINT = "You are reminded in the thread, if the contact has not written by then."
NOTHING = "This conversation is closed or muted: there is nothing to put off."
WRITTEN = "The contact has written meanwhile, so nothing was changed. Please look at the new text first."


async def ask_when(context: Context, interaction: Interaction) -> None:
    """Open the form."""
    conversation_id = conversation_of(interaction)
    conversation = await context.units.run(get_conversation, conversation_id)
    zone = await zone_of(context, interaction.user)
    heard_at = conversation.last_inbound_at or Micros(0)
    view = later_form(conversation_id, utc_now(), zone, heard_at, waits=conversation.stage is Stage.OPEN)
    await context.ui.open_modal(interaction.trigger_id, view)


def later_form(
    conversation_id: ConversationId, now: datetime, zone: ZoneInfo, heard_at: Micros, *, waits: bool
) -> Modal:
    """Form for a moment: until when the conversation is put off, or when somebody is reminded.

    It keeps when the contact had written last: what comes while it is open is not put off.
    """
    options = _offered(now, zone)
    choice = modals.radio_buttons(options, initial=options[-1].value)
    blocks = [
        modals.input_block(CHOICE, "Until" if waits else "If there is no answer by", choice),
        modals.input_block(
            OTHER,
            "Or another time",
            modals.datetime_picker(),
            hint="In your own time zone. It counts where it is filled in.",
            is_required=False,
        ),
        context_plain(SNOOZE_HINT if waits else REMIND_HINT),
    ]
    title, submit = ("Snooze", "Snooze") if waits else ("Remind me", "Remind me")
    return modals.form_modal(LATER_FORM, title, submit, blocks, metadata=f"{conversation_id}:{heard_at}")


def _offered(now: datetime, zone: ZoneInfo) -> list[Option]:
    """List the moments that are offered, by their seconds since 1970."""
    today = now.astimezone(zone).date()
    days = {"Monday at 9:00": 7 - today.weekday(), "Tomorrow at 9:00": 1}  # on Sundays they are one
    moments = {"In 1 hour": now + timedelta(hours=1), "In 3 hours": now + timedelta(hours=3)}
    for words, ahead in days.items():
        day = today + timedelta(days=ahead)
        found = in_zone(day, OPENS, zone)
        moments[words] = found[0] if found else datetime.combine(day, OPENS, zone)
    by_moment = {str(int(at.timestamp())): words for words, at in moments.items()}
    return [Option(words, value) for value, words in by_moment.items()]


async def choose_when(context: Context, interaction: Interaction) -> SubmissionResult:
    """Put the conversation off until the chosen moment. Raises UserError with the block at fault."""
    number, _, heard = interaction.metadata.partition(":")
    conversation_id = conversation_in_form(interaction, number)
    other, choice = interaction.form.moment(OTHER), interaction.form.choice(CHOICE)
    if other is None and not (choice.isascii() and choice.isdecimal() and len(choice) < 12):
        raise UserError("Choose a time.", block=CHOICE)
    block = CHOICE if other is None else OTHER
    zone = await zone_of(context, interaction.user)
    at = datetime.fromtimestamp(int(choice) if other is None else other, zone)
    try:
        heard_at = Micros(int(heard)) if heard.isdecimal() else None
        await _until(context.units, conversation_id, check_moment(at, utc_now()), interaction.user, heard_at)
    except AmbiguousTime as error:
        raise UserError(str(error), block=block) from None
    return None


async def _until(
    units: UnitsOfWork, conversation_id: ConversationId, at: datetime, user: UserId, heard_at: Micros | None = None
) -> None:
    """Put a conversation off. Raises UserError."""
    done = await units.run(put_off, conversation_id, to_micros(at), user, heard_at=heard_at)
    if done is PutOff.WRITTEN:
        raise UserError(WRITTEN, block=CHOICE, has_usage=False)
    if done is PutOff.NOTHING:
        raise UserError(NOTHING, block=CHOICE, has_usage=False)
    if done is PutOff.OVER:
        raise UserError("That moment is over.", block=CHOICE, has_usage=False)


async def snooze_by_word(context: Context, conversation_id: ConversationId, user: UserId, words: str) -> bool:
    """Act on `@volt snooze tomorrow 9am`, and `off`. Raises UserError."""
    if words.lower() == "off":
        return await context.units.run(take_up, conversation_id, user)
    try:
        at = read_moment(words, utc_now(), await zone_of(context, user))
    except AmbiguousTime as error:
        raise UserError(escape(str(error)), has_usage=False) from None
    await _until(context.units, conversation_id, at, user)
    return True


async def go_on(context: Context, interaction: Interaction) -> MessageBody | None:
    """Take a conversation up again, or forget its reminder."""
    done = await context.units.run(take_up, conversation_of(interaction), interaction.user)
    return None if done else MessageBody("That is over already.", [])
