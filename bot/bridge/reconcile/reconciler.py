"""Reconciler: finds out what became of unknown outcomes. Looks before it repeats; never guesses.

Slack is searched for our key in the metadata of the thread, or of the channel for a header (post_search.py); its echo
of our own post says the same. The provider has no key to ask for: its record of the conversation is read (matching.py).
A receipt that carries our key decides before any of this. What the provider will not tell in ten minutes, people
decide, and sooner where it keeps no such record. Where Slack cannot be read at all for as long, a post is made once
more, marked as a possible duplicate: among colleagues a text shown twice is a small harm, and a text that stays hidden
is a loss.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.bridge.conversations.places import place_of_line
from bot.bridge.duties import OnDuty, step_on_duty
from bot.bridge.matching import match_sent
from bot.bridge.rate_limit import LookupLimiter
from bot.bridge.reconcile.conclusions import Case, Finding, conclude, defer
from bot.bridge.reconcile.post_search import PostSearch
from bot.bridge.reconcile.unplaced_replies import UnplacedReplies
from bot.domain.changes import changed
from bot.domain.conversation import Conversation
from bot.domain.destination import Destination
from bot.domain.duties import Duty
from bot.domain.errors import CallFailed, FailureScope, NotOnDuty, Rejected, Retryable, StoreUnavailable
from bot.domain.ids import MessageTs, PostKey, ThreadRef
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, OutboxEntry
from bot.domain.retry_policy import (
    AT_WORK_S,
    BETWEEN_LOOKS_S,
    GIVE_UP_S,
    LOOKED_S,
    LOOKUP_PAUSE_S,
    RECEIPT_WAIT_S,
    NotFound,
    may_still_execute,
    required_absence_s,
    sure_at,
)
from bot.domain.timestamps import Micros, add_seconds, from_micros
from bot.loops import PeriodicTask
from bot.ports.messaging import Provider, Providers
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import Workspace

LEARNT_S = 60.0
"""Time after a login was replaced within which a call may still have been made by the former one."""

MAX_LOOKUPS = 8
"""Look-ups at once, at each destination."""

MAX_UNKNOWN_SENDS = 64
"""Unknown texts that are sorted by our number, so that those of one provider do not wait behind another's."""

MAX_UNKNOWN_POSTS = 200
"""Unknown posts that are sorted by thread, so that one read serves all those in the same thread."""


