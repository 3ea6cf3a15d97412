"""Approved templates: chosen under a held reply, in the header or by `/volt template`, filled in, and sent once.

The provider is asked for them while a window is open already, for a trigger of Slack's lasts three seconds. One form
sends one text: the view's id makes it unique in the store.
"""

from collections.abc import Sequence

from bot.bridge.conversations.queries import conversations_of_contact, get_conversation
from bot.bridge.conversations.writing import others_writing
from bot.bridge.messages.queries import conversation_of_text
from bot.bridge.messages.send import SendRequest, accept_text
from bot.domain.approved_templates import FilledTemplate, filled, tidied
from bot.domain.conversation import Conversation
from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import ConversationId, MessageKey
from bot.domain.phone import E164
from bot.domain.provider_profile import FileLimits
from bot.domain.provider_records import TemplateOffer, TemplateRecord
from bot.domain.roles import Role
from bot.domain.text import is_blank
from bot.domain.thread_events import SlackFile
from bot.ports.capabilities import Capability
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.blocks.modals import Modal
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.events.slack_files import file_of
from bot.slack.features.approved_templates import view
from bot.slack.features.approved_templates.view import Chosen
from bot.slack.features.kit import accepted, texts
from bot.slack.features.kit.capabilities import cannot_text, templates_of
from bot.slack.features.kit.contact_ref import contact_labels
from bot.slack.features.kit.provider_calls import read_from_provider
from bot.slack.features.kit.which_conversation import conversation_in_form, conversation_of
from bot.slack.features.kit.writing import form_to_write, form_written_in, open_form_to_write
from bot.slack.handling import Close, Feature, ShowView, Subcommand, SubmissionResult
from bot.slack.render import actions, approval_texts

CLOSED = "not_found"
"""Slack's code for a view that the person has closed meanwhile."""

GONE = "This template is not approved any more, or not in the contact's language. Choose another one."
NO_FILE = "This template needs a file of its kind: {kind}."
WITH_WORDS = "Every blank needs words."
OTHER_KIND = "This file is none of the kind that the template needs: {kind}."


async def choose_under(context: Context, interaction: Interaction) -> None:
    """Act on Choose a template under a held reply."""
    conversation = await context.units.run(conversation_of_text, MessageKey(interaction.value))
    await _open(context, interaction, conversation)


async def choose_here(context: Context, interaction: Interaction) -> None:
    """Act on Choose a template in a header."""
    await _open(context, interaction, await context.units.run(get_conversation, conversation_of(interaction)))


