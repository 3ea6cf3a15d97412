"""Wave watcher: keeps cards current. Asks for the progress of a wave, and edits its card, until it is complete.

Every 30 seconds at first, slower later, for a day at most. It also posts the cards whose post failed, once Slack's own
record has shown that they are not there. A failure of one wave does not stop the others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.bridge.duties import DutyLoop, OnDuty
from bot.bridge.unit_of_work import UnitsOfWork
from bot.bridge.waves.cards import CardSearch
from bot.bridge.waves.waves import end_wave, find_wave, is_complete, post_of
from bot.domain.duties import Duty
from bot.domain.errors import CallFailed, NotOnDuty
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.timestamps import Micros, add_seconds, from_micros
from bot.domain.waves import Wave, is_own_id
from bot.ports.messaging import Providers
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import Workspace

PAUSE_S = 10.0
"""Pause between two passes."""

WATCHED_S = 86_400.0
"""Time after its start for which a wave is watched."""

POSTED_BY_S = 60.0
"""Time after which a missing card was not posted when its wave was made, or its answer was lost."""

AT_ONCE = 5
"""Waves asked about in one pass."""

_EVERY_S = ((600.0, 30.0), (3_600.0, 120.0), (WATCHED_S, 900.0))
"""Interval at which a wave of this age is asked about."""


@dataclass
class WaveWatcher:
    """Wave watcher."""

    store: Store
    providers: Providers
    workspace: Workspace
    home: ChannelId
    clock: Callable[[], Micros]
    observer: Observer
    _next: dict[str, Micros] = field(default_factory=dict)
    _shown: dict[str, tuple[int | None, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._on_duty = OnDuty(self.store, Duty.WAVES)
        self._search = CardSearch(UnitsOfWork(self._on_duty), self.workspace, self.home)

    def loop(self) -> DutyLoop:
        """Give the loop that looks for as long as the bot runs."""
        return DutyLoop("waves", self.step, self.observer, after_failure_s=PAUSE_S, forget=self._forget)

    def _forget(self) -> None:
        self._forget_all_but(set())

    async def step(self) -> float:
        """Look up what is due; returns the seconds until the next look. Raises NotOnDuty, StoreUnavailable."""
        await self.look()
        return PAUSE_S

    async def look(self) -> int:
        """Look up every wave that is due, once; returns how many that was."""
        lost, under_way = await self._on_duty.run(self._open)
        self._forget_all_but({wave.id for wave in (*lost, *under_way)})
        due = [wave for wave in lost + under_way if self._next.get(wave.id, 0) <= self.clock()][:AT_ONCE]
        for wave in due:
            self._next[wave.id] = add_seconds(self.clock(), self._pause_s(wave))
            try:
                await (self._search.find_or_post(wave) if wave.ts is None else self._refresh(wave, wave.ts))
            except CallFailed:
                continue  # the next pass tells
            except NotOnDuty:
                raise
            except Exception as error:  # noqa: BLE001 - a bug about one wave must not stop the others
                self.observer.on_bug(error)
        return len(due)

    def _open(self, tx: Transaction) -> tuple[list[Wave], list[Wave]]:
        since = add_seconds(tx.now, -WATCHED_S)
        under_way = [wave for wave in tx.waves.under_way(since) if not is_own_id(wave.id)]  # else nobody could be asked
        return tx.waves.without_card(since, add_seconds(tx.now, -POSTED_BY_S)), under_way

    def _forget_all_but(self, ids: set[str]) -> None:
        self._next = {wave_id: at for wave_id, at in self._next.items() if wave_id in ids}
        self._search.forget_all_but(ids)
        self._shown = {wave_id: counts for wave_id, counts in self._shown.items() if wave_id in ids}

    def _pause_s(self, wave: Wave) -> float:
        age_s = (self.clock() - wave.plan.at) / 1_000_000
        return next((every_s for until_s, every_s in _EVERY_S if age_s < until_s), _EVERY_S[-1][1])

    async def _refresh(self, wave: Wave, ts: MessageTs) -> None:
        card = await find_wave(self.providers, wave.id, wave.plan.account)
        if card is None:
            return
        post = post_of(wave, card, from_micros(self.clock()))
        counts = (post.total, post.delivered, post.failed)
        if self._shown.get(wave.id) != counts:
            with await self._on_duty.check():
                await self.workspace.edit(wave.channel, ts, post)
            self._shown[wave.id] = counts
        if is_complete(post):
            await self._on_duty.run(lambda tx: end_wave(tx, wave.id))
