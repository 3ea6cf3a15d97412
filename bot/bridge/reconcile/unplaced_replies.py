"""Unplaced replies: written under a header of ours that leads to no conversation yet.

They were answered 200, so none of them may be forgotten. Slack may have made a header twice, or made one whose answer
and echo never reached us. What people write under it is parked (parked_events.py). After a while the header itself is
read: our key in it says whose it is. Where that tells nothing, the thread says that nothing was texted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.bridge.messages.outbound import lead_to
from bot.bridge.parked_events import drop_parked_replies, old_threads
from bot.bridge.rate_limit import LookupLimiter
from bot.bridge.reconcile.echoes import conversation_of_header
from bot.bridge.reconcile.post_search import BLINDING
from bot.domain.conversation import Conversation
from bot.domain.destination import Destination
from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import PostKey, ThreadRef
from bot.domain.retry_policy import UNPLACED_KEPT_S, UNPLACED_LOOKUP_S
from bot.domain.thread_notes import Notice, NoticeKind
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import Workspace

THREADS_AT_ONCE = 20


@dataclass
class UnplacedReplies:
    """Places parked replies whenever it is asked to."""

    store: Store
    workspace: Workspace
    lookup_limiter: LookupLimiter
    _not_before: int = 0

    async def look(self, now: Micros) -> None:
        """Place the replies that have waited long enough, or say in their thread that they were not texted."""
        if now < self._not_before:
            return
        self._not_before = add_seconds(now, UNPLACED_LOOKUP_S)
        for place in await self.store.run(
            lambda tx: old_threads(tx, add_seconds(now, -UNPLACED_KEPT_S), THREADS_AT_ONCE)
        ):
            if self.lookup_limiter.left(Destination.SLACK) > 0:
                await self._place(place)

    def forget(self) -> None:
        """Forget when the last look-up was: the clock was set."""
        self._not_before = 0

    async def _place(self, place: ThreadRef) -> None:
        self.lookup_limiter.spend(Destination.SLACK)
        try:
            keys = await self.workspace.header_keys(place)
        except CallFailed as failure:
            if failure.code not in BLINDING and not isinstance(failure, Rejected):
                return  # nobody is there: their replies wait on
            keys = None
        if not await self.store.run(partial(self._lead, place=place, keys=keys)):
            await self._say(place)

    def _lead(self, tx: Transaction, *, place: ThreadRef, keys: Sequence[PostKey] | None) -> bool:
        """Let the thread lead where it belongs; False where nobody can tell. A thread of others is dropped."""
        assert place.thread_ts is not None
        conversation = tx.conversations.at(place.channel, place.thread_ts) or _whose(tx, keys or ())
        if conversation is not None:
            lead_to(tx, conversation, place)
            return True
        if keys is not None and not keys:
            drop_parked_replies(tx, place)
            return True
        return any(tx.outbox.by_key(key) is not None for key in keys or ())  # its header is looked for

    async def _say(self, place: ThreadRef) -> None:
        """Say it once; if that is unknown, once more: among colleagues that is a small harm."""
        try:
            await self.workspace.post(place, Notice(NoticeKind.NOT_PLACED), keys=[])
        except CallFailed as failure:
            if not isinstance(failure, Rejected):
                return
            # refused: the thread is gone, and with it everybody who could read there
        await self.store.run(partial(drop_parked_replies, place=place))


def _whose(tx: Transaction, keys: Sequence[PostKey]) -> Conversation | None:
    found = (conversation_of_header(tx, key) for key in keys)
    return next((conversation for conversation in found if conversation is not None), None)
