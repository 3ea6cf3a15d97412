"""Receipts that are late, early, repeated and out of order, among sends, lost answers and restarts, beside a model.

The units of work and the store are the bridge's own; the provider is drawn: a handed-over text leaves or does not, and
only one that left is ever spoken of by the carrier.
"""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.bridge.messages.outbound import accept_reply
from bot.bridge.messages.receipts import record_receipt
from bot.bridge.outbox.failures import record_failure
from bot.bridge.outbox.results import Done, Posted, Prepared, Result, record_result
from bot.bridge.requests import Attempt, OpenThread, PostContent, Prepare, SendText
from bot.domain.delivery import OPEN, DeliveryStatus
from bot.domain.errors import OutcomeUnknown, Retryable
from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.message import Receipt
from bot.domain.outbox import (
    EDIT_LIMIT,
    PREPARE_LIMIT,
    REACTION_LIMIT,
    SEND_LIMIT,
    EntryState,
    Lane,
    lane_of,
    post_limit,
)
from bot.domain.provider_messages import Accepted
from bot.domain.thread_events import Reply
from bot.domain.timestamps import Micros
from bot.store.group_commit import GroupCommit
from bot.store.sql.store import SqlStore
from bot.store.sql.transaction import SqlTransaction
from tests.harness.claims import take_jobs
from tests.harness.twice import engine_on
from tests.harness.world import ACCOUNT, AVA
from tests.harness.world import DANA as CONTACT

T = TypeVar("T")
S = DeliveryStatus
CHANNEL, THREAD = ChannelId("C1"), MessageTs("1700000000.000001")
ALLOWANCES = dict.fromkeys((PREPARE_LIMIT, SEND_LIMIT, REACTION_LIMIT, EDIT_LIMIT, post_limit(CHANNEL)), 5)
MOST_TEXTS = 3
LANE = lane_of(ConversationId(1), Lane.OUT)
drawn = st.integers(0, 10**6)
mostly, rarely = st.sampled_from([True, True, False]), st.sampled_from([False, False, True])


@dataclass
class Text:
    """One text as the world knows it. `certain` is the furthest that carrier or provider have told the bot."""

    id: int
    attempt: Attempt | None = None  # under way, as far as the bot remembers
    has_left: bool = False
    certain: DeliveryStatus | None = None
    told: list[Receipt] = field(default_factory=list)

    def hear(self, status: DeliveryStatus) -> None:
        """Note what is proved now: the first final word stays."""
        if self.certain in (None, S.SENT):
            self.certain = status


