"""Made-up traffic between phones and Slack, as the units of work that the doors, the dispatcher and the reconciler run.

Remembers what a running bot has in memory (calls under way) and forgets it when the power goes. Every unit is the
bridge's own; only the world's answers are drawn.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.outbound import record_reply
from bot.bridge.messages.receipts import record_receipt
from bot.bridge.outbox.failures import record_failure
from bot.bridge.outbox.results import Done, Posted, Prepared, Result, record_result
from bot.bridge.reconcile.echoes import complete_by_echo
from bot.bridge.requests import (
    Attempt,
    EditContent,
    EraseThread,
    FetchAttachments,
    FurnishChannel,
    MakeChannel,
    OpenThread,
    PostContent,
    Prepare,
    SendText,
    ShowReaction,
    ShowTapbacks,
    UnarchiveChannel,
    UploadAttachment,
)
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected, Retryable
from bot.domain.ids import MessageKey, MessageTs, UserId
from bot.domain.message import Inbound, Receipt
from bot.domain.outbox import EDIT_LIMIT, PREPARE_LIMIT, REACTION_LIMIT, SEND_LIMIT, post_limit
from bot.domain.phone import E164
from bot.domain.provider_messages import Accepted
from bot.domain.thread_events import Echo, Reply
from bot.domain.timestamps import Micros, from_micros
from bot.ports.storage import Transaction
from bot.store.sql.transaction import SqlTransaction
from tests.harness.claims import take_jobs
from tests.harness.world import ACCOUNT, CHANNEL

CONTACTS = tuple(E164(f"+1555555{number:04}") for number in range(200, 206))
PACES = (post_limit(CHANNEL), EDIT_LIMIT, REACTION_LIMIT, SEND_LIMIT, PREPARE_LIMIT)
BEGIN = 1_700_000_000_000_000

Unit = Callable[[SqlTransaction], Any]


class SecondThoughts(Exception):
    """A unit of work that raises after it has written."""


class Traffic:
    """Draws units of work. `now` is the clock of everything; it goes on by a second whenever it is read."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.seconds = 0
        self.undone: set[str] = set()  # ids of events whose unit of work raised
        self._under_way: list[Attempt] = []
        self._threads: list[MessageTs] = []

    def now(self) -> Micros:
        """Tell the time."""
        self.seconds += 1
        return Micros(BEGIN + self.seconds * 1_000_000)

    def forget(self) -> None:
        """Lose the memory, as a machine without power does."""
        self._under_way.clear()

    def some_units(self) -> list[Unit]:
        """Draw units of work that come together."""
        kinds = [self._text, self._reply, self._leave, self._end] * 2 + [self._receipt, self._echo, self._half]
        return [unit for kind in self.random.choices(kinds, k=self.random.randint(1, 5)) for unit in kind()]

    def _ts(self) -> MessageTs:
        return MessageTs(f"{BEGIN // 1_000_000 + self.seconds}.{self.random.randrange(10**6):06}")

    def _id(self) -> str:
        return f"{self.random.getrandbits(64):016x}"

    def _text(self) -> list[Unit]:
        text = self._inbound()
        times = 2 if self.random.random() < 0.1 else 1  # a repeat comes now and then
        return [lambda tx: record_inbound(tx, text, channel=CHANNEL)] * times

    def _inbound(self) -> Inbound:
        words = "stop" if self.random.random() < 0.05 else f"in {self._id()} " * self.random.randint(1, 40)
        contact, at = self.random.choice(CONTACTS), from_micros(self.now())
        return Inbound(self._id(), self._id(), ACCOUNT, contact, words, (), at)

    def _reply(self) -> list[Unit]:
        if not self._threads:
            return []
        thread, ts, words = self.random.choice(self._threads), self._ts(), (f"out {self._id()}",)
        reply = Reply(self._id(), CHANNEL, thread, ts, UserId("U0AVA"), words, client_msg_id=self._id())
        return [lambda tx: record_reply(tx, reply)]

    def _leave(self) -> list[Unit]:
        allowances = {pace: self.random.randint(0, 3) for pace in PACES}

        def unit(tx: Transaction) -> list[Attempt]:
            claimed, _ = take_jobs(tx, allowances)
            self._under_way += claimed
            return claimed

        return [unit]

    def _end(self) -> list[Unit]:
        if not self._under_way:
            return []
        attempt = self._under_way.pop(self.random.randrange(len(self._under_way)))
        if self.random.random() < 0.2:
            failure = self._failure()
            return [lambda tx: record_failure(tx, attempt, failure)]
        result = self._result(attempt)
        return [lambda tx: record_result(tx, attempt, result)]

    def _failure(self) -> CallFailed:
        busy = Retryable("ratelimited", "Slack is busy.", retry_after_s=2)
        return self.random.choice((busy, OutcomeUnknown("timeout", "No answer."), Rejected("no", "Not possible.")))

    def _result(self, attempt: Attempt) -> Result:
        match attempt.call:
            case OpenThread():
                self._threads.append(self._ts())
                return Posted(self._threads[-1])
            case PostContent():
                return Posted(self._ts())
            case Prepare():
                return Prepared(
                    tuple(f"part {self._id()}" for _ in range(self.random.randint(1, 2))), attempt.call.pieces
                )
            case SendText():
                return Accepted(self._id(), self._id(), DeliveryStatus.SENT)
            case (
                EditContent()
                | ShowReaction()
                | ShowTapbacks()
                | FetchAttachments()
                | UploadAttachment()
                | EraseThread()
            ):
                return Done()
            case MakeChannel() | FurnishChannel() | UnarchiveChannel():
                raise AssertionError("nobody asks for a channel here")

    def _receipt(self) -> list[Unit]:
        """The carrier speaks of some text, or of one that it knows from elsewhere."""
        status = self.random.choice((DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.FAILED))
        contact, event_id, choice = self.random.choice(CONTACTS), self._id(), self.random.random()

        def unit(tx: Transaction) -> bool:
            key = _some_sent_key(tx, contact, choice)
            at = from_micros(tx.now) - timedelta(seconds=1)
            receipt = Receipt(event_id, status, ACCOUNT, contact, at, key=key, provider_id=event_id, text="from afar")
            return record_receipt(tx, receipt, channel=CHANNEL)

        return [unit]

    def _echo(self) -> list[Unit]:
        """What was in doubt is found out: posts by Slack's echo, texts to phones by the carrier."""
        ts = self._ts()

        def unit(tx: Transaction) -> None:
            for entry in tx.outbox.unknown(sends=True, limit=4):
                tx.outbox.dead_letter(entry, "undecided")
            for entry in tx.outbox.unknown(sends=False, limit=4):
                complete_by_echo(tx, Echo(CHANNEL, ts, (entry.key,)))

        return [unit]

    def _half(self) -> list[Unit]:
        """A unit that writes and then raises: nothing of it may be seen, whatever it was committed with."""
        text = self._inbound()
        self.undone.add(text.event_id)

        def unit(tx: Transaction) -> None:
            record_inbound(tx, text, channel=CHANNEL)
            raise SecondThoughts

        return [unit]


def _some_sent_key(tx: Transaction, contact: E164, choice: float) -> MessageKey | None:
    conversation = tx.conversations.find(ACCOUNT, contact)
    texts = tx.messages.recent(conversation.id) if conversation is not None else []
    keys = [text.key for text in texts if text.status in (DeliveryStatus.SENDING, DeliveryStatus.SENT)]
    return keys[int(choice * len(keys))] if keys else None
