"""Watch over statuses: what a callback hints at is read at Carium, and what nobody tells is asked for at its times.

A callback is not believed: the text is read, and only that moves its status. Hints are in memory, for whatever is lost
with them the times find; of several bots one asks at those. A text whose answer was lost is looked for in the record
(lost_send.py); where that tells, a receipt settles it, and else people do.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, FailureScope, NotOnDuty, Retryable
from bot.domain.ids import MessageKey
from bot.domain.message import Failure, Receipt
from bot.domain.phone import E164
from bot.loops import PeriodicTask
from bot.providers.courier.callbacks.reading import Hint
from bot.providers.courier.client import CourierClient
from bot.providers.courier.outcomes.lost_send import LostSend
from bot.providers.courier.outcomes.status_times import LOST_AFTER, OFF_FOR, STATUS_AFTER, is_due
from bot.providers.courier.wire.channels import ID_MARK
from bot.time_of_day import unix_time

STEP_S = 5.0
"""Seconds between two looks at what is due."""

MOST_AT_ONCE = 20
"""Texts that are read in one step: there are other calls to be made."""

MOST_HINTS = 10_000
HINT_TRIES = 3
"""How often a text is read for one hint, where Carium does not yet say what the callback said."""


@dataclass(frozen=True)
class SentText:
    """Text of ours that left, or may have left. `provider_id` is "" where its answer was lost.

    `known_ids` are those of the other texts of its conversation. `has_twin`: another of them has the same words, may
    have left about then, and has no id.
    """

    key: MessageKey
    provider_id: str
    account: E164
    contact: E164
    body: str
    left_at: datetime
    known_ids: frozenset[str] = frozenset()
    has_twin: bool = False


class SentTexts(Protocol):
    """Texts of one line as they are stored. Raises StoreUnavailable."""

    async def by_key(self, key: MessageKey) -> SentText | None:
        """Return a text that is not confirmed yet; None where it is, or is not there."""

    async def unconfirmed(self, since: datetime, until: datetime) -> Sequence[SentText]:
        """List the texts that left within a span and are not confirmed yet, with an id at Carium.

        Raises NotOnDuty where another bot asks about them.
        """

    async def unknown(self) -> Sequence[SentText]:
        """List the texts of unknown outcome, and nobody has decided about them. Raises NotOnDuty, as above."""


@dataclass
class _Open:
    """Hint that waits to be followed."""

    hint: Hint
    tries: int = 0


class StatusWatch:
    """Watch over the statuses of one line, from start() to close(). `keep` stores a receipt."""

    def __init__(
        self,
        client: CourierClient,
        texts: SentTexts,
        keep: Callable[[Receipt], Awaitable[bool]],
        on_bug: Callable[[Exception], None],
        *,
        wall: Callable[[], float] = unix_time,
    ) -> None:
        self._client = client
        self._texts = texts
        self._keep = keep
        self._wall = wall
        self._hints: OrderedDict[MessageKey, _Open] = OrderedDict()
        self._asked: dict[MessageKey, datetime] = {}
        self._sought: dict[MessageKey, datetime] = {}
        self._held_until = 0.0
        self._loop = PeriodicTask("courier statuses", self._step, on_bug, after_bug_s=STEP_S)

    async def start(self) -> None:
        """Start the loop."""
        self._loop.start()

    async def close(self) -> None:
        """Stop the loop."""
        await self._loop.stop()

    def note(self, hint: Hint) -> None:
        """Follow a hint soon."""
        self._hints[hint.target.key] = _Open(hint)
        self._hints.move_to_end(hint.target.key)
        while len(self._hints) > MOST_HINTS:
            self._hints.popitem(last=False)
        self._loop.wake()

    async def _step(self) -> float:
        await self.look()
        return STEP_S

    async def look(self) -> int:
        """Follow the hints, and ask for what is due; returns how many texts were read."""
        if self._wall() < self._held_until:
            return 0
        try:
            count = await self._follow_hints()
            count += await self._seek_lost(MOST_AT_ONCE - count)
            return count + await self._ask_due(MOST_AT_ONCE - count)
        except CallFailed as error:
            self._hold(error)
            return 0
        except NotOnDuty:
            self._asked.clear()
            self._sought.clear()
            return 0

    async def _follow_hints(self) -> int:
        waiting_now = list(self._hints.items())[:MOST_AT_ONCE]
        for key, waiting in waiting_now:
            text = await self._texts.by_key(key)
            status = await self._read(text) if text is not None else None
            waiting.tries += 1
            is_told = text is None or waiting.hint.said in (None, status)
            if (is_told or waiting.tries >= HINT_TRIES) and self._hints.get(key) is waiting:
                del self._hints[key]
        return len(waiting_now)

    async def _ask_due(self, most: int) -> int:
        now = self._now()
        texts = await self._texts.unconfirmed(now - STATUS_AFTER[-1] - OFF_FOR, now - STATUS_AFTER[0])
        return await self._read_due(texts, self._asked, STATUS_AFTER, most)

    async def _seek_lost(self, most: int) -> int:
        return await self._read_due(await self._texts.unknown(), self._sought, LOST_AFTER, most)

    async def _read_due(
        self, texts: Sequence[SentText], asked: dict[MessageKey, datetime], times: Sequence[timedelta], most: int
    ) -> int:
        """Read those texts that are due, at most so many; `asked` is when each was read last, by this bot."""
        now = self._now()
        for gone in asked.keys() - {text.key for text in texts}:
            del asked[gone]
        due = [text for text in texts if is_due(text.left_at, asked.get(text.key), now, times)][: max(most, 0)]
        for text in due:
            asked[text.key] = now
            await self._read(text)
        return len(due)

    async def _read(self, text: SentText) -> DeliveryStatus | None:
        """Read a text at Carium and store what it says; None where it says nothing. Raises CallFailed that concern all.

        A message in a channel has no status to be read.
        """
        if text.provider_id.startswith(ID_MARK):
            return None
        try:
            if not text.provider_id:
                return await self._find(text)
            found = await self._client.find_text(text.account, text.provider_id, "", text.contact)
        except Retryable as error:
            if error.scope is not FailureScope.ENTRY:
                raise
            return None
        except CallFailed:
            return None
        if found is None:
            return None
        await self._store(text, found.provider_id, found.legacy_id, found.status, found.failure)
        return found.status

    async def _find(self, text: SentText) -> DeliveryStatus | None:
        lost = LostSend(text.key, text.contact, text.body, text.left_at, text.known_ids, text.has_twin)
        found = await self._client.find_sent(lost)
        if found is None:
            return None
        failure = None
        if found.status is DeliveryStatus.FAILED:
            told = await self._client.find_text(text.account, found.provider_id, found.legacy_id, text.contact)
            failure = told.failure if told is not None else None
        await self._store(text, found.provider_id, found.legacy_id, found.status, failure)
        return found.status

    async def _store(
        self, text: SentText, provider_id: str, legacy_id: str, status: DeliveryStatus, failure: Failure | None
    ) -> None:
        await self._keep(
            Receipt(
                event_id=f"courier:{provider_id}:{status.value}",
                status=status,
                account=text.account,
                contact=text.contact,
                at=self._now(),
                key=text.key,
                provider_id=provider_id,
                legacy_id=legacy_id,
                failure=failure,
            )
        )

    def _hold(self, error: CallFailed) -> None:
        """Ask nothing for a while where the next call would fail in the same way."""
        wait_s = error.retry_after_s if isinstance(error, Retryable) else None
        self._held_until = self._wall() + max(wait_s or 0.0, STEP_S)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._wall(), UTC)
