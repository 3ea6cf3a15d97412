"""Adding, changing and deleting templates from App Home; everybody may."""

from bot.domain.template import LONGEST_BODY, LONGEST_NAME, MOST, Template
from bot.domain.text import is_blank, tidy, truncate
from bot.ports.repositories import Transaction
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, Feature, SubmissionResult, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.home import view as home_view
from bot.slack.features.home.handlers import again, refresh
from bot.slack.features.templates import view


async def add(desk: Context, asked: Interaction) -> None:
    """Act on Add a template."""
    await desk.surfaces.open_modal(asked.trigger_id, view.edit_form(None))


async def edit(desk: Context, asked: Interaction) -> None:
    """Act on Edit, or on a template that was chosen from the menu of the rest."""
    template = await _template(desk, asked.value)
    if template is None:
        await again(desk, asked)
        raise UserError(view.GONE)
    await desk.surfaces.open_modal(asked.trigger_id, view.edit_form(template))


async def _template(desk: Context, value: str) -> Template | None:
    if not value.isdecimal():
        return None
    return await desk.store.run(lambda ledger: ledger.template(int(value)))


async def save(desk: Context, asked: Interaction) -> SubmissionResult:
    """Keep what was typed. Raises Mistake on the field at fault."""
    name = truncate(" ".join(tidy(asked.form.text(view.NAME)).split()), LONGEST_NAME)
    body = truncate(tidy(asked.form.text(view.BODY)), LONGEST_BODY)
    if is_blank(name):
        raise UserError("A template needs a name.", block=view.NAME)
    if fault := view.fault_of(body):
        raise UserError(fault, block=view.BODY)
    await desk.store.run(lambda ledger: _save(ledger, asked, asked.metadata, (name, body)))
    await refresh(desk, asked.user)
    return None


def _save(ledger: Transaction, asked: Interaction, metadata: str, words: tuple[str, str]) -> None:
    name, body = words
    if not metadata:
        if len(ledger.templates()) >= MOST:
            raise UserError(f"There are {MOST} templates already. Delete one first.", block=view.NAME)
        is_saved = ledger.add_template(name, body, asked.user)
    elif ledger.template(int(metadata)) is None:
        raise UserError(view.GONE, block=view.NAME)
    else:
        is_saved = ledger.save_template(Template(int(metadata), name, body), asked.user)
    if not is_saved:
        raise UserError(view.NAME_TAKEN, block=view.NAME)
    ledger.note_audit(asked.user, "template", None, "changed" if metadata else "added")


async def delete(desk: Context, asked: Interaction) -> None:
    """Act on Delete, which has asked already."""
    number = int(asked.value) if asked.value.isdecimal() else 0

    def unit(ledger: Transaction) -> None:
        if ledger.drop_template(number):
            ledger.note_audit(asked.user, "template", None, "deleted")

    await desk.store.run(unit)
    gone = modals.notice(MessageBody("The template is deleted.", []), title="Templates")
    await desk.surfaces.update_modal(asked.view_id, gone)
    await refresh(desk, asked.user)


PART = Feature(
    actions={
        home_view.TEMPLATE_ADD: add,
        home_view.TEMPLATE_EDIT: edit,
        home_view.TEMPLATE_PICK: edit,
        view.DELETE: delete,
    },
    submissions={view.FORM: save},
)
