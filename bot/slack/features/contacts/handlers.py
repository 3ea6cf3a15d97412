"""Contact handlers: `/volt contact`, the card's buttons, and the form.

A contact is written whole, so every change reads it first, changes what the person changed, and writes the rest back
unchanged. A form that was opened on an older state saves nothing: it shows the new one.
"""

import json
from dataclasses import replace

from bot.bridge.conversations.contacts import ContactActivity, follow_contact, note_saved, record_contact_read
from bot.bridge.conversations.queries import get_conversation
from bot.bridge.messages.send import SendRequest, open_or_find
from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import ConversationId
from bot.domain.message import Direction, Message
from bot.domain.phone import E164
from bot.domain.provider_records import ContactRecord
from bot.domain.roles import Role
from bot.domain.timestamps import from_micros
from bot.ports.capabilities import Capability
from bot.slack.blocks import cards, modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.contacts import card as view
from bot.slack.features.contacts import channel, consent
from bot.slack.features.contacts import form as form_view
from bot.slack.features.contacts.card import LocalContact
from bot.slack.features.contacts.form import Submitted
from bot.slack.features.kit import texts
from bot.slack.features.kit.action_ids import OPEN, VISIT
from bot.slack.features.kit.capabilities import contacts_of
from bot.slack.features.kit.contact_ref import ContactRef, only_number, read_contact_ref, visit
from bot.slack.features.kit.permissions import require
from bot.slack.features.kit.provider_calls import change_at_provider, read_from_provider, record_change
from bot.slack.features.kit.which_line import picked_line
from bot.slack.handling import Feature, ShowView, Subcommand, SubmissionResult
from bot.slack.json_fields import dict_of, str_of

LOG_LENGTH = 5

CLOSED = "not_found"
"""Slack's codes for a view that was closed before it could be updated."""