@dataclass
class Reconciler:
    """Reconciler loop, from start() to close()."""

    store: Store
    workspace: Workspace
    providers: Providers
    clock: Callable[[], Micros]
    observer: Observer
    lookup_limiter: LookupLimiter
    _untold_since: dict[int, Micros] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = OnDuty(self.store, Duty.LOOK_UPS)
        self._finder = PostSearch(self.workspace, self.lookup_limiter, self.clock)
        self._unplaced = UnplacedReplies(self.store, self.workspace, self.lookup_limiter)
        step = step_on_duty(self._step, self.forget)
        self._loop = PeriodicTask("reconcile", step, self.observer.on_bug, after_bug_s=LOOKUP_PAUSE_S)

    async def start(self) -> None:
        """Start the loop."""
        self._loop.start()

    async def close(self) -> None:
        """Stop the loop; what is still unknown is looked up after the next start."""
        await self._loop.stop()

    def forget(self) -> None:
        """Forget for how long nothing was told: the clock was set."""
        self._untold_since.clear()
        self._finder.forget()
        self._unplaced.forget()

    async def _step(self) -> float:
        await self.look()
        return LOOKUP_PAUSE_S

    async def look(self) -> int:
        """Look up everything that is due, once; returns how many outcomes that was."""
        in_slack = min(MAX_LOOKUPS, self.lookup_limiter.left(Destination.SLACK))
        cases = await self.store.run(lambda tx: _cases(tx, MAX_UNKNOWN_POSTS if in_slack else 0))
        sends = self._due_sends(cases)
        threads = list(_by_thread(cases).items())[:in_slack]
        await asyncio.gather(
            *(self._look_into(case, self._find_sent(case)) for case in sends),
            *(self._look_through(place, posts) for place, posts in threads),
        )
        await self._unplaced.look(self.clock())
        return len(sends) + sum(len(posts) for _, posts in threads)

    def _due_sends(self, cases: list[Case]) -> list[Case]:
        """Pick the texts that may be looked up now: so many by each connection as its provider allows."""
        left: dict[Provider | None, int] = {}
        picked: list[Case] = []
        for case in (case for case in cases if case.is_send):
            provider = self._provider_of(case)
            if left.setdefault(provider, self._allowed(provider)) > 0:
                left[provider] -= 1
                picked.append(case)
        return picked

    def _provider_of(self, case: Case) -> Provider | None:
        """Return the provider of a text; None where its number is connected no more."""
        try:
            return self.providers.of(case.conversation.account)
        except Rejected:
            return None

    def _allowed(self, provider: Provider | None) -> int:
        return MAX_LOOKUPS if provider is None else min(MAX_LOOKUPS, self.lookup_limiter.left(provider))

    async def _look_through(self, place: ThreadRef, cases: list[Case]) -> None:
        """Look up all unknown posts of one thread, or of the channel, by one read of it."""
        wanted = {case.entry.key: case.left_at for case in cases}
        lookup_limiter = asyncio.ensure_future(self._finder.find(place, wanted))
        for case in cases:
            await self._look_into(case, _pick(lookup_limiter, case))

    async def _look_into(self, case: Case, finding: Awaitable[Finding]) -> None:
        """Finish one look-up; one that meets a bug of ours is deferred, and keeps no other waiting."""
        try:
            await self._end(case, await finding)
        except (StoreUnavailable, NotOnDuty):
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one look must not end all others
            self.observer.on_bug(error)
            await self.store.run(lambda tx: defer(tx, case))

    async def _find_sent(self, case: Case) -> Finding:
        provider = self._provider_of(case)
        assert case.message is not None
        if provider is None:
            return NotFound.INCONCLUSIVE
        history = provider.capabilities.history
        if history is None:
            return NotFound.NO_RECORD
        self.lookup_limiter.spend(provider)
        try:
            listed = await history.list_texts(case.conversation.account, case.conversation.contact)
        except CallFailed as error:
            if isinstance(error, Retryable) and error.scope is not FailureScope.ENTRY:
                self.lookup_limiter.hold(provider, error.retry_after_s or LOOKUP_PAUSE_S)
            return NotFound.INCONCLUSIVE
        return match_sent(case.message, listed, case.others, is_login_known=case.is_login_known)

    async def _end(self, case: Case, finding: Finding) -> None:
        since = _absent_since(case.entry, finding, self.clock())
        case = replace(case, entry=changed(case.entry, absent_since=since))
        is_absent = isinstance(finding, NotFound) and self._has_stayed_absent(case.entry, finding)
        is_late = isinstance(finding, NotFound) and self._is_late(case.entry, finding, is_absent=is_absent)
        if await self.store.run(lambda tx: conclude(tx, case, finding, is_absent=is_absent, is_late=is_late)):
            self._untold_since.pop(case.entry.id, None)

    def _is_late(self, entry: OutboxEntry, finding: NotFound, *, is_absent: bool) -> bool:
        """Tell whether to give up: a text has been unknown, or Slack could not be read, for long enough.

        Not between a look that found it absent and the next, which settles it.
        """
        is_send, now = entry.kind is EntryKind.SEND, self.clock()
        if finding is NotFound.NO_RECORD:
            return now >= add_seconds(entry.last_attempt_at or 0, RECEIPT_WAIT_S)
        if not is_send and finding not in (NotFound.INCONCLUSIVE, NotFound.FORBIDDEN):
            self._untold_since.pop(entry.id, None)
            return False
        first = self._untold_since.setdefault(entry.id, now)
        is_settled_soon = required_absence_s(entry, finding) is not None and not is_absent
        is_old = now >= add_seconds(entry.last_attempt_at or 0, GIVE_UP_S) and not is_settled_soon
        return is_old and now >= add_seconds(first, LOOKED_S if is_send else GIVE_UP_S)

    def _has_stayed_absent(self, entry: OutboxEntry, finding: NotFound) -> bool:
        wait_s = None if finding is NotFound.PARTLY else required_absence_s(entry, finding)
        if wait_s is None or entry.absent_since is None:
            return False
        is_over = not may_still_execute(entry) or self.clock() >= add_seconds(entry.last_attempt_at or 0, AT_WORK_S)
        return is_over and self.clock() >= add_seconds(entry.absent_since, wait_s - BETWEEN_LOOKS_S)


