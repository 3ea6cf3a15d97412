"""Starts the programs under load as processes of their own, and asks them things over their standard input.

A child answers each line of JSON with one line of JSON (servers.py). What it logs goes to a file in its folder, as a
service manager would have it.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Self

from bot.sandbox.bot_process import child_environment

PATIENCE_S = 120.0
CLOSING_S = 20.0


class Child:
    """One kind of server, with its options; an async context manager."""

    def __init__(self, kind: str, folder: Path, **options: Any) -> None:
        self._kind = kind
        self._folder = folder
        self._options = options
        self._log = folder / f"{kind}.log"
        self.port = 0
        self.pid = 0

    async def __aenter__(self) -> Self:
        command = (sys.executable, "-m", "tests.benchmarks.servers", self._kind, json.dumps(self._options))
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                env=child_environment({}),
                cwd=self._folder,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self.pid = self._process.pid
        self.port = (await self._answer())["port"]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(CLOSING_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def ask(self, what: str, **how: Any) -> dict[str, Any]:
        """Have the child do something and return what it says of it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what} | how).encode() + b"\n")
        return await self._answer()

    async def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._kind} ended: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2_000:]
