"""`/volt schedule` and its form: a text that Volt sends later.

Never scheduled at once: it is said in words what will happen, and a button confirms it, once (once.py). What waits for
the button is in the books.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.bridge.messages.scheduled import record_not_scheduled, record_scheduled, record_scheduling
from bot.domain.conversation import Conversation
from bot.domain.errors import CallFailed
from bot.domain.ids import ConversationId, UserId
from bot.domain.scheduled import PendingConfirmation, ScheduledText
from bot.domain.timestamps import from_micros, to_micros
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import ParsedTime, parse_leading_time
from bot.parsing.time_zones import in_words
from bot.ports.repositories import Transaction
from bot.slack.blocks import modals
from bot.slack.blocks.kit import LONG_DATE, Block, MessageBody, date
from bot.slack.context import Context, Feature, ShowView, Subcommand, SubmissionResult, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.contacts.card import ContactRef
from bot.slack.features.kit import texts
from bot.slack.features.kit.confirmations import (
    OutcomeLost,
    RetryAllowed,
    call_once,
    cancel,
    claim_press,
    keep_ask,
    read_ask,
    read_open,
    store_until_written,
)
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


async def schedule(desk: Context, asked: Interaction, words: str) -> MessageBody:
    """Answer `/volt schedule NUMBER WHEN TEXT`; with a number alone, open the form."""
    number, rest = desk.number_and_rest(words)
    who = ContactRef(desk.account, number)
    if not rest.strip():
        await _open_form(desk, asked, who)
        return MessageBody("The form is open. Nothing is scheduled before you confirm it.", [])
    zone = await zone_of(desk, asked.user)
    reading = _read(rest, zone)
    pieces = pieces_of(reading.text, None)
    if not pieces:
        raise UserError("There is no text after the time.")
    if is_note(pieces):
        return MessageBody(texts.KEPT_INSIDE, [])
    text = await desk.workspace.phone_text(pieces)
    wanted = ScheduleRequest(who.account, who.contact, checked_text(text), to_micros(reading.at), zone.key)
    return await _ask(desk, asked.user, wanted)


async def _open_form(desk: Context, asked: Interaction, who: ContactRef) -> None:
    name = await name_of_contact(desk, who)
    await desk.surfaces.open_modal(asked.trigger_id, shown.schedule_modal(name, str(who)))


def _read(rest: str, zone: ZoneInfo) -> ParsedTime:
    try:
        return parse_leading_time(rest, datetime.now(UTC), zone)
    except AmbiguousTime as error:
        raise UserError(escape(str(error))) from None


async def _ask(desk: Context, user: UserId, wanted: ScheduleRequest) -> MessageBody:
    said = await _question(desk, wanted)
    return shown.question_view(await _keep(desk, user, wanted), said)


async def _keep(desk: Context, user: UserId, wanted: ScheduleRequest) -> str:
    return await keep_ask(desk, KIND, user, wanted.written())


async def _question(desk: Context, wanted: ScheduleRequest, note: str = "") -> tuple[str, list[Block]]:
    notes = " ".join(one for one in (note, shown.NIGHT if is_at_night(desk, wanted) else "") if one)
    at, who = from_micros(wanted.at), await name_of_contact(desk, wanted.who)
    when = in_words(at, datetime.now(UTC), ZoneInfo(wanted.zone))
    return shown.asking(who, when, wanted.text, at=at, ahead=ahead_of(wanted), note=notes)


async def ask_in_window(desk: Context, user: UserId, wanted: ScheduleRequest) -> SubmissionResult:
    """Ask in the place of a form whether it should really be so."""
    said = await _question(desk, wanted)
    return ShowView(shown.question_modal(await _keep(desk, user, wanted), said))


# --- the buttons


async def _go(desk: Context, asked: Interaction) -> None:
    try:
        view = MessageBody(await _schedule_once(desk, asked.value, asked.user), [])
    except RetryAllowed as mistake:
        wanted = ScheduleRequest.of(await read_ask(desk, asked.value, KIND))
        view = shown.question_view(asked.value, await _question(desk, wanted, str(mistake)))
    except UserError as mistake:
        view = MessageBody(str(mistake), [])
    await show_instead(desk, asked, view)


async def _cancel(desk: Context, asked: Interaction) -> None:
    try:
        await cancel(desk, asked.value, KIND, shown.CANCELLED)
        view = MessageBody(shown.CANCELLED, [])
    except UserError as mistake:
        view = MessageBody(str(mistake), [])
    await show_instead(desk, asked, view)


async def show_instead(desk: Context, asked: Interaction, view: MessageBody) -> None:
    """Put a view in the place of the answer whose button was pressed, or beside it where Slack does not let us."""
    try:
        await desk.surfaces.answer_later(asked.response_url, view, replaces=True)
    except CallFailed:
        if asked.channel is not None:
            await desk.surfaces.whisper(asked.user, asked.channel, view, thread_ts=asked.thread_ts)


async def schedule_from_window(desk: Context, key: str, wanted: ScheduleRequest, user: UserId) -> str:
    """Have Volt schedule what was filled in, once for each `key`; returns what happened, in words.

    Raises Mistake, and MayPressAgain where certainly nothing came of it: then the same window may be sent again.
    """
    ask = PendingConfirmation(key, KIND, user, wanted.written())
    await desk.store.run(lambda ledger: ledger.keep_ask(ask))
    return await _schedule_once(desk, key, user)


async def _schedule_once(desk: Context, ask_id: str, user: UserId) -> str:
    """Have Volt schedule the text, once; returns what happened, in words. Raises Mistake."""
    wanted = ScheduleRequest.of(await read_open(desk, ask_id, KIND))
    refuse_late(wanted)
    await name_of_contact(desk, wanted.who)

    def begin(ledger: Transaction, ask: PendingConfirmation) -> tuple[ConversationId, int]:
        text = ScheduledText(ask.id, ConversationId(0), ScheduleRequest.of(ask).text, user, ScheduleRequest.of(ask).at)
        return record_scheduling(ledger, (wanted.account, wanted.contact), text, channel=desk.channel)

    ask, (conversation_id, audit_id) = await claim_press(desk, ask_id, KIND, begin)
    call = desk.directory.schedule_text(wanted.account, [wanted.contact], wanted.text, from_micros(wanted.at))
    try:
        made = await call_once(desk, ask, call, lambda ledger: record_not_scheduled(ledger, ask.id, audit_id))
    except OutcomeLost:
        await store_until_written(desk, lambda ledger: ledger.end_ask(ask.id, shown.UNKNOWN))
        return shown.UNKNOWN

    def unit(ledger: Transaction) -> Conversation:
        ledger.end_ask(ask.id, _done(desk, wanted))
        record_scheduled(ledger, ask.id, audit_id, made.id if made else ask.id)
        return ledger.conversation(conversation_id)

    return f"{_done(desk, wanted)} The conversation is in {desk.place(await store_until_written(desk, unit))}."


def _done(desk: Context, wanted: ScheduleRequest) -> str:
    when = date(from_micros(wanted.at), LONG_DATE)
    return f"Scheduled. {desk.views.number(wanted.contact)} gets your text on {when}, {escape(ahead_of(wanted))}."


# --- the form


async def open_schedule_modal(desk: Context, asked: Interaction, conversation_id: int) -> None:
    """Open the form for the contact of a conversation, from a button or shortcut. Raises Mistake or CallFailed."""
    known = ConversationId(conversation_id)
    conversation = await desk.store.run(lambda ledger: ledger.conversation(known))
    await _open_form(desk, asked, ContactRef(conversation.account, desk.textable(conversation.contact)))


async def _submit(desk: Context, asked: Interaction) -> SubmissionResult:
    return await ask_in_window(desk, asked.user, await wanted_in_form(desk, asked))


async def _confirm(desk: Context, asked: Interaction) -> SubmissionResult:
    ask_id = asked.metadata
    try:
        words = await _schedule_once(desk, ask_id, asked.user)
    except RetryAllowed as mistake:
        wanted = ScheduleRequest.of(await read_ask(desk, ask_id, KIND))
        return ShowView(shown.question_modal(ask_id, await _question(desk, wanted, str(mistake))))
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
