"""Sends prebuilt requests over kept connections as fast as they are answered, with as little work as possible.

A raw asyncio.Protocol: no HTTP library stands between the clock and the server. Any answer but 200 ends the run.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.machine import cpu_s

HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Run:
    """What came of a run. `client_share` is our processor time to the server's; above 1 we were the limit.

    `used_s` is the server's processor time before the run, `spent_s` what the run took of it.
    """

    answers: int
    seconds: float
    begun_at: float
    waits_s: list[float] = field(repr=False)
    client_share: float
    used_s: float
    spent_s: float

    @property
    def per_s(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds

    @property
    def per_cpu_s(self) -> float:
        """Answers per second of the server's processor time."""
        return self.answers / self.spent_s


def content_length(head: bytes) -> int:
    """Read the length of the body that follows a head; 0 where it names none."""
    _, found, rest = head.lower().partition(_LENGTH)
    return int(rest.partition(b"\r\n")[0]) if found else 0


class _Feed:
    """The requests still to be sent, shared by all connections."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self.waiting: Iterator[bytes] = iter(requests)
        self.missing = len(requests)
        self.waits_s: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answered(self, head: bytes, wait_s: float) -> None:
        self.waits_s.append(wait_s)
        self.missing -= 1
        if not head.startswith(b"HTTP/1.1 200"):
            self.fail(RuntimeError(f"the server answered {head[:200]!r}"))
        elif self.missing == 0 and not self.done.done():
            self.done.set_result(None)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class _Connection(asyncio.Protocol):
    def __init__(self, feed: _Feed) -> None:
        self._feed = feed
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        assert self._transport is not None
        request = next(self._feed.waiting, None)
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(HEAD_END)
        if found and len(rest) >= content_length(head):
            self._buffer = b""
            self._feed.answered(head, time.perf_counter() - self._sent_at)
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._feed.missing and exc is not None:
            self._feed.fail(exc)


async def fire(port: int, requests: Sequence[bytes], *, at_once: int, server_pid: int) -> Run:
    """Send every request once, so many at once. Raises RuntimeError for an answer other than 200."""
    loop, feed = asyncio.get_running_loop(), _Feed(requests)
    served_s, used_s, begun_at = cpu_s(server_pid), time.process_time(), time.perf_counter()
    for _ in range(at_once):
        await loop.create_connection(lambda: _Connection(feed), "127.0.0.1", port)
    async with asyncio.timeout(PATIENCE_S):
        await feed.done
    seconds = time.perf_counter() - begun_at
    spent_s = max(0.01, cpu_s(server_pid) - served_s)
    share = (time.process_time() - used_s) / spent_s
    return Run(len(requests), seconds, begun_at, feed.waits_s, share, served_s, spent_s)
