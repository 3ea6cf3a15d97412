"""States of a view's elements: what a person typed or picked, and their initial values. Pure.

A state is what `view.state.values` holds per block_id and action_id; buttons and overflow menus have none.
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Block = dict[str, Any]
States = dict[str, dict[str, dict[str, Any]]]
Options = Sequence[dict[str, Any]]

STATE_KEYS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "file_input": "files",
}
"""Key of the state of an element, by its type."""

LISTS = {"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"}


def elements_of(blocks: Sequence[Block]) -> Iterator[tuple[Block, dict[str, Any]]]:
    """Return each interactive element with the block it stands in."""
    for block in blocks:
        inner = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
        yield from ((block, one) for one in inner if isinstance(one, dict) and "type" in one)


def element_with(blocks: Sequence[Block], action_id: str, block_id: str | None = None) -> tuple[Block, dict[str, Any]]:
    """Return the element with this id and its block; raise LookupError when there is none."""
    for block, element in elements_of(blocks):
        if element.get("action_id") == action_id and block_id in (None, block.get("block_id")):
            return block, element
    raise LookupError(f"no element with the action_id {action_id}" + (f" in the block {block_id}" if block_id else ""))


def state_of(element: dict[str, Any], value: Any, offered: Options = ()) -> dict[str, Any]:
    """Return the state of an element once a person gave a value: a text, a date, an option's value, or a list.

    A dict with a type is taken as the whole state, a dict without as an option. Options answered to a typed search
    are the offered ones. Raises LookupError when the element has no such option.
    """
    kind = str(element["type"])
    if isinstance(value, dict) and value.get("type") == kind:
        return value
    key = STATE_KEYS[kind]
    choices = [*choices_of(element), *offered]
    if key == "selected_option":
        return {"type": kind, key: None if value is None else option_with(choices, value)}
    if key == "selected_options":
        return {"type": kind, key: [option_with(choices, one) for one in _listed(value)]}
    if key in LISTS:
        return {"type": kind, key: _listed(value)}
    return {"type": kind, key: value}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def choices_of(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every option an element shows, those in groups too, and those it began with."""
    groups = [group.get("options") or [] for group in element.get("option_groups") or []]
    first = [element["initial_option"]] if element.get("initial_option") else []
    return [
        *(element.get("options") or []),
        *(one for group in groups for one in group),
        *first,
        *(element.get("initial_options") or []),
    ]


def option_with(choices: Options, value: Any) -> dict[str, Any]:
    """Return the option with a value (or that option itself); raise LookupError when there is none."""
    wanted = value.get("value") if isinstance(value, dict) else value
    found = next((option for option in choices if option.get("value") == wanted), None)
    if found is None:
        raise LookupError(f"no option with the value {wanted}")
    return found


def first_state(element: dict[str, Any]) -> dict[str, Any]:
    """Return the initial state of an element."""
    kind = str(element["type"])
    key = STATE_KEYS[kind]
    initial = "initial_" + key.removeprefix("selected_").replace("rich_text_value", "value")
    return {"type": kind, key: element.get(initial, [] if key in LISTS else None)}


def states_after(blocks: Sequence[Block], old_blocks: Sequence[Block], old: States) -> States:
    """Return the states of a view's elements, taking over those whose block_id, action_id and kind stayed the same.

    An element that stayed keeps its state even where a new initial value is given: Slack does not fill it in again.
    """
    before = {(block.get("block_id"), one.get("action_id")): one["type"] for block, one in elements_of(old_blocks)}
    states: States = {}
    for block, element in elements_of(blocks):
        if element["type"] not in STATE_KEYS:
            continue
        block_id, action_id = str(block.get("block_id")), str(element.get("action_id"))
        stayed = before.get((block_id, action_id)) == element["type"]
        state = old.get(block_id, {}).get(action_id) if stayed else None
        states.setdefault(block_id, {})[action_id] = state or first_state(element)
    return states
