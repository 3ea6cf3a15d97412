"""Background tasks: dispatcher, reconciler, backfill, wave watcher and clock watch.

Part of the assembly: makes the loops of the bridge, starts and stops them in order. Decides nothing about a text.
"""

import asyncio
from datetime import timedelta
from typing import Protocol

import structlog

from bot.bridge.attachments.outgoing import AttachmentLinks
from bot.bridge.backfill.backfill import Backfill
from bot.bridge.messages.receipts import enqueue_unknown_lines, replay_parked_receipts
from bot.bridge.outbox.dispatcher import Dispatcher
from bot.bridge.outbox.executor import Executor
from bot.bridge.rate_limit import LookupLimiter, RateLimiter
from bot.bridge.reconcile.reconciler import Reconciler
from bot.bridge.recovery.recovery import Recovery
from bot.bridge.waves.watcher import WaveWatcher
from bot.clock import Clock
from bot.config import Config
from bot.domain.ids import ChannelId
from bot.domain.timestamps import add_seconds
from bot.loops import PeriodicTask, cancel
from bot.parsing.number_zones import local_times
from bot.ports.directory import Directory
from bot.ports.messaging import Provider
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import Workspace

CLOCK_S = 5.0
"""How often the clock is compared with the time of day."""

_log = structlog.get_logger(__name__)


class _ProviderWithRecords(Provider, Directory, Protocol):
    """A provider with all that it has on record."""


class BackgroundTasks:
    """Background tasks of one bot; run from start() to close()."""

    def __init__(
        self,
        config: Config,
        store: Store,
        workspace: Workspace,
        provider: _ProviderWithRecords,
        *,
        links: AttachmentLinks,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._config, self._store, self._workspace, self._provider = config, store, workspace, provider
        self._clock, self._observer = clock, observer
        self._lookup_limiter = LookupLimiter(clock.now)
        self._channel = ChannelId(config.slack_channel)
        self.dispatcher = self._new_dispatcher(links)
        self._recovery = Recovery(store, workspace, self._lookup_limiter, clock.now, self._channel, observer)
        self._reconciler = Reconciler(store, workspace, provider, clock.now, observer, self._lookup_limiter)
        self._backfill = self._new_backfill()
        self._wave_watcher = WaveWatcher(store, provider, workspace, self._channel, clock.now, observer)
        self._clock_watch = PeriodicTask(
            "clock", self._watch_clock, observer.on_bug, after_bug_s=CLOCK_S, first_in_s=CLOCK_S
        )
        self._beginning: asyncio.Task[None] | None = None

    def _new_dispatcher(self, links: AttachmentLinks) -> Dispatcher:
        limiter = RateLimiter(self._config.slack_post_rate)
        executor = Executor(
            self._store,
            self._workspace,
            self._provider,
            limiter,
            self._clock.now,
            pictures=links,
            quiet=self._config.quiet,
            hours_at=local_times,
        )
        return Dispatcher(self._store, executor, limiter, self._clock.now, self._channel, self._observer)

    def _new_backfill(self) -> Backfill:
        return Backfill(
            store=self._store,
            workspace=self._workspace,
            provider=self._provider,
            lookup_limiter=self._lookup_limiter,
            clock=self._clock.now,
            home=(self._config.account, self._channel),
            interval_s=self._config.catch_up_minutes * 60,
            lookback=timedelta(hours=self._config.catch_up_hours),
            observer=self._observer,
            recovery=self._recovery,
        )

    async def start(self) -> None:
        """Begin; events that arrive meanwhile are stored, and nothing leaves before the database was compared."""
        await self._store.run(replay_parked_receipts)
        await self._store.run(enqueue_unknown_lines)
        self._beginning = asyncio.create_task(self._begin(), name="begin")
        self._clock_watch.start()
        await self._wave_watcher.start()

    async def _begin(self) -> None:
        try:
            await self._recovery.before_leaving()
        except Exception as error:  # noqa: BLE001 - a bug there must not keep every text waiting
            self._observer.on_bug(error)
        await self.dispatcher.start()
        await self._reconciler.start()
        if self._config.catch_up_minutes > 0:
            await self._backfill.start()

    async def close(self) -> None:
        """Stop the look-ups, then let the calls under way end."""
        await self._wave_watcher.close()
        if self._beginning is not None:
            await cancel(self._beginning)
        await self._clock_watch.stop()
        await self._backfill.close()
        await self._reconciler.close()
        await self.dispatcher.close()

    async def _watch_clock(self) -> float:
        await self.follow_clock()  # a step that could not be followed is followed at the next look
        return CLOCK_S

    async def follow_clock(self) -> None:
        """Where the clock was set, move all waiting times along, so that it ends none early and none late."""
        step_s = self._clock.step_s()
        if not step_s:
            return
        _log.warning("clock.stepped", seconds=round(step_s, 3))
        before = self._clock.ahead

        def move(tx: Transaction) -> None:  # in the writer's order: what is stored after this is stored in new time
            self._clock.follow(step_s)
            tx.shift_times(add_seconds(0, step_s))

        try:
            await self._store.run(move)
        except BaseException:
            self._clock.ahead = before
            raise
        self._lookup_limiter.forget()
        self._reconciler.forget()
        self.dispatcher.forget()
