"""Websocket of the stand-in: the protocol graphql-transport-ws, as Glific speaks it.

The token is looked at once, at connection_init; a bad one is answered with an `error` that bears an object as its id,
and the socket stays open. There is no replay. Close codes beyond 4400 are not documented: only that one is used.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.clock import clock
from bot.sandbox.glific.model import Message, User
from bot.sandbox.glific.session import Sessions
from bot.sandbox.glific.shapes import Shape
from bot.sandbox.glific.subscriptions import Subscription, event_for, fault_of
from bot.sandbox.glific.tenant import Tenant
from bot.sandbox.http import Server

PROTOCOL = "graphql-transport-ws"
BAD_REQUEST = 4400


@dataclass(eq=False)
class Connection:
    """Connection; `user` is known once it has been initialised, `held` is the event that let the next go first."""

    request: web.Request
    socket: web.WebSocketResponse
    user: User | None = None
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    leaving: asyncio.Queue[Shape] = field(default_factory=asyncio.Queue)
    held: Shape | None = None

    def say(self, frame: Shape) -> None:
        """Queue a frame."""
        self.leaving.put_nowait(frame)

    def release(self) -> None:
        """Queue the event that was held."""
        if self.held is not None:
            self.say(self.held)
            self.held = None


class Sockets:
    """Connections of a tenant's subscribers."""

    def __init__(self, tenant: Tenant, server: Server, sessions: Sessions) -> None:
        self.tenant = tenant
        self.server = server
        self.sessions = sessions
        self.open: list[Connection] = []

    @property
    def subscribed(self) -> list[str]:
        """The fields that are subscribed to, over all connections."""
        return sorted(one.field for connection in self.open for one in connection.subscriptions.values())

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until either side ends it."""
        rules = self.tenant.rules
        if rules.refuse_sockets or rules.no_socket or rules.no_tenant:
            return web.Response(status=503 if rules.refuse_sockets else 404)
        socket = web.WebSocketResponse(protocols=(PROTOCOL,), heartbeat=rules.heartbeat_s)
        await socket.prepare(request)
        connection = Connection(request, socket)
        self.open.append(connection)
        self.tenant.changed.notify_all()
        writing = self.server.spawn(self._write(connection))
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._take(connection, frame.data)
        finally:
            writing.cancel()
            self._forget(connection)
        return socket

    def _forget(self, connection: Connection) -> None:
        if connection in self.open:
            self.open.remove(connection)
        self.tenant.changed.notify_all()

    async def _write(self, connection: Connection) -> None:
        while True:
            frame = await connection.leaving.get()
            try:
                await connection.socket.send_json(frame)
            except ConnectionError:
                return

    async def _take(self, connection: Connection, text: str) -> None:
        try:
            frame = json.loads(text)
            kind = str(frame["type"])
        except (ValueError, TypeError, KeyError):
            await connection.socket.close(code=BAD_REQUEST)
            return
        if kind == "connection_init":
            self._initialise(connection, frame.get("payload"))
        elif kind == "subscribe" and connection.user is not None:
            self._subscribe(connection, frame)
        elif kind == "complete":
            connection.subscriptions.pop(str(frame.get("id")), None)
            self.tenant.changed.notify_all()
        elif kind == "ping":
            if not self.tenant.rules.mute_pongs:
                connection.say({"type": "pong"})
        elif kind != "pong":
            await connection.socket.close(code=BAD_REQUEST)

    def _initialise(self, connection: Connection, payload: Any) -> None:
        token = payload.get("authToken") if isinstance(payload, dict) else None
        connection.user = self.sessions.user_of(token)
        if connection.user is not None:
            connection.say({"type": "connection_ack"})
        else:
            connection.say({"id": {}, "type": "error", "payload": {}})
        self._note("bot→glific", "connection_init", 200 if connection.user is not None else 401)

    def _subscribe(self, connection: Connection, frame: Shape) -> None:
        payload = frame.get("payload")
        one = Subscription(str(frame.get("id")), payload if isinstance(payload, dict) else {})
        fault = fault_of(self.tenant, one)
        if fault is None:
            connection.subscriptions[one.id] = one
        else:
            connection.say({"id": one.id, "type": "error", "payload": [{"message": fault}]})
        name = str(one.payload.get("operationName") or "subscribe")
        self._note("bot→glific", name, 200 if fault is None else 400, (one.payload, fault))

    def _note(self, direction: str, label: str, status: int, pair: tuple[Any, Any] = (None, None)) -> None:
        self.tenant.note_hop(direction, label, started_at=clock.unix_time(), status=status, pair=pair)

    def publish(self, name: str, message: Message) -> None:
        """Tell every subscriber of a field about a message."""
        if not any(name == one.field for connection in self.open for one in connection.subscriptions.values()):
            return
        if self.tenant.rules.takes("lose_events"):
            self._note("glific→bot", name, 0)
            return
        for connection in list(self.open):
            for one in connection.subscriptions.values():
                if one.field == name and connection.user is not None:
                    told = event_for(self.tenant, one, connection.user, message)
                    self.push(connection, one, told)

    def push(self, connection: Connection, one: Subscription, payload: Any) -> None:
        """Push an event as it is to one subscriber; twice, and out of order, where the rules say so."""
        frame = {"id": one.id, "type": "next", "payload": payload}
        self._note("glific→bot", one.field, 200, (payload, None))
        for _ in range(1 + max(0, self.tenant.rules.repeat_events)):
            if self.tenant.rules.reorder_events and connection.held is None:
                connection.held = frame
                self.server.spawn(self._release_later(connection, frame))
            else:
                connection.say(frame)
                connection.release()

    async def _release_later(self, connection: Connection, frame: Shape) -> None:
        await self.server.pause(self.tenant.rules.hold_s)
        if connection.held is frame:
            connection.release()

    def push_raw(self, name: str, payload: Any) -> int:
        """Push anything to the subscribers of a field, also what fits no schema; return how many there are."""
        pairs = [(one, each) for one in self.open for each in one.subscriptions.values() if each.field == name]
        for connection, one in pairs:
            self.push(connection, one, payload)
        return len(pairs)

    def cut(self) -> int:
        """Break every connection without a word, as a network does; return how many there were."""
        connections, self.open = self.open, []
        for connection in connections:
            if connection.request.transport is not None:
                connection.request.transport.abort()
        self.tenant.changed.notify_all()
        return len(connections)

    async def close(self, code: int = 1001) -> None:
        """Close every connection in good order, as a deployment of Glific does."""
        connections, self.open = self.open, []
        for connection in connections:
            await connection.socket.close(code=code)
        self.tenant.changed.notify_all()
