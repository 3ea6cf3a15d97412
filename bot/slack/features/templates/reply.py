"""Reply with a template: chosen in a window, filled in for the contact, changed where that is wanted, and texted."""

from bot.bridge.messages.send import SendRequest as Wish
from bot.domain.conversation import Conversation
from bot.domain.errors import CallFailed, RowNotFound
from bot.domain.ids import ConversationId, UserId
from bot.domain.template import Template, render_template
from bot.ports.repositories import Transaction
from bot.slack.blocks.modals import Modal
from bot.slack.context import Close, Context, Feature, SubmissionResult, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.events.message_events import name_of
from bot.slack.features.home.handlers import ways
from bot.slack.features.kit import accepted, texts
from bot.slack.features.kit.accepted import AcceptedText
from bot.slack.features.templates import view
from bot.slack.text.rich_text import is_note, pieces_of_input

Read = tuple[Conversation, list[Template]]


async def open_template_modal(desk: Context, asked: Interaction, conversation_id: int) -> None:
    """Open the window for a conversation, over the one that is open. Raises CallFailed."""
    talk, templates = await _read(desk, ConversationId(conversation_id))
    desk.textable(talk.contact)
    form = view.reply_form(ways(desk).who(talk), templates, talk) if templates else view.none_yet()
    await desk.open_over(asked, form)


async def _read(desk: Context, conversation_id: ConversationId) -> Read:
    def unit(ledger: Transaction) -> Read:
        return ledger.conversation(conversation_id), ledger.templates()

    return await desk.store.run(unit)


async def use_on_message(desk: Context, asked: Interaction) -> None:
    """Act on the message shortcut. Raises Mistake outside of a conversation's thread."""
    channel, thread_ts = asked.channel, asked.thread_ts
    if channel is None or thread_ts is None:
        raise UserError(view.NOT_A_THREAD)
    talk = await desk.store.run(lambda ledger: ledger.conversation_at(channel, thread_ts))
    if talk is None:
        raise UserError(view.NOT_A_THREAD)
    await open_template_modal(desk, asked, talk.id)


async def pick(desk: Context, asked: Interaction) -> None:
    """Act on a chosen template: show it filled in."""
    talk, templates = await _read(desk, _conversation_id(asked))
    picked = next((one for one in templates if str(one.id) == asked.value), None)
    if picked is None:
        raise UserError(view.GONE)
    words = render_template(picked.body, name=talk.name, agent=await agent_name(desk, asked.user))
    form: Modal = view.reply_form(ways(desk).who(talk), templates, talk, picked=picked, words=words)
    await desk.surfaces.update_modal(asked.view_id, form)


def _conversation_id(asked: Interaction) -> ConversationId:
    if not asked.metadata.isascii() or not asked.metadata.isdecimal():
        raise RowNotFound("not the metadata of this form")
    return ConversationId(int(asked.metadata))


async def agent_name(desk: Context, user: UserId) -> str:
    """Say how somebody is called in Slack; "" where Slack does not say."""
    try:
        person = await desk.surfaces.known_person(user)
    except CallFailed:
        return ""
    return name_of(person)


async def send(desk: Context, asked: Interaction) -> SubmissionResult:
    """Text the words that stand there, once per window."""
    block = asked.form.named(view.WORDS)
    if not block:
        raise UserError("Choose a template first.", block=view.PICK)
    pieces = pieces_of_input(asked.form.text(block))
    if not pieces:
        raise UserError("There is no text yet.", block=block)
    if is_note(pieces):
        raise UserError(texts.KEPT_INSIDE, block=block)
    conversation_id, window = _conversation_id(asked), asked.window_id

    def unit(ledger: Transaction) -> AcceptedText:
        talk = ledger.conversation(conversation_id)
        desk.textable(talk.contact, block=block)
        wish = Wish(trigger_id=window, account=talk.account, contact=talk.contact, author=asked.user)
        return accepted.accept_text(ledger, wish, pieces, channel=talk.channel)

    taken = await desk.store.run(unit)
    return Close(lambda: accepted.said(desk, taken))


PART = Feature(
    actions={view.PICK: pick},
    submissions={view.REPLY: send},
    shortcuts={"reply_with_template": use_on_message},
)
