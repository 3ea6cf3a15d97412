"""Compose handlers: write a new text, or text a message that is in Slack already.

One form sends one text: the view's id makes it unique in the store.
"""

from bot.bridge.conversations.queries import conversation_at
from bot.bridge.messages.send import SendRequest, ThreadMessage, accept_message, accept_text
from bot.domain.ids import ConversationId
from bot.domain.phone import E164
from bot.domain.roles import Role
from bot.ports.capabilities import Capability
from bot.slack.api.files import goes_along
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.blocks.modals import Modal
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.compose import view
from bot.slack.features.compose.contact_menu import suggest
from bot.slack.features.compose.form import ComposeInput, read_form, send_later
from bot.slack.features.compose.from_message import ALREADY_TEXTED, draft_of_message
from bot.slack.features.compose.view import Draft, Offered, Preview
from bot.slack.features.kit import accepted, texts
from bot.slack.features.kit.action_ids import NEW_TEXT, NEW_TEXT_TO
from bot.slack.features.kit.capabilities import media_of
from bot.slack.features.kit.contact_ref import contact_labels
from bot.slack.features.kit.which_line import line_options
from bot.slack.features.kit.windows import window_of
from bot.slack.features.kit.writing import form_written_in, open_form_to_write
from bot.slack.handling import Close, Feature, ShowView, SubmissionResult
from bot.slack.text.rich_text import is_note
from bot.time_of_day import utc_now

NO_WORDS = "There is nothing to send yet: write a text, or add a picture."


# --- opening the window


async def new_text(context: Context, interaction: Interaction) -> None:
    """Act on New text, by the shortcut or by a button in App Home, perhaps with a number."""
    _, number = view.chosen(interaction.value)
    to = view.to_number(E164(number), context.renderer.number(E164(number))) if number else None
    await context.ui.open_modal(interaction.trigger_id, view.compose_form(Draft(to), await _offered(context)))


async def _offered(context: Context, account: E164 | None = None) -> Offered:
    """Tell what a text from one of our numbers can have besides words; before one is known, from any."""
    lines = context.lines
    providers = context.providers.all() if account is None else [context.providers.of(account)]
    media = next((found for found in (provider.capabilities.media for provider in providers) if found), None)
    is_later = (
        lines.any_offers(Capability.SCHEDULING) if account is None else lines.offers(Capability.SCHEDULING, account)
    )
    files, has_window = media.file_limits if media is not None else None, lines.any_offers(Capability.WINDOW)
    return Offered(files, is_later, lines.profile(account).measure, has_window, await line_options(context))


async def send_as_text(context: Context, interaction: Interaction) -> None:
    """Act on the message shortcut; in a thread, for its contact. Raises UserError if it cannot be texted."""
    draft = await draft_of_message(context, interaction)
    form = view.compose_form(draft, await _offered(context))
    known, _ = view.chosen(draft.to.value) if draft.to else (None, "")
    if known is None:
        await context.ui.open_modal(interaction.trigger_id, form)
    else:
        await open_form_to_write(context, interaction, ConversationId(known), form)


# --- preview


async def show_preview(context: Context, interaction: Interaction) -> None:
    """Act on Preview: show the text as on the phone, with the last texts of the conversation."""
    form = await read_form(context, interaction)
    last = await context.read_model.last_texts(form.conversation.id, view.LAST_TEXTS) if form.conversation else ()
    warnings = view.warnings_of(form.conversation, context.lines.profile(form.account))
    draft, offered = await _draft_in(context, interaction, form), await _offered(context, form.account)
    line = next((one.text for one in offered.lines if one.value == form.account), "")
    linked = _linked(context, form)
    preview = Preview(form.text, len(form.files) - linked, last, warnings, line, linked)
    await _show_again(context, interaction, form, view.compose_form(draft, offered, preview))


