"""View of the page: the state of both sides as plain JSON, whole or in parts. Decides nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.sandbox.demo.pictures import READY
from bot.sandbox.demo.timeline import PhoneText
from bot.sandbox.demo.whatsapp import status_of
from bot.sandbox.glific.model import Message as WhatsAppMessage
from bot.sandbox.slack.state.model import Message
from bot.sandbox.slack.state.teams import BOT_ID, BOT_USER_ID
from bot.sandbox.volt.model import FetchedMedia, VoltMessage
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
NOT_RETRIED = frozenset({"/volt", "block_actions", "block_suggestion", "shortcut", "message_action"})
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
    "function_executed": "A workflow runs a step of the bot. It was on disk before this answer.",
    "functions.completeSuccess": "A step has ended, and gives this to the next one. Slack is told until it takes it.",
    "functions.completeError": "A step has failed, and why. Slack is told until it takes it.",
    "reaction_added": "Somebody reacted. Taking back is a reaction as well.",
    "shortcut": "Somebody used a shortcut. It carries a ticket that opens one window, within three seconds.",
    "message_action": "Somebody used a shortcut on a message.",
    "block_suggestion": "Somebody types into a search, and sees what the bot finds.",
    "view_submission": "A form was sent off. The answer closes it, changes it, or says what is wrong with it.",
    "view_closed": "A form was closed without being sent off.",
    "app_home_opened": "Somebody opened the bot's Home.",
    "views.open": "A window opens, by the ticket of the press or command that asked for it.",
    "views.push": "A window opens on top of another.",
    "views.update": "What an open window shows has changed.",
    "views.publish": "What one person sees in the bot's Home.",
    "chat.postEphemeral": "Shown to one person alone, and kept nowhere.",
    "response_url": "An answer at the address that came with the press or command.",
    "files.getUploadURLExternal": "First of three steps that show a picture: where its bytes may go.",
    "upload": "Second of three steps: the bytes. Nothing is visible yet.",
    "files.completeUploadExternal": "Last of three steps: now the thread shows it.",
    "files.info": "What Slack knows of a file.",
    "files-pri": "The bot reads a file with its token, on its way to the phone.",
    "receivedMessage": "Somebody wrote on WhatsApp. Glific tells it through the bot's open websocket.",
    "sentMessage": "Glific tells of every message that goes out, also of what its own pages and flows send.",
    "updateMessageStatus": "WhatsApp says what became of a message: sent, delivered, read.",
    "flow": "A flow hands somebody over to people. It is signed, and it was on disk before this answer.",
    "Send": "Noted as sending before this call left. If the answer is lost, the bot looks before it repeats it.",
    "TextsOfPhone": "The bot looks what is there, before it sends or repeats anything.",
    "ChangedSince": "The bot reads what it may have missed, after each time that it connects.",
    "ContactByPhone": "The bot asks who this is, and until when free text may be sent.",
    "Templates": "The bot asks which templates are approved.",
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
    is_own = str(event.get("user")).startswith(BOT_USER_ID) or str(event.get("bot_id")).startswith(BOT_ID)
    return is_own or (isinstance(changed, dict) and "bot_id" in changed)


def meaning(hop: Hop) -> str:
    """Return a sentence on what a hop means; empty where its label says it all."""
    if is_echo(hop):
        return ECHO
    kind = kind_of(hop.status)
    if kind == "good" and hop.label in MEANINGS_OF:
        return MEANINGS_OF[hop.label]
    if kind == "silent" and (hop.label in NOT_RETRIED or hop.label.startswith("view_")):
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
        "name": message.username or "",
        "text": message.text,
        "typed": "" if message.bot_id else typed(message.text),
        "blocks": message.blocks,
        "files": [file_shape(one) for one in message.files],
        "reactions": message.reactions,
        "edited": message.edited,
        "deleted": message.deleted,
        "number": number,
    }


def file_shape(file: Shape) -> Shape:
    """Return a file of a message, with the address at which the page finds it."""
    return {
        "src": f"/file/{file['id']}",
        "name": file["name"],
        "kind": file["mimetype"],
        "alt": file.get("alt_txt", ""),
    }


def ephemeral_shape(shown: Shape, bot_user: str, *, is_gone: bool = False) -> Shape:
    """Return an answer that only one person sees; what was replaced, or says nothing, is gone."""
    return {
        "key": f"{shown['channel']}/{shown['message_ts']}/{shown['user']}",
        "channel": shown["channel"],
        "ts": shown["message_ts"],
        "thread_ts": shown.get("thread_ts"),
        "user": bot_user,
        "bot": True,
        "name": "",
        "text": str(shown.get("text") or ""),
        "blocks": shown.get("blocks") or [],
        "files": [],
        "reactions": {},
        "deleted": is_gone or not (shown.get("text") or shown.get("blocks")),
        "only_for": shown["user"],
    }


def text_shape(text: PhoneText) -> Shape:
    """Return a text the customer wrote: sending until the bot took it, delivered once its thread shows it."""
    status = "delivered" if text.arrived else "sent" if text.is_accepted else "sending"
    names = [url.rpartition("/")[2] for url in text.media]
    media = [{"src": f"/ready/{name}", "name": name, "kind": READY[name].mimetype} for name in names]
    shape = {"id": text.id, "number": text.number, "mine": True, "body": text.body, "media": media}
    return shape | {"at": text.at, "status": status, "why": None}


def outbound_shape(message: VoltMessage) -> Shape:
    """Return a text to the customer, with what the carrier says of it."""
    status = message.status if message.status in ("sent", "delivered", "failed") else "sending"
    why = WHY.get(message.error_code or "", f"error {message.error_code}") if status == "failed" else None
    at = datetime.fromisoformat(message.created_at).timestamp()
    media = [_fetched_shape(message, number) for number in range(len(message.media))]
    shape = {"id": message.id, "number": message.to, "mine": False, "body": message.body, "media": media}
    return shape | {"at": at, "status": status, "why": why}


def whatsapp_shape(message: WhatsAppMessage) -> Shape:
    """Return a message to a customer on WhatsApp, with what WhatsApp says of it."""
    status = status_of(message)
    shape = {"id": f"w{message.id}", "number": f"+{message.contact.phone}" if message.contact else "", "mine": False}
    shape |= {"body": message.shown, "media": [_whatsapp_media(message)] if message.media else []}
    why = "it could not be delivered" if status == "failed" else None
    return shape | {"at": message.inserted_at.timestamp(), "status": status, "why": why}


def _whatsapp_media(message: WhatsAppMessage) -> Shape:
    fetched = message.fetched
    if fetched is None or fetched.status != 200:
        return {"src": None, "name": "could not be fetched" if fetched else "on its way", "kind": ""}
    return {"src": f"/fetched/w{message.id}/0", "name": "file", "kind": fetched.content_type}


def _fetched_shape(message: VoltMessage, number: int) -> Shape:
    """Return a picture as the phone has it: nothing to show while Volt has not fetched it, or could not."""
    fetched: Sequence[FetchedMedia] = message.fetched[number : number + 1]
    if not fetched or fetched[0].status != 200:
        return {"src": None, "name": "could not be fetched" if fetched else "on its way", "kind": ""}
    kind = fetched[0].content_type
    return {
        "src": f"/fetched/{message.id}/{number}",
        "name": "contact card" if "vcard" in kind else "file",
        "kind": kind,
    }
