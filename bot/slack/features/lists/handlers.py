"""List handlers, `/volt list`: show a contact list, create one, set its query, add contacts. Nobody is texted."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from bot.bridge.conversations.contacts import record_list_use
from bot.domain.errors import CallFailed
from bot.domain.phone import E164
from bot.domain.provider_records import ListRecord, Operand, Operator, Rule
from bot.domain.roles import Role
from bot.domain.text import clean, counted
from bot.ports.capabilities import Capability
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.blocks.modals import Modal
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction, ViewState
from bot.slack.features.kit import texts
from bot.slack.features.kit.capabilities import lists_of
from bot.slack.features.kit.list_menu import MAX_NAME_CHARS, account_in, remember_list
from bot.slack.features.kit.provider_calls import change_at_provider, read_from_provider
from bot.slack.features.kit.which_line import line_for, picked_line
from bot.slack.features.lists import import_texts, import_view, importing, view
from bot.slack.features.lists.view import ListRef, read_list_ref
from bot.slack.handling import Feature, ShowView, Subcommand, SubmissionResult
from bot.slack.render import import_card
from bot.slack.text.escaping import unescape

_QUOTED = re.compile('["“”„«](?P<name>[^"“”„«»]*)["“”»]')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?", re.ASCII)

UNKNOWN_CONTACT = (
    "{name} does not know one of these contacts, so nobody was put on the list. Save them first with `/volt contact "
    "NUMBER`."
)
AGAIN = "You may safely do it again."


async def answer(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt list NAME`, `list create NAME` and `list add NAME NUMBER, NUMBER`."""
    line, words = await picked_line(context, words, is_strict=False)
    account = await line_for(context, line, Capability.LISTS)
    first, _, rest = unescape(words).strip().partition(" ")
    if first.lower() == "import" and not rest.strip():
        return await importing.open_file_form(context, interaction, account)
    if first.lower() == "create" and rest.strip():
        name = _named(rest)
        await context.units.run(record_list_use, interaction.user, "made list")
        return await _create(context, account, name)
    if first.lower() == "add" and rest.strip():
        name, numbers = _name_and_rest(rest.strip())
        added = _numbers(context, account, re.split(r"[,;\n]+", numbers))
        await context.units.run(record_list_use, interaction.user, "added to list")
        return await _add(context, account, name, added)
    name = _named(unescape(words))
    await context.units.run(record_list_use, interaction.user, "read list")
    card = await _find(context, account, name)
    return view.missing_view(ListRef(account, name)) if card is None else _view(context, account, card)


def _view(
    context: Context, account: E164, card: ListRecord, note: str = "", *, has_buttons: bool = True
) -> MessageBody:
    return view.list_view(account, card, lists_of(context, account), note, has_buttons=has_buttons)


def _named(words: str) -> str:
    """Read a name that is the whole argument; quotes around it are removed."""
    whole = _QUOTED.fullmatch(words.strip())
    name = " ".join(clean(whole["name"] if whole else words).split())
    if not name:
        raise UserError("No list was named.")
    if len(name) > MAX_NAME_CHARS:
        raise UserError(f"The name of a list has at most {MAX_NAME_CHARS} characters.")
    return name


def _name_and_rest(words: str) -> tuple[str, str]:
    quoted = _QUOTED.match(words)
    if quoted:
        return _named(quoted[0]), words[quoted.end() :]
    name, _, rest = words.partition(" ")
    return _named(name), rest


def _numbers(context: Context, account: E164, lines: Sequence[str], *, block: str = "") -> list[E164]:
    """Read numbers. Raises UserError that names each invalid one."""
    numbers, faults = [], []
    for line in lines:
        if not line.strip():
            continue
        try:
            numbers.append(context.require_reachable(account, context.read_number(line)))
        except UserError as mistake:
            faults.append(str(mistake))
    if faults:
        raise UserError("\n".join(faults), block=block)
    if not numbers:
        raise UserError("There is no number.", block=block)
    return list(dict.fromkeys(numbers))


async def _find(context: Context, account: E164, name: str) -> ListRecord | None:
    lists = lists_of(context, account)
    card = await read_from_provider(context.lines.profile(account), lists.contact_list(account, name))
    return None if card is None else await remember_list(context, account, card)


async def _create(context: Context, account: E164, name: str) -> MessageBody:
    card = await _find(context, account, name)
    if card is not None:
        return _view(context, account, card, "There is a list of this name already.")
    saving = lists_of(context, account).save_list(account, name)
    made = await change_at_provider(context.lines.profile(account), saving, AGAIN)
    return _view(context, account, await remember_list(context, account, made), "The list was created.")


async def _add(context: Context, account: E164, name: str, numbers: list[E164]) -> MessageBody:
    if await _find(context, account, name) is None:
        return view.missing_view(ListRef(account, name))
    return _view(context, account, *await _put(context, account, name, numbers))


async def _put(context: Context, account: E164, name: str, numbers: list[E164]) -> tuple[ListRecord, str]:
    by, adding = context.lines.profile(account), lists_of(context, account).add_to_list(account, name, numbers)
    card = await change_at_provider(by, adding, AGAIN, missing=UNKNOWN_CONTACT.format(name=by.capital_name))
    return card, f"{counted(len(numbers), 'contact was', 'contacts were')} put on the list."


# --- the buttons


async def _edit(context: Context, interaction: Interaction) -> None:
    """Open the form at once, and fill it in when the provider has answered: a trigger_id lasts three seconds."""
    view_id = await context.ui.open_modal(
        interaction.trigger_id, modals.notice_modal(MessageBody(texts.ONE_MOMENT, []))
    )
    await context.ui.update_modal(view_id, await _query_form(context, read_list_ref(context, interaction.value)))


