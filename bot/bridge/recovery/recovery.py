"""Recovery: before anything leaves, finds out whether the database was restored, and what happened since.

At every start the pending replies are compared with their reactions in Slack: a reaction that the database does not
know proves that it was restored. After that, or where the file itself tells, the channels and the threads of what is
unknown are read, page by page and within the look-up limit; other threads are read before the backfill of their
conversation. What was read is noted, so that a restart goes on. Where Slack cannot be read for ten minutes, calls leave
nevertheless: each of them is looked up by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.bridge.conversations.places import conversation_of, place_of
from bot.bridge.duties import OnDuty
from bot.bridge.enqueue import reaction_on
from bot.bridge.matching import CLOCKS_APART
from bot.bridge.messages.restored import UNREAD, is_unread, make_pending_unknown, note_read, was_read
from bot.bridge.rate_limit import LookupLimiter
from bot.bridge.reconcile.post_search import BLINDING
from bot.bridge.recovery.adoption import PROOF, Sighting, adopt_header, adopt_thread, ask_about_missing, find_thread
from bot.bridge.restore_gap import Gap, gap_of
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.destination import Destination
from bot.domain.duties import Duty
from bot.domain.errors import CallFailed, NotOnDuty, Rejected, Retryable
from bot.domain.ids import ChannelId, ConversationId, MessageTs, ThreadRef, micros
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.retry_policy import ALLOWANCE_WAIT_S, GIVE_UP_S, READ_RETRY_S
from bot.domain.timestamps import Micros, add_seconds, from_micros
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import HistoryPage, SeenPost, Workspace

MAX_COMPARED = 20
"""Threads with pending replies that are compared at a start; one unknown reaction proves it for all."""


@dataclass
class Recovery:
    """Recovery works once, at the start, and for each thread that the backfill comes to."""

    store: Store
    workspace: Workspace
    lookup_limiter: LookupLimiter
    clock: Callable[[], Micros]
    channel: ChannelId
    observer: Observer

    def __post_init__(self) -> None:
        self._whole_store, self.store = self.store, OnDuty(self.store, Duty.LOOK_UPS)

    async def before_leaving(self) -> None:
        """Wait until calls may leave.

        Each bot compares by itself: in a restored database a bot of before seems to have the duty. One of them reads.
        """
        if not await self._whole_store.run(is_unread):
            await self._compare()
        until = add_seconds(self.clock(), GIVE_UP_S)
        while await self._whole_store.run(is_unread) and self.clock() < until:
            try:
                await self._read()
            except NotOnDuty:  # another bot is at it, or has been
                await asyncio.sleep(READ_RETRY_S)
            except CallFailed as error:
                self.observer.on_unread(Destination.SLACK, error)
                wait_s = error.retry_after_s if isinstance(error, Retryable) else None
                await asyncio.sleep(wait_s or READ_RETRY_S)

    # --- is it older

    async def _compare(self) -> None:
        replies = await self._whole_store.run(_pending_replies)
        try:
            for place, since in list(_threads_of(replies).items())[:MAX_COMPARED]:
                async with self._apart():
                    page = await self._page(place, from_micros(since) - CLOCKS_APART, "")
                    if await self._whole_store.run(partial(_note_if_older, replies=replies, posts=page.found)):
                        return
        except CallFailed as error:
            self.observer.on_unread(Destination.SLACK, error)

    # --- what happened since

    async def _read(self) -> None:
        gap = await self.store.run(gap_of)
        assert gap is not None
        known = await self.store.run(partial(_channels, home=self.channel))
        for channel in sorted({*known, *await self._own_channels()}):
            async with self._apart():
                await self._read_channel(channel, gap)
        for conversation_id in await self.store.run(_in_doubt):
            async with self._apart():
                conversation = await self.store.run(partial(_conversation, conversation_id=conversation_id))
                await self._read_thread(conversation, gap)
        await self.store.run(lambda tx: tx.settings.set_value(UNREAD, ""))

    @asynccontextmanager
    async def _apart(self) -> AsyncIterator[None]:
        """Read a thread or channel; one that Slack does not show us holds up no other."""
        try:
            yield
        except CallFailed as error:
            if not isinstance(error, Rejected) and not (isinstance(error, Retryable) and error.only_channel):
                raise
            self.observer.on_unread(Destination.SLACK, error)

    async def _own_channels(self) -> Sequence[ChannelId]:
        """List where a conversation may have been moved to since; nothing where Slack does not let us ask."""
        try:
            return await self.workspace.own_channels()
        except CallFailed as error:
            if not isinstance(error, Rejected) and error.code not in BLINDING:
                raise
            self.observer.on_unread(Destination.SLACK, error)
            return ()

    async def _read_channel(self, channel: ChannelId, gap: Gap) -> None:
        cursor, since = "", from_micros(gap.since) - CLOCKS_APART
        while True:
            page = await self._page(ThreadRef(channel), since, cursor)
            await self.store.run(partial(_adopt_headers, channel=channel, posts=page.found))
            cursor = page.more
            if not cursor:
                return

    async def read_contact(self, account: E164, contact: E164) -> None:
        """Read the thread of a contact, where the database was restored, before the provider's record is."""
        gap = await self.store.run(gap_of)
        conversation = None if gap is None else await self.store.run(lambda tx: find_thread(tx, account, contact))
        if gap is not None and conversation is not None:
            await self._read_thread(conversation, gap)

    async def read_place(self, place: ThreadRef) -> None:
        """Read a thread, where the database was restored, before what was missed in it is recorded."""
        gap = await self.store.run(gap_of)
        if gap is None:
            return
        conversation = await self.store.run(lambda tx: conversation_of(tx, place.channel, place.thread_ts))
        if conversation is not None:
            await self._read_thread(conversation, gap)

    async def _read_thread(self, conversation: Conversation, gap: Gap) -> None:
        if conversation.thread_ts is None or await self.store.run(
            partial(was_read, conversation=conversation, gap=gap)
        ):
            return
        since = await self.store.run(partial(_oldest, conversation=conversation, gap=gap))
        place, cursor = await self.store.run(lambda tx: place_of(tx, conversation)), ""
        stands: set[MessageTs] = set()
        while True:
            page = await self._page(place, from_micros(since) - CLOCKS_APART, cursor)
            seen = [await self._sighting(post) for post in page.found]
            stands.update(post.ts for post in page.found)
            cursor = page.more
            await self.store.run(partial(adopt_thread, conversation=conversation, seen=seen, gap=gap))
            if not cursor:
                break
        await self.store.run(partial(ask_about_missing, conversation=conversation, seen=stands, gap=gap))
        await self.store.run(partial(note_read, conversation=conversation, gap=gap))

    async def _sighting(self, post: SeenPost) -> Sighting:
        is_proved = post.reply is not None and post.mark in PROOF
        return Sighting(post, await self.workspace.phone_text(post.reply.pieces) if is_proved and post.reply else "")

    async def _page(self, place: ThreadRef, since: datetime, cursor: str) -> HistoryPage[Sequence[SeenPost]]:
        while True:
            if self.lookup_limiter.left(Destination.SLACK) > 0:
                break
            await asyncio.sleep(ALLOWANCE_WAIT_S)
        self.lookup_limiter.spend(Destination.SLACK)
        return await self.workspace.read_posts(place, since=since, cursor=cursor)


