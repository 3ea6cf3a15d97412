"""Requests that leave: none leaves after the deadline of its call, and none lies in the kernel for long.

The check stands right before the first byte of a request is written, once there is a connection; its headers are still
in our buffer then. So it holds for a redirect, a repeat and a second request of the same call, too. Every session that
calls Slack or the provider is made with these; what they ask and answer is no concern of this module.
"""

import socket
from typing import TYPE_CHECKING

from aiohttp import ClientRequest, ClientResponse
from aiohttp.abc import AbstractStreamWriter

from bot.call_deadline import note_departure
from bot.domain.errors import TooLate

if TYPE_CHECKING:
    from aiohttp.connector import AddrInfoType, Connection

UNACKNOWLEDGED_MS = 10_000
"""How long bytes may lie in the kernel without the other side taking them; then the connection is given up."""


class TimelyRequest(ClientRequest):
    """Request that checks the deadline of its call in the last line before its bytes are written."""

    async def send(self, conn: "Connection") -> ClientResponse:
        """Send the request. Raises TooLate where it has no body and its deadline is over."""
        if not self._writes_body(conn):
            note_departure()  # its headers are written in there
        return await super().send(conn)

    def _writes_body(self, conn: "Connection") -> bool:
        """Tell whether aiohttp writes this request in write_bytes, in a task of its own."""
        is_paused = conn.protocol is not None and conn.protocol.writing_paused
        return bool(self._body) or self._continue is not None or is_paused

    async def write_bytes(
        self, writer: AbstractStreamWriter, conn: "Connection", content_length: int | None = None
    ) -> None:
        """Write headers and body; where the deadline is over, nothing of it, and whoever waits gets TooLate."""
        try:
            note_departure()
        except TooLate as late:
            if conn.protocol is None:
                raise
            conn.protocol.set_exception(late)
            return
        await super().write_bytes(writer, conn, content_length)


def outgoing_socket(address: "AddrInfoType") -> socket.socket:
    """Make the socket of a connection (socket_factory of aiohttp's connector)."""
    family, kind, protocol = address[:3]
    made = socket.socket(family, kind, protocol)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
    return made
