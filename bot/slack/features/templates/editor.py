"""Template editor in App Home: managers add, change and delete templates."""

from bot.bridge.conversations.queries import get_template
from bot.bridge.conversations.settings import TemplateResult, drop_template, save_template
from bot.domain.roles import Role
from bot.domain.template import LONGEST_BODY, LONGEST_NAME, MAX_TEMPLATES, Template
from bot.domain.text import is_blank, tidy, truncate
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.home.handlers import publish_again, refresh
from bot.slack.features.kit.action_ids import TEMPLATE_ADD, TEMPLATE_EDIT, TEMPLATE_PICK
from bot.slack.features.templates import view
from bot.slack.handling import Feature, SubmissionResult


async def add(context: Context, interaction: Interaction) -> None:
    """Act on Add a template."""
    await context.ui.open_modal(interaction.trigger_id, view.edit_form(None))


async def edit(context: Context, interaction: Interaction) -> None:
    """Act on Edit, or on a template chosen in the menu of the rest."""
    template = await _template(context, interaction.value)
    if template is None:
        await publish_again(context, interaction)
        raise UserError(view.GONE)
    await context.ui.open_modal(interaction.trigger_id, view.edit_form(template))


async def _template(context: Context, value: str) -> Template | None:
    if not value.isdecimal():
        return None
    return await context.units.run(get_template, int(value))


async def save(context: Context, interaction: Interaction) -> SubmissionResult:
    """Save a template. Raises UserError with the block at fault."""
    name = truncate(" ".join(tidy(interaction.form.text(view.NAME)).split()), LONGEST_NAME)
    body = truncate(tidy(interaction.form.text(view.BODY)), LONGEST_BODY)
    if is_blank(name):
        raise UserError("A template needs a name.", block=view.NAME)
    if fault := view.fault_of(body):
        raise UserError(fault, block=view.BODY)
    number = int(interaction.metadata) if interaction.metadata else None
    if refused := _REFUSALS.get(await context.units.run(save_template, number, name, body, interaction.user)):
        raise UserError(refused, block=view.NAME)
    await refresh(context, interaction.user)
    return None


_REFUSALS = {
    TemplateResult.TOO_MANY: f"There are {MAX_TEMPLATES} templates already. Delete one first.",
    TemplateResult.GONE: view.GONE,
    TemplateResult.NAME_TAKEN: view.NAME_TAKEN,
}


async def delete(context: Context, interaction: Interaction) -> None:
    """Act on Delete, after its confirmation dialog."""
    number = int(interaction.value) if interaction.value.isdecimal() else 0
    await context.units.run(drop_template, number, interaction.user)
    gone = modals.notice_modal(MessageBody("The template is deleted.", []), title="Templates")
    await context.ui.update_modal(interaction.view_id, gone)
    await refresh(context, interaction.user)


FEATURE = Feature(
    role=Role.MANAGER,
    actions={
        TEMPLATE_ADD: add,
        TEMPLATE_EDIT: edit,
        TEMPLATE_PICK: edit,
        view.DELETE: delete,
    },
    submissions={view.FORM: save},
)
