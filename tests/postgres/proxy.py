"""A proxy on loopback between a bot and its PostgreSQL server, which loses connections where a test wants it to.

It knows as much of the protocol as it takes to see a COMMIT on its way, and its answer on the way back.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from enum import Enum
from typing import Self

_PREPARED = re.compile(rb"(_pg3_\d+)\x00COMMIT\x00")
_KEPT = b"COMMIT\x00"


class Cut(Enum):
    """Where the connection of a COMMIT is lost."""

    BEFORE = "the server never gets it"
    AFTER = "the server has kept it, and its answer is lost"


class Proxy:
    """Proxy to a port; a context manager. `next_cut` decides at each COMMIT whether its connection is lost there."""

    def __init__(self, port: int, next_cut: Callable[[], Cut | None] = lambda: None) -> None:
        self._target = port
        self._next_cut = next_cut
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._flows = threading.Event()
        self._flows.set()
        self.cuts = dict.fromkeys(Cut, 0)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()

    def freeze(self) -> None:
        """Let nothing through, and say nothing: what a network does that is gone."""
        self._flows.clear()

    def thaw(self) -> None:
        """Let everything through again; what was on its way is lost with its connection."""
        self.cut()
        self._flows.set()

    def cut(self) -> None:
        """Lose every connection."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _lose(*pair)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                client.close()
                continue
            self._pairs.append((client, server))
            commit = _Commit()
            for read in (self._to_server, self._to_client):
                threading.Thread(target=read, args=(client, server, commit), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket, commit: _Commit) -> None:
        while data := _received(client):
            self._flows.wait()
            if commit.is_in(data):
                commit.cut = self._next_cut()
                if commit.cut is not None:
                    self.cuts[commit.cut] += 1
                if commit.cut is Cut.BEFORE:
                    break
            _send(server, data)
        _lose(client, server)

    def _to_client(self, client: socket.socket, server: socket.socket, commit: _Commit) -> None:
        while data := _received(server):
            self._flows.wait()
            if commit.cut is Cut.AFTER and _KEPT in data:
                break
            _send(client, data)
        _lose(client, server)


class _Commit:
    """Knows by which name a connection has prepared its COMMIT, and what is to become of the one on its way."""

    def __init__(self) -> None:
        self.cut: Cut | None = None
        self._name = b""

    def is_in(self, data: bytes) -> bool:
        """Whether a COMMIT is among what goes to the server."""
        if found := _PREPARED.search(data):
            self._name = found[1]
        return bool(self._name) and b"\x00" + self._name + b"\x00" in data


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65_536)
    except OSError:
        return b""


def _send(to: socket.socket, data: bytes) -> None:
    try:
        to.sendall(data)
    except OSError:
        to.close()


def _lose(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):  # it is lost already
            one.shutdown(socket.SHUT_RDWR)
        one.close()
