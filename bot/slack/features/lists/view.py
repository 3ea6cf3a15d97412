"""List views and list forms. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.errors import InvalidNumber
from bot.domain.own_numbers import parse_account
from bot.domain.phone import E164
from bot.domain.provider_records import ListRecord, Operator, Rule
from bot.domain.text import counted, ellipsized
from bot.ports.capabilities import Lists
from bot.slack.blocks.kit import Block, MessageBody, button, button_row, section_plain
from bot.slack.blocks.modals import Modal, Option, form_modal, input_block, select_menu, text_input
from bot.slack.context import Context
from bot.slack.features.kit.list_menu import MAX_NAME_CHARS
from bot.slack.text.escaping import escape

EDIT, ADD, CREATE = "list_edit", "list_add", "list_create"
QUERY, NUMBERS = "list_query", "list_numbers"
NAME, SOURCE, TERM, CONTACTS = "name", "source", "term", "numbers"

Operators = Mapping[str, Operator]
"""Operators by which a list compares a custom field, by the provider's word."""

MAX_RULES = 3
MAX_LINE_CHARS = 255


@dataclass(frozen=True)
class ListRef:
    """List reference: our number and the list's name, as the value of a button."""

    account: E164
    name: str

    def __str__(self) -> str:
        return f"{self.account} {self.name}"


def read_list_ref(context: Context, value: str) -> ListRef:
    """Read the value of a button; one without a number is about the main one."""
    account, _, name = value.partition(" ")
    try:
        return ListRef(parse_account(account), name)
    except InvalidNumber:
        return ListRef(context.account, value)


def list_view(
    account: E164, card: ListRecord, lists: Lists, note: str = "", *, has_buttons: bool = True
) -> MessageBody:
    """Render a list: its contacts and its query."""
    lines = [f"{card.name} has {counted(card.size, 'contact')}.", *_reached(card)]
    lines += _query(card, lists.operators) if lists.has_queries else []
    words = "\n".join([note, *lines] if note else lines)
    own = str(ListRef(account, card.name))
    edit = button("Edit query", EDIT, own) if lists.has_queries else None
    row = button_row(edit, button("Add contacts", ADD, own))
    return MessageBody(escape(words), [section_plain(ellipsized(words, 3_000)), *(row if has_buttons else [])])


def _reached(card: ListRecord) -> list[str]:
    if card.reached is None or not card.size:
        return []
    return [f"Free text reaches {card.reached} of them now: those who wrote within the last 24 hours."]


def _query(card: ListRecord, operators: Operators) -> list[str]:
    lines = [f"Taken from the list {card.source}."] if card.source else []
    if card.search_term:
        lines.append(f"The name contains {card.search_term}.")
    lines += [f"• {rule_words(rule, operators)}" for rule in card.rules]
    return lines or ["It has no query."]


def rule_words(rule: Rule, operators: Operators) -> str:
    """Write a rule in plain text."""
    known = operators.get(rule.operator)
    return f"{rule.field} {known.words if known else rule.operator} {rule.value}"


def missing_view(of: ListRef) -> MessageBody:
    """Render that there is no such list, with a button to create it."""
    words = f"There is no list {of.name}."
    return MessageBody(escape(words), [section_plain(words), *button_row(button("Create", CREATE, str(of)))])


def query_modal(card: ListRecord | None, of: ListRef, lists: Lists) -> Modal:
    """Form for a list's query; a new list's name can still be changed. Without queries a list has its name only."""
    head = (
        section_plain(f"The query of {of.name}. Contacts that were put on the list by hand stay on it.")
        if card
        else input_block(NAME, "Name", text_input(initial=of.name, max_chars=MAX_NAME_CHARS))
    )
    known = card or ListRecord("", of.name, 0, "", "", ())
    blocks = [head, *(_query_inputs(known, lists.operators) if lists.has_queries else [])]
    metadata = json.dumps({"name": card.name if card else "", "account": of.account})
    return form_modal(QUERY, "Edit list" if card else "New list", "Save", blocks, metadata=metadata)


def _query_inputs(known: ListRecord, operators: Operators) -> list[Block]:
    rules = [block for number in range(MAX_RULES) for block in _rule_inputs(number, known.rules, operators)]
    source = input_block(
        SOURCE,
        "Take from the list",
        _line(known.source),
        hint="Leave it empty for all contacts.",
        is_required=False,
    )
    return [source, input_block(TERM, "Whose name contains", _line(known.search_term), is_required=False), *rules]


def _rule_inputs(number: int, rules: tuple[Rule, ...], operators: Operators) -> list[Block]:
    rule = rules[number] if number < len(rules) else Rule("", "", "")
    options = [Option(operator.words, value) for value, operator in operators.items()]
    return [
        input_block(f"field_{number}", f"Custom field {number + 1}", _line(rule.field), is_required=False),
        input_block(
            f"operator_{number}", "Compared by", select_menu(options, initial=rule.operator), is_required=False
        ),
        input_block(f"value_{number}", "With", _line(rule.value), is_required=False),
    ]


def _line(initial: str) -> Block:
    return text_input(initial=initial, max_chars=MAX_LINE_CHARS)


def numbers_modal(of: ListRef) -> Modal:
    """Form for the numbers of contacts to add to a list."""
    blocks = [
        section_plain(f"Put contacts on {of.name}. Nobody is texted."),
        input_block(CONTACTS, "Numbers, one per line", text_input(is_multiline=True)),
    ]
    return form_modal(
        NUMBERS, "Add contacts", "Add", blocks, metadata=json.dumps({"name": of.name, "account": of.account})
    )
