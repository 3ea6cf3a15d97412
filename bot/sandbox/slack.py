"""SlackStandIn: a workspace that speaks Slack's real wire on a loopback port, and the people in it.

Everything a person does here is delivered to the app as Slack would deliver it: signed, in time, retried. It checks
tokens, rights and limits, and misbehaves on demand (`rules`). Files and OAuth are not served: unknown_method.
"""

from __future__ import annotations

import json
import secrets
import time
import uuid
from typing import Any, Self

from aiohttp import web

from bot.sandbox.http import Reply, Server
from bot.sandbox.slack_api import WebApi
from bot.sandbox.slack_delivery import Courier
from bot.sandbox.slack_model import Message, SlashAnswer
from bot.sandbox.slack_payloads import action_of, command_form, interaction, press_fields, submitted
from bot.sandbox.slack_reads import keep_view
from bot.sandbox.slack_responses import ResponseUrls
from bot.sandbox.slack_socket import Sockets
from bot.sandbox.slack_typing import rich_text, stored_text
from bot.sandbox.slack_wire import envelope
from bot.sandbox.slack_workspace import Workspace

AUTO = "auto"


class SlackStandIn(Workspace):
    """A stand-in for Slack; an async context manager that starts on a free port."""

    def __init__(self) -> None:
        super().__init__()
        self.sockets = Sockets(self.changed)
        self.server = Server()
        self._courier = Courier(self, self.server, self.sockets)
        self._urls = ResponseUrls(self, self.server)
        api = WebApi(self, self.server, self._socket_url)
        self.server.routes += [
            web.route("*", "/api/{method}", api.handle),
            web.post("/response/{token}", self._urls.handle),
            web.get("/link", self.sockets.handle),
            web.get("/link/", self.sockets.handle),
        ]
        self.add_channel("C0SUPPORT", "support")
        self.add_user("U0AVA", "Ava Lindqvist")
        self.add_user("U0BEN", "Ben Okafor")

    @property
    def events_url(self) -> str | None:
        """Where signed events, commands and interactions go; None: only to Socket Mode connections."""
        return self._courier.events_url

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self._courier.events_url = url

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        await self.server.start(port)
        self.api_url = f"{self.server.url}/api/"

    async def close(self) -> None:
        """Stop listening, cancel what goes on in the background, close every connection."""
        await self.sockets.close()
        await self.server.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def emit(self, event: dict[str, Any]) -> None:
        """Deliver an event in the background."""
        self.server.spawn(self._send(event))

    async def _send(self, event: dict[str, Any]) -> None:
        if self._reaches_app(event):
            await self._courier.carry_event(envelope(event))

    def _reaches_app(self, event: dict[str, Any]) -> bool:
        place = event.get("channel") or event.get("item", {}).get("channel")
        channel = self.channels.get(place) if isinstance(place, str) else None
        return event["type"] in self.subscribed and (channel is None or channel.is_member)

    async def say(  # noqa: PLR0913 - a message has that many sides
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        blocks: list[dict[str, Any]] | None = None,
        subtype: str | None = None,
        files: list[dict[str, Any]] | None = None,
        client_msg_id: str | None = AUTO,
    ) -> str:
        """Write a message as a person does and return its ts, after the first attempt to deliver its event.

        The text is what was typed (Slack's `<@U…>` forms are understood); its stored form and the rich_text block
        are made as Slack makes them, unless blocks are given. client_msg_id None leaves it out.
        """
        made = [rich_text(text, secrets.token_hex(3))] if text else []
        message = Message(
            channel,
            self.next_ts(),
            stored_text(text),
            user=user,
            thread_ts=thread_ts,
            blocks=made if blocks is None else blocks,
            subtype=subtype or ("file_share" if files else None),
            client_msg_id=str(uuid.uuid4()) if client_msg_id == AUTO else client_msg_id,
            files=files or [],
        )
        await self._send(self.add(message))
        return message.ts

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """Edit a person's message."""
        blocks = [rich_text(text, secrets.token_hex(3))]
        await self._send(self.change(self._message(channel, ts), text=stored_text(text), blocks=blocks, marks=True))

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message."""
        await self._send(self.remove(self._message(channel, ts)))

    async def add_reaction(self, user: str, channel: str, ts: str, name: str) -> None:
        """React to a message as a person."""
        await self._send(self.react(self._message(channel, ts), user, name))

    async def remove_reaction(self, user: str, channel: str, ts: str, name: str) -> None:
        """Take a person's reaction away."""
        await self._send(self.unreact(self._message(channel, ts), user, name))

    async def command(self, user: str, channel: str, command: str, text: str = "") -> SlashAnswer:
        """Use a slash command and return what the app answered within 3 seconds; status 0: nothing."""
        tickets = self._tickets(channel, user)
        form = command_form(self.channels[channel], self.users[user], command=command, text=text, tickets=tickets)
        answer = as_answer(await self._courier.carry_command(form))
        self._show_answer(answer.body, channel, user)
        return answer

    def _show_answer(self, body: dict[str, Any], channel: str, user: str) -> None:
        if not body.get("text") and not body.get("blocks"):
            return
        if body.get("response_type") == "in_channel":
            text, blocks = str(body.get("text", "")), body.get("blocks") or []
            message = Message(channel, self.next_ts(), text, bot_id=self.bot_id, blocks=blocks, subtype="bot_message")
            self.emit(self.add(message))
            return
        self.ephemerals.append(body | {"channel": channel, "user": user, "message_ts": self.next_ts()})
        self.tell("ephemeral", self.ephemerals[-1])

    async def press(
        self, user: str, channel: str, message_ts: str, action_id: str, *, value: str | None = None
    ) -> SlashAnswer:
        """Press a button of a message (or ephemeral) by its action_id; `value` picks an option of a menu.

        Raises LookupError when there is no such message, element or option.
        """
        shown = self._shown(channel, message_ts)
        blocks = shown["blocks"] if isinstance(shown, dict) else shown.blocks
        fields = press_fields(self.channels[channel], shown, action_of(blocks, action_id, value))
        tickets = self._tickets(channel, user, message_ts)
        return as_answer(
            await self._courier.carry_interaction(interaction("block_actions", self.users[user], tickets) | fields)
        )

    def _shown(self, channel: str, ts: str) -> Message | dict[str, Any]:
        ephemeral = next((one for one in self.ephemerals if one["message_ts"] == ts), None)
        return ephemeral or self._message(channel, ts)

    async def submit(
        self, user: str, view: str | dict[str, Any], values: dict[str, dict[str, Any]] | None = None
    ) -> SlashAnswer:
        """Submit a modal (a view or its id) with values by block_id and action_id, and act on the answer's update."""
        whole = self.views[view] if isinstance(view, str) else view
        fields = {"view": submitted(whole, values or {}), "response_urls": []}
        payload = interaction("view_submission", self.users[user], {"trigger_id": self._trigger()}) | fields
        answer = as_answer(await self._courier.carry_interaction(payload))
        if answer.body.get("response_action") == "update":
            keep_view(self, answer.body["view"], view_id=whole["id"])
        return answer

    async def shortcut(
        self, user: str, callback_id: str, *, channel: str | None = None, message_ts: str | None = None
    ) -> SlashAnswer:
        """Use a shortcut: a global one, or with channel and message_ts one of a message."""
        fields: dict[str, Any] = {"callback_id": callback_id, "action_ts": f"{time.time():.6f}"}
        if channel is None or message_ts is None:
            payload = interaction("shortcut", self.users[user], {"trigger_id": self._trigger()})
        else:
            payload = interaction("message_action", self.users[user], self._tickets(channel, user, message_ts))
            message = self._message(channel, message_ts)
            fields |= press_fields(self.channels[channel], message, {}) | {"message_ts": message_ts}
            fields = {key: fields[key] for key in fields if key not in {"container", "state", "actions"}}
        return as_answer(await self._courier.carry_interaction(payload | fields))

    async def deliver(self, body: dict[str, Any], *, headers: dict[str, str] | None = None) -> int:
        """Sign and post any event body once, without retries; headers given override. Returns the status."""
        raw = json.dumps(body, ensure_ascii=False).encode()
        sent = {"Content-Type": "application/json"} | (headers or {})
        return (await self._courier.post(raw, sent, shown=body)).status

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Close the Socket Mode connections as Slack does every few hours; "warning" only announces it."""
        await self.sockets.disconnect(reason)

    def _message(self, channel: str, ts: str) -> Message:
        found = self.find(channel, ts)
        if found is None:
            raise LookupError(f"no message {ts} in {channel}")
        return found

    def _tickets(self, channel: str, user: str, message_ts: str | None = None) -> dict[str, str]:
        return {"trigger_id": self._trigger(), "response_url": self._urls.make(channel, user, message_ts)}

    def _trigger(self) -> str:
        trigger_id = f"{int(time.time())}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self.triggers[trigger_id] = time.monotonic()
        return trigger_id

    def _socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.server.port}/link/?ticket={self.sockets.new_ticket()}&app_id={self.app_id}"


def as_answer(reply: Reply) -> SlashAnswer:
    """Read an answer: JSON as it is, other text as {"text": …}."""
    try:
        body = json.loads(reply.text) if reply.text.strip() else {}
    except ValueError:
        body = {"text": reply.text}
    return SlashAnswer(reply.status, body if isinstance(body, dict) else {"text": reply.text}, reply.elapsed_s)
