"""Response URLs of commands and interactions: 5 uses within 30 minutes, ephemeral unless asked otherwise.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.clock import clock
from bot.sandbox.http import Server, cut_connection
from bot.sandbox.slack.state.model import Message
from bot.sandbox.slack.state.teams import Installation
from bot.sandbox.slack.state.workspace import Workspace
from bot.sandbox.slack.ui.answers import message_faults

MAX_USES, LIFETIME_S = 5, 1800


@dataclass
class Ticket:
    """Response URL: its user, its place, its message, and the number of its uses."""

    channel: str
    user: str
    message_ts: str | None
    made_at: float
    by: Installation
    uses: int = 0


class ResponseUrls:
    """Response URLs: makes the addresses and takes what is posted to them."""

    def __init__(self, workspace: Workspace, server: Server) -> None:
        self.workspace = workspace
        self.server = server
        self._tickets: dict[str, Ticket] = {}

    def make(self, channel: str, user: str, by: Installation, message_ts: str | None = None) -> str:
        """Return a new address for an installation."""
        token = secrets.token_urlsafe(18)
        self._tickets[token] = Ticket(channel, user, message_ts, clock.unix_time(), by)
        return f"{self.server.url}/response/{token}"

    async def handle(self, request: web.Request) -> web.Response:
        """Take one post."""
        started_at = clock.unix_time()
        ticket = self._tickets.get(request.match_info["token"])
        if ticket is None or clock.unix_time() - ticket.made_at > LIFETIME_S or ticket.uses >= MAX_USES:
            return web.json_response({"ok": False, "error": "used_url" if ticket else "expired_url"}, status=404)
        fault = await self.server.fault_before(self.workspace.rules, request)
        if fault is not None:
            return fault
        response, body = await self._take(request, ticket)
        pair = (body, response.text)
        self.workspace.note_hop("bot→slack", "response_url", started_at=started_at, status=response.status, pair=pair)
        return cut_connection(request) if self.workspace.rules.takes("drop_answers") else response

    async def _take(self, request: web.Request, ticket: Ticket) -> tuple[web.Response, Any]:
        text = await request.text()
        try:
            body = json.loads(text)
        except ValueError:
            return web.Response(status=400, text="invalid_payload"), text
        faults = message_faults(body) if isinstance(body, dict) else ["must be an object [json-pointer:/]"]
        if faults:
            self.workspace.refused += [f"post to a response_url: {fault}" for fault in faults]
            return web.Response(status=400, text="invalid_blocks"), body
        ticket.uses += 1
        self.workspace.responses.append(body | {"channel": ticket.channel, "user": ticket.user})
        self._show(body, ticket)
        return web.Response(text="ok"), body

    def _show(self, body: dict[str, Any], ticket: Ticket) -> None:
        slack = self.workspace
        shown = slack.find(ticket.channel, ticket.message_ts) if ticket.message_ts else None
        if shown is not None and body.get("delete_original"):
            slack.emit(slack.remove(shown))
        elif shown is not None and body.get("replace_original"):
            blocks = body.get("blocks") or []
            slack.emit(slack.change(shown, text=str(body.get("text", "")), blocks=blocks, marks=False))
        elif body.get("response_type") == "in_channel":
            slack.emit(slack.add(self._public(body, ticket)))
        else:
            place = {"channel": ticket.channel, "user": ticket.user, "message_ts": slack.next_ts()}
            slack.show_ephemeral(body | place, ticket.by)

    def _public(self, body: dict[str, Any], ticket: Ticket) -> Message:
        slack = self.workspace
        text, blocks = str(body.get("text", "")), body.get("blocks") or []
        message = Message(ticket.channel, slack.next_ts(), text, bot_id=ticket.by.bot_id, blocks=blocks)
        message.team_id = ticket.by.team.id
        message.subtype, message.thread_ts = "bot_message", body.get("thread_ts")
        return message
