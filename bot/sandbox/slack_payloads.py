"""What Slack sends when a person commands, presses, submits or uses a shortcut: forms and payloads. Pure but for ids.

Shapes: https://docs.slack.dev/reference/interaction-payloads, https://docs.slack.dev/interactivity/implementing-slash-commands.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack_model import Channel, Message, User
from bot.sandbox.slack_typing import escape
from bot.sandbox.slack_wire import APP_ID, TEAM_DOMAIN, TEAM_ID, message_object

Place = dict[str, str]


def command_form(channel: Channel, user: User, *, command: str, text: str, tickets: Place) -> dict[str, str]:
    """Return the form of a slash command; tickets hold trigger_id and response_url."""
    return {
        "token": "verification-token",
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user.id,
        "user_name": user.handle,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        **tickets,
    }


def interaction(kind: str, user: User, tickets: Place) -> dict[str, Any]:
    """Return what all interaction payloads of a kind have in common."""
    who = {"id": user.id, "username": user.handle, "name": user.handle, "team_id": TEAM_ID}
    team = {"id": TEAM_ID, "domain": TEAM_DOMAIN}
    shape = {"type": kind, "user": who, "api_app_id": APP_ID, "token": "verification-token", "team": team}
    return shape | {"enterprise": None, "is_enterprise_install": False} | tickets


def press_fields(channel: Channel, shown: Message | dict[str, Any], action: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of block_actions for an element pressed in a message, or in an ephemeral one (a dict)."""
    is_ephemeral = isinstance(shown, dict)
    ts = shown["message_ts"] if isinstance(shown, dict) else shown.ts
    thread_ts = shown.get("thread_ts") if isinstance(shown, dict) else shown.thread_ts
    container = {"type": "message", "message_ts": ts, "channel_id": channel.id, "is_ephemeral": is_ephemeral}
    fields = {
        "container": container | ({"thread_ts": thread_ts} if thread_ts else {}),
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": {}},
        "actions": [action],
    }
    return fields if isinstance(shown, dict) else fields | {"message": message_object(shown)}


def action_of(blocks: list[dict[str, Any]], action_id: str, value: str | None) -> dict[str, Any]:
    """Return the action for the element with this id; `value` picks an option of a select or overflow menu.

    Raises LookupError when no element has the id, or no option the value.
    """
    for block_id, element in _elements(blocks):
        if element.get("action_id") == action_id:
            action = {"action_id": action_id, "block_id": block_id, "type": element["type"]}
            return action | _chosen(element, value) | {"action_ts": f"{time.time():.6f}"}
    raise LookupError(f"no element with the action_id {action_id}")


def _elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in blocks:
        inner = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
        yield from ((block.get("block_id", ""), one) for one in inner if isinstance(one, dict))


def _chosen(element: dict[str, Any], value: str | None) -> dict[str, Any]:
    if element["type"] == "button":
        text = element["text"] | {"text": escape(element["text"]["text"])}
        return {"text": text} | ({"value": element["value"]} if "value" in element else {})
    if element.get("options"):
        options = [option for option in element["options"] if option.get("value") == value]
        if not options:
            raise LookupError(f"no option with the value {value}")
        return {"selected_option": options[0]}
    kind = str(element["type"]).removesuffix("_select").removesuffix("s")
    return {f"selected_{kind}": value}


def submitted(view: dict[str, Any], values: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the view as submitted: values are by block_id, then action_id; plain text becomes a text input's state."""
    kinds = {(block_id, one.get("action_id")): one["type"] for block_id, one in _elements(view.get("blocks", []))}
    state: dict[str, dict[str, Any]] = {}
    for block_id, actions in values.items():
        for action_id, value in actions.items():
            kind = kinds.get((block_id, action_id), "plain_text_input")
            filled = value if isinstance(value, dict) else {"type": kind, "value": value}
            state.setdefault(block_id, {})[action_id] = filled
    return view | {"state": {"values": state}}
