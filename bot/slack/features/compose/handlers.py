"""Writing a text in a window: a new one, or a message that stands in Slack already.

One window sends one text: its id stands for it in the books.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.bridge.messages.outbound import is_deleted
from bot.bridge.messages.send import SendRequest as Wish
from bot.bridge.messages.send import ThreadMessage
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import InvalidNumber
from bot.domain.ids import UserId
from bot.domain.media import MOST_FILES
from bot.domain.message import Direction, Message, Piece, Ref, RefKind
from bot.domain.phone import E164
from bot.domain.text import truncate
from bot.parsing.phone_numbers import read_number
from bot.ports.repositories import Transaction
from bot.slack.api.files import may_be_texted
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.blocks.modals import Option
from bot.slack.context import Close, Context, Feature, ShowView, SubmissionResult, UserError
from bot.slack.events.beside_text import whole_of, words_of
from bot.slack.events.interactions import Interaction
from bot.slack.events.message_events import REPLY_SUBTYPES
from bot.slack.features.compose import view
from bot.slack.features.compose.form import ComposeInput, read_form, send_later
from bot.slack.features.compose.view import Draft, Preview
from bot.slack.features.home.handlers import ways
from bot.slack.features.home.view import NEW_TEXT, NEW_TEXT_TO
from bot.slack.features.kit import accepted, texts
from bot.slack.features.templates.reply import agent_name
from bot.slack.json_fields import dicts_of, str_of
from bot.slack.text.escaping import escape
from bot.slack.text.rich_text import flatten, is_note

MOST_NAMES = 5
"""Names of people that are asked for while somebody waits for a window."""

ALREADY_TEXTED = "This message has been texted already, or is on its way. The mark on it shows how far it got."
BY_THE_BOT = "The bot wrote this, so it is not for a customer. To text them, write in their thread, or use New text."
BY_SLACK = "Slack wrote this, so it is not for a customer."
DELETED = "This message was deleted, so there is nothing to text."
ASKED_ABOUT = "This message waits for a decision already: press Send under it."
NO_WORDS = "There is nothing to send yet: write a text, or add a picture."


# --- opening the window


async def new_text(desk: Context, asked: Interaction) -> None:
    """Act on New text, the shortcut or a button in App Home, which may stand beside a number."""
    _, number = view.chosen(asked.value)
    to = view.to_number(E164(number), desk.views.number(E164(number))) if number else None
    await desk.surfaces.open_modal(asked.trigger_id, view.compose_form(Draft(to)))


async def send_as_text(desk: Context, asked: Interaction) -> None:
    """Act on the message shortcut: in a conversation's thread, to its contact. Raises Mistake for what is not texted.

    A post of the bot stands for the contact's words, and never for the bot's.
    """
    texts = await _texts_at(desk, asked)
    _check_untexted(texts)
    heard = "\n".join(one.body for one in texts if one.direction is Direction.INBOUND)
    if not heard:
        _check_written(desk, asked.message)
    draft = Draft(text=heard) if heard else await _draft(desk, asked)
    await desk.surfaces.open_modal(asked.trigger_id, view.compose_form(draft))


async def _texts_at(desk: Context, asked: Interaction) -> list[Message]:
    """List the texts that a message shows. Raises Mistake where the message is gone."""
    channel, ts = asked.channel, asked.message_ts
    if channel is None or ts is None:
        return []

    def unit(ledger: Transaction) -> list[Message]:
        if asked.message.get("subtype") == "tombstone" or is_deleted(ledger, channel, ts):
            raise UserError(DELETED)
        return ledger.shown_at(channel, ts)

    return await desk.store.run(unit)


def _check_untexted(texts: Sequence[Message]) -> None:
    """Let pass what was never texted. Raises Mistake."""
    ours = [one for one in texts if one.status not in (None, DeliveryStatus.CANCELLED) and one.again_key is None]
    if ours:
        is_asked = any(one.status is DeliveryStatus.DRAFT for one in ours)
        raise UserError(ASKED_ABOUT if is_asked else ALREADY_TEXTED)


def _check_written(desk: Context, message: Mapping[str, Any]) -> None:
    """Let pass what a person or another app wrote. Raises Mistake."""
    owns = ((message.get("bot_id"), desk.bot_id), (message.get("user"), desk.bot_user_id))
    if any(own and theirs == own for theirs, own in owns):
        raise UserError(BY_THE_BOT)
    if message.get("subtype") not in (*REPLY_SUBTYPES, "bot_message"):
        raise UserError(BY_SLACK)


async def _draft(desk: Context, asked: Interaction) -> Draft:
    """Fill in what was written; what does not come along is said."""
    talk, message = await _talk_at(desk, asked), asked.message
    whole, files = whole_of(message), len(dicts_of(message.get("files")))
    notes = [*([] if whole is not None else [view.NOT_WHOLE]), *([view.left_behind(files)] if files else [])]
    to = view.to_contact(talk, ways(desk).who(talk)) if talk else None
    words = await _words(desk, words_of(message) if whole is None else whole)
    return Draft(to, words, _said(asked) if talk else None, tuple(notes))


async def _talk_at(desk: Context, asked: Interaction) -> Conversation | None:
    channel, thread_ts = asked.channel, asked.thread_ts
    if channel is None or thread_ts is None:
        return None
    return await desk.store.run(lambda ledger: ledger.conversation_at(channel, thread_ts))


def _said(asked: Interaction) -> ThreadMessage | None:
    """Know a person's message in a thread; what an app posted there is no message to mark."""
    author = str_of(asked.message.get("user"))
    is_ours = bool(asked.message.get("bot_id"))
    if asked.channel is None or asked.thread_ts is None or asked.message_ts is None or is_ours or not author:
        return None
    return ThreadMessage(asked.channel, asked.thread_ts, asked.message_ts, UserId(author))


