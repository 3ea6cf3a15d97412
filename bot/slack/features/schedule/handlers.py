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
from bot.domain.scheduled import PendingAsk, ScheduledText
from bot.domain.timestamps import micros_of, moment_of
from bot.parsing.calendar_days import UnclearMoment
from bot.parsing.moments import Reading, read_front
from bot.parsing.time_zones import in_words
from bot.ports.repositories import Ledger
from bot.slack.blocks import modals
from bot.slack.blocks.kit import LONG_DATE, Block, View, date
from bot.slack.context import Command, Desk, Mistake, Outcome, Part, Show
from bot.slack.events.interactions import Asked
from bot.slack.features.contacts.card import Who
from bot.slack.features.kit import texts
from bot.slack.features.kit.confirmations import (
    Lost,
    MayPressAgain,
    give_up,
    keep_ask,
    make_once,
    read_ask,
    read_open,
    take_turn,
    write_down,
)
from bot.slack.features.schedule import view as shown
from bot.slack.features.schedule.request import (
    Wanted,
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


async def schedule(desk: Desk, asked: Asked, words: str) -> View:
    """Answer `/volt schedule NUMBER WHEN TEXT`; with a number alone, open the form."""
    number, rest = desk.number_and_rest(words)
    who = Who(desk.account, number)
    if not rest.strip():
        await _open_form(desk, asked, who)
        return View("The form is open. Nothing is scheduled before you confirm it.", [])
    zone = await zone_of(desk, asked.user)
    reading = _read(rest, zone)
    pieces = pieces_of(reading.text, None)
    if not pieces:
        raise Mistake("There is no text after the time.")
    if is_note(pieces):
        return View(texts.KEPT_INSIDE, [])
    text = await desk.workspace.phone_text(pieces)
    wanted = Wanted(who.account, who.contact, checked_text(text), micros_of(reading.at), zone.key)
    return await _ask(desk, asked.user, wanted)


async def _open_form(desk: Desk, asked: Asked, who: Who) -> None:
    name = await name_of_contact(desk, who)
    await desk.surfaces.open_modal(asked.trigger_id, shown.schedule_modal(name, str(who)))


def _read(rest: str, zone: ZoneInfo) -> Reading:
    try:
        return read_front(rest, datetime.now(UTC), zone)
    except UnclearMoment as error:
        raise Mistake(escape(str(error))) from None


async def _ask(desk: Desk, user: UserId, wanted: Wanted) -> View:
    said = await _question(desk, wanted)
    return shown.question_view(await _keep(desk, user, wanted), said)


async def _keep(desk: Desk, user: UserId, wanted: Wanted) -> str:
    return await keep_ask(desk, KIND, user, wanted.written())


async def _question(desk: Desk, wanted: Wanted, note: str = "") -> tuple[str, list[Block]]:
    notes = " ".join(one for one in (note, shown.NIGHT if is_at_night(desk, wanted) else "") if one)
    at, who = moment_of(wanted.at), await name_of_contact(desk, wanted.who)
    when = in_words(at, datetime.now(UTC), ZoneInfo(wanted.zone))
    return shown.asking(who, when, wanted.text, at=at, ahead=ahead_of(wanted), note=notes)


async def ask_in_window(desk: Desk, user: UserId, wanted: Wanted) -> Outcome:
    """Ask in the place of a form whether it should really be so."""
    said = await _question(desk, wanted)
    return Show(shown.question_modal(await _keep(desk, user, wanted), said))


# --- the buttons


async def _go(desk: Desk, asked: Asked) -> None:
    try:
        view = View(await _schedule_once(desk, asked.value, asked.user), [])
    except MayPressAgain as mistake:
        wanted = Wanted.of(await read_ask(desk, asked.value, KIND))
        view = shown.question_view(asked.value, await _question(desk, wanted, str(mistake)))
    except Mistake as mistake:
        view = View(str(mistake), [])
    await show_instead(desk, asked, view)


async def _cancel(desk: Desk, asked: Asked) -> None:
    try:
        await give_up(desk, asked.value, KIND, shown.CANCELLED)
        view = View(shown.CANCELLED, [])
    except Mistake as mistake:
        view = View(str(mistake), [])
    await show_instead(desk, asked, view)


async def show_instead(desk: Desk, asked: Asked, view: View) -> None:
    """Put a view in the place of the answer whose button was pressed, or beside it where Slack does not let us."""
    try:
        await desk.surfaces.answer_later(asked.response_url, view, replaces=True)
    except CallFailed:
        if asked.channel is not None:
            await desk.surfaces.whisper(asked.user, asked.channel, view, thread_ts=asked.thread_ts)


async def schedule_from_window(desk: Desk, key: str, wanted: Wanted, user: UserId) -> str:
    """Have Volt schedule what was filled in, once for each `key`; returns what happened, in words.

    Raises Mistake, and MayPressAgain where certainly nothing came of it: then the same window may be sent again.
    """
    ask = PendingAsk(key, KIND, user, wanted.written())
    await desk.store.run(lambda ledger: ledger.keep_ask(ask))
    return await _schedule_once(desk, key, user)


async def _schedule_once(desk: Desk, ask_id: str, user: UserId) -> str:
    """Have Volt schedule the text, once; returns what happened, in words. Raises Mistake."""
    wanted = Wanted.of(await read_open(desk, ask_id, KIND))
    refuse_late(wanted)
    await name_of_contact(desk, wanted.who)

    def begin(ledger: Ledger, ask: PendingAsk) -> tuple[ConversationId, int]:
        text = ScheduledText(ask.id, ConversationId(0), Wanted.of(ask).text, user, Wanted.of(ask).at)
        return record_scheduling(ledger, (wanted.account, wanted.contact), text, channel=desk.channel)

    ask, (conversation_id, audit_id) = await take_turn(desk, ask_id, KIND, begin)
    call = desk.directory.schedule_text(wanted.account, [wanted.contact], wanted.text, moment_of(wanted.at))
    try:
        made = await make_once(desk, ask, call, lambda ledger: record_not_scheduled(ledger, ask.id, audit_id))
    except Lost:
        await write_down(desk, lambda ledger: ledger.end_ask(ask.id, shown.UNKNOWN))
        return shown.UNKNOWN

    def unit(ledger: Ledger) -> Conversation:
        ledger.end_ask(ask.id, _done(desk, wanted))
        record_scheduled(ledger, ask.id, audit_id, made.id if made else ask.id)
        return ledger.conversation(conversation_id)

    return f"{_done(desk, wanted)} The conversation is in {desk.place(await write_down(desk, unit))}."


def _done(desk: Desk, wanted: Wanted) -> str:
    when = date(moment_of(wanted.at), LONG_DATE)
    return f"Scheduled. {desk.views.number(wanted.contact)} gets your text on {when}, {escape(ahead_of(wanted))}."


# --- the form


async def open_schedule_modal(desk: Desk, asked: Asked, conversation_id: int) -> None:
    """Open the form for the contact of a conversation, from a button or shortcut. Raises Mistake or CallFailed."""
    known = ConversationId(conversation_id)
    conversation = await desk.store.run(lambda ledger: ledger.conversation(known))
    await _open_form(desk, asked, Who(conversation.account, desk.textable(conversation.contact)))


async def _submit(desk: Desk, asked: Asked) -> Outcome:
    return await ask_in_window(desk, asked.user, await wanted_in_form(desk, asked))


async def _confirm(desk: Desk, asked: Asked) -> Outcome:
    ask_id = asked.metadata
    try:
        words = await _schedule_once(desk, ask_id, asked.user)
    except MayPressAgain as mistake:
        wanted = Wanted.of(await read_ask(desk, ask_id, KIND))
        return Show(shown.question_modal(ask_id, await _question(desk, wanted, str(mistake))))
    except Mistake as mistake:
        words = str(mistake)
    return Show(modals.notice(View(words, []), title="Schedule a text"))


PART = Part(
    commands=(
        Command(
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
