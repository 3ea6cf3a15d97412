"""Slots: which calls may be in flight at once, and what leaves now.

Texts to phones, their preparation, and edits of posts have slots of their own, so that none of them waits behind the
posts. Whose turn the next free one is, turns.py says.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

from bot.bridge.outbox.claims import ClaimError, claim_lanes
from bot.bridge.outbox.turns import FairQueue, Turns
from bot.bridge.rate_limit import PROBE_LIMIT, RateLimiter
from bot.bridge.requests import Attempt
from bot.domain.outbox import (
    EDIT_LIMIT,
    FETCH_LIMIT,
    HELD,
    PREPARE_LIMIT,
    REACTION_LIMIT,
    SEND_LIMIT,
    UPLOAD_LIMIT,
    LaneQueue,
    RateLimitHold,
)
from bot.domain.retry_policy import BLOCKED_RETRY_S, HELD_CHANNEL_WAIT_S
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction

IN_FLIGHT = 32
"""Calls in flight at once, for each kind of slot: where one hangs, the other goes on."""

CHANGES_IN_FLIGHT = 16
"""The same for edits and reactions, which must not wait for posts."""

PICTURES_IN_FLIGHT = 4
"""The same for attachments, each way: every one of them may be 10 MB in memory."""

PROBES_IN_FLIGHT = 4
"""The same for probes that find out whether a channel works again."""

SHARE_OF_ONE_LIMIT = 0.75
"""Share of the slots that one rate limit may have: a channel in which every call hangs leaves some to all others."""

SLOTS = {
    "post": IN_FLIGHT,
    "change": CHANGES_IN_FLIGHT,
    "prepare": IN_FLIGHT,
    "send": IN_FLIGHT,
    "fetch": PICTURES_IN_FLIGHT,
    "upload": PICTURES_IN_FLIGHT,
    "probe": PROBES_IN_FLIGHT,
}

_SLOT_KINDS = {
    EDIT_LIMIT: "change",
    REACTION_LIMIT: "change",
    PREPARE_LIMIT: "prepare",
    SEND_LIMIT: "send",
    FETCH_LIMIT: "fetch",
    UPLOAD_LIMIT: "upload",
}

_SHARED_KINDS = frozenset({"post", "change"})

MAX_FRUITLESS = 32
"""Lanes without a call that one pass looks at, at most: it must not keep the writer long."""


def slot_of(attempt: Attempt) -> str:
    """Name the kind of slot that an attempt takes while it is in flight."""
    return "probe" if attempt.held_queue else _slot_kind(attempt.limit_key)


def _slot_kind(limit_key: str) -> str:
    return _SLOT_KINDS.get(limit_key, "post")


@dataclass
class ClaimPass:
    """One pass of claims: what leaves now, which bugs were met, and when to look again.

    `is_fruitless`: a lane was due for nothing.
    """

    tx: Transaction
    limiter: RateLimiter
    turns: Turns
    free: Counter[str]
    of_limit: Counter[str]
    claimed: list[Attempt] = field(default_factory=list)
    errors: list[ClaimError] = field(default_factory=list)
    wake_at: list[Micros] = field(default_factory=list)
    looks_left: int = MAX_FRUITLESS
    is_fruitless: bool = False

    def make(self) -> None:
        """Claim from every queue in which something is due."""
        due, others_at = self.tx.outbox.queues()
        if others_at is not None:
            self.wake_at.append(others_at)
        resting = [until for queue in due if (until := self.turns.rest_of(queue)) > self.tx.now]
        self.wake_at += [min(resting)] if resting else []
        for queue in self.turns.rested(due):
            if self.looks_left <= 0:
                return  # the next pass takes the rest
            if queue.key.startswith(HELD):
                self._probe(queue)
            else:
                self._take(queue)

    def _take(self, queue: LaneQueue) -> None:
        """Claim what one rate limit allows, as far as there are free slots; the end of a call wakes us for more."""
        kind, now = _slot_kind(queue.key), self.tx.now
        room = self._room(kind, queue.key)
        if room <= 0:
            return
        bucket = self.limiter.bucket(queue.key, now, queue.tokens)
        available = bucket.available(now, without_bursts=queue.no_burst_until > now)
        if available == 0:
            until = self.turns.rests_until[queue.key] = bucket.next_at(now)
            self.wake_at.append(until)
            return
        claimed = self._claim(queue.key, min(room, available))
        if claimed:
            bucket.spend(len(claimed))
            self.tx.outbox.set_tokens(queue.key, bucket.tokens)
        self.free[kind] -= len(claimed)
        self.turns.served_at[queue.key] = now

    def _claim(self, queue: str, allowed: int) -> list[Attempt]:
        """Claim so many calls, if there are; a lane without one gives its turn to the next."""
        claimed: list[Attempt] = []
        met = len(self.errors)
        while len(claimed) < allowed and self.looks_left > 0 and len(self.errors) == met:
            lanes = self.turns.lanes(self.tx, queue, min(allowed - len(claimed), self.looks_left))
            if not lanes:
                break
            more = self._note(claim_lanes(self.tx, lanes))
            claimed += more
            self.turns.show(more)
            self.looks_left -= len(lanes) - len(more)
            self.is_fruitless |= len(more) < len(lanes)
            self.tx.outbox.refresh_lanes()
        return claimed

    def _room(self, kind: str, limit_key: str) -> int:
        if kind not in _SHARED_KINDS:
            return self.free[kind]
        return min(self.free[kind], int(SLOTS[kind] * SHARE_OF_ONE_LIMIT) - self.of_limit[limit_key])

    def _probe(self, queue: LaneQueue) -> None:
        """Let one call probe whether a channel works again; its result is recorded with its end."""
        if self.free["probe"] <= 0:
            return
        now, found = self.tx.now, self.tx.outbox.lane_to_probe(queue.key)
        bucket = self.limiter.bucket(PROBE_LIMIT, now, self.tx.outbox.tokens(PROBE_LIMIT))
        if bucket.available(now, without_bursts=False) == 0 or found is None:
            self.wake_at.append(max(bucket.next_at(now), add_seconds(now, HELD_CHANNEL_WAIT_S)))
            return
        lane, limit_key = found
        claimed = self._note(claim_lanes(self.tx, [lane]), held_queue=queue.key)
        if not claimed:
            self.is_fruitless = True
            return
        for key in (PROBE_LIMIT, limit_key):
            self._spend_one(key)
        self.free["probe"] -= 1
        until = add_seconds(now, BLOCKED_RETRY_S)
        self.tx.outbox.hold(RateLimitHold(queue.key, until, until))

    def _spend_one(self, limit_key: str) -> None:
        bucket = self.limiter.bucket(limit_key, self.tx.now, self.tx.outbox.tokens(limit_key))
        bucket.available(self.tx.now, without_bursts=False)  # first what was earned until now
        bucket.spend(1)
        self.tx.outbox.set_tokens(limit_key, bucket.tokens)

    def _note(self, taken: tuple[list[Attempt], list[ClaimError]], *, held_queue: str = "") -> list[Attempt]:
        claimed, errors = taken
        if held_queue:
            claimed = [replace(attempt, held_queue=held_queue) for attempt in claimed]
        self.claimed += claimed
        self.errors += errors
        return claimed


def choose(tx: Transaction, limiter: RateLimiter, past: FairQueue, under_way: list[Attempt]) -> ClaimPass:
    """Choose what leaves now, beside what is in flight; its turns count once they are kept."""
    free = Counter(SLOTS)
    free.subtract(slot_of(attempt) for attempt in under_way)
    of_limit = Counter(attempt.limit_key for attempt in under_way)
    choice = ClaimPass(tx, limiter, Turns(past, tx.now), free, of_limit)
    choice.make()
    return choice
