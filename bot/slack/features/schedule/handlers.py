"""Schedule handlers, `/volt schedule` and its form: a text that Volt sends later.

A text is never scheduled at once: the answer states what will happen, and a button confirms it, once
(confirmations.py). The pending confirmation is stored.
"""

from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.bridge.confirmations import OutcomeLost, add_confirmation, end_confirmation
from bot.bridge.conversations.queries import get_conversation
from bot.bridge.messages.scheduled import complete_scheduling, record_not_scheduled, record_scheduling
from bot.domain.confirmation import PendingConfirmation
from bot.domain.ids import ConversationId, UserId
from bot.domain.scheduled import ScheduledText
from bot.domain.timestamps import from_micros, to_micros
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import ParsedTime, parse_leading_time
from bot.parsing.time_zones import in_words
from bot.slack.blocks import modals
from bot.slack.blocks.kit import LONG_DATE, Block, MessageBody, date
from bot.slack.context import Context, Feature, ShowView, Subcommand, SubmissionResult, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit import texts
from bot.slack.features.kit.confirmations import (
    RetryAllowed,
    call_once,
    cancel,
    claim_press,
    keep_ask,
    read_ask,
    read_open,
    show_instead,
)
from bot.slack.features.kit.contact_ref import ContactRef
from bot.slack.features.schedule import view as shown
from bot.slack.features.schedule.request import (
    ScheduleRequest,
    ahead_of,
    checked_text,
    is_at_night,
    name_of_contact,
    refuse_late,
    wanted_in_form,
    zone_of,
)
from bot.slack.text.escaping import escape
from bot.slack.text.rich_text import is_note, pieces_of

KIND = "schedule"


