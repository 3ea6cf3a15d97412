"""Payloads of commands, presses, submissions and shortcuts, as Slack sends them. Pure but for ids.

Shapes: https://docs.slack.dev/reference/interaction-payloads,
https://docs.slack.dev/interactivity/implementing-slash-commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.slack.state.model import Channel, Message, User
from bot.sandbox.slack.state.teams import APP_ID, HOME, Team
from bot.sandbox.slack.state.wire import message_object
from bot.sandbox.slack.ui.states import choices_of, option_with, state_of
from bot.sandbox.slack.ui.typing import escape

Place = dict[str, str]


def command_form(
    channel: Channel, user: User, *, command: str, text: str, tickets: Place, team: Team = HOME, org_wide: bool = False
) -> dict[str, str]:
    """Return the form of a slash command; tickets hold trigger_id and response_url."""
    organization = (
        {"enterprise_id": team.enterprise_id, "enterprise_name": "Organization"} if team.enterprise_id else {}
    )
    return {
        "token": "verification-token",
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user.id,
        "user_name": user.handle,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": str(org_wide).lower(),
        **organization,
        **tickets,
    }


def interaction(kind: str, user: User, tickets: Place, *, team: Team = HOME, org_wide: bool = False) -> dict[str, Any]:
    """Return what all interaction payloads of a kind have in common.

    `team` is the installation's for what is done in a message; in a view it is the person's, as recorded by Slack's
    own libraries (view-submission of a shared channel), and the view names the installation.
    """
    who = {"id": user.id, "username": user.handle, "name": user.handle, "team_id": user.team_id}
    organization = {"id": team.enterprise_id, "name": "Organization"} if team.enterprise_id else None
    place: dict[str, Any] = {"id": team.id, "domain": team.domain}
    place |= {"enterprise_id": team.enterprise_id} if team.enterprise_id else {}
    shape = {"type": kind, "user": who, "api_app_id": APP_ID, "token": "verification-token", "team": place}
    return shape | {"enterprise": organization, "is_enterprise_install": org_wide} | tickets


def signed(author: User, message: Message) -> Message:
    """Return a message with what Slack adds of its author: the team, and the ids of another app's bot or a workflow."""
    message.team_id = author.team_id
    if author.bot_id:
        message.bot_id, message.app_id = author.bot_id, author.app_id or ""
    if author.is_workflow_bot:
        message.user, message.username, message.subtype = None, author.name, "bot_message"
    return message


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


def blocks_of(shown: Message | dict[str, Any]) -> list[dict[str, Any]]:
    """Return the blocks of a message, or of an ephemeral one (a dict)."""
    return list(shown.get("blocks") or []) if isinstance(shown, dict) else shown.blocks


def in_view(view: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an interaction that happens in a view."""
    return {"container": {"type": "view", "view_id": view["id"]}, "view": view}


def action_for(
    block: dict[str, Any], element: dict[str, Any], value: Any, *, offered: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return the action of an element that was pressed or given a value; `value` picks an option of a menu.

    Raises LookupError when the element has no such option.
    """
    action = {"action_id": element["action_id"], "block_id": block.get("block_id", ""), "type": element["type"]}
    return action | _chosen(element, value, offered) | {"action_ts": f"{clock.unix_time():.6f}"}


def _chosen(element: dict[str, Any], value: Any, offered: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if element["type"] == "button":
        text = element["text"] | {"text": escape(element["text"]["text"])}
        return {"text": text} | ({"value": element["value"]} if "value" in element else {})
    if element["type"] == "overflow":
        return {"selected_option": option_with(choices_of(element), value)}
    if value is None and choices_of(element):
        raise LookupError(f"{element['action_id']} needs the value of an option")
    return state_of(element, value, offered)
