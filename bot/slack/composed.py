"""What stands in the window for a text, read; and the text that is to go out later, which is Volt's to send.

The call for it is noted before it leaves and never repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

from bot.bridge.later import record_scheduled
from bot.bridge.outbound import Said
from bot.domain.conversation import Conversation
from bot.domain.errors import OutcomeUnknown
from bot.domain.ids import ConversationId
from bot.domain.message import Piece, SlackFile
from bot.domain.moment import micros_of
from bot.domain.phone import E164, parse_e164
from bot.domain.plans import ScheduledText
from bot.slack import composing_view as view
from bot.slack.asked import Asked
from bot.slack.asking_volt import changing, noting
from bot.slack.desk import Desk, Mistake, Outcome, Show
from bot.slack.mrkdwn import flatten, pieces_of_input
from bot.slack.shapes import int_of, str_of

SOONEST = timedelta(minutes=1)


@dataclass(frozen=True)
class Filled:
    """What was chosen and typed. `talk` is None for a number that nobody has texted with."""

    account: E164
    contact: E164
    talk: Conversation | None
    pieces: tuple[Piece, ...]
    files: tuple[SlackFile, ...]
    at: datetime | None
    said: Said | None

    @property
    def text(self) -> str:
        """The words as the phone will show them."""
        return flatten(self.pieces, {})


async def read_form(desk: Desk, asked: Asked) -> Filled:
    """Read the window. Raises Mistake where nobody was chosen."""
    conversation_id, number = view.chosen(asked.form.choice(view.TO))
    talk = None
    account = desk.account
    if conversation_id is not None:
        known_id = ConversationId(conversation_id)
        talk = await desk.store.run(lambda ledger: ledger.conversation(known_id))
        account, number = talk.account, talk.contact
    if not number:
        raise Mistake("Choose who the text is for.", block=view.TO)
    moment = asked.form.moment(view.AT)
    return Filled(
        account=account,
        contact=parse_e164(number),
        talk=talk,
        pieces=pieces_of_input(asked.form.text(view.TEXT)),
        files=_files(asked),
        at=datetime.fromtimestamp(moment, UTC) if moment else None,
        said=view.read_said(asked.view.metadata if asked.view else ""),
    )


def _files(asked: Asked) -> tuple[SlackFile, ...]:
    return tuple(_file(one) for one in asked.form.files(view.FILES))


def _file(given: Mapping[str, Any]) -> SlackFile:
    names = ("id", "name", "mimetype", "url_private")
    id_, name, type_, url = (str_of(given.get(one)) for one in names)
    return SlackFile(id_, name, type_, int_of(given.get("size")) or 0, url)


async def send_later(desk: Desk, asked: Asked, form: Filled) -> Outcome:
    """Have Volt send the text later: one call, noted before it leaves."""
    at, number = form.at or datetime.now(UTC), desk.views.number(form.contact)
    if at.timestamp() < time() + SOONEST.total_seconds():
        raise Mistake(
            "This time is over, or only seconds away. Choose a later one, or none to send now.", block=view.AT
        )
    if form.files:
        raise Mistake("Pictures can only be sent now. Leave the time empty, or send words only.", block=view.FILES)
    if not await desk.store.run(lambda ledger: ledger.note_event("volt-once", asked.trigger_id)):
        return Show(view.scheduled(number, at))
    try:
        made = await changing(desk.directory.schedule_text(form.account, [form.contact], form.text, at), "")
    except OutcomeUnknown:
        await _note_later(desk, asked, form, wave_id=None)
        return Show(view.not_known(number, at))
    await _note_later(desk, asked, form, wave_id=made.id if made else asked.trigger_id)
    return Show(view.scheduled(number, at))


async def _note_later(desk: Desk, asked: Asked, form: Filled, *, wave_id: str | None) -> None:
    """Write down that Volt took the text, or that nobody knows (`wave_id` None). Raises Mistake."""
    at = micros_of(form.at or datetime.now(UTC))
    text = ScheduledText(wave_id or asked.trigger_id, ConversationId(0), form.text, asked.user, at)
    place, is_certain = (form.account, form.contact), wave_id is not None
    await noting(
        desk.store,
        lambda ledger: record_scheduled(ledger, place, text, channel=desk.channel, is_certain=is_certain),
    )
