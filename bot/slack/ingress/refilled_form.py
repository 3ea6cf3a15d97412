"""Refilled form: a form that was refused too late for Slack to keep it, rebuilt with what was typed. Pure.

Slack keeps the state of a form only if it is refused within 3 seconds. Afterwards another view has taken its place, so
that every input has to be filled in again. Files cannot be: no input has initial files.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.blocks.kit import Block, section_plain
from bot.slack.blocks.modals import SECRET_INPUT, Modal
from bot.slack.json_fields import dict_of, dicts_of, str_of

REFUSED = "refused"
"""Block id of the reason; further reasons have a number behind it."""

FILES_AGAIN = "Please add the files again: Slack does not keep them."

SECRET_AGAIN = "Please paste the token again: it is never shown."  # noqa: S105 - words about a token
PASSWORD_AGAIN = "Please type the password again: it is never shown."  # noqa: S105 - words about a password

_FRAME = ("title", "submit", "close", "private_metadata", "callback_id")
_STATES = {
    "value": "initial_value",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_user": "initial_user",
    "selected_channel": "initial_channel",
    "selected_conversation": "initial_conversation",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_users": "initial_users",
    "selected_channels": "initial_channels",
    "selected_conversations": "initial_conversations",
}
"""Field of an input's state, and the field of the element that sets it."""


def refilled_form(view: Mapping[str, Any], why: Sequence[Block]) -> Modal:
    """Rebuild a submitted form with its inputs filled in and the reasons of the refusal on top."""
    states = dict_of(dict_of(view.get("state")).get("values"))
    blocks = [block for block in dicts_of(view.get("blocks")) if not str_of(block.get("block_id")).startswith(REFUSED)]
    had_files = any(_state(states, block).get("files") for block in blocks)
    had = [block for block in blocks if _is_secret(block) and _state(states, block).get("value")]
    again = [*([FILES_AGAIN] if had_files else []), *dict.fromkeys(map(_again, had))]
    notes = [*why, *map(section_plain, again)]
    named = [note | {"block_id": f"{REFUSED}_{number}"} for number, note in enumerate(notes)]
    frame = {name: view[name] for name in _FRAME if view.get(name)}
    return {"type": "modal", **frame, "blocks": [*named, *(_with_state(block, states) for block in blocks)]}


def error_blocks(view: Mapping[str, Any], messages: Mapping[str, str]) -> list[Block]:
    """Write the error of each input as a paragraph; messages by block_id."""
    labels = {
        block.get("block_id"): str_of(dict_of(block.get("label")).get("text")) for block in dicts_of(view.get("blocks"))
    }
    return [section_plain(": ".join(filter(None, (labels.get(block_id), why)))) for block_id, why in messages.items()]


def _again(block: Block) -> str:
    return PASSWORD_AGAIN if str_of(block.get("block_id")).endswith("password") else SECRET_AGAIN


def _is_secret(block: Block) -> bool:
    return str_of(block.get("block_id")).startswith(SECRET_INPUT)


def _state(states: dict[str, Any], block: Block) -> dict[str, Any]:
    element = dict_of(block.get("element"))
    return dict_of(dict_of(states.get(str_of(block.get("block_id")))).get(str_of(element.get("action_id"))))


def _with_state(block: Block, states: dict[str, Any]) -> Block:
    state = _state(states, block)
    if not state or _is_secret(block):
        return block
    element = {name: value for name, value in block["element"].items() if not name.startswith("initial_")}
    filled = {_STATES[name]: _offered(block["element"], value) for name, value in state.items() if name in _STATES}
    return block | {"element": element | {name: value for name, value in filled.items() if value}}


def _offered(element: Mapping[str, Any], value: Any) -> Any:
    """Replace options by those of the element: Slack accepts no others as initial ones."""
    if isinstance(value, list):
        return [_offered(element, block) for block in value]
    if not isinstance(value, dict):
        return value
    groups = [group.get("options") for group in dicts_of(element.get("option_groups"))]
    offered = [block for options in (element.get("options"), *groups) for block in dicts_of(options)]
    return next((block for block in offered if block.get("value") == value.get("value")), value)