def _linked(context: Context, form: ComposeInput) -> int:
    """Count the files that go by a link."""
    limits = media_of(context, form.account).file_limits if form.files else None
    return sum(not goes_along(file, limits) for file in form.files) if limits is not None else 0


async def show_window(context: Context, interaction: Interaction) -> None:
    """Act on the choice of a contact: show until when free text may be sent."""
    form = await read_form(context, interaction)
    draft = await _draft_in(context, interaction, form)
    modal = view.compose_form(draft, await _offered(context, form.account))
    await _show_again(context, interaction, form, modal)


async def _show_again(context: Context, interaction: Interaction, form: ComposeInput, modal: Modal) -> None:
    """Put a form in place of the open one, with who else is writing to the contact."""
    if form.conversation is not None:
        modal = await form_written_in(context, interaction, form.conversation.id, modal)
    await context.ui.update_modal(interaction.view_id, modal)


async def line_picked(context: Context, interaction: Interaction) -> None:
    """Act on the choice of a number of ours: show the same for it, where a contact is chosen already."""
    if any(view.chosen(interaction.form.choice(view.TO))):
        await show_window(context, interaction)


async def _draft_in(context: Context, interaction: Interaction, form: ComposeInput) -> Draft:
    """Return what stands in the form, with the window of the contact."""
    if form.conversation is not None:
        to = view.to_contact(form.conversation, contact_labels(context).name_of(form.conversation))
    else:
        to = view.to_number(form.contact, context.renderer.number(form.contact))
    window = await window_of(context, form.account, form.contact, utc_now())
    return Draft(to, interaction.form.text(view.TEXT), form.source, window=window)


# --- sending


async def submit(context: Context, interaction: Interaction) -> SubmissionResult:
    """Send the text, now or later. Raises UserError with the block at fault."""
    form = await read_form(context, interaction)
    _check(context, form)
    if form.at is not None:
        return await send_later(context, interaction, form)
    window = interaction.window_id
    request = SendRequest(trigger_id=window, account=form.account, contact=form.contact, author=interaction.user)
    if form.source and await _is_its_contact(context, form, form.source):
        return await _send_source(context, request, form, form.source)
    taken = await context.units.run(accept_text, request, form.pieces, channel=context.channel, files=form.files)
    return ShowView(modals.notice_modal(MessageBody(await accepted.status_text(context, taken), [])))


def _check(context: Context, form: ComposeInput) -> None:
    if not form.pieces and not form.files:
        raise UserError(NO_WORDS, block=view.TEXT)
    if is_note(form.pieces):
        raise UserError(texts.KEPT_INSIDE, block=view.TEXT)
    if not form.files:
        return
    limits = media_of(context, form.account).file_limits
    if len(form.files) > limits.count:
        raise UserError(f"A text carries {limits.count} files at most.", block=view.FILES)


async def _is_its_contact(context: Context, form: ComposeInput, source: ThreadMessage) -> bool:
    """Tell whether the text goes to the contact of the message's thread."""
    conversation = await context.units.run(conversation_at, source.channel, source.thread_ts)
    return conversation is not None and (conversation.account, conversation.contact) == (form.account, form.contact)


async def _send_source(
    context: Context, request: SendRequest, form: ComposeInput, source: ThreadMessage
) -> SubmissionResult:
    """Send a message of a thread; the reaction on it shows the status."""
    taken = await context.units.run(accept_message, request, form.pieces, source, form.files)
    if taken is None:
        raise UserError(ALREADY_TEXTED, block=view.TEXT)
    return Close(lambda: accepted.status_text(context, taken))


FEATURE = Feature(
    role=Role.AGENT,
    actions={
        NEW_TEXT: new_text,
        NEW_TEXT_TO: new_text,
        view.PREVIEW: show_preview,
        view.TO: show_window,
        view.LINE: line_picked,
    },
    submissions={view.FORM: submit},
    shortcuts={NEW_TEXT: new_text, "send_as_text": send_as_text},
    options={view.TO: suggest},
)