async def contact(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt contact NUMBER`."""
    line, words = await picked_line(context, words)
    number, rest = context.split_number(words)
    ref = ContactRef(line or await context.account_with(number), number)
    if channel.is_about_channel(rest):
        ours = ref.account if line else await channel.line_with_channels(context, ref.account)
        return await channel.set_channel(context, interaction, ContactRef(ours, number), rest)
    only_number(context, words)
    await context.units.run(record_contact_read, interaction.user, ref.account, ref.contact)
    return await _card(context, ref)


async def _card(context: Context, ref: ContactRef) -> MessageBody:
    found = await _read(context, ref) if context.lines.offers(Capability.CONTACTS, ref.account) else None
    noted = _without_named_lists(context, ref.account, found)
    known = _known(await context.units.run(follow_contact, ref.account, ref.contact, noted, log_length=LOG_LENGTH))
    known = replace(
        known,
        link=context.thread_link(known.conversation),
        carrier=await _carrier(context, ref),
        channel=await _channel(context, ref),
    )
    return view.render_contact(ref, found, known, context.renderer.number, context.lines)


async def _carrier(context: Context, ref: ContactRef) -> str:
    """Write what a carrier says of the number; "" where nobody can be asked, or there is nothing to say."""
    can = context.lines.capabilities(ref.account)
    if can is None or can.number_info is None:
        return ""
    try:
        found = await can.number_info.number_info(ref.contact)
    except CallFailed:
        return f"{context.lines.profile(ref.account).capital_name} does not say just now"
    return found.words if found is not None else ""


async def _channel(context: Context, ref: ContactRef) -> str | None:
    """Return the channel that reaches the contact; None where the line has no channels."""
    can = context.lines.capabilities(ref.account)
    return await can.channels.channel_of(ref.contact) if can is not None and can.channels is not None else None


def _without_named_lists(context: Context, account: E164, found: ContactRecord | None) -> ContactRecord | None:
    """Leave out the lists of a provider that names them itself: they are not remembered."""
    can = context.lines.capabilities(account)
    is_named = can is not None and can.lists is not None and can.lists.are_named
    return replace(found, lists=()) if found is not None and is_named else found


async def _read(context: Context, ref: ContactRef) -> ContactRecord | None:
    contacts = contacts_of(context, ref.account)
    return await read_from_provider(context.lines.profile(ref.account), contacts.contact(ref.account, ref.contact))


def _known(activity: ContactActivity) -> LocalContact:
    conversation, last, log = activity.conversation, activity.last_text, activity.log
    if last is None:
        return LocalContact(conversation, log=log)
    is_ours = last.direction is Direction.OUTBOUND
    return LocalContact(conversation, _words(last), last_is_ours=is_ours, last_at=from_micros(last.created_at), log=log)


def _words(text: Message) -> str:
    return text.body or "".join(piece for piece in text.pieces if isinstance(piece, str))


# --- block and unblock


async def block(context: Context, interaction: Interaction) -> None:
    """Act on Block."""
    await _set_blocked(context, interaction, is_blocked=True)


async def unblock(context: Context, interaction: Interaction) -> None:
    """Act on Unblock."""
    await _set_blocked(context, interaction, is_blocked=False)


async def _set_blocked(context: Context, interaction: Interaction, *, is_blocked: bool) -> None:
    ref = read_contact_ref(interaction.value)
    found = await _read(context, ref)
    if found is None:
        name = context.lines.profile(ref.account).capital_name
        raise UserError(f"{name} does not have this contact any more. Save a name first.")
    if found.is_blocked != is_blocked:
        await _save(context, interaction, ref, before=found, after=replace(found, is_blocked=is_blocked))
    await context.ui.respond(interaction.response_url, await _card_or(context, ref, _set(is_blocked)), replaces=True)


async def _card_or(context: Context, ref: ContactRef, done: str) -> MessageBody:
    """Render the card; if the provider does not return the contact, say at least what was done."""
    try:
        return await _card(context, ref)
    except CallFailed as error:
        return texts.call_failed_message(error, done)


def _set(is_blocked: bool) -> str:  # noqa: FBT001 - the one thing it is about
    return "The contact is blocked now." if is_blocked else "The contact is not blocked any more."


async def _save(
    context: Context, interaction: Interaction, ref: ContactRef, *, before: ContactRecord | None, after: ContactRecord
) -> None:
    look = f"Look with `/volt contact {ref.contact}` before you try again."
    by, contacts = context.lines.profile(ref.account), contacts_of(context, ref.account)
    await change_at_provider(by, contacts.save_contact(ref.account, after), look)
    await record_change(by, context.units.run(note_saved, interaction.user, ref.account, before=before, after=after))


# --- the form


async def edit(context: Context, interaction: Interaction) -> None:
    """Act on Edit and Save a name."""
    await _open_form(context, interaction, read_contact_ref(interaction.value))


async def open_contact_modal(context: Context, interaction: Interaction, conversation_id: ConversationId) -> None:
    """Open the form for the contact of a conversation. Raises CallFailed."""
    conversation = await context.units.run(get_conversation, conversation_id)
    await context.units.run(record_contact_read, interaction.user, conversation.account, conversation.contact)
    await _open_form(
        context,
        interaction,
        ContactRef(conversation.account, context.require_textable(conversation.contact)),
        name=conversation.name,
    )


async def _open_form(context: Context, interaction: Interaction, ref: ContactRef, *, name: str = "") -> None:
    """Open a view at once, because a trigger_id lasts 3 seconds, and update it when the provider has answered."""
    contacts_of(context, ref.account)
    by = context.lines.profile(ref.account)
    waiting = form_view.waiting_form(ref, name, context.renderer.number, by)
    view_id = await context.open_over(interaction, waiting)
    try:
        found = await _read(context, ref)
        form = form_view.contact_form(ref, found, context.renderer.number, by)
    except CallFailed as error:
        form = modals.notice_modal(texts.call_failed_message(error), title="Contact")
    try:
        await context.ui.update_modal(view_id, form)
    except Rejected as error:
        if error.code != CLOSED:
            raise


async def submit(context: Context, interaction: Interaction) -> SubmissionResult:
    """Save the changes; if the contact was changed at the provider meanwhile, show its new state instead."""
    ref, seen = _subject(interaction)
    form = interaction.form
    found = await _read(context, ref)
    name, fields = form.text(form_view.name_block(seen)), form.text(form_view.fields_block(seen))
    if form_view.digest(found) != seen:
        by = context.lines.profile(ref.account)
        notes = (CHANGED_MEANWHILE.format(name=by.name), *_typed_again(name, fields))
        return ShowView(form_view.contact_form(ref, found, context.renderer.number, by, notes=notes))
    is_blocked = "blocked" in form.choices(form_view.blocked_block(seen))
    after = form_view.changed_card(ref, found, Submitted(name, fields, is_blocked=is_blocked))
    if after.is_blocked is not (found is not None and found.is_blocked):
        await require(context, interaction, Role.MANAGER)
    if after != found:
        await _save(context, interaction, ref, before=found, after=after)
    return None


CHANGED_MEANWHILE = (
    "Somebody changed this contact at {name} after you opened this. "
    "Nothing of yours was saved. Below is what {name} has now."
)


def _typed_again(name: str, fields: str) -> tuple[str, ...]:
    """Repeat what was typed, so that it is not lost."""
    lines = (f"You had written: {cards.single_line(name, 300)}", cards.truncated(fields, 1_000))
    return tuple(line for line in lines if line.removeprefix("You had written: "))


def _subject(interaction: Interaction) -> tuple[ContactRef, str]:
    try:
        metadata = dict_of(json.loads(interaction.metadata))
    except ValueError:
        metadata = {}
    return read_contact_ref(str_of(metadata.get("who"))), str_of(metadata.get("seen"))


# --- threads


async def open_thread(context: Context, interaction: Interaction) -> None:
    """Open a thread for the contact of a card or a row, and link to it."""
    ref = read_contact_ref(interaction.value)
    request = SendRequest(
        trigger_id=interaction.trigger_id, account=ref.account, contact=ref.contact, author=interaction.user
    )
    conversation = await context.units.run(open_or_find, request, channel=context.channel)
    message = MessageBody(
        texts.open_text(context.renderer.number(ref.contact), context.thread_mention(conversation)), []
    )
    await context.ui.respond(interaction.response_url, message)


FEATURE = Feature(
    role=Role.AGENT,
    roles={view.BLOCK: Role.MANAGER, view.UNBLOCK: Role.MANAGER},
    commands=(
        Subcommand(
            "contact",
            "NUMBER",
            "(555) 555-0145",
            "who it is and what is known; change, block or unblock",
            contact,
            {Capability.CHANNELS: channel.HELP},
        ),
    ),
    actions={
        view.EDIT: edit,
        view.BLOCK: block,
        view.UNBLOCK: unblock,
        consent.CONSENT: consent.open_form,
        OPEN: open_thread,
        VISIT: visit,
    },
    submissions={form_view.FORM: submit, consent.FORM: consent.submit},
)
