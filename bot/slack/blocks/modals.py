"""Modal builders: the notice, the form, and its inputs. Pure.

Limits: https://docs.slack.dev/reference/views and https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.text import ellipsized
from bot.slack.blocks.kit import Block, MessageBody, plain, section

Modal = dict[str, Any]


@dataclass(frozen=True)
class Option:
    """Option of a menu: text and description of at most 75 characters, `value` of 150."""

    text: str
    value: str
    description: str = ""


LONGEST_TITLE = 24
LONGEST_OPTION = 75


def notice(view: MessageBody, *, title: str = "Volt") -> Modal:
    """Modal that only shows a message."""
    blocks = view.blocks or [section(view.text[:3_000])]
    return {"type": "modal", "title": plain(title), "close": plain("Close"), "blocks": blocks}


def form(callback_id: str, title: str, submit: str, blocks: list[Block], *, metadata: str = "") -> Modal:
    """Modal with inputs. `metadata` comes back with what was typed; the person who has it open can read it."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title[:LONGEST_TITLE]),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "private_metadata": metadata,
        "blocks": blocks,
    }


def option(one: Option) -> Block:
    """Option object of a menu."""
    made: Block = {"text": plain(ellipsized(one.text, LONGEST_OPTION)), "value": one.value[:150]}
    return made | ({"description": plain(ellipsized(one.description, LONGEST_OPTION))} if one.description else {})


def question(block_id: str, label: str, element: Block, *, hint: str = "", is_needed: bool = True) -> Block:
    """Input block with its label; its one element gets the block's id unless it has its own."""
    made: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "optional": not is_needed,
        "element": {"action_id": block_id} | element,
    }
    return made | ({"hint": plain(hint)} if hint else {})


def typed(*, initial: str = "", longest: int = 3_000, has_lines: bool = False, sample: str = "") -> Block:
    """Text input."""
    made: Block = {"type": "plain_text_input", "multiline": has_lines, "max_length": longest}
    made |= {"initial_value": initial[:longest]} if initial else {}
    return made | ({"placeholder": plain(sample)} if sample else {})


def menu(options: Sequence[Option], *, picked: str = "", sample: str = "") -> Block:
    """Select menu; `picked` is the value of the option that is chosen at first."""
    shown = [option(one) for one in options]
    chosen = next((one for one in shown if one["value"] == picked), None) if picked else None
    made: Block = {"type": "static_select", "options": shown}
    made |= {"placeholder": plain(sample)} if sample else {}
    return made | ({"initial_option": chosen} if chosen else {})


def boxes(*options: Option, ticked: bool = False) -> Block:
    """Checkboxes, all of them ticked at first or none."""
    shown = [option(one) for one in options]
    made: Block = {"type": "checkboxes", "options": shown}
    return made | ({"initial_options": shown} if ticked else {})


def choices(options: Sequence[Option], *, picked: str = "") -> Block:
    """Radio buttons: all options are visible and one is chosen."""
    return menu(options, picked=picked) | {"type": "radio_buttons"}


def moment() -> Block:
    """Date and time picker, in the person's own time zone."""
    return {"type": "datetimepicker"}
