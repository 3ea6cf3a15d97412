"""`/volt schedule` and its form: a text that Volt sends later.

Never scheduled at once: it is said in words what will happen, and a button confirms it, once (once.py). What waits for
the button is in the books.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.bridge.later import record_not_scheduled, record_scheduled, record_scheduling
from bot.domain.conversation import Conversation
from bot.domain.errors import CallFailed
from bot.domain.ids import ConversationId, UserId
from bot.domain.moment import Micros, micros_of, moment_of
from bot.domain.phone import E164
from bot.domain.plans import PendingAsk, ScheduledText
from bot.domain.text import for_phone, is_blank
from bot.ledger import Ledger
from bot.slack import answers, modals
from bot.slack import schedule_views as shown
from bot.slack.asked import Asked
from bot.slack.blocks import LONG_DATE, Block, View, date
from bot.slack.clocks import ahead_words, hours_there, in_words
from bot.slack.desk import Command, Desk, Mistake, Outcome, Part, Show
from bot.slack.inert import escape
from bot.slack.mrkdwn import is_note, pieces_of
from bot.slack.number_zones import hours_at, moments_at
from bot.slack.once import Lost, MayPressAgain, give_up, keep_ask, make_once, read_ask, read_open, take_turn, write_down
from bot.slack.people_view import Who, read_who
from bot.slack.when import Reading, UnclearMoment, checked, read_front

KIND = "schedule"


@dataclass(frozen=True)
class Wanted:
    """A text to one contact at a moment; `zone` is the asker's."""

    account: E164
    contact: E164
    text: str
    at: Micros
    zone: str

    @property
    def who(self) -> Who:
        """Whom it goes to, and from which of our numbers."""
        return Who(self.account, self.contact)

    @classmethod
    def of(cls, ask: PendingAsk) -> Self:
        """Read it from the books."""
        return cls(**json.loads(ask.body))


async def schedule(desk: Desk, asked: Asked, words: str) -> View:
    """Answer `/volt schedule NUMBER WHEN TEXT`; with a number alone, open the form."""
    number, rest = desk.number_and_rest(words)
    who = Who(desk.account, number)
    if not rest.strip():
        await desk.surfaces.open_modal(asked.trigger_id, shown.schedule_modal(await _name(desk, who), str(who)))
        return View("The form is open. Nothing is scheduled before you confirm it.", [])
    zone = await zone_of(desk, asked.user)
    reading = _read(rest, zone)
    pieces = pieces_of(reading.text, None)
    if not pieces:
        raise Mistake("There is no text after the time.")
    if is_note(pieces):
        return View(answers.KEPT_INSIDE, [])
    text = await desk.workspace.phone_text(pieces)
    wanted = Wanted(who.account, who.contact, checked_text(text), micros_of(reading.at), zone.key)
    return await _ask(desk, asked.user, wanted)


async def zone_of(desk: Desk, user: UserId) -> ZoneInfo:
    """Ask Slack for somebody's time zone. Raises Mistake or CallFailed."""
    name = str((await desk.surfaces.person(user)).get("tz") or "")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = "Slack does not say which time zone you are in. Set it in Slack under Preferences, Language & region."
        raise Mistake(escape(words), has_usage=False) from None


def _read(rest: str, zone: ZoneInfo) -> Reading:
    try:
        return read_front(rest, datetime.now(UTC), zone)
    except UnclearMoment as error:
        raise Mistake(escape(str(error))) from None


def checked_text(text: str, *, block: str = "") -> str:
    """Refuse what no phone shows and what Volt does not take. Raises Mistake."""
    if is_blank(text):
        raise Mistake("The text has no words that a phone can show.", block=block, has_usage=False)
    if len(text) > shown.LONGEST:
        words = f"The text has {len(text):,} characters, and Volt takes at most {shown.LONGEST:,} in one."
        raise Mistake(words, block=block, has_usage=False)
    return text


async def _ask(desk: Desk, user: UserId, wanted: Wanted) -> View:
    said = await _question(desk, wanted)
    return shown.question_view(await _keep(desk, user, wanted), said)


async def _keep(desk: Desk, user: UserId, wanted: Wanted) -> str:
    return await keep_ask(desk, KIND, user, _written(wanted))


def _written(wanted: Wanted) -> str:
    return json.dumps(wanted.__dict__, ensure_ascii=False)


