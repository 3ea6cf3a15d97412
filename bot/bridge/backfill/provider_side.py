"""Backfill from the provider's record: texts and statuses that no webhook told us, account by account.

The inbox names the conversations whose last text is new to us. Conversations that we know are read where the inbox
cannot be had or does not say whose a text is, and after a start also where its page ends too early. The progress of an
account moves only once all of them were read. Of a number whose provider keeps no history nothing is read: its events
are all there is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import TypeVar

from bot.bridge.backfill.gaps import ON_ITS_WAY, TimeWindow
from bot.bridge.backfill.importer import import_conversation, import_status, is_worth_reading
from bot.bridge.backfill.progress import OVERLAP, set_progress, unread_since
from bot.bridge.backfill.read_budget import ReadBudget
from bot.bridge.matching import CLOCKS_APART
from bot.bridge.recovery.recovery import Recovery
from bot.domain.conversation import Conversation
from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import ChannelId
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.provider_messages import RemoteConversation
from bot.domain.timestamps import Micros, from_micros, to_micros
from bot.ports.capabilities import Capabilities, History, ProviderInbox, StatusLookup
from bot.ports.messaging import Providers
from bot.ports.storage import Store, Transaction

CONFIRMED = timedelta(minutes=10)
"""Time after which an unconfirmed text is looked up, and again every hour."""

ASK_AGAIN_S = 3_600.0
MAX_STATUS_LOOKUPS = 20
"""Texts looked up in one round at most."""

MOST_REMEMBERED = 10_000

K = TypeVar("K")
V = TypeVar("V")


@dataclass
class _Account:
    """Progress of one account. `lines` are those of its inbox that name nobody; None where it has no inbox."""

    begun: Micros
    span: TimeWindow
    lines: list[RemoteConversation] | None
    unread: list[RemoteConversation]
    is_whole: bool = True


@dataclass
class ProviderBackfill:
    """Backfill of all accounts in each round. `is_early`: a text was seen whose event may still come."""

    store: Store
    providers: Providers
    home: tuple[E164, ChannelId]
    clock: Callable[[], Micros]
    lookback: timedelta
    recovery: Recovery | None = None
    is_early: bool = False
    _open: dict[E164, _Account] = field(default_factory=dict)
    _whole: set[E164] = field(default_factory=set)
    _known_until: dict[E164, Micros] = field(default_factory=dict)
    _lines: dict[tuple[E164, E164 | None], RemoteConversation] = field(default_factory=dict)
    _asked: dict[int, Micros] = field(default_factory=dict)

    async def begin(self) -> list[E164]:
        """Begin a round; returns the numbers to read."""
        self.is_early = False
        return await self.store.run(self._accounts)

    async def read(self, account: E164, budget: ReadBudget) -> None:
        """Read what is new of one of our numbers. Raises RoundIncomplete."""
        try:
            provider = self.providers.of(account)
        except Rejected:
            return  # it is connected no more: its record is nobody's to give
        if provider.capabilities.stream is not None:
            return  # a stream reads by itself what it missed, and knows how far it has come
        budget.turn_to(provider)
        try:
            if provider.capabilities.history is not None:
                await self._read_account(account, provider.capabilities, budget)
        except CallFailed as error:
            self._whole.discard(account)
            budget.failed(error)
            return
        if provider.capabilities.status_lookup is not None:
            await self._read_statuses(account, provider.capabilities.status_lookup, budget)

    async def _read_statuses(self, account: E164, lookup: StatusLookup, budget: ReadBudget) -> None:
        for text, conversation in await self.store.run(partial(self._unconfirmed, account=account)):
            await budget.take()
            try:
                await self._ask_about(lookup, text, conversation)
            except CallFailed as error:
                budget.failed(error)

    def _accounts(self, tx: Transaction) -> list[E164]:
        """List the numbers that are connected, and those that somebody has texted with."""
        connected = (account.number for account in tx.connections.accounts())
        return sorted({self.home[0], *connected, *tx.conversations.accounts()})

    async def _read_account(self, account: E164, can: Capabilities, budget: ReadBudget) -> None:
        assert can.history is not None
        if account not in self._open:
            self._open[account] = await self._begun(account, can.inbox, budget)
        known = self._open[account]
        while known.unread:
            await budget.take()
            try:
                await self._read_conversation(account, can.history, known.unread[0], known.span)
            except CallFailed as error:
                budget.failed(error)
                known.is_whole = False
            known.unread.pop(0)
        del self._open[account]
        if known.is_whole:
            await self._read_to_its_end(account, known)

    async def _read_to_its_end(self, account: E164, known: _Account) -> None:
        self._known_until[account] = known.begun
        if known.lines is None:
            return  # contacts whom we do not know may have written: progress stays
        self._whole.add(account)
        for line in known.lines:
            self._remember_line(account, line, known.span)
        await self.store.run(partial(set_progress, record=account, read_until=known.begun))

    async def _begun(self, account: E164, inbox: ProviderInbox | None, budget: ReadBudget) -> _Account:
        begun = self.clock()
        span = await self.store.run(lambda tx: _span(tx, account, self.lookback))
        lines = None if inbox is None else await self._lines_of(account, inbox, budget)
        named = [line for line in lines or () if line.contact is not None]
        if lines is None or self._hides_some(account, lines, span):
            named += await self.store.run(lambda tx: self._own_lines(tx, account, span, named))
        unread = await self.store.run(lambda tx: self._unread(tx, account, named, span))
        unnamed = None if lines is None else [line for line in lines if line.contact is None]
        return _Account(begun, span, unnamed, unread)

    async def _lines_of(
        self, account: E164, inbox: ProviderInbox, budget: ReadBudget
    ) -> list[RemoteConversation] | None:
        await budget.take()
        try:
            return list(await inbox.inbox(account))
        except Rejected:
            return None

    def _hides_some(self, account: E164, lines: list[RemoteConversation], span: TimeWindow) -> bool:
        """Tell whether the inbox may lack a conversation that has something new."""
        unnamed = [line for line in lines if line.contact is None and self._lines.get((account, None)) != line]
        if any(line.at is None or line.at >= span.since for line in unnamed):
            return True
        return account not in self._whole and bool(lines) and all(line.at and line.at >= span.since for line in lines)

    def _own_lines(
        self, tx: Transaction, account: E164, span: TimeWindow, named: list[RemoteConversation]
    ) -> list[RemoteConversation]:
        """List conversations that we know and the inbox does not name, with texts since they were last read."""
        read_until = from_micros(self._known_until.get(account, 0)) - OVERLAP
        recent = tx.conversations.recent(to_micros(max(span.since, read_until)), MOST_REMEMBERED)
        contacts = {line.contact for line in named}
        ours = [
            conversation.contact
            for conversation in recent
            if conversation.account == account and conversation.contact not in contacts
        ]
        return [RemoteConversation(contact, "", None) for contact in ours]

    def _unread(
        self, tx: Transaction, account: E164, lines: list[RemoteConversation], span: TimeWindow
    ) -> list[RemoteConversation]:
        fresh = [line for line in lines if line.at is None or self._lines.get((account, line.contact)) != line]
        read = {contact for ours, contact in self._lines if ours == account}
        return [line for line in fresh if is_worth_reading(tx, account, line, span, read)]

    async def _read_conversation(
        self, account: E164, history: History, line: RemoteConversation, span: TimeWindow
    ) -> None:
        assert line.contact is not None
        if self.recovery is not None:
            await self.recovery.read_contact(account, line.contact)
        listed = list(await history.list_texts(account, line.contact))
        home = (account, self.home[1])
        is_early = await self.store.run(lambda tx: import_conversation(tx, home, line, listed, span))
        self.is_early = self.is_early or is_early
        self._remember_line(account, line, span)

    def _remember_line(self, account: E164, line: RemoteConversation, span: TimeWindow) -> None:
        """Remember an inbox line that was read; a young one may say more the next time."""
        if line.at is None or line.at <= span.until - CLOCKS_APART:
            _remember(self._lines, (account, line.contact), line)

    async def _ask_about(self, lookup: StatusLookup, text: Message, conversation: Conversation) -> None:
        """Look up the status of a text whose last report may have been missed."""
        _remember(self._asked, text.id, self.clock())
        account, contact = conversation.account, conversation.contact
        found = await lookup.find_text(account, text.provider_id, text.legacy_id, contact)
        if found is not None:
            await self.store.run(partial(import_status, text=text, found=found))

    def _unconfirmed(self, tx: Transaction, *, account: E164) -> list[tuple[Message, Conversation]]:
        now = from_micros(tx.now)
        since, until = to_micros(now - self.lookback), to_micros(now - CONFIRMED)
        due = tx.now - ASK_AGAIN_S * 1_000_000
        texts = tx.messages.unconfirmed(since, until, MOST_REMEMBERED)
        unasked = (text for text in texts if self._asked.get(text.id, 0) <= due)
        found = ((text, tx.conversations.get(text.conversation_id)) for text in unasked)
        return list(islice((one for one in found if one[1].account == account), MAX_STATUS_LOOKUPS))


def _span(tx: Transaction, account: E164, lookback: timedelta) -> TimeWindow:
    return TimeWindow(unread_since(tx, account, lookback), from_micros(tx.now) - ON_ITS_WAY)


def _remember(memory: dict[K, V], key: K, value: V) -> None:
    """Remember what was read, within bounds; what is forgotten is read once more."""
    if len(memory) >= MOST_REMEMBERED:
        memory.clear()
    memory[key] = value
