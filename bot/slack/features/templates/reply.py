"""Reply with a template: chosen in a window, filled in for the contact, changed where that is wanted, and texted."""

from bot.bridge.messages.send import Command as Wish
from bot.domain.conversation import Conversation
from bot.domain.errors import CallFailed, NoSuchRow
from bot.domain.ids import ConversationId, UserId
from bot.domain.template import Template, filled
from bot.ports.repositories import Ledger
from bot.slack.blocks.modals import Modal
from bot.slack.context import Close, Desk, Mistake, Outcome, Part
from bot.slack.events.interactions import Asked
from bot.slack.events.message_events import name_of
from bot.slack.features.home.handlers import ways
from bot.slack.features.kit import accepted, texts
from bot.slack.features.kit.accepted import Taken
from bot.slack.features.templates import view
from bot.slack.text.rich_text import is_note, pieces_of_input

Read = tuple[Conversation, list[Template]]


async def open_template_modal(desk: Desk, asked: Asked, conversation_id: int) -> None:
    """Open the window for a conversation, over the one that is open. Raises CallFailed."""
    talk, templates = await _read(desk, ConversationId(conversation_id))
    desk.textable(talk.contact)
    form = view.reply_form(ways(desk).who(talk), templates, talk) if templates else view.none_yet()
    await desk.open_over(asked, form)


async def _read(desk: Desk, conversation_id: ConversationId) -> Read:
    def unit(ledger: Ledger) -> Read:
        return ledger.conversation(conversation_id), ledger.templates()

    return await desk.store.run(unit)


async def use_on_message(desk: Desk, asked: Asked) -> None:
    """Act on the message shortcut. Raises Mistake outside of a conversation's thread."""
    channel, thread_ts = asked.channel, asked.thread_ts
    if channel is None or thread_ts is None:
        raise Mistake(view.NOT_A_THREAD)
    talk = await desk.store.run(lambda ledger: ledger.conversation_at(channel, thread_ts))
    if talk is None:
        raise Mistake(view.NOT_A_THREAD)
    await open_template_modal(desk, asked, talk.id)


async def pick(desk: Desk, asked: Asked) -> None:
    """Act on a chosen template: show it filled in."""
    talk, templates = await _read(desk, _conversation_id(asked))
    picked = next((one for one in templates if str(one.id) == asked.value), None)
    if picked is None:
        raise Mistake(view.GONE)
    words = filled(picked.body, name=talk.name, agent=await agent_name(desk, asked.user))
    form: Modal = view.reply_form(ways(desk).who(talk), templates, talk, picked=picked, words=words)
    await desk.surfaces.update_modal(asked.view_id, form)


def _conversation_id(asked: Asked) -> ConversationId:
    if not asked.metadata.isascii() or not asked.metadata.isdecimal():
        raise NoSuchRow("not the metadata of this form")
    return ConversationId(int(asked.metadata))


async def agent_name(desk: Desk, user: UserId) -> str:
    """Say how somebody is called in Slack; "" where Slack does not say."""
    try:
        person = await desk.surfaces.known_person(user)
    except CallFailed:
        return ""
    return name_of(person)


async def send(desk: Desk, asked: Asked) -> Outcome:
    """Text the words that stand there, once per window."""
    block = asked.form.named(view.WORDS)
    if not block:
        raise Mistake("Choose a template first.", block=view.PICK)
    pieces = pieces_of_input(asked.form.text(block))
    if not pieces:
        raise Mistake("There is no text yet.", block=block)
    if is_note(pieces):
        raise Mistake(texts.KEPT_INSIDE, block=block)
    conversation_id, window = _conversation_id(asked), asked.window_id

    def unit(ledger: Ledger) -> Taken:
        talk = ledger.conversation(conversation_id)
        desk.textable(talk.contact, block=block)
        wish = Wish(trigger_id=window, account=talk.account, contact=talk.contact, author=asked.user)
        return accepted.take_in(ledger, wish, pieces, channel=talk.channel)

    taken = await desk.store.run(unit)
    return Close(lambda: accepted.said(desk, taken))


PART = Part(
    actions={view.PICK: pick},
    submissions={view.REPLY: send},
    shortcuts={"reply_with_template": use_on_message},
)
