"""Bot process: the real bot as a child process, started with given settings, awaited until healthy, killed, restarted.

Settings of this process's environment are not passed on, and the child runs in a directory of its own, so that no other
.env is read. Nothing is printed; the child's output is kept, bounded, in `output`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

SOURCE = Path(__file__).resolve().parents[2]
SERVE = (sys.executable, "-m", "bot", "serve")
OURS = ("SLACK_", "VOLT_", "GLIFIC_", "COURIER_")
OURS_TOO = frozenset({"DATABASE_URL", "PUBLIC_URL", "ENCRYPTION_KEYS", "HOST", "PORT", "UNDO_SECONDS", "KEEP_DAYS"})
OURS_TOO |= {"TEXTS_TO", "AGENT_TEXTS_PER_HOUR", "METRICS_TOKEN"}
OURS_TOO |= {"CATCH_UP_MINUTES", "CATCH_UP_HOURS", "LOG_LEVEL", "LOG_FORMAT", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
LOOK_AGAIN_S = 0.05

PORTS = range(15_000, 30_000)
"""Ports below the range that systems use for outgoing calls: one of those could take a bot's port before it listens, or
while it is restarted.
"""


def child_environment(settings: Mapping[str, str], surroundings: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment without any setting of the bot and without proxies, then the given settings.

    PYTHONPATH is led by the folder that holds this very package, so the child runs the same code.
    """
    kept = {name: value for name, value in surroundings.items() if not _is_setting(name.upper())}
    path = os.pathsep.join(filter(None, (str(SOURCE), surroundings.get("PYTHONPATH"))))
    return kept | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"} | dict(settings)


def _is_setting(name: str) -> bool:
    return name in OURS_TOO or name.startswith(OURS)


def free_port() -> int:
    """Return a loopback port that no process listens on at this moment."""
    while True:
        port = secrets.choice(PORTS)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


class BotProcess:
    """Bot process: `python -m bot serve` on a fixed free port; it may be started again after it ended."""

    def __init__(
        self, settings: Mapping[str, str], *, folder: Path, port: int | None = None, command: Sequence[str] = SERVE
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output: deque[str] = deque(maxlen=500)  # lines of its stdout and stderr, oldest first
        self.starts = 0
        self._environment = child_environment(dict(settings) | {"HOST": "127.0.0.1", "PORT": str(self.port)})
        self._folder = folder
        self._command = tuple(command)
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the last start; None before the first."""
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.returncode is None

    async def start(self, *, limit_s: float = 30.0) -> None:
        """Start the process and return once GET /healthz answers 200.

        Raises RuntimeError with the last lines it wrote when it ends before that, or takes longer than the limit.
        """
        if self.is_running:
            raise RuntimeError(f"the bot is running already, as process {self.pid}")
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._environment,
            cwd=self._folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**20,
        )
        self.starts += 1
        self._reader = asyncio.create_task(self._keep_output(self._process.stdout))
        try:
            async with asyncio.timeout(limit_s):
                await self._until_healthy()
        except TimeoutError:
            await self.kill9()
            raise RuntimeError(f"the bot did not answer within {limit_s:g} s: {self.last_words()}") from None

    async def _keep_output(self, stream: asyncio.StreamReader | None) -> None:
        if stream is not None:
            async for line in stream:
                self.output.append(line.decode(errors="replace").rstrip())

    async def _until_healthy(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while self.is_running:
                if await self._is_healthy(session):
                    return
                await asyncio.sleep(LOOK_AGAIN_S)
        code = await self.wait()
        raise RuntimeError(f"the bot ended with code {code} before it answered: {self.last_words()}")

    async def _is_healthy(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.url}/healthz") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    def last_words(self) -> str:
        """Return the last lines of its output, for an error message."""
        return "\n".join(list(self.output)[-12:]) or "it wrote nothing"

    async def wait(self) -> int:
        """Wait until the process has ended and its output is read; return its code (minus the signal if killed)."""
        if self._process is None or self._reader is None:
            raise RuntimeError("the bot has not been started")
        code = await self._process.wait()
        await asyncio.wait([self._reader], timeout=1)  # a grandchild that kept the pipe must not hold us up
        return code

    async def kill9(self) -> None:
        """Kill the process as a power cut would: SIGKILL. Returns when it has ended; does nothing if it had."""
        if self._process is not None and self.is_running:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self.wait()

    async def terminate(self, *, limit_s: float = 10.0) -> int | None:
        """Ask the process to end (SIGTERM) and return its code; after the limit it is killed. None: it never ran."""
        if self._process is None:
            return None
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        try:
            async with asyncio.timeout(limit_s):
                return await self.wait()
        except TimeoutError:
            await self.kill9()
            return await self.wait()

    async def restart(self, *, limit_s: float = 30.0) -> None:
        """End the process in order, then start it again on the same port."""
        await self.terminate()
        await self.start(limit_s=limit_s)