async def _query_form(context: Context, of: ListRef) -> Modal:
    try:
        card = await _find(context, of.account, of.name)
    except CallFailed as error:
        return modals.notice_modal(texts.call_failed_message(error))
    if card is None:
        return _modal(context, None, of)
    operators = lists_of(context, of.account).operators
    if len(card.rules) > view.MAX_RULES or any(rule.operator not in operators for rule in card.rules):
        words = f"This list has rules that the form cannot hold. Please edit it in {context.lines.profile().name}."
        return modals.notice_modal(MessageBody(words, []))
    return _modal(context, card, of)


def _modal(context: Context, card: ListRecord | None, of: ListRef) -> Modal:
    return view.query_modal(card, of, lists_of(context, of.account))


async def _open_numbers(context: Context, interaction: Interaction) -> None:
    await context.ui.open_modal(interaction.trigger_id, view.numbers_modal(read_list_ref(context, interaction.value)))


async def _open_new(context: Context, interaction: Interaction) -> None:
    await context.ui.open_modal(
        interaction.trigger_id, _modal(context, None, read_list_ref(context, interaction.value))
    )


# --- the forms


async def _save(context: Context, interaction: Interaction) -> SubmissionResult:
    form, known = interaction.form, _known_name(interaction)
    name, account = known or _new_name(form), account_in(context, interaction)
    lists = lists_of(context, account)
    rules = [rule for number in range(view.MAX_RULES) if (rule := _rule(form, number, lists.operators))]
    source, term = form.text(view.SOURCE).strip(), form.text(view.TERM).strip()
    if source and await _find(context, account, source) is None:
        no_list = f"{context.lines.profile(account).capital_name} has no list of this name."
        raise UserError(no_list, block=view.SOURCE)
    if source == name:
        raise UserError("A list cannot be taken from itself.", block=view.SOURCE)
    if not known and await _find(context, account, name) is not None:
        raise UserError("There is a list of this name already. Choose another name.", block=view.NAME)
    await context.units.run(record_list_use, interaction.user, "changed list" if known else "made list")
    saving = lists.save_list(account, name, source=source, search_term=term, rules=rules)
    saved = await change_at_provider(context.lines.profile(account), saving, AGAIN)
    return _shown(context, account, await remember_list(context, account, saved), "Saved.")


def _known_name(interaction: Interaction) -> str:
    try:
        return str(json.loads(interaction.metadata)["name"])
    except (ValueError, LookupError, TypeError):
        raise UserError("This is out of date. Please open it again.") from None


def _new_name(form: ViewState) -> str:
    name = " ".join(clean(form.text(view.NAME)).split())
    if not name:
        raise UserError("Give the list a name.", block=view.NAME)
    return name


def _rule(form: ViewState, number: int, operators: Mapping[str, Operator]) -> Rule | None:
    """Read one rule; None if it is empty. Raises UserError with the block at fault."""
    names = (f"field_{number}", f"operator_{number}", f"value_{number}")
    field, operator, value = form.text(names[0]).strip(), form.choice(names[1]), form.text(names[2]).strip()
    if not (field or operator or value):
        return None
    missing = ("Name the custom field.", "Choose how it is compared.", "Say what it is compared with.")
    for name, given, words in zip(names, (field, operator, value), missing, strict=True):
        if not given:
            raise UserError(words, block=name)
    if operator not in operators:
        raise UserError(missing[1], block=names[1])
    operand = operators[operator].operand
    if operand is Operand.NUMBER and not _NUMBER.fullmatch(value):
        raise UserError("This comparison needs a number, such as 12 or 3.5.", block=names[2])
    if operand is Operand.DATE and not _is_date(value):
        raise UserError("This comparison needs a date, such as 2026-12-31.", block=names[2])
    return Rule(field, operator, value)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


async def _add_numbers(context: Context, interaction: Interaction) -> SubmissionResult:
    name, account = _known_name(interaction), account_in(context, interaction)
    lines = re.split(r"[,;\n]+", interaction.form.text(view.CONTACTS))
    numbers = _numbers(context, account, lines, block=view.CONTACTS)
    await context.units.run(record_list_use, interaction.user, "added to list")
    return _shown(context, account, *await _put(context, account, name, numbers))


def _shown(context: Context, account: E164, card: ListRecord, note: str) -> ShowView:
    return ShowView(modals.notice_modal(_view(context, account, card, note, has_buttons=False), title="List"))


FEATURE = Feature(
    role=Role.SENDER_TO_MANY,
    needs=Capability.LISTS,
    commands=(
        Subcommand(
            "list",
            "NAME",
            "VIP customers",
            'a list of contacts; also `list create NAME`, `list add "NAME" NUMBER, NUMBER`, `list import` for a file',
            answer,
        ),
    ),
    actions={
        view.EDIT: _edit,
        view.ADD: _open_numbers,
        view.CREATE: _open_new,
        import_view.OFFER: importing.open_offered,
        import_card.GO: importing.go,
        import_card.STOP: importing.stop,
        import_card.TEXT: import_texts.open_form,
        import_view.SEND: import_texts.send,
        import_view.SEND_AS_SECOND: import_texts.send_as_second,
        import_view.REFUSE_AS_SECOND: import_texts.refuse_as_second,
    },
    submissions={
        view.QUERY: _save,
        view.NUMBERS: _add_numbers,
        import_view.FILE_FORM: importing.take_file,
        import_view.COLUMNS_FORM: importing.take_columns,
        import_view.TEXT_FORM: import_texts.take_text,
    },
)
