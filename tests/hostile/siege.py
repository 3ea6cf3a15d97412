"""A siege of the doors: half-sent bodies, idle connections and junk, and how long a good webhook takes meanwhile.

Figures to be read, of this machine and of both ends on it; no promise about time is judged here.
"""

import asyncio
import base64
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import click

from bot.http_server import raise_file_limit
from tests.harness.world import DANA as FRIEND
from tests.hostile.requests import RawRequest
from tests.hostile.signatures import SLACK_SIGNATURE, SLACK_STAMP, VOLT_SIGNATURE
from tests.hostile.sockets import deliver
from tests.hostile.target import Target

HALVES, IDLE = 400, 2_000
JUNK_PER_S = 200
LASTS_S = 20.0
GOOD_EVERY_S = 0.25
SLACK_BYTES, VOLT_BYTES = 512 * 1_024, 256 * 1_024
MOST_GROWTH_MIB = 40.0


@dataclass
class Siege:
    """What came of a siege: seconds of good webhooks before and during it, and memory in MiB."""

    calm_s: list[float] = field(default_factory=list)
    good_s: list[float] = field(default_factory=list)
    before: float = 0.0
    with_halves: float = 0.0
    highest: float = 0.0
    junk: int = 0
    cpu_s: float = 0.0
    faults: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Write the figures."""
        return [
            f"siege     {HALVES} half-sent bodies, {IDLE} idle connections, {self.junk / LASTS_S:.0f} junk requests/s",
            f"  memory  {self.before:.1f} MiB, {self.with_halves:.1f} with the bodies, {self.highest:.1f} at most",
            f"  the bot worked {self.cpu_s:.1f} of {LASTS_S:.0f} s",
            f"  good webhooks, ms: before {_times(self.calm_s)}; during {_times(self.good_s)}",
        ]


def _times(seconds: list[float]) -> str:
    """Write how long webhooks took."""
    ordered = sorted(one * 1_000 for one in seconds)
    late = ordered[int(len(ordered) * 0.99)]
    return f"median {statistics.median(ordered):.1f}, 99th {late:.1f}, longest {ordered[-1]:.1f} of {len(ordered)}"


async def besiege(target: Target) -> Siege:
    """Put the doors under siege, from a process of its own, and let good texts through."""
    siege = Siege()
    await target.quiet()
    await _send_good(target, siege, siege.calm_s, 5.0)
    siege.before = target.memory_mib
    command = (sys.executable, "-m", "tests.hostile.siege", str(target.bot.port), target.path)
    besieger = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert besieger.stdout is not None
    await besieger.stdout.readline()
    await asyncio.sleep(2.0)
    siege.with_halves = siege.highest = target.memory_mib
    await besieger.stdout.readline()
    siege.cpu_s = -target.cpu_s
    await _send_good(target, siege, siege.good_s, LASTS_S)
    siege.cpu_s += target.cpu_s
    siege.junk = int(await besieger.stdout.readline())
    await besieger.wait()
    if siege.with_halves - siege.before > MOST_GROWTH_MIB:
        siege.faults.append(f"siege: memory grew from {siege.before:.1f} to {siege.with_halves:.1f} MiB")
    siege.faults += [*await target.works(), *target.log.taken_faults()]
    return siege


async def _send_good(target: Target, siege: Siege, took: list[float], lasts_s: float) -> None:
    ends_at = time.monotonic() + lasts_s
    while (begun := time.monotonic()) < ends_at:
        webhook = await target.volt.text(FRIEND, f"good {begun}")
        took.append(time.monotonic() - begun)
        if webhook.status != 200:
            siege.faults.append(f"siege: a good webhook was answered {webhook.status}")
        siege.highest = max(siege.highest, target.memory_mib)
        await asyncio.sleep(GOOD_EVERY_S)


# --- the process of the besieger


async def _press(port: int, path: str) -> None:
    """Begin half-sent bodies, then idle connections, then junk; say so after each, and how much junk it was."""
    async with _kept(port, HALVES, lambda number: _half(path, number)):
        click.echo("halves")
        await asyncio.sleep(4.0)
        async with _kept(port, IDLE, lambda _number: b""):
            click.echo("idle")
            click.echo(await _send_junk(port, path))


def _half(path: str, number: int) -> bytes:
    """Begin a request that looks signed, and send half of its body."""
    if number % 2:
        door, size = path.encode(), VOLT_BYTES
        signature = VOLT_SIGNATURE + b": " + base64.b64encode(random.Random(number).randbytes(256))
    else:
        door, size = b"/slack/events", SLACK_BYTES
        signature = SLACK_SIGNATURE + b": v0=" + b"0" * 64 + b"\r\n" + SLACK_STAMP + b": %d" % time.time()
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n\r\n" % (door, size, signature)
    return head + b"x" * (size // 2)


@asynccontextmanager
async def _kept(port: int, size: int, opening: Callable[[int], bytes]) -> AsyncIterator[None]:
    """Keep so many connections open; one that the bot closes is opened anew."""
    opened, spread = asyncio.Semaphore(0), random.Random(size)

    async def keep(number: int) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    writer.write(opening(number))
                    opened.release()
                    await reader.read()
                finally:
                    writer.transport.abort()
            await asyncio.sleep(spread.uniform(0.5, 10.0))

    tasks = [asyncio.create_task(keep(number)) for number in range(size)]
    for _ in range(size):
        await opened.acquire()
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _send_junk(port: int, path: str) -> int:
    """Send requests that are refused, at an even pace; returns how many."""
    begun, under_way, source, sent = time.monotonic(), set[asyncio.Task[bytes]](), random.Random("junk"), 0
    while (passed_s := time.monotonic() - begun) < LASTS_S:
        while sent < passed_s * JUNK_PER_S:
            door = source.choice((path, "/slack/events", "/nothing", "/media/x")).encode()
            body = source.randbytes(source.randrange(2_000))
            raw = b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (door, len(body))
            task = asyncio.create_task(deliver(port, RawRequest("junk", (raw + body,))))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            sent += 1
        await asyncio.sleep(0.02)
    return sent


if __name__ == "__main__":
    raise_file_limit()
    asyncio.run(_press(int(sys.argv[1]), sys.argv[2]))
