"""What goes to a PostgreSQL server, counted on its way: statements, those prepared for it, and round trips.

A proxy on loopback that knows as much of the protocol as that takes. Nothing is timed through it.
"""

import contextlib
import socket
import struct
import threading
from typing import NamedTuple, Self

_BEFORE_START = frozenset({80_877_103, 80_877_104})
"""What a client may ask before it starts: for encryption, of two kinds."""


class Counts(NamedTuple):
    """How many statements were run, how many of them had to be prepared first, and how often an answer was awaited."""

    statements: int = 0
    prepared: int = 0
    round_trips: int = 0

    def since(self, before: "Counts") -> "Counts":
        """Give what came after an earlier count."""
        return Counts(*(now - then for now, then in zip(self, before, strict=True)))

    def plus(self, more: "Counts") -> "Counts":
        """Give both together."""
        return Counts(*(one + other for one, other in zip(self, more, strict=True)))


class Wire:
    """Stands between clients and the server on a port; a context manager."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.counts = Counts()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._to_server, args=(client, server), daemon=True).start()
            threading.Thread(target=_carry, args=(server, client), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        said = _Said()
        with contextlib.suppress(OSError):
            while data := client.recv(65_536):
                self.counts = self.counts.plus(said.counted(data))
                server.sendall(data)
        _end(server)


class _Said:
    """Reads the messages of one client as they come."""

    def __init__(self) -> None:
        self._buffer = b""
        self._has_started = False

    def counted(self, data: bytes) -> Counts:
        """Count what is whole by now."""
        self._buffer += data
        kinds = b"".join(iter(self._next, b""))
        queries = kinds.count(b"Q")  # one that is sent as it is written
        return Counts(kinds.count(b"E") + queries, kinds.count(b"P") + queries, kinds.count(b"S") + queries)

    def _next(self) -> bytes:
        """Give the kind of the next message; b"" where none is whole."""
        kind_size = 1 if self._has_started else 0
        if len(self._buffer) < kind_size + 8 - 4 * kind_size:
            return b""
        (length,) = struct.unpack_from("!i", self._buffer, kind_size)
        if len(self._buffer) < kind_size + length:
            return b""
        message, self._buffer = self._buffer[: kind_size + length], self._buffer[kind_size + length :]
        if self._has_started:
            return message[:1]
        self._has_started = struct.unpack_from("!i", message, 4)[0] not in _BEFORE_START
        return b"-"


def _carry(source: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            to.sendall(data)
    _end(to)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended already
        one.shutdown(socket.SHUT_RDWR)
    one.close()
