"""Template editor in App Home: add, change and delete templates; open to everybody."""

from bot.domain.template import LONGEST_BODY, LONGEST_NAME, MOST, Template
from bot.domain.text import is_blank, tidy, truncate
from bot.ports.storage import Transaction
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, Feature, SubmissionResult, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.home import view as home_view
from bot.slack.features.home.handlers import again, refresh
from bot.slack.features.templates import view


async def add(context: Context, interaction: Interaction) -> None:
    """Act on Add a template."""
    await context.ui.open_modal(interaction.trigger_id, view.edit_form(None))


async def edit(context: Context, interaction: Interaction) -> None:
    """Act on Edit, or on a template chosen in the menu of the rest."""
    template = await _template(context, interaction.value)
    if template is None:
        await again(context, interaction)
        raise UserError(view.GONE)
    await context.ui.open_modal(interaction.trigger_id, view.edit_form(template))


async def _template(context: Context, value: str) -> Template | None:
    if not value.isdecimal():
        return None
    return await context.store.run(lambda tx: tx.settings.template(int(value)))


async def save(context: Context, interaction: Interaction) -> SubmissionResult:
    """Save a template. Raises UserError with the block at fault."""
    name = truncate(" ".join(tidy(interaction.form.text(view.NAME)).split()), LONGEST_NAME)
    body = truncate(tidy(interaction.form.text(view.BODY)), LONGEST_BODY)
    if is_blank(name):
        raise UserError("A template needs a name.", block=view.NAME)
    if fault := view.fault_of(body):
        raise UserError(fault, block=view.BODY)
    await context.store.run(lambda tx: _save(tx, interaction, interaction.metadata, (name, body)))
    await refresh(context, interaction.user)
    return None


def _save(tx: Transaction, interaction: Interaction, metadata: str, words: tuple[str, str]) -> None:
    name, body = words
    if not metadata:
        if len(tx.settings.templates()) >= MOST:
            raise UserError(f"There are {MOST} templates already. Delete one first.", block=view.NAME)
        is_saved = tx.settings.add_template(name, body, interaction.user)
    elif tx.settings.template(int(metadata)) is None:
        raise UserError(view.GONE, block=view.NAME)
    else:
        is_saved = tx.settings.save_template(Template(int(metadata), name, body), interaction.user)
    if not is_saved:
        raise UserError(view.NAME_TAKEN, block=view.NAME)
    tx.audit.add(interaction.user, "template", None, "changed" if metadata else "added")


async def delete(context: Context, interaction: Interaction) -> None:
    """Act on Delete, after its confirmation dialog."""
    number = int(interaction.value) if interaction.value.isdecimal() else 0

    def unit(tx: Transaction) -> None:
        if tx.settings.drop_template(number):
            tx.audit.add(interaction.user, "template", None, "deleted")

    await context.store.run(unit)
    gone = modals.notice(MessageBody("The template is deleted.", []), title="Templates")
    await context.ui.update_modal(interaction.view_id, gone)
    await refresh(context, interaction.user)


PART = Feature(
    actions={
        home_view.TEMPLATE_ADD: add,
        home_view.TEMPLATE_EDIT: edit,
        home_view.TEMPLATE_PICK: edit,
        view.DELETE: delete,
    },
    submissions={view.FORM: save},
)
