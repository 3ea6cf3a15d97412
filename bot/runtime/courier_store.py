"""Store of a line at Carium: its texts that are not confirmed, and the callbacks that came, kept as they are.

Part of the assembly. Kept callbacks stand among parked events, under their conversation, and are erased with it.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from bot.bridge.duties import OnDuty
from bot.domain.delivery import DeliveryStatus
from bot.domain.duties import Duty
from bot.domain.ids import MessageKey
from bot.domain.message import Direction, Inbound, Message, Receipt
from bot.domain.phone import E164
from bot.domain.provider_records import UnreadAnswer
from bot.domain.timestamps import Micros, add_seconds, from_micros, to_micros
from bot.ports.storage import Store, Transaction
from bot.providers.courier.callbacks.kept import KeptCallback, read_kept
from bot.providers.courier.outcomes.lost_send import CLOCKS_APART, WORKED_ON, words_of
from bot.providers.courier.outcomes.status_watch import SentText

READ, UNREADABLE = "courier callback", "courier callback, unreadable"
"""Kinds of kept callbacks: those that we could read, and those that managers have to see."""

READ_FOR_S = 30 * 86_400.0
"""How long a callback is kept that could be read: it only shows what Carium's look like."""

MOST_TEXTS = 5_000
"""Unconfirmed texts that are listed at once; those of a line that sends five a second for an hour are never so many."""

_MAY_HAVE_LEFT = frozenset({DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN, DeliveryStatus.SENT})

_HAS_NOT_LEFT = frozenset({None, DeliveryStatus.DRAFT, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED})
"""Statuses of texts that are not on record, whether or not a call was made; a text of a contact has none."""


