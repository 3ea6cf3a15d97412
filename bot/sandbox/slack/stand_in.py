"""Stand-in for Slack: a workspace that speaks Slack's real wire on a loopback port, and the people in it.

Everything a person does here is delivered to the app as Slack would deliver it: signed, in time, retried. It checks
tokens, rights and limits, and has faults on demand (`rules`). The app is installed in its one team from the start, by a
token that never changes; it holds more teams and speaks OAuth where a test asks for it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import uuid
from typing import Any, Self

from aiohttp import web

from bot.sandbox.clock import clock
from bot.sandbox.http import Server
from bot.sandbox.slack.delivery.delivery import AppDelivery
from bot.sandbox.slack.delivery.socket_mode import Sockets
from bot.sandbox.slack.oauth.consent import Consent
from bot.sandbox.slack.oauth.grants import Grants
from bot.sandbox.slack.oauth.lifecycle import ENDINGS, InstallActions
from bot.sandbox.slack.state.model import Message, SlashAnswer
from bot.sandbox.slack.state.recipients import envelopes_of
from bot.sandbox.slack.state.teams import Installation
from bot.sandbox.slack.ui.actions import ViewActions
from bot.sandbox.slack.ui.answers import as_answer, show_answer
from bot.sandbox.slack.ui.channel_actions import ChannelActions
from bot.sandbox.slack.ui.message_actions import MessageActions
from bot.sandbox.slack.ui.payloads import action_for, blocks_of, command_form, interaction, press_fields, signed
from bot.sandbox.slack.ui.responses import ResponseUrls
from bot.sandbox.slack.ui.states import element_with
from bot.sandbox.slack.ui.step_actions import StepActions
from bot.sandbox.slack.ui.typing import rich_text, stored_text
from bot.sandbox.slack.ui.views import seat
from bot.sandbox.slack.web_api.files import FileEndpoint, HeldFile, file_shape, new_file_id, with_stubs
from bot.sandbox.slack.web_api.registry import Endings, WebApi
from bot.sandbox.slack.web_api.uploads import UploadEndpoint

AUTO = "auto"


class SlackStandIn(ViewActions, MessageActions, ChannelActions, InstallActions, StepActions):
    """Stand-in for Slack; an async context manager that starts on a free port.

    Not `installed`, the app is nowhere: it has to be installed by OAuth, in the first team too.
    """

    def __init__(self, *, installed: bool = True) -> None:
        super().__init__()
        if not installed:
            self.installations.clear()
        self.oauth = Grants(self)
        self.consent = Consent(self.oauth)
        self.sockets = Sockets(self.changed)
        self.server = Server()
        self._courier = AppDelivery(self, self.server, self.sockets)
        self._urls = ResponseUrls(self, self.server)
        file_endpoint = FileEndpoint(self, self.server, self.oauth)
        api = WebApi(self, self.server, self.oauth, Endings(self._socket_url, self._tell_end_soon))
        self.server.routes += [
            web.route("*", "/api/{method}", api.handle),
            web.post("/response/{token}", self._urls.handle),
            web.get("/files-pri/{place}/{tail:.*}", file_endpoint.handle),
            web.get("/files-pri-moved/{place}/{tail:.*}", file_endpoint.handle),
            web.get("/other-host/{tail:.*}", file_endpoint.handle_other_host),
            web.post("/upload/v1/{token}", UploadEndpoint(self, self.server).handle),
            web.get("/link", self.sockets.handle),
            web.get("/link/", self.sockets.handle),
            web.get("/oauth/v2/authorize", self.consent.show),
            web.post("/oauth/v2/authorize", self.consent.take),
        ]
        self.add_channel("C0SUPPORT", "support")
        self.add_user("U0AVA", "Ava Lindqvist", is_admin=True)
        self.add_user("U0BEN", "Ben Okafor")

    @property
    def events_url(self) -> str | None:
        """Address for signed events, commands and interactions; None: Socket Mode only."""
        return self._courier.events_url

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self._courier.events_url = url

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        await self.server.start(port)
        self.files_url, self.api_url = self.server.url, f"{self.server.url}/api/"
        self.authorize_url = f"{self.server.url}/oauth/v2/authorize"

    async def close(self) -> None:
        """Stop listening, cancel background tasks, close every connection."""
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

    async def _carry_event(self, whole: dict[str, Any]) -> int:
        return await self._courier.carry_event(whole)

    def _tell_end_soon(self, ended: Installation) -> None:
        self.server.spawn(self._tell_end(ended, ENDINGS, told=True))

    async def _send(self, event: dict[str, Any]) -> int:
        event = with_stubs(event) if self.rules.file_stubs else event
        envelopes = envelopes_of(self, event)
        statuses = await asyncio.gather(*(self._courier.carry_event(one) for one in envelopes))
        return min(statuses, default=0)

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
        """Write a message as a person (or another app's bot) does; return its ts after the event's first attempt.

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
        await self._send(self.add(signed(self.users[user], message)))
        return message.ts

    def add_file(self, user: str, name: str, mimetype: str, data: bytes) -> dict[str, Any]:
        """Make a file of a person's, for `say(files=[…])`, and return its object."""
        shape = file_shape(self, user, file_id=new_file_id(), name=name, mimetype=mimetype, size=len(data))
        self.files[shape["id"]] = HeldFile(shape, data)
        return shape

    async def command(self, user: str, channel: str, command: str, text: str = "") -> SlashAnswer:
        """Use a slash command and return what the app answered within 3 seconds; status 0: nothing.

        Raises LookupError where the app is not installed in the person's own team: Slack knows no such command there.
        """
        by = self._own_installation(user)
        where, tickets = self.channels[channel], self._tickets(channel, user, by)
        team = self.teams[self.users[user].team_id]
        form = command_form(
            where, self.users[user], command=command, text=text, tickets=tickets, team=team, org_wide=by.is_org_wide
        )
        return show_answer(self, as_answer(await self._courier.carry_command(form)), channel, user, by)

    async def press(
        self,
        user: str,
        channel: str,
        message_ts: str,
        action_id: str,
        *,
        value: Any = None,
        block_id: str | None = None,
    ) -> SlashAnswer:
        """Press a button of a message (or ephemeral) by its action_id; `value` picks an option of a menu.

        Several blocks may have the same action_id: block_id says which is meant.
        Raises LookupError when there is no such message, element or option.
        """
        shown = self.shown_at(channel, message_ts)
        block, element = element_with(blocks_of(shown), action_id, block_id)
        action = action_for(block, element, value, offered=self.offered(message_ts, action_id))
        by = self.owner_of(shown)
        tickets = self._tickets(channel, user, by, message_ts)
        payload = interaction("block_actions", self.users[user], tickets, team=by.team, org_wide=by.is_org_wide)
        return await self._carry(payload | press_fields(self.channels[channel], shown, action))

    async def _carry(self, payload: dict[str, Any]) -> SlashAnswer:
        return as_answer(await self._courier.carry_interaction(payload))

    async def shortcut(
        self, user: str, callback_id: str, *, channel: str | None = None, message_ts: str | None = None
    ) -> SlashAnswer:
        """Use a shortcut: a global one, or with channel and message_ts one of a message.

        Raises LookupError where the app is not installed in the person's own team.
        """
        fields: dict[str, Any] = {"callback_id": callback_id, "action_ts": f"{clock.unix_time():.6f}"}
        by, team = self._own_installation(user), self.teams[self.users[user].team_id]
        kind, tickets = "shortcut", {"trigger_id": self._trigger(user, by)}
        if channel is not None and message_ts is not None:
            kind, tickets = "message_action", self._tickets(channel, user, by, message_ts)
            message = self.message_at(channel, message_ts)
            fields |= press_fields(self.channels[channel], message, {}) | {"message_ts": message_ts}
            fields = {key: fields[key] for key in fields if key not in {"container", "state", "actions"}}
        payload = interaction(kind, self.users[user], tickets, team=team, org_wide=by.is_org_wide)
        return await self._carry(payload | fields)

    def _own_installation(self, user: str) -> Installation:
        found = self.installation_for(self.users[user].team_id)
        if found is None:
            raise LookupError(f"the app is not installed in the workspace of {user}")
        return found

    async def deliver(self, body: dict[str, Any], *, headers: dict[str, str] | None = None) -> int:
        """Sign and post any event body once, without retries; headers given override. Returns the status."""
        raw = json.dumps(body, ensure_ascii=False).encode()
        sent = {"Content-Type": "application/json"} | (headers or {})
        return (await self._courier.post(raw, sent, shown=body)).status

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Close the Socket Mode connections as Slack does every few hours; "warning" only announces it."""
        await self.sockets.disconnect(reason)

    def _tickets(self, channel: str, user: str, by: Installation, message_ts: str | None = None) -> dict[str, str]:
        address = self._urls.make(channel, user, by, message_ts)
        return {"trigger_id": self._trigger(user, by), "response_url": address}

    def _trigger(self, user: str, by: Installation) -> str:
        trigger_id = f"{int(clock.unix_time())}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self.triggers[trigger_id], self.trigger_seats[trigger_id] = time.monotonic(), seat(user)
        self.trigger_owners[trigger_id] = by
        return trigger_id

    def _socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.server.port}/link/?ticket={self.sockets.new_ticket()}&app_id={self.app_id}"