async def _words(desk: Context, pieces: tuple[Piece, ...]) -> str:
    people = [one for one in pieces if isinstance(one, Ref) and one.kind is RefKind.USER][:MOST_NAMES]
    return flatten(pieces, {one: await agent_name(desk, UserId(one.id)) for one in people})


async def suggest(desk: Context, asked: Interaction) -> list[Option]:
    """List the contacts that match; before them whom a number means that was typed, however it is written.

    A number that cannot be texted is answered with why: the menu itself would only say that nothing was found.
    """
    where = ways(desk)
    found = [view.to_contact(talk, where.who(talk)) for talk in await desk.board.search_contacts(asked.value, 50)]
    number = _number_in(desk, asked.value)
    if number is None:
        return found or view.no_number(_fault_of(desk, asked.value))
    if number == desk.account:
        return found or view.no_number(f"{desk.views.number(number)} is our own number.")
    talks = await desk.store.run(lambda ledger: ledger.conversations_with(number))
    known = [view.to_contact(talk, where.who(talk)) for talk in talks]
    meant = known or [view.to_number(number, desk.views.number(number))]
    return [*meant, *(one for one in found if one not in meant)]


def _number_in(desk: Context, typed: str) -> E164 | None:
    """Read a number that was typed, by itself or behind a name as the menu writes it; None for anything else."""
    for words in (typed, typed.rpartition("·")[2]):
        try:
            return read_number(words, desk.region)
        except InvalidNumber:
            continue
    return None


def _fault_of(desk: Context, typed: str) -> str:
    """Say what is wrong with digits that make no number; "" for words."""
    if any(char.isalpha() for char in typed) or not any(char.isdigit() for char in typed):
        return ""
    try:
        read_number(typed, desk.region)
    except InvalidNumber as error:
        return str(error).replace("`", "")
    return ""


# --- preview


async def show_preview(desk: Context, asked: Interaction) -> None:
    """Act on Preview: show what the phone will show, and what was said last."""
    form = await read_form(desk, asked)
    last = await desk.board.last_texts(form.talk.id, view.LAST_TEXTS) if form.talk else ()
    shown = Preview(form.text, len(form.files), last, view.warnings_of(form.talk))
    to = view.to_contact(form.talk, ways(desk).who(form.talk)) if form.talk else None
    to = to or view.to_number(form.contact, desk.views.number(form.contact))
    draft = Draft(to, asked.form.text(view.TEXT), form.said)
    await desk.surfaces.update_modal(asked.view_id, view.compose_form(draft, shown))


# --- sending


async def submit(desk: Context, asked: Interaction) -> SubmissionResult:
    """Send the text, now or later. Raises Mistake on the field at fault."""
    form = await read_form(desk, asked)
    _check(form)
    if form.at is not None:
        return await send_later(desk, asked, form)
    window = asked.window_id
    wish = Wish(trigger_id=window, account=form.account, contact=form.contact, author=asked.user)
    if form.said and await _is_its_contact(desk, form, form.said):
        return await _send_said(desk, wish, form, form.said)
    taken = await desk.store.run(
        lambda ledger: accepted.accept_text(ledger, wish, form.pieces, channel=desk.channel, files=form.files)
    )
    return ShowView(modals.notice(MessageBody(await accepted.said(desk, taken), [])))


def _check(form: ComposeInput) -> None:
    if not form.pieces and not form.files:
        raise UserError(NO_WORDS, block=view.TEXT)
    if is_note(form.pieces):
        raise UserError(texts.KEPT_INSIDE, block=view.TEXT)
    if len(form.files) > MOST_FILES:
        raise UserError(f"A text carries {MOST_FILES} files at most.", block=view.FILES)
    for file in form.files:
        if not may_be_texted(file):
            name = escape(truncate(file.name, 60))
            words = f'"{name}" cannot be texted: phones show JPEG, PNG, GIF and contact cards (vcf).'
            raise UserError(words, block=view.FILES)


async def _is_its_contact(desk: Context, form: ComposeInput, said: ThreadMessage) -> bool:
    """Tell whether the text still goes to the contact of the thread that the message stands in."""
    talk = await desk.store.run(lambda ledger: ledger.conversation_at(said.channel, said.thread_ts))
    return talk is not None and (talk.account, talk.contact) == (form.account, form.contact)


async def _send_said(desk: Context, wish: Wish, form: ComposeInput, said: ThreadMessage) -> SubmissionResult:
    """Send a message of a thread; its mark tells the rest."""
    taken = await desk.store.run(lambda ledger: accepted.accept_message(ledger, wish, form.pieces, said, form.files))
    if taken is None:
        raise UserError(ALREADY_TEXTED, block=view.TEXT)
    return Close(lambda: accepted.said(desk, taken))


PART = Feature(
    actions={NEW_TEXT: new_text, NEW_TEXT_TO: new_text, view.PREVIEW: show_preview},
    submissions={view.FORM: submit},
    shortcuts={NEW_TEXT: new_text, "send_as_text": send_as_text},
    suggestions={view.TO: suggest},
)
