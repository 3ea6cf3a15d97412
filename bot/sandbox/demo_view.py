"""What the page is shown: the state of both sides as plain JSON, whole or one piece at a time. Decides nothing."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

from bot.sandbox.demo_ledger import PhoneText
from bot.sandbox.slack_model import Message
from bot.sandbox.slack_wire import BOT_USER_ID
from bot.sandbox.volt_model import VoltMessage
from bot.sandbox.wire import Hop

Shape = dict[str, Any]

WHY = {
    "503": "this person opted out",
    "802": "phone off or out of range",
}
STORED = "The signature held, and it was safely on disk before this answer. The work comes afterwards."
ECHO = "Slack tells the bot what the bot did itself. It is never texted to anybody."
MEANINGS = {
    ("volt→bot", "good"): STORED,
    ("slack→bot", "good"): STORED,
    ("volt→bot", "refused"): "The signature is wrong. Nothing was stored, nothing is shown to anybody.",
    ("slack→bot", "refused"): "The signature is wrong. Nothing was stored, nothing is texted to anybody.",
    ("volt→bot", "silent"): "Nobody answered: the bot is not running. Volt keeps the event and tries again.",
    ("slack→bot", "silent"): "Nobody answered: the bot is not running. Slack keeps the event and tries again.",
    ("bot→slack", "good"): "Slack answered.",
    ("bot→volt", "good"): "Volt answered.",
    ("bot→slack", "down"): "Slack is down. The bot keeps what it owes, and tries again later, in order.",
    ("bot→volt", "down"): "Volt is down. The bot keeps what it owes, and tries again later, in order.",
    (
        "bot→slack",
        "silent",
    ): "No answer came back. It may have happened or not, so the bot looks before it repeats anything.",
    (
        "bot→volt",
        "silent",
    ): "No answer came back. It may have happened or not, so the bot looks before it repeats anything.",
}


def kind_of(status: int) -> str:
    """Return one word for a status: good, silent, refused, down or odd."""
    if status == 0:
        return "silent"
    if 200 <= status < 300:
        return "good"
    if status in (401, 403):
        return "refused"
    return "down" if status >= 500 or status == 429 else "odd"


def is_echo(hop: Hop) -> bool:
    """Whether Slack tells the bot of something the bot did itself."""
    event = hop.request.get("event") if hop.direction == "slack→bot" and isinstance(hop.request, dict) else None
    if not isinstance(event, dict):
        return False
    changed = event.get("message")
    return event.get("user") == BOT_USER_ID or (isinstance(changed, dict) and "bot_id" in changed)


def hop_shape(number: int, hop: Hop) -> Shape:
    """Return a hop without its request and answer, which are asked for one by one."""
    echo = is_echo(hop)
    means = ECHO if echo else MEANINGS.get((hop.direction, kind_of(hop.status)), "")
    shape = {"n": number, "at": hop.at, "direction": hop.direction, "status": hop.status, "ms": hop.elapsed_ms}
    return shape | {"label": "forged" if hop.label == "raw" else hop.label, "echo": echo, "means": means}


def typed(text: str) -> str:
    """Return a person's stored text as it was typed, for editing it."""
    return html.unescape(re.sub(r"<(https?:[^|>]+)(?:\|[^>]*)?>", r"\1", text))


def message_shape(message: Message, number: str | None) -> Shape:
    """Return a message of a channel; `number` is the conversation's, for its header only."""
    return {
        "key": f"{message.channel}/{message.ts}",
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "user": message.user,
        "bot": message.bot_id is not None,
        "text": message.text,
        "typed": "" if message.bot_id else typed(message.text),
        "blocks": message.blocks,
        "reactions": message.reactions,
        "edited": message.edited,
        "deleted": message.deleted,
        "number": number,
    }


def ephemeral_shape(shown: Shape, bot_user: str) -> Shape:
    """Return an answer that only one person sees."""
    return {
        "key": f"{shown['channel']}/{shown['message_ts']}/{shown['user']}",
        "channel": shown["channel"],
        "ts": shown["message_ts"],
        "thread_ts": shown.get("thread_ts"),
        "user": bot_user,
        "bot": True,
        "text": str(shown.get("text") or ""),
        "blocks": shown.get("blocks") or [],
        "reactions": {},
        "only_for": shown["user"],
    }


def text_shape(text: PhoneText) -> Shape:
    """Return a text the customer wrote: sending until the bot took it, delivered once its thread shows it."""
    status = "delivered" if text.arrived else "sent" if text.is_accepted else "sending"
    shape = {"id": text.id, "number": text.number, "mine": True, "body": text.body, "media": text.media}
    return shape | {"at": text.at, "status": status, "why": None}


def outbound_shape(message: VoltMessage) -> Shape:
    """Return a text to the customer, with what the carrier says of it."""
    status = message.status if message.status in ("sent", "delivered", "failed") else "sending"
    why = WHY.get(message.error_code or "", f"error {message.error_code}") if status == "failed" else None
    at = datetime.fromisoformat(message.created_at).timestamp()
    shape = {"id": message.id, "number": message.to, "mine": False, "body": message.body, "media": message.media}
    return shape | {"at": at, "status": status, "why": why}
