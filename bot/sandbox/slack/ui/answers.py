"""Answers of an app to commands and interactions: what Slack shows, obeys and refuses.

A payload that Slack would refuse is kept in words in `refused`; the person then sees an error instead.
https://docs.slack.dev/surfaces/modals#response_actions
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.sandbox.http import Reply
from bot.sandbox.slack.args import ApiError
from bot.sandbox.slack.limits.blocks import MAX_CHARACTERS, characters, faults_of
from bot.sandbox.slack.limits.options import option_faults
from bot.sandbox.slack.limits.views import view_faults
from bot.sandbox.slack.state.model import Message, SlashAnswer
from bot.sandbox.slack.state.teams import Installation
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.ui.views import close, keep_view, owner_of, push, seat

RESPONSE_ACTIONS = {"update", "push", "clear", "errors"}


def as_answer(reply: Reply) -> SlashAnswer:
    """Read an answer: JSON as it is, other text as {"text": …}."""
    try:
        body = json.loads(reply.text) if reply.text.strip() else {}
    except ValueError:
        body = {"text": reply.text}
    return SlashAnswer(reply.status, body if isinstance(body, dict) else {"text": reply.text}, reply.elapsed_s)


def message_faults(body: dict[str, Any]) -> list[str]:
    """Return why Slack would not show the message an answer or a response_url post holds."""
    blocks = body.get("blocks") or []
    if isinstance(blocks, str):
        return ["must provide an array of objects [json-pointer:/blocks]"]
    faults = faults_of(blocks)
    if not faults and characters(blocks) > MAX_CHARACTERS:
        faults = ["msg_blocks_too_long [json-pointer:/blocks]"]
    return faults


def refuse(slack: Workspace, what: str, faults: list[str], answer: SlashAnswer, code: str = "") -> SlashAnswer:
    """Record the faults of an answer, and return it as the person experiences it: as an error."""
    slack.refused += [f"{what}: {fault}" for fault in faults]
    slack.tell("refused", slack.refused[-1])
    return replace(answer, body=answer.body | {"error": code or "invalid_blocks"})


def show_answer(slack: Workspace, answer: SlashAnswer, channel: str, user: str, by: Installation) -> SlashAnswer:
    """Show the answer to a command where it belongs: to the person alone, or in the channel."""
    body = answer.body
    if answer.status != 200 or not (body.get("text") or body.get("blocks")):
        return answer
    faults = message_faults(body)
    if faults:
        return refuse(slack, "answer to a command", faults, answer)
    if body.get("response_type") == "in_channel":
        text, blocks = str(body.get("text", "")), body.get("blocks") or []
        message = Message(channel, slack.next_ts(), text, bot_id=by.bot_id, blocks=blocks, subtype="bot_message")
        message.team_id = by.team.id
        slack.emit(slack.add(message))
    else:
        slack.show_ephemeral(body | {"channel": channel, "user": user, "message_ts": slack.next_ts()}, by)
    return answer


def act_on_submission(slack: Workspace, user: str, view: dict[str, Any], answer: SlashAnswer) -> SlashAnswer:
    """Apply an answer to view_submission; without a 200 the modal stays open as it is."""
    if answer.status != 200:
        return answer
    action = answer.body.get("response_action")
    faults = _submission_faults(view, answer.body)
    if faults:
        return refuse(slack, "answer to view_submission", faults, answer)
    try:
        _obey(slack, user, view["id"], answer.body)
    except ApiError as error:
        return refuse(slack, f"{action} in an answer to view_submission", [error.code], answer, error.code)
    return answer


def _submission_faults(view: dict[str, Any], body: dict[str, Any]) -> list[str]:
    action = body.get("response_action")
    if not body:
        return []
    if action not in RESPONSE_ACTIONS:
        return [f"must be empty or have a response_action, not {sorted(body)} [json-pointer:/response_action]"]
    if action in {"update", "push"}:
        return view_faults(body.get("view"), "modal")
    errors = body.get("errors")
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if action == "errors" and not (isinstance(errors, dict) and errors and set(errors) <= inputs):
        return [f"must name input blocks of the view, {sorted(inputs)} [json-pointer:/errors]"]
    return []


def _obey(slack: Workspace, user: str, view_id: str, body: dict[str, Any]) -> None:
    stack = slack.open_modals.get(seat(user), [])
    match body.get("response_action"):
        case None:
            close(slack, user, view_id)
        case "clear":
            close(slack, user, slack.views[view_id]["root_view_id"])
        case "update" if view_id in stack:
            keep_view(slack, body["view"], view_id=view_id)
        case "push" if view_id in stack:
            push(slack, seat(user), body["view"], owner_of(slack, slack.views[view_id]))


def checked_suggestion(slack: Workspace, answer: SlashAnswer) -> list[dict[str, Any]]:
    """Return the options of an answer to a typed search; raise LookupError, in words, where Slack would show none."""
    if answer.status != 200:
        return []
    faults = option_faults(answer.body)
    if faults:
        slack.refused += [f"answer to block_suggestion: {fault}" for fault in faults]
        raise LookupError("; ".join(faults))
    groups = answer.body.get("option_groups") or []
    return [*(answer.body.get("options") or []), *(option for group in groups for option in group["options"])]