async def schedule(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt schedule NUMBER WHEN TEXT`; with a number alone, open the form."""
    number, rest = context.number_and_rest(words)
    who = ContactRef(context.account, number)
    if not rest.strip():
        await _open_form(context, interaction, who)
        return MessageBody("The form is open. Nothing is scheduled before you confirm it.", [])
    zone = await zone_of(context, interaction.user)
    reading = _read(rest, zone)
    pieces = pieces_of(reading.text, None)
    if not pieces:
        raise UserError("There is no text after the time.")
    if is_note(pieces):
        return MessageBody(texts.KEPT_INSIDE, [])
    text = await context.workspace.phone_text(pieces)
    wanted = ScheduleRequest(who.account, who.contact, checked_text(text), to_micros(reading.at), zone.key)
    return await _ask(context, interaction.user, wanted)


async def _open_form(context: Context, interaction: Interaction, who: ContactRef) -> None:
    name = await name_of_contact(context, who)
    await context.ui.open_modal(interaction.trigger_id, shown.schedule_modal(name, str(who)))


def _read(rest: str, zone: ZoneInfo) -> ParsedTime:
    try:
        return parse_leading_time(rest, datetime.now(UTC), zone)
    except AmbiguousTime as error:
        raise UserError(escape(str(error))) from None


async def _ask(context: Context, user: UserId, wanted: ScheduleRequest) -> MessageBody:
    said = await _question(context, wanted)
    return shown.question_view(await _keep(context, user, wanted), said)


async def _keep(context: Context, user: UserId, wanted: ScheduleRequest) -> str:
    return await keep_ask(context, KIND, user, wanted.written())


async def _question(context: Context, wanted: ScheduleRequest, note: str = "") -> tuple[str, list[Block]]:
    notes = " ".join(one for one in (note, shown.NIGHT if is_at_night(context, wanted) else "") if one)
    at, who = from_micros(wanted.at), await name_of_contact(context, wanted.who)
    when = in_words(at, datetime.now(UTC), ZoneInfo(wanted.zone))
    return shown.asking(who, when, wanted.text, at=at, ahead=ahead_of(wanted), note=notes)


async def ask_in_window(context: Context, user: UserId, wanted: ScheduleRequest) -> SubmissionResult:
    """Ask for confirmation in place of a form."""
    said = await _question(context, wanted)
    return ShowView(shown.question_modal(await _keep(context, user, wanted), said))


# --- the buttons


async def _go(context: Context, interaction: Interaction) -> None:
    try:
        view = MessageBody(await _schedule_once(context, interaction.value, interaction.user), [])
    except RetryAllowed as mistake:
        wanted = ScheduleRequest.of(await read_ask(context, interaction.value, KIND))
        view = shown.question_view(interaction.value, await _question(context, wanted, str(mistake)))
    except UserError as mistake:
        view = MessageBody(str(mistake), [])
    await show_instead(context, interaction, view)


async def _cancel(context: Context, interaction: Interaction) -> None:
    try:
        await cancel(context, interaction.value, KIND, shown.CANCELLED)
        view = MessageBody(shown.CANCELLED, [])
    except UserError as mistake:
        view = MessageBody(str(mistake), [])
    await show_instead(context, interaction, view)


async def schedule_from_window(context: Context, key: str, wanted: ScheduleRequest, user: UserId) -> str:
    """Schedule the input of a form at Volt, once for each `key`; returns the result in words.

    Raises UserError, and RetryAllowed if certainly nothing was done: then the same form may be sent again.
    """
    ask = PendingConfirmation(key, KIND, user, wanted.written())
    await context.units.run(add_confirmation, ask)
    return await _schedule_once(context, key, user)


async def _schedule_once(context: Context, ask_id: str, user: UserId) -> str:
    """Schedule the text at Volt, once; returns the result in words. Raises UserError."""
    wanted = ScheduleRequest.of(await read_open(context, ask_id, KIND))
    refuse_late(wanted)
    await name_of_contact(context, wanted.who)

    text = ScheduledText(ask_id, ConversationId(0), wanted.text, user, wanted.at)
    place = (wanted.account, wanted.contact)
    begin = partial(record_scheduling, place=place, text=text, channel=context.channel)
    ask, (conversation_id, audit_id) = await claim_press(context, ask_id, KIND, begin)
    call = context.directory.schedule_text(wanted.account, [wanted.contact], wanted.text, from_micros(wanted.at))
    try:
        made = await call_once(context, ask, call, partial(record_not_scheduled, text_id=ask_id, audit_id=audit_id))
    except OutcomeLost:
        await context.units.run_until_written(end_confirmation, ask_id, shown.UNKNOWN)
        return shown.UNKNOWN
    wave_id, done = made.id if made else ask_id, _done(context, wanted)
    conversation = await context.units.run_until_written(
        complete_scheduling, conversation_id, ask_id, audit_id, wave_id, done
    )
    return f"{done} The conversation is in {context.place(conversation)}."


def _done(context: Context, wanted: ScheduleRequest) -> str:
    when = date(from_micros(wanted.at), LONG_DATE)
    return f"Scheduled. {context.renderer.number(wanted.contact)} gets your text on {when}, {escape(ahead_of(wanted))}."


# --- the form


async def open_schedule_modal(context: Context, interaction: Interaction, conversation_id: int) -> None:
    """Open the form for a conversation's contact, from a button or shortcut. Raises UserError or CallFailed."""
    known = ConversationId(conversation_id)
    conversation = await context.units.run(get_conversation, known)
    await _open_form(context, interaction, ContactRef(conversation.account, context.textable(conversation.contact)))


async def _submit(context: Context, interaction: Interaction) -> SubmissionResult:
    return await ask_in_window(context, interaction.user, await wanted_in_form(context, interaction))


async def _confirm(context: Context, interaction: Interaction) -> SubmissionResult:
    ask_id = interaction.metadata
    try:
        words = await _schedule_once(context, ask_id, interaction.user)
    except RetryAllowed as mistake:
        wanted = ScheduleRequest.of(await read_ask(context, ask_id, KIND))
        return ShowView(shown.question_modal(ask_id, await _question(context, wanted, str(mistake))))
    except UserError as mistake:
        words = str(mistake)
    return ShowView(modals.notice(MessageBody(words, []), title="Schedule a text"))


PART = Feature(
    commands=(
        Subcommand(
            "schedule",
            "NUMBER WHEN TEXT",
            "(555) 555-0145 tomorrow 9am Your order is ready",
            "text later; you see what will happen and confirm it",
            schedule,
        ),
    ),
    actions={shown.GO: _go, shown.CANCEL: _cancel},
    submissions={shown.FORM: _submit, shown.CONFIRM: _confirm},
)
