"""What stands in the window for a text, read; and the text that is to go out later, which is Volt's to send.

Scheduling is schedule.py's; the window takes the place of its question and its button.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.bridge.messages.send import Said
from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId
from bot.domain.message import Piece, SlackFile
from bot.domain.phone import E164
from bot.domain.text import for_phone
from bot.domain.timestamps import micros_of
from bot.parsing.calendar_days import UnclearMoment
from bot.parsing.moments import checked
from bot.slack.blocks import modals
from bot.slack.blocks.kit import View
from bot.slack.context import Desk, Mistake, Outcome, Show
from bot.slack.events.interactions import Asked
from bot.slack.features.compose import view
from bot.slack.features.kit.confirmations import MayPressAgain, outcome_of
from bot.slack.features.schedule.handlers import ask_in_window, schedule_from_window
from bot.slack.features.schedule.request import Wanted, checked_text, is_at_night, zone_of
from bot.slack.json_fields import int_of, str_of
from bot.slack.text.rich_text import flatten, pieces_of_input


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
        return for_phone(flatten(self.pieces, {}))


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
        contact=desk.textable(E164(number), block=view.TO),
        talk=talk,
        pieces=pieces_of_input(asked.form.text(view.TEXT)),
        files=_files(asked),
        at=datetime.fromtimestamp(moment, UTC) if moment is not None else None,
        said=view.read_said(asked.metadata),
    )


def _files(asked: Asked) -> tuple[SlackFile, ...]:
    return tuple(_file(one) for one in asked.form.files(view.FILES))


def _file(given: Mapping[str, Any]) -> SlackFile:
    names = ("id", "name", "mimetype", "url_private")
    id_, name, type_, url = (str_of(given.get(one)) for one in names)
    return SlackFile(id_, name, type_, int_of(given.get("size")) or 0, url)


async def send_later(desk: Desk, asked: Asked, form: Filled) -> Outcome:
    """Have Volt send the text later, once for each window. Raises Mistake on the field at fault."""
    key = asked.window_id
    words = await outcome_of(desk, key)
    if not words:
        wanted = await _wanted(desk, asked, form)
        if is_at_night(desk, wanted):
            return await ask_in_window(desk, asked.user, wanted)
        try:
            words = await schedule_from_window(desk, key, wanted, asked.user)
        except MayPressAgain as mistake:
            raise Mistake(str(mistake), block=view.TEXT) from None
    return Show(modals.notice(View(words, []), title="New text"))


async def _wanted(desk: Desk, asked: Asked, form: Filled) -> Wanted:
    if form.files:
        raise Mistake("Pictures can only be sent now. Leave the time empty, or send words only.", block=view.FILES)
    text, zone = checked_text(form.text, block=view.TEXT), await zone_of(desk, asked.user)
    at = (form.at or datetime.now(UTC)).astimezone(zone)
    try:
        return Wanted(form.account, form.contact, text, micros_of(checked(at, datetime.now(UTC))), zone.key)
    except UnclearMoment as error:
        raise Mistake(str(error), block=view.AT) from None