def _absent_since(entry: OutboxEntry, finding: Finding, now: Micros) -> Micros | None:
    """Tell since when an entry is absent, with this finding; half a look tells nothing."""
    if not isinstance(finding, NotFound) or finding is NotFound.PARTLY:
        return entry.absent_since
    return None if required_absence_s(entry, finding) is None else entry.absent_since or now


async def _pick(lookup_limiter: Awaitable[Mapping[PostKey, MessageTs | NotFound]], case: Case) -> Finding:
    return (await lookup_limiter)[case.entry.key]


def _cases(tx: Transaction, posts: int) -> list[Case]:
    entries = tx.outbox.unknown(sends=True, limit=MAX_UNKNOWN_SENDS)
    entries += tx.outbox.unknown(sends=False, limit=posts)
    return [_case(tx, entry) for entry in entries if not _is_too_early(tx, entry)]


def _is_too_early(tx: Transaction, entry: OutboxEntry) -> bool:
    """Postpone the look-up of a call that a frozen bot may still make: what it shows would prove nothing."""
    if tx.now >= sure_at(entry):
        return False
    tx.outbox.mark_unknown(entry, sure_at(entry), error=entry.error)
    return True


def _by_thread(cases: list[Case]) -> dict[ThreadRef, list[Case]]:
    there: dict[ThreadRef, list[Case]] = {}
    for case in cases:
        if not case.is_send:
            there.setdefault(case.thread, []).append(case)
    return there


def _case(tx: Transaction, entry: OutboxEntry) -> Case:
    message = tx.messages.get(entry.message_id) if entry.message_id is not None else None
    texts = tx.messages.recent(entry.conversation_id) if entry.kind is EntryKind.SEND else []
    others = tuple(text for text in texts if text.id != entry.message_id and _must_be_listed(text))
    conversation, left_at = tx.conversations.get(entry.conversation_id), _left_at(tx, entry)
    is_known = entry.kind is not EntryKind.SEND or _is_login_known(tx, conversation, left_at)
    is_header = entry.kind is EntryKind.OPEN_THREAD
    thread = ThreadRef(conversation.channel) if is_header else place_of_line(tx, conversation, entry.subject)
    return Case(entry, conversation, message, others, left_at, thread, is_login_known=is_known)


def _is_login_known(tx: Transaction, conversation: Conversation, left_at: datetime) -> bool:
    """Tell whether a call was certainly made by the token or login that its number's connection has now."""
    connection = tx.connections.of(conversation.account)
    if connection is None:
        return False
    return left_at > from_micros(add_seconds(tx.connections.token_since(connection.id), LEARNT_S))


def _left_at(tx: Transaction, entry: OutboxEntry) -> datetime:
    """Return when a call left; if the clock was set since it was enqueued, the earliest moment that may have been.

    Where a server's clock was set back, time has gone half as fast since, and the other side's clock shows another one.
    """
    tried_at = entry.last_attempt_at or entry.created_at
    if tx.ahead:
        return from_micros(max(0, tried_at - tx.ahead - (tx.now - tried_at)))
    is_sure = tx.clock_set_at() < entry.created_at and tried_at <= tx.now
    return from_micros(tried_at if is_sure else min(entry.begun_at, tx.now))


def _must_be_listed(text: Message) -> bool:
    return bool(text.provider_id or text.legacy_id)
