"""Keeps the cards of waves current: asks Volt how far a wave is that is due, and edits its card, until it is complete.

Every 30 seconds at first, slower later, for a day at most. Beside that it posts the cards whose post failed, once
Slack's own record has shown that they are not there. A failure of one wave does not stop the others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.bridge.matching import CLOCKS_APART
from bot.domain.errors import CallFailed, FailureScope, Retryable
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.provider_records import WaveRecord
from bot.domain.thread_content import ThreadRef, WavePost
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

CARD_PAGES = 5
"""Pages of a channel looked through for a card in one look."""

_EVERY_S = ((600.0, 30.0), (3_600.0, 120.0), (WATCHED_S, 900.0))
"""How often a wave of this age is asked about."""


def post_of(wave: Wave, card: WaveRecord | None, at: datetime) -> WavePost:
    """Say what a card says, with Volt's own count where there is one."""
    if card is None:
        return WavePost(wave.id, wave.plan, wave.author, is_certain=wave.is_certain)
    return WavePost(wave.id, wave.plan, wave.author, card.total, card.delivered, card.failed, at)


def is_complete(post: WavePost) -> bool:
    """Tell whether nothing more is to be learned."""
    return bool(post.total) and post.delivered + post.failed >= (post.total or 0)


async def post_card(store: Store, workspace: Workspace, wave: Wave, *, home: ChannelId) -> None:
    """Post the card where the wave was asked for, or else in the bot's channel; what fails is the watch's to repeat."""
    content = post_of(wave, None, from_micros(wave.plan.at))
    for channel in dict.fromkeys((wave.channel, home)):
        try:
            ts = await workspace.post(ThreadRef(channel), content, keys=[wave.card_key])
        except CallFailed as error:
            if error.is_certain and not (
                isinstance(error, Retryable) and error.concerns is not FailureScope.DESTINATION
            ):
                continue  # this channel cannot have it
            return
        await store.run(_card_is_at(wave, channel, ts))
        return


def _card_is_at(wave: Wave, channel: ChannelId, ts: MessageTs) -> Callable[[Transaction], None]:
    return lambda tx: tx.waves.set_card(wave.id, channel, ts)


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
    _cursors: dict[str, dict[ChannelId, str | None]] = field(default_factory=dict)
    _shown: dict[str, tuple[int | None, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
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
                await (self._find_card(wave) if wave.ts is None else self._refresh(wave, wave.ts))
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
        self._next = {one: at for one, at in self._next.items() if one in ids}
        self._cursors = {one: places for one, places in self._cursors.items() if one in ids}
        self._shown = {one: counts for one, counts in self._shown.items() if one in ids}

    def _pause_s(self, wave: Wave) -> float:
        age_s = (self.clock() - wave.plan.at) / 1_000_000
        return next((every_s for until_s, every_s in _EVERY_S if age_s < until_s), _EVERY_S[-1][1])

    async def _find_card(self, wave: Wave) -> None:
        """Look for a card whose post failed or whose answer was lost, and post it where it is not there.

        No further back than the wave was made; of a busy channel one look reads only so much, and the next goes on.
        """
        for channel in dict.fromkeys((wave.channel, self.home)):
            try:
                ts = await self._card_in(channel, wave)
            except Retryable as error:
                if error.concerns is not FailureScope.DESTINATION:
                    raise
                continue  # a channel that the bot cannot read has no card of ours
            if ts is not None:
                await self.store.run(_card_is_at(wave, channel, ts))
                return
        self._cursors.pop(wave.id, None)
        await post_card(self.store, self.workspace, wave, home=self.home)

    async def _card_in(self, channel: ChannelId, wave: Wave) -> MessageTs | None:
        """Look for a card in a channel, on from where the last look stopped. Raises CallFailed."""
        since = from_micros(wave.made_at) - CLOCKS_APART
        cursors = self._cursors.setdefault(wave.id, {})
        for _ in range(CARD_PAGES):
            cursor = cursors.get(channel, "")
            if cursor is None:
                return None
            page = await self.workspace.find_posts(ThreadRef(channel), [wave.card_key], since=since, cursor=cursor)
            if wave.card_key in page.found:
                return page.found[wave.card_key]
            cursors[channel] = page.more or None
        if cursors[channel] is None:
            return None
        raise Retryable("long_history", "There is more history than one look reads.")

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
            await self.store.run(lambda tx: tx.waves.end(wave.id))
