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


SECRET_INPUT = "secret"  # noqa: S105 - a name
"""Begin of the block id of an input for a secret: what was typed there is never put into a view again."""

MAX_TITLE_CHARS = 24
MAX_OPTION_CHARS = 75
MAX_INPUT_CHARS = 3_000


def notice_modal(body: MessageBody, *, title: str = "Volt") -> Modal:
    """Modal that only shows a message."""
    blocks = body.blocks or [section(body.text[:3_000])]
    return {"type": "modal", "title": plain(title), "close": plain("Close"), "blocks": blocks}


def form_modal(callback_id: str, title: str, submit: str, blocks: list[Block], *, metadata: str = "") -> Modal:
    """Modal with inputs. `metadata` comes back with what was typed; the person who has it open can read it."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title[:MAX_TITLE_CHARS]),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "private_metadata": metadata,
        "blocks": blocks,
    }


def option_object(option: Option) -> Block:
    """Option object of a menu."""
    made: Block = {"text": plain(ellipsized(option.text, MAX_OPTION_CHARS)), "value": option.value[:150]}
    return made | (
        {"description": plain(ellipsized(option.description, MAX_OPTION_CHARS))} if option.description else {}
    )


def input_block(block_id: str, label: str, element: Block, *, hint: str = "", is_required: bool = True) -> Block:
    """Input block with its label; its one element gets the block's id unless it has its own."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "optional": not is_required,
        "element": {"action_id": block_id} | element,
    }
    return block | ({"hint": plain(hint)} if hint else {})


def text_input(
    *, initial: str = "", max_chars: int = MAX_INPUT_CHARS, is_multiline: bool = False, placeholder: str = ""
) -> Block:
    """Text input, of as many characters as Slack takes at most."""
    max_chars = min(max_chars, MAX_INPUT_CHARS)
    element: Block = {"type": "plain_text_input", "multiline": is_multiline, "max_length": max_chars}
    element |= {"initial_value": initial[:max_chars]} if initial else {}
    return element | ({"placeholder": plain(placeholder)} if placeholder else {})


def select_menu(options: Sequence[Option], *, initial: str = "", placeholder: str = "") -> Block:
    """Select menu; `initial` is the value of the option that is chosen at first."""
    option_objects = [option_object(option) for option in options]
    chosen = next((option for option in option_objects if option["value"] == initial), None) if initial else None
    element: Block = {"type": "static_select", "options": option_objects}
    element |= {"placeholder": plain(placeholder)} if placeholder else {}
    return element | ({"initial_option": chosen} if chosen else {})


def checkboxes(*options: Option, are_ticked: bool = False) -> Block:
    """Checkboxes, all of them ticked at first or none."""
    option_objects = [option_object(option) for option in options]
    element: Block = {"type": "checkboxes", "options": option_objects}
    return element | ({"initial_options": option_objects} if are_ticked else {})


def radio_buttons(options: Sequence[Option], *, initial: str = "") -> Block:
    """Radio buttons: all options are visible and one is chosen."""
    return select_menu(options, initial=initial) | {"type": "radio_buttons"}


def datetime_picker() -> Block:
    """Date and time picker, in the person's own time zone."""
    return {"type": "datetimepicker"}
