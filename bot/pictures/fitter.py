"""Fitter: has pictures made to fit, one at a time, each by a process of its own that ends with it.

So no library for pictures is loaded into the bot, and a picture that takes all memory it may have takes it elsewhere.
Refuses, with a code: what fitting.py refuses, and "unreadable" where the process ended otherwise or took too long.
"""

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path

from bot.domain.errors import Rejected, Retryable
from bot.domain.media import Media
from bot.domain.pictures import PictureLimit

LONGEST_S = 40.0
"""Time for one picture."""

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    "PATH": os.defpath,
    "PYTHONPATH": str(_ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_ARENA_MAX": "2",  # each arena takes room of the memory that is allowed
}


class ProcessFitter:
    """bot.ports.media.PictureFitter by a process for each picture."""

    def __init__(self, *, longest_s: float = LONGEST_S) -> None:
        self._longest_s = longest_s
        self._turn = asyncio.Lock()

    async def fit(self, picture: Media, limit: PictureLimit) -> Media:
        """Make a picture fit."""
        asked = {"type": picture.type, "types": sorted(limit.types), "most_bytes": limit.most_bytes}
        async with self._turn:
            answer = await self._ask(json.dumps(asked).encode() + b"\n", picture.data)
        head, _, data = answer.partition(b"\n")
        try:
            said = json.loads(head)
        except ValueError:
            raise Rejected("unreadable", "The picture could not be opened.") from None
        if "refused" in said:
            raise Rejected(said["refused"], "The picture could not be made to fit.")
        return Media(said["type"], data)

    async def _ask(self, head: bytes, data: bytes) -> bytes:
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        call = (sys.executable, "-m", "bot.pictures.worker")
        try:
            worker = await asyncio.create_subprocess_exec(
                *call, stdin=pipe, stdout=pipe, stderr=nothing, env=_ENVIRONMENT
            )
        except OSError as error:
            raise Retryable("no_worker", "The bot cannot open pictures just now.") from error
        try:
            async with asyncio.timeout(self._longest_s):
                out, _ = await worker.communicate(head + data)
        except TimeoutError:
            return b""
        finally:
            if worker.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    worker.kill()
                await worker.wait()
        return out if worker.returncode == 0 else b""
