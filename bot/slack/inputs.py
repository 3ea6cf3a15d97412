"""The inputs that forms are made of, each in a block of its own whose block_id is the input's action_id. Pure.

Limits: https://docs.slack.dev/reference/block-kit/block-elements
"""

from typing import Any

from bot.slack.desk import Modal, Option
from bot.slack.modals import LONGEST_TITLE, option, plain

Block = dict[str, Any]


def words_input(
    name: str,
    label: str,
    *,
    initial: str = "",
    hint: str = "",
    longest: int = 255,
    is_long: bool = False,
    is_optional: bool = False,
) -> Block:
    """A line, or several, to type."""
    element: Block = {"type": "plain_text_input", "action_id": name, "multiline": is_long, "max_length": longest}
    if initial:
        element["initial_value"] = initial[:longest]
    return _input(name, label, element, hint=hint, is_optional=is_optional)


def moment_input(name: str, label: str, *, hint: str = "", is_optional: bool = False) -> Block:
    """A date and time, picked in the person's own time zone."""
    return _input(name, label, {"type": "datetimepicker", "action_id": name}, hint=hint, is_optional=is_optional)


def menu_input(name: str, label: str, options: list[Option], *, initial: str = "", is_optional: bool = False) -> Block:
    """One of several options."""
    element: Block = {"type": "static_select", "action_id": name, "options": [option(one) for one in options]}
    chosen = next((option(one) for one in options if one.value == initial), None)
    if chosen:
        element["initial_option"] = chosen
    return _input(name, label, element, is_optional=is_optional)


def tick_input(name: str, label: str, one: Option) -> Block:
    """A box to tick."""
    element = {"type": "checkboxes", "action_id": name, "options": [option(one)]}
    return _input(name, label, element, is_optional=True)


def form(name: str, title: str, blocks: list[Block], *, submit: str, metadata: str = "") -> Modal:
    """A modal with a button that submits it."""
    return {
        "type": "modal",
        "callback_id": name,
        "title": plain(title[:LONGEST_TITLE]),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "private_metadata": metadata,
        "blocks": blocks,
    }


def section(words: str) -> Block:
    """A paragraph in mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def small(words: str) -> Block:
    """A small line in mrkdwn."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": words}]}


def button(name: str, label: str, value: str, *, style: str = "", confirm: Block | None = None) -> Block:
    """A button; `style` is primary or danger."""
    made: Block = {"type": "button", "action_id": name, "value": value, "text": plain(label[:75])}
    return made | ({"style": style} if style else {}) | ({"confirm": confirm} if confirm else {})


def buttons(*elements: Block) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def _input(name: str, label: str, element: Block, *, hint: str = "", is_optional: bool = False) -> Block:
    made: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "element": element,
        "optional": is_optional,
    }
    return made | ({"hint": plain(hint)} if hint else {})