class Conversation(RuleBasedStateMachine):
    """One conversation with a thread, and the texts that agents write in it."""

    @initialize()
    def open(self) -> None:
        """Begin with a thread and no text."""
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.runner = asyncio.Runner()
        self.now, self.events = 1_700_000_000_000_000, 0
        self.texts: list[Text] = []
        self.start()
        self.run(begin)

    def start(self) -> None:
        """Open the store."""
        path = Path(self.folder.name) / "bot.db"
        self.store = SqlStore(GroupCommit(engine_on(path)), lambda: Micros(self.now))
        self.runner.run(self.store.start())

    def run(self, unit: Callable[[SqlTransaction], T]) -> T:
        """Run one unit of work; a second passes."""
        self.now += 1_000_000
        return self.runner.run(self.store.run(unit))

    def teardown(self) -> None:
        """Close what was opened."""
        if hasattr(self, "store"):
            self.runner.run(self.store.close())
            self.runner.close()
            self.folder.cleanup()

    @rule()
    def agent_writes(self) -> None:
        """A reply is pending."""
        ts = MessageTs(f"17000000{len(self.texts) + 10}.000001")
        reply = Reply(f"E{ts}", CHANNEL, THREAD, ts, AVA, (f"text {ts}",))

        def unit(tx: SqlTransaction) -> int:
            return accept_reply(tx, tx.conversations.get(ConversationId(1)), reply).id

        if len(self.texts) < MOST_TEXTS:
            self.texts.append(Text(self.run(unit)))
            self.work(has_left=False, paces={PREPARE_LIMIT: 5})

    @rule(has_left=mostly)
    def dispatcher_works(self, has_left: bool) -> None:  # noqa: FBT001 - hypothesis names it
        """What is due leaves; all calls but those to the provider succeed at once."""
        self.work(has_left=has_left, paces=ALLOWANCES)

    def work(self, *, has_left: bool, paces: dict[str, int]) -> None:
        """Let leave what is due at these paces."""
        for attempt in self.run(lambda tx: take_jobs(tx, paces))[0]:
            if not isinstance(attempt.call, SendText):
                self.end(attempt, result_of(attempt))
                continue
            (text,) = (text for text in self.texts if text.id == attempt.entries[0].message_id)
            assert not text.has_left, "a text that may have left was handed over again"
            text.attempt, text.has_left = attempt, has_left

    def end(self, attempt: Attempt, result: Result) -> None:
        """Write down a call that did what it should."""
        self.run(lambda tx: record_result(tx, attempt, result))

    @precondition(lambda self: self.under_way())
    @rule(is_lost=st.booleans())
    def provider_answers(self, is_lost: bool) -> None:  # noqa: FBT001
        """The provider took it, or certainly did not; or its answer is lost."""
        text = self.under_way()[0]
        attempt, text.attempt = text.attempt, None
        assert attempt is not None
        if is_lost:
            self.run(lambda tx: record_failure(tx, attempt, OutcomeUnknown("timeout", "No answer.")))
        elif text.has_left:
            text.hear(S.SENT)
            self.end(attempt, Accepted(f"p{text.id}", f"l{text.id}", S.SENT))
        else:
            self.run(lambda tx: record_failure(tx, attempt, Retryable("busy", "Busy.")))

    def under_way(self) -> list[Text]:
        """List the texts whose handing over the bot waits for."""
        return [text for text in self.texts if text.attempt is not None]

    @precondition(lambda self: any(text.has_left for text in self.texts))
    @rule(which=drawn, status=st.sampled_from([S.SENT, S.DELIVERED, S.FAILED]), dies=rarely)
    def carrier_reports(self, which: int, status: DeliveryStatus, dies: bool) -> None:  # noqa: FBT001
        """A receipt comes, in any order, also before the provider's own answer; or the bot dies before that one."""
        left = [text for text in self.texts if text.has_left]
        text = left[which % len(left)]
        key = self.run(lambda tx: tx.messages.get(text.id)).key
        self.events += 1
        at = datetime.fromtimestamp(self.now // 1_000_000, UTC)
        ids = (f"p{text.id}", f"l{text.id}")
        receipt = Receipt(f"R{self.events}", status, ACCOUNT, CONTACT, at, key, *ids, text="text")
        text.told.append(receipt)
        text.hear(status)
        assert self.run(lambda tx: record_receipt(tx, receipt, channel=CHANNEL))
        if dies:
            self.restart()

    @precondition(lambda self: any(text.told for text in self.texts))
    @rule(which=drawn)
    def carrier_repeats_itself(self, which: int) -> None:
        """A receipt comes once more: it is known, and changes nothing."""
        told = [receipt for text in self.texts for receipt in text.told]
        receipt = told[which % len(told)]
        assert not self.run(lambda tx: record_receipt(tx, receipt, channel=CHANNEL))

    @rule()
    def restart(self) -> None:
        """The process ends and starts; calls under way are forgotten by it, and never by the database."""
        self.runner.run(self.store.close())
        self.start()
        for text in self.texts:
            text.attempt = None

    @invariant()
    def what_is_certain_is_believed(self) -> None:
        """What is proved outlives everything and is over; what is not is pending or in doubt; no stranger appears."""
        if not hasattr(self, "store"):
            return
        texts = {text.id: text for text in self.run(lambda tx: tx.messages.recent(ConversationId(1)))}
        lane = self.run(lambda tx: tx.outbox.open_in(LANE))
        assert set(texts) == {text.id for text in self.texts}
        for text in self.texts:
            status, calls = texts[text.id].status, [one for one in lane if one.message_id == text.id]
            assert status is text.certain if text.certain else status in OPEN
            assert all(one.state is EntryState.IN_FLIGHT for one in calls) if text.certain else calls


def begin(tx: SqlTransaction) -> None:
    """Begin a conversation that has a thread."""
    conversation = tx.conversations.add(ACCOUNT, CONTACT, CHANNEL)
    tx.conversations.set_thread(conversation.id, THREAD)


def result_of(attempt: Attempt) -> Result:
    """Say what Slack would answer."""
    if isinstance(attempt.call, Prepare):
        return Prepared(tuple(piece for piece in attempt.call.pieces if isinstance(piece, str)), attempt.call.pieces)
    if isinstance(attempt.call, PostContent | OpenThread):
        return Posted(MessageTs(f"17000001{attempt.entries[0].id:02}.000001"))
    return Done()


TestConversation = Conversation.TestCase
TestConversation.settings = settings(
    max_examples=30,
    stateful_step_count=20,
    phases=[Phase.generate],  # a failure is told at once; to shrink it would take minutes
    deadline=None,
    derandomize=True,
    print_blob=True,
)
