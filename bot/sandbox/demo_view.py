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
ECHO = "Slack tells the bot what the bot did itself. It is never texted to anybody."
MEANINGS = {
    ("in", "good"): "The signature held, and it was safely on disk before this answer. The work comes afterwards.",
    ("in", "refused"): "The signature is wrong. Nothing was stored, and nobody gets to see it.",
    ("in", "silent"): "Nobody answered: the bot was not there. The event is kept and comes again.",
    ("out", "down"): "The other side is down. The bot keeps what it owes, and tries again later, in order.",
    ("out", "silent"): "No answer came back. It may have happened or not, so the bot looks before it repeats it.",
}
NOT_REPEATED = "Nobody answered: the bot was not there. Slack does not repeat this; the person is told."
MEANINGS_OF = {
    "message.sent": "The carrier took the text. The receipt was on disk before this answer.",
    "message.finalized": "The carrier says what became of the text. The receipt was on disk before this answer.",
    "/volt": "A slash command, answered within Slack's three seconds.",
    "block_actions": "Somebody pressed a button, which is answered within Slack's three seconds.",
    "CreateMessage": "Noted as sending before this call left, so that no crash can text it twice.",
    "chat.postMessage": "It carries a key of its own, by which the bot finds it again if the answer is lost.",
    "chat.update": "A line that was there before says something new.",
    "reactions.add": "The state of an agent's message, as a reaction.",
    "reactions.remove": "The state of an agent's message has changed.",
    "conversations.replies": "The bot looks what is there, before it repeats anything.",
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


def meaning(hop: Hop) -> str:
    """Return a sentence on what a hop means; empty where its label says it all."""
    if is_echo(hop):
        return ECHO
    kind = kind_of(hop.status)
    if kind == "good" and hop.label in MEANINGS_OF:
        return MEANINGS_OF[hop.label]
    if kind == "silent" and hop.label in ("/volt", "block_actions"):
        return NOT_REPEATED
    return MEANINGS.get(("out" if hop.direction.startswith("bot") else "in", kind), "")


def hop_shape(number: int, hop: Hop) -> Shape:
    """Return a hop without its request and answer, which are asked for one by one."""
    shape = {"n": number, "at": hop.at, "direction": hop.direction, "status": hop.status, "ms": hop.elapsed_ms}
    label = "forged" if hop.label == "raw" else hop.label
    return shape | {"label": label, "echo": is_echo(hop), "means": meaning(hop)}


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
