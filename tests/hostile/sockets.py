"""Bytes onto sockets: one request after another, and a crowd that keeps its connections open and says no more."""

import asyncio
from contextlib import suppress
from typing import Self

from tests.hostile.requests import RawRequest

PAUSE_S = 0.02
ANSWER_S, SILENCE_S = 30.0, 1.0
"""How long an answer is waited for: where one must come, and where the bot may also hang up."""


async def deliver(port: int, sent: RawRequest) -> bytes:
    """Send a request's bytes and return what came back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = bytearray()
    with suppress(OSError):  # also TimeoutError, and a shutdown of what is gone
        async with asyncio.timeout(ANSWER_S if sent.is_answered else SILENCE_S):
            reading = asyncio.create_task(_read(reader, answer))
            try:
                await _write(writer, sent)
                await (reading if sent.ending != "abort" else asyncio.sleep(PAUSE_S))
            finally:
                reading.cancel()
    writer.transport.abort()
    return bytes(answer)


async def _write(writer: asyncio.StreamWriter, sent: RawRequest) -> None:
    for number, part in enumerate(sent.parts):
        if number:
            await asyncio.sleep(PAUSE_S)
        writer.write(part)
        await writer.drain()
    if sent.ending == "half":
        writer.write_eof()


async def _read(reader: asyncio.StreamReader, into: bytearray) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            into += piece


class Crowd:
    """Connections that say nothing, or half a head, or half a body, and stay; an async context manager."""

    def __init__(self, port: int, path: bytes, size: int) -> None:
        head = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
        self._openings = (b"", head, head + b"\r\n{")
        self._port = port
        self._size = size
        self._open: list[tuple[int, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def __aenter__(self) -> Self:
        for number in range(self._size):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(self._openings[number % 3])
            self._open.append((number, reader, writer))
        return self

    async def __aexit__(self, *_: object) -> None:
        for _number, _reader, writer in self._open:
            writer.transport.abort()

    async def heard(self, limit_s: float) -> int:
        """Wait for the bot to answer or hang up on those that sent half a body; returns how many it did not."""
        held = [asyncio.create_task(reader.read(1)) for number, reader, _ in self._open if number % 3 == 2]
        _, waiting = await asyncio.wait(held, timeout=limit_s)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        return len(waiting)