class CourierStore:
    """SentTexts (bot.providers.courier.outcomes.status_watch) of the line of this account, and keeper of its callbacks.

    `keep` stores a text as an event of the provider; False where it is a repeat. Of several bots, the one whose duty
    look-ups are is given texts to ask about.
    """

    def __init__(self, store: Store, account: E164, keep: Callable[[Inbound | Receipt], Awaitable[bool]]) -> None:
        self._store = store
        self._on_duty = OnDuty(store, Duty.LOOK_UPS)
        self._account = account
        self._keep = keep

    async def record(self, callback: KeptCallback, event: Inbound | None) -> bool:
        """Store a callback and the text that came with it; False where it is a repeat. Raises StoreUnavailable.

        The text comes first: a callback that is brought again because it could not be kept is a repeat then.
        """
        is_new = event is None or await self._keep(event)
        await self._store.run(partial(_park, callback=callback))
        return is_new

    async def by_key(self, key: MessageKey) -> SentText | None:
        """Return a text that is not confirmed yet; None where it is, or is not there."""
        return await self._store.run(partial(self._by_key, key=key))

    async def unconfirmed(self, since: datetime, until: datetime) -> Sequence[SentText]:
        """List the texts of this line that were sent within a span and are not confirmed yet. Raises NotOnDuty."""
        return await self._on_duty.run(partial(self._unconfirmed, since=to_micros(since), until=to_micros(until)))

    async def unknown(self) -> Sequence[SentText]:
        """List the texts of this line whose outcome is unknown. Raises NotOnDuty."""
        return await self._on_duty.run(self._unknown)

    async def unreadable(self) -> Sequence[KeptCallback]:
        """List the callbacks of this line that could not be read, and that nobody has looked at yet, each once."""
        return await self._store.run(self._unreadable)

    async def unread(self) -> Sequence[UnreadAnswer]:
        """List them as managers are shown them."""
        return [_shown(one) for one in await self.unreadable()]

    async def note_seen(self, answer_id: str) -> UnreadAnswer | None:
        """Take one off the list, which stays kept among those that were read; None where it is not there."""
        seen = await self._store.run(partial(self._note_seen, answer_id=answer_id))
        return None if seen is None else _shown(seen)

    def _unreadable(self, tx: Transaction) -> list[KeptCallback]:
        found = sorted((one for _, _, one in self._parked(tx)), key=lambda one: one.at, reverse=True)
        once = {one.identity: one for one in found}  # of one that came again the first
        return sorted(once.values(), key=lambda one: one.at)

    def _note_seen(self, tx: Transaction, answer_id: str) -> KeptCallback | None:
        seen = None
        for subject, body, callback in list(self._parked(tx)):
            if callback.identity == answer_id:
                tx.inbox.change_parked_kind(UNREADABLE, subject, body, READ)
                seen = callback
        return seen

    def _parked(self, tx: Transaction) -> Iterator[tuple[str, str, KeptCallback]]:
        """Read this line's callbacks that could not be read, each with where it is parked and how it is written."""
        for subject in tx.inbox.parked_subjects(UNREADABLE):
            for body in tx.inbox.parked(UNREADABLE, subject):
                callback = read_kept(body)
                if callback.account == self._account:
                    yield subject, body, callback

    def _by_key(self, tx: Transaction, key: MessageKey) -> SentText | None:
        message = tx.messages.by_key(key)
        is_ours = message is not None and message.direction is Direction.OUTBOUND
        return self._sent(tx, message) if message and is_ours and message.status in _MAY_HAVE_LEFT else None

    def _unconfirmed(self, tx: Transaction, since: Micros, until: Micros) -> list[SentText]:
        found = (self._sent(tx, message) for message in tx.messages.unconfirmed(since, until, MOST_TEXTS))
        return [text for text in found if text is not None and text.provider_id]

    def _unknown(self, tx: Transaction) -> list[SentText]:
        lost = (one for one in tx.messages.undecided() if one.status is DeliveryStatus.UNKNOWN and not one.decided_by)
        return [text for text in map(partial(self._sent, tx), lost) if text is not None]

    def _sent(self, tx: Transaction, message: Message) -> SentText | None:
        conversation = tx.conversations.get(message.conversation_id)
        if conversation.account != self._account:
            return None
        recent = () if message.provider_id else tx.messages.recent(message.conversation_id)
        others = [one for one in recent if one.id != message.id]
        ids = (id_ for other in others for id_ in (other.provider_id, other.legacy_id))
        return SentText(
            message.key,
            message.provider_id,
            conversation.account,
            conversation.contact,
            message.body,
            _left_at(message),
            frozenset(filter(None, ids)),
            any(_is_twin(one, message) for one in others),
        )


def _left_at(message: Message) -> datetime:
    return from_micros(message.last_attempt_at or message.created_at)


def _is_twin(other: Message, message: Message) -> bool:
    """Tell whether what is on record as a text may be another one with the same words, whose answer was lost too."""
    may_have_left = other.last_attempt_at and other.status not in _HAS_NOT_LEFT and not other.provider_id
    is_then = abs(_left_at(other) - _left_at(message)) <= CLOCKS_APART + WORKED_ON
    return bool(may_have_left) and is_then and words_of(other.body) == words_of(message.body)


def _park(tx: Transaction, callback: KeptCallback) -> None:
    conversation = tx.conversations.find(callback.account, callback.contact)
    kind = UNREADABLE if callback.is_unreadable else READ
    subject = str(conversation.id) if conversation is not None else callback.contact
    tx.inbox.park(kind, subject, callback.written())


def _shown(callback: KeptCallback) -> UnreadAnswer:
    return UnreadAnswer(
        callback.identity, callback.account, callback.contact, callback.at, callback.reason, callback.text
    )


def forget_callbacks(tx: Transaction, now: Micros, before: Micros | None) -> None:
    """Remove the callbacks that came before a moment, where there is one, and those that were read after a month.

    What could not be read stays as long as texts do: it may be one that nobody has seen yet.
    """
    if before is not None:
        tx.inbox.drop_parked(UNREADABLE, before)
    month_ago = add_seconds(now, -READ_FOR_S)
    tx.inbox.drop_parked(READ, month_ago if before is None else Micros(max(month_ago, before)))