async def by_command(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt template NUMBER`."""
    number, rest = context.split_number(words)
    if rest.strip():
        raise UserError("There are words after the number.")
    await _open(context, interaction, await _conversation_with(context, number))
    return MessageBody("The form is open. Nothing is sent before you press Send in it.", [])


async def _conversation_with(context: Context, number: E164) -> Conversation:
    """Find the conversation with a contact on a line that has templates. Raises UserError."""
    known = await context.units.run(conversations_of_contact, number)
    can = [one for one in known if context.lines.offers(Capability.TEMPLATES, one.account)]
    if can:
        return can[0]
    if known:
        line = context.lines.profile(known[0].account).line
        raise UserError(cannot_text(Capability.TEMPLATES, line), has_usage=False)
    raise UserError("There is no conversation with this number yet. Open it first: `/volt open`.", has_usage=False)


async def _open(context: Context, interaction: Interaction, conversation: Conversation) -> None:
    """Open a view at once, and update it when the provider has answered."""
    context.require_reachable(conversation.account, conversation.contact)
    templates_of(context, conversation.account)
    waiting = view.waiting(context.lines.profile(conversation.account).name)
    view_id = await open_form_to_write(context, interaction, conversation.id, waiting)
    listed = await _list_or_reason(context, conversation)
    others = await context.units.run(others_writing, conversation.id, interaction.user)
    await _show(context, view_id, form_to_write(listed, others))


async def _list_or_reason(context: Context, conversation: Conversation) -> Modal:
    try:
        offer = await _offer(context, conversation)
    except CallFailed as error:
        return modals.notice_modal(texts.call_failed_message(error), title=view.TITLE)
    to, name = contact_labels(context).name_of(conversation), context.lines.profile(conversation.account).name
    return view.list_form(to, offer.templates, conversation.id, language=offer.language, name=name)


async def _offer(context: Context, conversation: Conversation) -> TemplateOffer:
    account = conversation.account
    asking = templates_of(context, account).templates(account, conversation.contact)
    return await read_from_provider(context.lines.profile(account), asking)


async def _show(context: Context, view_id: str, modal: Modal) -> None:
    try:
        await context.ui.update_modal(view_id, modal)
    except Rejected as error:
        if error.code != CLOSED:
            raise


async def another(context: Context, interaction: Interaction) -> None:
    """Act on Another template."""
    conversation = await _conversation(context, view.read_metadata(interaction.metadata).conversation_id)
    await _show_again(context, interaction, conversation, await _list_or_reason(context, conversation))


async def _show_again(context: Context, interaction: Interaction, conversation: Conversation, modal: Modal) -> None:
    """Put a form in place of the open one, with who else is writing to the contact."""
    await _show(context, interaction.view_id, await form_written_in(context, interaction, conversation.id, modal))


async def pick(context: Context, interaction: Interaction) -> None:
    """Act on a chosen template: show it with its blanks."""
    await _show(context, interaction.view_id, await _form_for(context, interaction, interaction.value))


async def pick_by_next(context: Context, interaction: Interaction) -> SubmissionResult:
    """Act on Next, where the choice itself was not heard of."""
    picked = interaction.form.choice(view.PICK)
    if not picked:
        raise UserError(view.NO_CHOICE, block=view.PICK)
    return ShowView(await _form_for(context, interaction, picked))


async def _form_for(context: Context, interaction: Interaction, template_id: str) -> Modal:
    conversation = await _conversation(context, conversation_in_form(interaction))
    form = _form(context, conversation, await _template(context, conversation, template_id), ())
    return await form_written_in(context, interaction, conversation.id, form)


async def _template(context: Context, conversation: Conversation, template_id: str) -> TemplateRecord:
    """Read a template as the contact would get it now. Raises UserError where it is not offered any more."""
    offer = await _offer(context, conversation)
    found = next((one for one in offer.templates if one.id == template_id), None)
    if found is None:
        raise UserError(GONE)
    return found


def _form(
    context: Context,
    conversation: Conversation,
    template: TemplateRecord,
    params: Sequence[str],
    *,
    has_changed: bool = False,
) -> Modal:
    to, limits = contact_labels(context).name_of(conversation), _limits(context, conversation.account)
    return view.fill_form(to, Chosen(conversation.id, template), params, limits, has_changed=has_changed)


def _limits(context: Context, account: E164) -> FileLimits | None:
    media = context.providers.of(account).capabilities.media
    return media.file_limits if media is not None else None


async def _conversation(context: Context, conversation_id: int) -> Conversation:
    return await context.units.run(get_conversation, ConversationId(conversation_id))


async def preview(context: Context, interaction: Interaction) -> None:
    """Act on each character that is typed: show what a phone will show."""
    shown = view.read_metadata(interaction.metadata)
    conversation = await _conversation(context, shown.conversation_id)
    template = shown.template or await _template(context, conversation, shown.template_id)
    form = _form(context, conversation, template, _params(interaction, template))
    await _show_again(context, interaction, conversation, form)


def _params(interaction: Interaction, template: TemplateRecord) -> tuple[str, ...]:
    typed = (interaction.form.text(view.blank_block(template, number)) for number in range(1, template.blanks + 1))
    return tuple(tidied(words) for words in typed)


async def send(context: Context, interaction: Interaction) -> SubmissionResult:
    """Send the template, once per form, as it was shown; one that has changed since is shown anew instead.

    Raises UserError with the block at fault.
    """
    shown = view.read_metadata(interaction.metadata)
    conversation = await _conversation(context, shown.conversation_id)
    template = await _template(context, conversation, shown.template_id)
    params = _params(interaction, template)
    if view.digest_of(template) != shown.digest:
        changed = _form(context, conversation, template, params, has_changed=True)
        return ShowView(await form_written_in(context, interaction, conversation.id, changed))
    empty = next((number for number, words in enumerate(params, start=1) if is_blank(words)), None)
    if empty is not None:
        raise UserError(WITH_WORDS, block=view.blank_block(template, empty))
    files = _files(interaction, template)
    context.require_reachable(conversation.account, conversation.contact)
    ends = conversation.account, conversation.contact
    request = SendRequest(interaction.window_id, *ends, interaction.user)
    fill = FilledTemplate(template.id, params, template.kind, "" if files else template.media)
    pieces = (filled(template.body, params),)
    taken = await context.units.run(
        accept_text, request, pieces, channel=conversation.channel, files=files, template=fill
    )
    return Close(lambda: accepted.status_text(context, taken))


def _files(interaction: Interaction, template: TemplateRecord) -> tuple[SlackFile, ...]:
    """Read the file of a template that needs one. Raises UserError."""
    if not template.kind:
        return ()
    block = interaction.form.block_named(f"{view.FILE} {template.id}")  # none where no files can be sent from here
    files = tuple(file for one in interaction.form.files(block) if (file := file_of(one)) is not None)
    if not files and not template.media:
        raise UserError(NO_FILE.format(kind=template.kind), block=block)
    if not all(view.is_of_kind(file.name, file.type, template.kind) for file in files):
        raise UserError(OTHER_KIND.format(kind=template.kind), block=block)
    return files[:1]


FEATURE = Feature(
    role=Role.AGENT,
    needs=Capability.TEMPLATES,
    commands=(
        Subcommand(
            "template",
            "NUMBER",
            "(555) 555-0145",
            "send an approved template, also while free text cannot be sent",
            by_command,
        ),
    ),
    actions={
        approval_texts.CHOOSE_TEMPLATE: choose_under,
        actions.APPROVED: choose_here,
        view.PICK: pick,
        view.BLANK: preview,
        view.OTHER: another,
    },
    submissions={view.LIST: pick_by_next, view.FORM: send},
)
