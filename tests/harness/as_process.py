"""The bot as a real process between two stand-ins, started, killed and started again; and what both sides then show.

It refuses to look inside the bot: what counts is what stands in a thread, what is on a phone, what crossed the wire.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import aiohttp

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import SERVE, BotProcess, free_port
from bot.sandbox.wire import Hop, Watched
from bot.store.sealing import new_key
from tests.harness.installing import connect, install
from tests.harness.settings import settings_for
from tests.harness.sight import Sight
from tests.harness.tenants import alone, side_by_side
from tests.harness.world import ACCOUNT

SOON = (0.05, 0.1, *[0.25] * 600)
"""Seconds between the stand-ins' retries, which in life are minutes."""
START_S = 120.0
"""How long a start may take, on a machine that does much else."""

MOST_WAITS = 20
"""How many times somebody's patience the bot may go on with work, before it counts as work that never ends."""


FROM_ENVIRONMENT = ("SLACK_BOT_TOKEN", "SLACK_CHANNEL", "VOLT_API_TOKEN", "VOLT_ACCOUNT_NUMBER")
"""Settings of the one workspace that is not installed by people."""


class Harness:
    """Owns both stand-ins and the bot's process, whose database outlives every death.

    `has_two`: not the workspace of the environment, but two that people have installed and connected. `may_log` are
    events that a bot may log as errors.
    """

    def __init__(self, folder: Path, *, has_two: bool = False) -> None:
        self.folder = folder
        self.slack = SlackStandIn(installed=not has_two)
        self.volt = VoltStandIn(account_number=ACCOUNT)
        self.tenants = (side_by_side if has_two else alone)(self.slack, self.volt)
        self._has_two = has_two
        self._key = new_key()
        self.kills = 0
        self.undo_window_s = 0.0
        self.settings: dict[str, str] = {}
        self.may_log: tuple[str, ...] = ()
        self.hops: list[Hop] = []
        self.keeps_hops = True
        self.runs: list[BotProcess] = []
        self._port = free_port()

    async def __aenter__(self) -> Self:
        await self.slack.start()
        await self.volt.start()
        self.slack.rules.retry_delays_s = self.volt.rules.retry_delays_s = SOON
        for stand_in in (self.slack, self.volt):
            stand_in.listeners.append(self._keep_hop)
        self.slack.events_url = f"{self._url}/slack/events"
        if not self._has_two:
            self.volt.webhook_url = f"{self._url}/volt/webhooks"
        return self

    async def set_up(self) -> None:
        """Where there are two workspaces, install and connect each as its admin does; then let the bot end."""
        if not self._has_two:
            return
        await self.start()
        for tenant in self.tenants:
            await install(tenant, self._url)
            await connect(tenant, Sight(self.slack, self.volt))
        await self.stop()

    async def __aexit__(self, *_: object) -> None:
        for run in self.runs:
            await run.kill9()
        await self.slack.close()
        await self.volt.close()

    def _keep_hop(self, kind: str, thing: Any) -> None:
        if kind == "hop" and self.keeps_hops:
            self.hops.append(thing)

    @property
    def met(self) -> str:
        """Say what the bot went through."""
        return f"kills {self.kills}"

    @property
    def faults(self) -> int:
        """How many of the bot's calls failed, or were not answered."""
        calls = [hop for hop in self.hops if hop.direction.startswith("bot→")]
        return sum(hop.status != 200 or _says_no(hop.answer) for hop in calls)

    # --- the bot

    @property
    def bot(self) -> BotProcess:
        """The process of the latest start."""
        return self.runs[-1]

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def new_run(self, command: Sequence[str] = SERVE, *, port: int | None = None) -> BotProcess:
        """Make the next process, not started yet: the same settings, the same database, the same port."""
        self.runs.append(BotProcess(self._environment(), folder=self.folder, port=port or self._port, command=command))
        return self.bot

    def _environment(self) -> dict[str, str]:
        more = {"UNDO_SECONDS": str(self.undo_window_s)} | self.settings
        settings = settings_for(self.slack, self.volt, self.folder, **more)
        if self._has_two:
            kept = {name: value for name, value in settings.items() if name not in FROM_ENVIRONMENT}
            settings = kept | self._settings_of_app()
        return settings

    def _settings_of_app(self) -> dict[str, str]:
        app = self.slack.app
        own = {"SLACK_CLIENT_ID": app.client_id, "SLACK_CLIENT_SECRET": app.client_secret}
        return own | {"ENCRYPTION_KEYS": self._key, "PUBLIC_URL": self._url}

    async def start(self) -> None:
        """Start the bot and wait until it answers."""
        await self.new_run().start(limit_s=START_S)

    async def stop(self) -> None:
        """Ask the bot to end."""
        await self.bot.terminate()

    async def kill(self, run: BotProcess | None = None) -> None:
        """End the bot as a power cut would. Raises RuntimeError where it had ended by itself."""
        bot = run or self.bot
        await bot.kill9()
        code = await bot.wait()
        if code != -signal.SIGKILL:
            raise RuntimeError(f"the bot had ended by itself, with {code}: {bot.last_words()}")
        self.kills += 1

    async def kill_while_starting(self, after_s: float) -> None:
        """Start the bot and kill it after so many seconds, ready or not."""
        run = self.new_run()
        starting = asyncio.create_task(run.start(limit_s=START_S))
        await asyncio.wait([starting], timeout=after_s)
        while run.pid is None:  # a busy machine may not even have begun
            await asyncio.wait([starting], timeout=0.01)
        await self.kill()
        with contextlib.suppress(RuntimeError):
            await starting

    async def ready(self) -> int:
        """Ask whether it can take work: the status of /readyz, 0 where it does not answer."""
        return await status_of(f"{self.bot.url}/readyz")

    async def says_ready(self, status: int, *, within_s: float) -> bool:
        """Ask again and again whether it can take work; False where the answer is not this one in time."""
        begun = time.monotonic()
        while await self.ready() != status:
            if time.monotonic() - begun > within_s:
                return False
            await asyncio.sleep(0.3)
        return True

    # --- how far it has come

    async def until(self, stand_in: Watched, predicate: Callable[[], Any], *, still_s: float) -> None:
        """Wait for as long as the bot posts, edits or sends. Raises TimeoutError once it did none of that for so long.

        A channel takes one post a second: what waits behind a backlog may take minutes, and no bot can hasten it.
        """
        for _ in range(MOST_WAITS):
            before = self._made()
            try:
                await stand_in.until(predicate, timeout_s=still_s)
            except TimeoutError:
                if self._made() == before:
                    raise
            else:
                return
        raise TimeoutError(f"not within {MOST_WAITS} times {still_s:g} s, although the bot goes on and on")

    async def until_still(self, still_s: float) -> None:
        """Return once the bot has neither posted nor sent anything for so long. Raises TimeoutError."""
        for _ in range(MOST_WAITS):
            before = self._made()
            await asyncio.sleep(still_s)
            if self._made() == before:
                return
        raise TimeoutError(f"not still within {MOST_WAITS} times {still_s:g} s")

    def _made(self) -> int:
        edits = sum(call.method == "chat.update" for call in self.slack.calls)
        posts = sum(len(tenant.posts()) for tenant in self.tenants)
        return posts + sum(len(tenant.volt.messages) for tenant in self.tenants) + edits

    # --- for whoever looks into a failure

    def keep_evidence(self) -> None:
        """Write down what crossed the wire and what the bot said, beside its database."""
        hops = sorted(self.hops, key=lambda hop: hop.at)
        wire = [
            f"{hop.at:.4f} {hop.elapsed_ms:7.1f} ms {hop.direction} {hop.label} {hop.status} {hop.request} {hop.answer}"
            for hop in hops
        ]
        (self.folder / "wire.log").write_text("\n".join(wire))
        said = [line for number, run in enumerate(self.runs) for line in (f"--- run {number}", *run.output)]
        (self.folder / "bot.log").write_text("\n".join(said))


async def status_of(url: str) -> int:
    """Ask for a page: its status, 0 where there is no answer."""
    limit = aiohttp.ClientTimeout(total=20)
    try:
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(url) as answer:
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return 0


def _says_no(answer: object) -> bool:
    """Know Slack's errors, without the two that tell of something done before, and GraphQL's."""
    errors = (answer.get("error"), answer.get("errors")) if isinstance(answer, dict) else ()
    return any(error and error not in ("already_reacted", "no_reaction") for error in errors)
