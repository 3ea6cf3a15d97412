"""Commands of volt-bot, each in a process of its own: a fork of one that has imported the program already.

To start an interpreter and to import the program takes longer than most commands. `python -m tests.harness.forks` is
the process that is forked: it reads a command as a line of JSON, and answers with its exit code.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from bot.__main__ import run
from bot.sandbox.bot_process import child_environment


class Forks:
    """The process that is forked; a context manager. What a command writes goes through files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._out, self._err = folder / "out", folder / "err"

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            (sys.executable, "-m", "tests.harness.forks"),
            env=child_environment({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()

    async def run(self, arguments: tuple[str, ...], env: Mapping[str, str], cwd: Path) -> tuple[int, str, str]:
        """Run one command; returns exit code, standard output and standard error."""
        asked = {"arguments": arguments, "env": dict(env), "cwd": str(cwd)}
        asked |= {"out": str(self._out), "err": str(self._err)}
        code = await asyncio.to_thread(self._ask, json.dumps(asked))
        return code, self._out.read_text(), self._err.read_text()

    def _ask(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def main() -> None:
    """Fork for each command that is read, until there are no more."""
    gc.freeze()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(asked: Mapping[str, Any]) -> None:
    """Be the program with these arguments, settings and files, to the end."""
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    run(asked["arguments"])


if __name__ == "__main__":
    main()