async def _question(desk: Desk, wanted: Wanted, note: str = "") -> tuple[str, list[Block]]:
    notes = " ".join(one for one in (note, shown.NIGHT if is_at_night(desk, wanted) else "") if one)
    at, who = moment_of(wanted.at), await _name(desk, wanted.who)
    when = in_words(at, datetime.now(UTC), ZoneInfo(wanted.zone))
    return shown.asking(who, when, wanted.text, at=at, ahead=_ahead(wanted), note=notes)


def _ahead(wanted: Wanted) -> str:
    """Say how far away the moment is, and by the contact's clock where that shows another hour."""
    at, zone = moment_of(wanted.at), ZoneInfo(wanted.zone)
    there = hours_there(at.astimezone(zone), moments_at(wanted.contact, at))
    return ahead_words(at, datetime.now(UTC), zone) + (f"; for them it is {there}" if there else "")


def is_at_night(desk: Desk, wanted: Wanted) -> bool:
    """Tell whether it may be night then where the contact is."""
    return desk.quiet is not None and any(map(desk.quiet.holds, hours_at(wanted.contact, wanted.at)))


async def ask_in_window(desk: Desk, user: UserId, wanted: Wanted) -> Outcome:
    """Ask in the place of a form whether it should really be so."""
    said = await _question(desk, wanted)
    return Show(shown.question_modal(await _keep(desk, user, wanted), said))


async def _name(desk: Desk, who: Who) -> str:
    """Name the contact, in plain text. Raises Mistake for one who wants no texts."""
    conversation = await desk.store.run(lambda ledger: ledger.find_conversation(who.account, who.contact))
    number = desk.views.number(who.contact)
    if conversation is not None and conversation.is_opted_out:
        words = f"{number} has opted out. Only they can undo that, by texting START."
        raise Mistake(words, has_usage=False)
    return f"{conversation.name} {number}" if conversation and conversation.name else number


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
    ask = PendingAsk(key, KIND, user, _written(wanted))
    await desk.store.run(lambda ledger: ledger.keep_ask(ask))
    return await _schedule_once(desk, key, user)


async def _schedule_once(desk: Desk, ask_id: str, user: UserId) -> str:
    """Have Volt schedule the text, once; returns what happened, in words. Raises Mistake."""
    wanted = Wanted.of(await read_open(desk, ask_id, KIND))
    _refuse_late(wanted)
    await _name(desk, wanted.who)

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
    return f"Scheduled. {desk.views.number(wanted.contact)} gets your text on {when}, {escape(_ahead(wanted))}."


def _refuse_late(wanted: Wanted) -> None:
    try:
        checked(moment_of(wanted.at).astimezone(ZoneInfo(wanted.zone)), datetime.now(UTC))
    except UnclearMoment as error:
        raise Mistake(f"{escape(str(error))} Nothing was scheduled. Please ask again.") from None


# --- the form


async def open_schedule_modal(desk: Desk, asked: Asked, conversation_id: int) -> None:
    """Open the form for the contact of a conversation, from a button or shortcut. Raises Mistake or CallFailed."""
    known = ConversationId(conversation_id)
    conversation = await desk.store.run(lambda ledger: ledger.conversation(known))
    who = Who(conversation.account, desk.textable(conversation.contact))
    await desk.surfaces.open_modal(asked.trigger_id, shown.schedule_modal(await _name(desk, who), str(who)))


async def _submit(desk: Desk, asked: Asked) -> Outcome:
    return await ask_in_window(desk, asked.user, await _filled_in(desk, asked))


async def _filled_in(desk: Desk, asked: Asked) -> Wanted:
    text, picked = for_phone(asked.form.text(shown.TEXT)), asked.form.moment(shown.WHEN)
    who = read_who(asked.metadata)
    if picked is None:
        raise Mistake("Choose a date and a time.", block=shown.WHEN)
    if is_note((text,)):
        raise Mistake(answers.KEPT_INSIDE, block=shown.TEXT)
    text = checked_text(text, block=shown.TEXT)
    zone = await zone_of(desk, asked.user)
    try:
        at = checked(datetime.fromtimestamp(picked, zone), datetime.now(UTC))
    except UnclearMoment as error:
        raise Mistake(str(error), block=shown.WHEN) from None
    return Wanted(who.account, who.contact, text, micros_of(at), zone.key)


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
