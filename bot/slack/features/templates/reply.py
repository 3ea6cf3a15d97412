"""Template reply: choose a template, see it filled in for the contact, change it, and text it."""

from bot.bridge.conversations.queries import conversation_and_templates, conversation_at, get_conversation
from bot.bridge.conversations.window import window_facts
from bot.bridge.messages.send import SendRequest, accept_text
from bot.domain.conversation import Conversation
from bot.domain.errors import RowNotFound
from bot.domain.ids import ConversationId
from bot.domain.roles import Role
from bot.domain.template import Template, render_template
from bot.domain.thread_content import WindowFacts
from bot.domain.timestamps import to_micros
from bot.slack.blocks.modals import Modal
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit import accepted, texts
from bot.slack.features.kit.colleagues import agent_name
from bot.slack.features.kit.contact_ref import contact_labels
from bot.slack.features.kit.writing import form_written_in, open_form_to_write
from bot.slack.features.templates import view
from bot.slack.handling import Close, Feature, SubmissionResult
from bot.slack.text.rich_text import is_note, pieces_of_input
from bot.time_of_day import utc_now

Read = tuple[Conversation, list[Template]]


async def open_template_modal(context: Context, interaction: Interaction, conversation_id: int) -> None:
    """Open the form for a conversation, on top of the open modal. Raises CallFailed."""
    conversation, templates = await _read(context, ConversationId(conversation_id))
    context.require_reachable(conversation.account, conversation.contact)
    if not templates:
        await context.open_over(interaction, view.none_yet())
        return
    to = contact_labels(context).name_of(conversation)
    form = view.reply_form(to, templates, conversation, window=_window(conversation))
    await open_form_to_write(context, interaction, conversation.id, form)


def _window(conversation: Conversation) -> WindowFacts | None:
    return window_facts(conversation, to_micros(utc_now()))


async def _read(context: Context, conversation_id: ConversationId) -> Read:
    return await context.units.run(conversation_and_templates, conversation_id)


async def use_on_message(context: Context, interaction: Interaction) -> None:
    """Act on the message shortcut. Raises UserError outside of a conversation's thread."""
    channel, thread_ts = interaction.channel, interaction.thread_ts
    if channel is None or thread_ts is None:
        raise UserError(view.NOT_A_THREAD)
    conversation = await context.units.run(conversation_at, channel, thread_ts)
    if conversation is None:
        raise UserError(view.NOT_A_THREAD)
    await open_template_modal(context, interaction, conversation.id)


async def pick(context: Context, interaction: Interaction) -> None:
    """Act on a chosen template: show it filled in."""
    conversation, templates = await _read(context, _conversation_id(interaction))
    picked = next((template for template in templates if str(template.id) == interaction.value), None)
    if picked is None:
        raise UserError(view.GONE)
    words = render_template(picked.body, name=conversation.name, agent=await agent_name(context, interaction.user))
    to, measure = contact_labels(context).name_of(conversation), context.lines.profile(conversation.account).measure
    form: Modal = view.reply_form(
        to, templates, conversation, picked=picked, words=words, measure=measure, window=_window(conversation)
    )
    written = await form_written_in(context, interaction, conversation.id, form)
    await context.ui.update_modal(interaction.view_id, written)


def _conversation_id(interaction: Interaction) -> ConversationId:
    if not interaction.metadata.isascii() or not interaction.metadata.isdecimal():
        raise RowNotFound("not the metadata of this form")
    return ConversationId(int(interaction.metadata))


async def send(context: Context, interaction: Interaction) -> SubmissionResult:
    """Text the words in the form, once per form."""
    block = interaction.form.block_named(view.WORDS)
    if not block:
        raise UserError("Choose a template first.", block=view.PICK)
    pieces = pieces_of_input(interaction.form.text(block))
    if not pieces:
        raise UserError("There is no text yet.", block=block)
    if is_note(pieces):
        raise UserError(texts.KEPT_INSIDE, block=block)
    conversation_id, window = _conversation_id(interaction), interaction.window_id
    conversation = await context.units.run(get_conversation, conversation_id)
    context.require_reachable(conversation.account, conversation.contact, block=block)
    request = SendRequest(
        trigger_id=window, account=conversation.account, contact=conversation.contact, author=interaction.user
    )
    taken = await context.units.run(accept_text, request, pieces, channel=conversation.channel)
    return Close(lambda: accepted.status_text(context, taken))


FEATURE = Feature(
    role=Role.AGENT,
    actions={view.PICK: pick},
    submissions={view.REPLY: send},
    shortcuts={"reply_with_template": use_on_message},
)
