"""The real program from outside, as it is installed: how soon it is ready and how much memory it holds."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from bot.sandbox.bot_process import free_port
from tests.benchmarks.figures import Figure
from tests.benchmarks.growth import FEW, MANY, fill, lookups, recent
from tests.benchmarks.harness import CONTACTS, Harness
from tests.benchmarks.installed import serve_command, serve_environment
from tests.benchmarks.load import fire
from tests.benchmarks.machine import resident_mb
from tests.benchmarks.requests import SIGNING_SECRET, get
from tests.benchmarks.sink import KEY, Sink
from tests.harness.world import ACCOUNT, CHANNEL

READY_LIMIT_S = 1.5
IDLE_LIMIT_MB = 90.0
LOOK_AGAIN_S = 0.005
REST_S = 1.0
"""After the start, before memory is read."""

AT_ONCE = 32
PATIENCE_S = 30.0


class Served:
    """The program on a database; an async context manager that returns once /readyz answers 200."""

    def __init__(
        self, database: Path, webhook_key: str, slack: str, volt: str, *, rate: float, more: Mapping[str, str]
    ) -> None:
        self.port = free_port()
        self.database = database
        self._settings = {
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_CHANNEL": CHANNEL,
            "SLACK_API_URL": slack,
            "SLACK_POST_RATE": f"{rate:g}",
            "VOLT_API_TOKEN": "benchmark",
            "VOLT_ACCOUNT_NUMBER": ACCOUNT,
            "VOLT_API_URL": volt,
            "VOLT_WEBHOOK_KEY": webhook_key,
            "AGENT_TEXTS_PER_HOUR": "1000000",
            "DATABASE_URL": f"sqlite:///{database}",
            "HOST": "127.0.0.1",
            "PORT": f"{self.port}",
        } | dict(more)
        self.ready_s = 0.0
        self.pid = 0

    async def __aenter__(self) -> Self:
        folder = self.database.parent
        begun = time.perf_counter()
        with (folder / "serve.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *serve_command(), env=serve_environment(self._settings), cwd=folder, stdout=log, stderr=log
            )
        self.pid = self._process.pid
        async with asyncio.timeout(PATIENCE_S):
            await self._until_ready()
        self.ready_s = time.perf_counter() - begun
        return self

    async def _until_ready(self) -> None:
        while True:
            try:
                await fire(self.port, [get("/readyz")], at_once=1, server_pid=self.pid)
            except (OSError, RuntimeError):
                await asyncio.sleep(LOOK_AGAIN_S)
            else:
                return

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        await self._process.wait()


def served(
    harness: Harness, database: Path, sink: Sink, *, rate: float = 100, more: Mapping[str, str] | None = None
) -> Served:
    """Prepare the program between a sink and itself; `more` are settings that come on top."""
    key, slack, volt = harness.signer.public_key, f"{sink.url}/api/", f"{sink.url}/graphql"
    return Served(database, key, slack, volt, rate=rate, more=more or {})


async def size(harness: Harness) -> list[Figure]:
    """Look things up, start and rest on a million conversations, and on few or none."""
    few, many = harness.fresh() / "bot.db", harness.fresh() / "bot.db"
    fill(few, FEW)
    fill(many, MANY)
    found = [*await lookups(few, many, harness.rounds), recent(many, harness.rounds)]
    ready, memory = [], []
    async with Sink() as sink:
        for _ in range(harness.rounds):
            pair = [await _start(harness, database, sink) for database in (many, harness.fresh() / "bot.db")]
            ready.append([seconds for seconds, _ in pair])
            memory.append([mb for _, mb in pair])
    (large_s, empty_s), (large_mb, empty_mb) = (tuple(zip(*pairs, strict=True)) for pairs in (ready, memory))
    limits = (READY_LIMIT_S,) * harness.rounds
    note = f"spawn to the first 200 of /readyz with {MANY:,} conversations and texts stored"
    mb = many.stat().st_size / 1e6
    return [
        *found,
        Figure("start", "s", large_s, limits, "limit", 1.0, is_most=True, note=note),
        Figure("start, large", "s", large_s, empty_s, "start on an empty database"),
        Figure("memory, large", "MB", large_mb, empty_mb, "an empty database", note=f"the file has {mb:,.0f} MB"),
    ]


async def _start(harness: Harness, database: Path, sink: Sink) -> tuple[float, float]:
    async with served(harness, database, sink) as program:
        await asyncio.sleep(REST_S / 2)
        return program.ready_s, resident_mb(program.pid)


async def memory(harness: Harness) -> list[Figure]:
    """Let the program rest, send it texts, and let it show them."""
    idle, after, bytes_each = [], [], []
    texts = harness.many_texts
    async with Sink() as sink:
        for _ in range(harness.rounds):
            sink.forget()
            async with served(harness, harness.fresh() / "bot.db", sink) as program:
                await asyncio.sleep(REST_S)
                idle.append(resident_mb(program.pid))
                await fire(program.port, texts, at_once=AT_ONCE, server_pid=program.pid)
                await sink.until(KEY, len(texts) + CONTACTS)
                after.append(resident_mb(program.pid))
            bytes_each.append(program.database.stat().st_size / len(texts))
    limits, idle_mb = (IDLE_LIMIT_MB,) * harness.rounds, tuple(idle)
    wire = (float(len(texts[0])),) * harness.rounds
    name = f"memory after {len(texts):,} texts"
    return [
        Figure("memory, idle", "MB", idle_mb, limits, "limit", 1.0, is_most=True, note="without development tools"),
        Figure(name, "MB", tuple(after), idle_mb, "idle", 1.3, is_most=True, note="all shown in Slack"),
        Figure("file, per text", "bytes", tuple(bytes_each), wire, "its webhook on the wire"),
    ]
