"""What modals share: the window that says one thing, and the parts that forms are made of. Pure.

Limits: https://docs.slack.dev/reference/views and https://docs.slack.dev/reference/block-kit/block-elements
"""

from typing import Any

from bot.slack.blocks import View
from bot.slack.desk import Modal, Option

LONGEST_TITLE = 24


def notice(view: View, *, title: str = "Volt") -> Modal:
    """A window that only says something."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": view.text[:3_000]}}
    return {"type": "modal", "title": plain(title), "close": plain("Close"), "blocks": view.blocks or [section]}


def form(callback_id: str, title: str, submit: str, blocks: list[dict[str, Any]], *, metadata: str = "") -> Modal:
    """A window with inputs. `metadata` comes back with what was typed; it is no secret from whoever has it open."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title[:LONGEST_TITLE]),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "private_metadata": metadata,
        "blocks": blocks,
    }


def plain(text: str) -> dict[str, Any]:
    """A text of our own without formatting."""
    return {"type": "plain_text", "text": text, "emoji": False}


def option(one: Option) -> dict[str, Any]:
    """One line of a menu."""
    made: dict[str, Any] = {"text": plain(one.text[:75]), "value": one.value[:150]}
    return made | ({"description": plain(one.description[:75])} if one.description else {})


def question(block_id: str, label: str, element: dict[str, Any], *, hint: str = "", is_needed: bool = True) -> Modal:
    """An input and what is asked for; its one element bears the name of its block."""
    made: Modal = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "optional": not is_needed,
        "element": {"action_id": block_id} | element,
    }
    return made | ({"hint": plain(hint)} if hint else {})


def typed(*, initial: str = "", longest: int = 3_000, has_lines: bool = False, sample: str = "") -> dict[str, Any]:
    """A field to type into."""
    made: dict[str, Any] = {"type": "plain_text_input", "multiline": has_lines, "max_length": longest}
    made |= {"initial_value": initial[:longest]} if initial else {}
    return made | ({"placeholder": plain(sample)} if sample else {})
