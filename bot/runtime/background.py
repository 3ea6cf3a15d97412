"""Background tasks of one workspace: dispatcher, reconciler, backfill, wave watcher and alarms.

Part of the assembly: makes the loops of the bridge, starts and stops them in order. Decides nothing about a text.
"""

import asyncio
import contextlib
from datetime import timedelta

from bot.bridge.alarms.watcher import AlarmWatcher, Handler
from bot.bridge.attachments.fitted import PICTURES, forget_pictures
from bot.bridge.attachments.outgoing import AttachmentLinks
from bot.bridge.backfill.backfill import Backfill
from bot.bridge.conversations import goals, later, waiting
from bot.bridge.conversations.on_duty import PASS_ON, pass_on
from bot.bridge.duties import end_duties
from bot.bridge.imports.reading import Tables
from bot.bridge.imports.watcher import ImportWatcher
from bot.bridge.messages.receipts import enqueue_unknown_lines, replay_parked_receipts
from bot.bridge.outbox.dispatcher import Dispatcher
from bot.bridge.outbox.executor import Executor
from bot.bridge.outbox.preparation import Preparation
from bot.bridge.rate_limit import LookupLimiter, RateLimiter
from bot.bridge.reconcile.reconciler import Reconciler
from bot.bridge.recovery.recovery import Recovery
from bot.bridge.roster import RosterWatcher
from bot.bridge.steps.executions import end_wait
from bot.bridge.waves.watcher import WaveWatcher
from bot.bridge.weekly import plan as weekly_plan
from bot.bridge.weekly.poster import WeeklyPoster
from bot.clock import Clock
from bot.config import Config
from bot.domain.alarms import AlarmKind
from bot.domain.approval import is_night
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import ChannelId
from bot.domain.phone import E164
from bot.domain.provider_profile import ProviderLimits
from bot.domain.steps import LATE
from bot.domain.timestamps import Micros
from bot.loops import cancel
from bot.parsing.csv_files import rows_of, written_row
from bot.parsing.number_zones import local_times
from bot.parsing.phone_numbers import read_number, region_of
from bot.ports.messaging import Providers
from bot.ports.observer import Observer
from bot.ports.storage import Store
from bot.ports.workspace import Workspace
from bot.slack.render.import_card import fault_words

ALARMS: dict[AlarmKind, Handler] = {
    PASS_ON: pass_on,
    waiting.GOAL: goals.look_at_goal,
    goals.GOALS_CHANGED: goals.set_alarms_anew,
    waiting.SNOOZE: later.wake,
    waiting.FOLLOW_UP: later.remind,
    LATE: end_wait,
    PICTURES: forget_pictures,
    weekly_plan.DUE: weekly_plan.weekly_due,
}
"""What is done when an alarm of each kind is due."""


class BackgroundTasks:
    """Background tasks of one workspace; run from start() to close(). `home` is its main account and its channel."""

    def __init__(  # noqa: PLR0913 - an assembly of parts
        self,
        config: Config,
        store: Store,
        workspace: Workspace,
        providers: Providers,
        *,
        home: tuple[E164, ChannelId],
        links: AttachmentLinks,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._config, self._store, self._workspace, self._providers = config, store, workspace, providers
        self._clock, self._observer = clock, observer
        self._limits = {provider.profile.code: provider.profile.limits for provider in providers.all()}
        self._lookup_limiter = LookupLimiter(clock.now)
        self._home = home
        self._channel = home[1]
        self.dispatcher = self._new_dispatcher(links)
        self._recovery = Recovery(store, workspace, self._lookup_limiter, clock.now, self._channel, observer)
        self._reconciler = Reconciler(store, workspace, providers, clock.now, observer, self._lookup_limiter)
        self._backfill = self._new_backfill()
        waves = WaveWatcher(store, providers, workspace, self._channel, clock.now, observer)
        tables = Tables(rows_of, read_number, region_of, written_row, fault_words)
        imports = ImportWatcher(store, providers, workspace, self._channel, tables, self._is_night, clock.now, observer)
        self._at_once = [waves.loop(), imports.loop()]
        self._after_recovery = [
            AlarmWatcher(store, ALARMS, observer).loop(),
            RosterWatcher(store, workspace, observer).loop(),
            WeeklyPoster(store, workspace, observer).loop(),
        ]
        self._beginning: asyncio.Task[None] | None = None

    def _is_night(self, number: E164, now: Micros) -> bool:
        quiet = self._config.quiet
        return quiet is not None and is_night(quiet, local_times(number, now))

    def _new_dispatcher(self, links: AttachmentLinks) -> Dispatcher:
        limiter = RateLimiter(self._config.slack_post_rate, self._limits_of)
        preparation = Preparation(
            self._workspace, self._clock.now, links, quiet=self._config.quiet, hours_at=local_times
        )
        executor = Executor(self._store, self._workspace, self._providers, limiter, self._clock.now, links, preparation)
        return Dispatcher(self._store, executor, limiter, self._clock.now, self._channel, self._observer)

    def _new_backfill(self) -> Backfill:
        return Backfill(
            store=self._store,
            workspace=self._workspace,
            providers=self._providers,
            lookup_limiter=self._lookup_limiter,
            clock=self._clock.now,
            home=self._home,
            interval_s=self._config.catch_up_minutes * 60,
            lookback=timedelta(hours=self._config.catch_up_hours),
            observer=self._observer,
            recovery=self._recovery,
        )

    def _limits_of(self, code: str) -> ProviderLimits:
        """Give the limits of a provider; the usual ones where nothing is connected by it."""
        return self._limits.get(code, ProviderLimits())

    async def start(self) -> None:
        """Begin; events that arrive meanwhile are stored, and nothing leaves before the database was compared."""
        await self._store.run(replay_parked_receipts)
        await self._store.run(enqueue_unknown_lines)
        self._beginning = asyncio.create_task(self._begin(), name="begin")
        for loop in self._at_once:
            await loop.start()

    async def _begin(self) -> None:
        try:
            await self._recovery.before_leaving()
        except Exception as error:  # noqa: BLE001 - a bug there must not keep every text waiting
            self._observer.on_bug(error)
        await self.dispatcher.start()
        for loop in self._after_recovery:
            await loop.start()
        await self._reconciler.start()
        if self._config.catch_up_minutes > 0:
            await self._backfill.start()

    async def close(self) -> None:
        """Stop the look-ups, then let the calls under way end."""
        for loop in self._at_once:
            await loop.close()
        if self._beginning is not None:
            await cancel(self._beginning)  # first: it starts what is closed below
        for loop in self._after_recovery:
            await loop.close()
        await self._backfill.close()
        await self._reconciler.close()
        await self.dispatcher.close()
        with contextlib.suppress(StoreUnavailable):  # then the end of this bot tells others
            await self._store.run(end_duties)

    def forget(self) -> None:
        """Forget moments that were noted before the clock was set."""
        self._lookup_limiter.forget()
        self._reconciler.forget()
        self.dispatcher.forget()