def _pending_replies(tx: Transaction) -> list[tuple[ThreadRef, Message]]:
    """List the pending replies that have a message in Slack, the newest first."""
    waiting = [message for message in tx.messages.undecided() if message.status is DeliveryStatus.QUEUED and message.ts]
    conversations = [(tx.conversations.get(message.conversation_id), message) for message in reversed(waiting)]
    return [(place_of(tx, conversation), message) for conversation, message in conversations if conversation.thread_ts]


def _threads_of(replies: list[tuple[ThreadRef, Message]]) -> dict[ThreadRef, int]:
    """Return from which moment on each thread has to be read."""
    since: dict[ThreadRef, int] = {}
    for place, message in replies:
        assert message.ts is not None
        since[place] = min(since.get(place, micros(message.ts)), micros(message.ts))
    return since


def _note_if_older(tx: Transaction, *, replies: list[tuple[ThreadRef, Message]], posts: Sequence[SeenPost]) -> bool:
    """Make everything pending unknown where a post shows more than the database can have shown, or another bot has."""
    marks = {post.ts: post.mark for post in posts if post.mark in PROOF}
    shown = [(message, marks[message.ts]) for _, message in replies if message.ts is not None and message.ts in marks]
    if not any(_is_proof(tx, message, mark) for message, mark in shown):
        return is_unread(tx)
    if not is_unread(tx):
        make_pending_unknown(tx)
    return True


def _is_proof(tx: Transaction, message: Message, mark: DeliveryStatus | None) -> bool:
    """Tell whether a reaction proves it: the reply is still pending now, and did not leave while Slack was asked."""
    now = tx.messages.by_key(message.key)
    return now is not None and now.status is DeliveryStatus.QUEUED and not _is_known(tx, message, mark)


def _is_known(tx: Transaction, message: Message, mark: DeliveryStatus | None) -> bool:
    """Tell whether the database can have shown this reaction: it did, was about to, or an earlier text had it."""
    shown = tx.shown_lines.get(message.conversation_id, reaction_on(message))
    if shown is not None and shown.status is mark:
        return True
    return any(earlier.replaced_by == message.key for earlier in tx.messages.recent(message.conversation_id))


def _channels(tx: Transaction, *, home: ChannelId) -> list[ChannelId]:
    conversations = {entry.conversation_id for entry in tx.outbox.all_open()}
    routed = {route.channel for route in tx.settings.routes()}
    return sorted(
        {home, *routed, *(tx.conversations.get(conversation_id).channel for conversation_id in conversations)}
    )


def _in_doubt(tx: Transaction) -> list[ConversationId]:
    texts = {message.conversation_id for message in tx.messages.undecided()}
    return sorted(texts | {entry.conversation_id for entry in tx.outbox.all_open()})


def _conversation(tx: Transaction, *, conversation_id: ConversationId) -> Conversation:
    return tx.conversations.get(conversation_id)


def _adopt_headers(tx: Transaction, *, channel: ChannelId, posts: Sequence[SeenPost]) -> None:
    for post in sorted(posts, key=lambda post: micros(post.ts)):
        adopt_header(tx, channel, post)


def _oldest(tx: Transaction, *, conversation: Conversation, gap: Gap) -> Micros:
    """Return from when on a thread has to be read: its oldest undecided reply, or the beginning of the gap."""
    moments = [
        micros(MessageTs(message.ts))
        for message in tx.messages.undecided()
        if _is_in(message, conversation) and message.ts
    ]
    return Micros(min([gap.since, *moments]))


def _is_in(message: Message, conversation: Conversation) -> bool:
    return message.conversation_id == conversation.id
