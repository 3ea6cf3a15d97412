"""Forms in which somebody writes to a contact: each names the colleagues who have one open for the same contact.

The line stands in forms and in answers that one person sees; nothing about it is posted, and no form is refused.
"""

from collections.abc import Sequence

from bot.bridge.conversations.writing import begin_form, begin_form_to, end_form, name_form
from bot.domain.errors import CallFailed
from bot.domain.ids import ConversationId
from bot.domain.phone import E164
from bot.domain.team import OpenForm
from bot.domain.timestamps import from_micros
from bot.slack.blocks.kit import AGO, Block, context_block, date
from bot.slack.blocks.modals import Modal
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction

MOST_NAMED = 3
"""Colleagues that are named; more at once are rare, and say nothing new."""


def writing_lines(forms: Sequence[OpenForm]) -> list[Block]:
    """Name who else is writing to a contact, a line each, the last to begin first."""
    newest = sorted(forms, key=lambda form: form.since, reverse=True)[:MOST_NAMED]
    return [context_block(f"<@{form.user}> is writing to this contact: {_since(form)}.") for form in newest]


def _since(form: OpenForm) -> str:
    return f"they opened a form {date(from_micros(form.since), AGO)}"


def form_to_write(modal: Modal, others: Sequence[OpenForm]) -> Modal:
    """Form in which somebody writes: it names who else does, below whom it is for, and Slack says when it is closed."""
    first, *rest = modal["blocks"]
    return modal | {"blocks": [first, *writing_lines(others), *rest], "notify_on_close": True}


async def open_form_to_write(
    context: Context, interaction: Interaction, conversation_id: ConversationId, modal: Modal
) -> str:
    """Open a form in which somebody writes to the contact of a conversation; returns its id. Raises CallFailed."""
    others = await context.units.run(begin_form, conversation_id, interaction.user)
    return await _open(context, interaction, conversation_id, form_to_write(modal, others))


async def open_form_to_number(
    context: Context, interaction: Interaction, account: E164, contact: E164, modal: Modal
) -> str:
    """Open the same for a number that perhaps has no conversation yet. Raises CallFailed."""
    conversation_id, others = await context.units.run(begin_form_to, account, contact, interaction.user)
    if conversation_id is None:
        return await context.open_over(interaction, modal)
    return await _open(context, interaction, conversation_id, form_to_write(modal, others))


async def _open(context: Context, interaction: Interaction, conversation_id: ConversationId, modal: Modal) -> str:
    try:
        view_id = await context.open_over(interaction, modal)
    except CallFailed:
        await context.units.run(end_form, interaction.user, "")
        raise
    await context.units.run(name_form, conversation_id, interaction.user, view_id)
    return view_id


async def form_written_in(
    context: Context, interaction: Interaction, conversation_id: ConversationId, modal: Modal
) -> Modal:
    """Form that takes the place of the open one, in which something was done."""
    others = await context.units.run(begin_form, conversation_id, interaction.user, interaction.view_id)
    return form_to_write(modal, others)


async def form_closed(context: Context, interaction: Interaction) -> None:
    """Note that a form was closed."""
    if interaction.user and interaction.view_id:
        await context.units.run(end_form, interaction.user, interaction.view_id)
