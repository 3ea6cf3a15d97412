"""Several bots on one database behind a load balancer: each killed, frozen and started again by itself.

Refuses to know which bot does what: what counts is what people see, as with one bot.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.sandbox.bot_process import SERVE, BotProcess, free_port
from tests.harness.as_process import Harness, status_of
from tests.harness.balancer import Balancer

BOTS = 3
START_S = 300.0
"""How long a start may take: it waits for the server, and for whoever migrates it, on a machine that does much else."""


@dataclass
class Place:
    """Where one of the bots runs; `bot` is the process of its latest start."""

    port: int
    bot: BotProcess | None = None
    has_started: bool = False
    is_frozen: bool = False

    @property
    def url(self) -> str:
        """Its own address, behind the balancer."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_up(self) -> bool:
        """Whether a bot is there that can answer."""
        return self.bot is not None and self.bot.is_running and self.has_started and not self.is_frozen


class Fleet(Harness):
    """Owns the stand-ins, the balancer that they call, and the bots behind it, all on the same database.

    `command` is what starts a bot from now on.
    """

    def __init__(self, folder: Path, database_url: str, *, bots: int = BOTS, has_two: bool = False) -> None:
        super().__init__(folder, has_two=has_two)
        self.settings = {"DATABASE_URL": database_url}
        self.places = [Place(free_port()) for _ in range(bots)]
        self.balancer = Balancer(self._port, [place.url for place in self.places])
        self.may_log = ("store.seat_lost", "store.commit_failed", "store.unavailable")
        self.command: Sequence[str] = SERVE
        self.freezes = self.server_kills = self.promotions = 0

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        await self.balancer.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await super().__aexit__(*exception)
        await self.balancer.close()

    @property
    def met(self) -> str:
        """Say what the bots and their server went through."""
        server = f"server kills {self.server_kills} promotions {self.promotions}"
        return f"bots {len(self.places)} {super().met} freezes {self.freezes} {server}"

    # --- all bots

    async def start(self) -> None:
        """Start every bot, and wait until all answer."""
        await asyncio.gather(*(self.start_at(place) for place in self.places))

    async def stop(self) -> None:
        """Ask every bot to end."""
        for place in self.places:
            await self.stop_at(place)

    async def says_ready(self, status: int, *, within_s: float) -> bool:
        """Ask all that are up whether they can take work; False where one that stays up does not say this in time."""
        begun = time.monotonic()
        while True:
            asked = [place for place in self.places if place.is_up]
            answers = await asyncio.gather(*(status_of(f"{place.url}/readyz") for place in asked))
            if all(answer == status for place, answer in zip(asked, answers, strict=True) if place.is_up):
                return True
            if time.monotonic() - begun > within_s:
                return False
            await asyncio.sleep(0.3)

    # --- one bot

    async def start_at(self, place: Place) -> None:
        """Start a bot there and wait until it answers, and is asked to."""
        place.has_started = False
        place.bot = self.new_run(self.command, port=place.port)
        await place.bot.start(limit_s=START_S)
        place.has_started = True
        await self.balancer.look(place.url)

    async def stop_at(self, place: Place) -> None:
        """Ask the bot there to end."""
        place.has_started = False
        if place.bot is not None:
            await place.bot.terminate()

    async def kill_at(self, place: Place) -> None:
        """End the bot there as a power cut would. Raises RuntimeError where it had ended by itself."""
        place.has_started = False
        await self.kill(place.bot)

    async def freeze_at(self, place: Place, seconds: float) -> None:
        """Let the bot there stand still for so long, as a machine does that is suspended, and go on."""
        assert place.bot is not None
        assert place.bot.pid is not None
        place.is_frozen = True
        os.kill(place.bot.pid, signal.SIGSTOP)
        self.freezes += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            if place.bot.is_running:
                os.kill(place.bot.pid, signal.SIGCONT)
            place.is_frozen = False
