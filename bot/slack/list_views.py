"""What people read and fill in about lists of contacts. Pure."""

import json

from bot.domain.directory import OPERATORS, ListCard, Rule
from bot.slack.blocks import View
from bot.slack.desk import Modal, Option
from bot.slack.inert import escape
from bot.slack.inputs import Block, button, buttons, form, menu_input, section, words_input

EDIT, ADD, CREATE = "list_edit", "list_add", "list_create"
QUERY, NUMBERS = "list_query", "list_numbers"
NAME, SOURCE, TERM, CONTACTS = "name", "source", "term", "numbers"

MOST_RULES = 3
LONGEST_NAME = 200


def list_view(card: ListCard, note: str = "", *, has_buttons: bool = True) -> View:
    """Show a list: who is on it and why."""
    words = "\n".join([note] * bool(note) + [f"*{escape(card.name)}* has {counted(card.size)}.", *_query(card)])
    row = buttons(button(EDIT, "Edit query", card.name), button(ADD, "Add contacts", card.name))
    return View(words, [section(words[:3_000]), *([row] if has_buttons else [])])


def counted(size: int) -> str:
    """Count contacts."""
    return "1 contact" if size == 1 else f"{size:,} contacts"


def _query(card: ListCard) -> list[str]:
    lines = [f"Taken from the list *{escape(card.source)}*."] if card.source else []
    if card.search_term:
        lines.append(f"The name contains *{escape(card.search_term)}*.")
    lines += [f"• {rule_words(rule)}" for rule in card.rules]
    return lines or ["It has no query."]


def rule_words(rule: Rule) -> str:
    """Say a rule, in mrkdwn."""
    operator = OPERATORS.get(rule.operator, rule.operator)
    return f"*{escape(rule.field)}* {escape(operator)} *{escape(rule.value)}*"


def missing_view(name: str) -> View:
    """Say that there is no such list, and offer to make it."""
    words = f"There is no list *{escape(name)}*."
    return View(words, [section(words), buttons(button(CREATE, "Create", name))])


def query_modal(card: ListCard | None, name: str) -> Modal:
    """Take a list's query; a new list's name can still be changed."""
    known = card or ListCard("", name, 0, "", "", ())
    head = (
        section(f"The query of *{escape(name)}*. Contacts that were put on the list by hand stay on it.")
        if card
        else words_input(NAME, "Name", initial=name, longest=LONGEST_NAME)
    )
    rules = [block for number in range(MOST_RULES) for block in _rule_inputs(number, known.rules)]
    blocks = [
        head,
        words_input(SOURCE, "Take from the list", initial=known.source, hint="Empty: all contacts.", is_optional=True),
        words_input(TERM, "Whose name contains", initial=known.search_term, is_optional=True),
        *rules,
    ]
    metadata = json.dumps({"name": card.name if card else ""})
    return form(QUERY, "Edit list" if card else "New list", blocks, submit="Save", metadata=metadata)


def _rule_inputs(number: int, rules: tuple[Rule, ...]) -> list[Block]:
    rule = rules[number] if number < len(rules) else Rule("", "", "")
    operators = [Option(words, value) for value, words in OPERATORS.items()]
    return [
        words_input(f"field_{number}", f"Custom field {number + 1}", initial=rule.field, is_optional=True),
        menu_input(f"operator_{number}", "compared by", operators, initial=rule.operator, is_optional=True),
        words_input(f"value_{number}", "with", initial=rule.value, is_optional=True),
    ]


def numbers_modal(name: str) -> Modal:
    """Take the numbers of contacts to put on a list."""
    blocks = [
        section(f"Put contacts on *{escape(name)}*. Nobody is texted."),
        words_input(CONTACTS, "Numbers, one per line", longest=3_000, is_long=True),
    ]
    return form(NUMBERS, "Add contacts", blocks, submit="Add", metadata=json.dumps({"name": name}))
