"""Keeps the cards of waves current: asks Volt how far a wave is that is due, and edits its card, until it is complete.

Every 30 seconds at first, slower later, for a day at most. Beside that it posts the cards whose post failed, once
Slack's own record has shown that they are not there. A failure of one wave does not stop the others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.bridge.unit_of_work import UnitsOfWork
from bot.bridge.waves.cards import CardSearch
from bot.bridge.waves.waves import end_wave, is_complete, post_of
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.timestamps import Micros, add_seconds, from_micros
from bot.domain.waves import Wave
from bot.loops import PeriodicTask
from bot.ports.directory import Directory
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import Workspace

PAUSE_S = 10.0
"""Between two looks into the books."""

WATCHED_S = 86_400.0
"""How long after its time a wave is looked at."""

POSTED_BY_S = 60.0
"""A card that is not there by then was not posted when its wave was made, or its answer was lost."""

AT_ONCE = 5
"""Waves asked about in one look."""

_EVERY_S = ((600.0, 30.0), (3_600.0, 120.0), (WATCHED_S, 900.0))
"""How often a wave of this age is asked about."""


@dataclass
class WaveWatcher:
    """Runs from start() to close()."""

    store: Store
    directory: Directory
    workspace: Workspace
    home: ChannelId
    clock: Callable[[], Micros]
    observer: Observer
    _next: dict[str, Micros] = field(default_factory=dict)
    _shown: dict[str, tuple[int | None, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._search = CardSearch(UnitsOfWork(self.store), self.workspace, self.home)
        self._loop = PeriodicTask("waves", self._step, self.observer.on_bug, after_bug_s=PAUSE_S)

    async def start(self) -> None:
        """Begin."""
        self._loop.start()

    async def close(self) -> None:
        """Stop; after the next start everything that is due is looked at."""
        await self._loop.stop()

    async def _step(self) -> float:
        await self.look()
        return PAUSE_S

    async def look(self) -> int:
        """Look once at everything that is due for it; returns how many waves that was."""
        lost, under_way = await self.store.run(self._open)
        self._forget_all_but({wave.id for wave in (*lost, *under_way)})
        due = [wave for wave in lost + under_way if self._next.get(wave.id, 0) <= self.clock()][:AT_ONCE]
        for wave in due:
            self._next[wave.id] = add_seconds(self.clock(), self._pause_s(wave))
            try:
                await (self._search.find_or_post(wave) if wave.ts is None else self._refresh(wave, wave.ts))
            except CallFailed:
                continue  # the next look tells
            except Exception as error:  # noqa: BLE001 - a bug about one wave must not stop the others
                self.observer.on_bug(error)
        return len(due)

    def _open(self, tx: Transaction) -> tuple[list[Wave], list[Wave]]:
        since = add_seconds(tx.now, -WATCHED_S)
        under_way = [wave for wave in tx.waves.under_way(since) if wave.id.isdigit()]  # else Volt gave no number
        return tx.waves.without_card(since, add_seconds(tx.now, -POSTED_BY_S)), under_way

    def _forget_all_but(self, ids: set[str]) -> None:
        self._next = {wave_id: at for wave_id, at in self._next.items() if wave_id in ids}
        self._search.forget_all_but(ids)
        self._shown = {wave_id: counts for wave_id, counts in self._shown.items() if wave_id in ids}

    def _pause_s(self, wave: Wave) -> float:
        age_s = (self.clock() - wave.plan.at) / 1_000_000
        return next((every_s for until_s, every_s in _EVERY_S if age_s < until_s), _EVERY_S[-1][1])

    async def _refresh(self, wave: Wave, ts: MessageTs) -> None:
        card = await self.directory.wave(wave.id)
        if card is None:
            return
        post = post_of(wave, card, from_micros(self.clock()))
        counts = (post.total, post.delivered, post.failed)
        if self._shown.get(wave.id) != counts:
            await self.workspace.edit(wave.channel, ts, post)
            self._shown[wave.id] = counts
        if is_complete(post):
            await self.store.run(lambda tx: end_wave(tx, wave.id))
