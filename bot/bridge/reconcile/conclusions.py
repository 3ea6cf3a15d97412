"""Conclusions about a call in doubt: what follows from what a look at Slack, or at the provider's record, has found.

Units of work only; the looking stands in reconcile.py.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.bridge.enqueue import enqueue_notice, enqueue_reaction, place_of
from bot.bridge.messages.author_changes import give_last_words
from bot.bridge.messages.receipts import replay_waiting_receipts
from bot.bridge.outbox.failures import GIVEN_UP, dead_letter
from bot.bridge.outbox.results import record_accepted, record_posted
from bot.bridge.parked_events import RECEIPT
from bot.bridge.reconcile.echoes import expect_second_header
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageTs
from bot.domain.message import Failure, Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.domain.provider_messages import Accepted
from bot.domain.retry_policy import GIVE_UP_S, LONGEST_LOOKUP_S, MAX_TRIES, NotFound, next_lookup_s
from bot.domain.thread_content import NoticeKind, ThreadRef
from bot.domain.timestamps import add_seconds
from bot.ports.repositories import Transaction

Finding = MessageTs | Accepted | NotFound


@dataclass(frozen=True)
class Case:
    """A call in doubt, with what a look needs: the text it is about, others of its conversation, and when it left."""

    effect: OutboxEntry
    conversation: Conversation
    message: Message | None
    others: tuple[Message, ...]
    left_at: datetime

    @property
    def place(self) -> str:
        """Who is asked: the provider about a text, Slack about a post."""
        return "volt" if self.effect.kind is EntryKind.SEND else "slack"

    @property
    def thread(self) -> ThreadRef:
        """Where in Slack the post would be: in its thread, or a header in the channel."""
        is_header = self.effect.kind is EntryKind.OPEN_THREAD
        return place_of(self.effect.subject) or ThreadRef(
            self.conversation.channel, None if is_header else self.conversation.thread_ts
        )


def conclude(ledger: Transaction, case: Case, finding: Finding, *, is_absent: bool, is_late: bool) -> None:
    """Write down what follows from a finding: it is there, it is made once more, people are asked, or looked again.

    `is_absent`: it has stayed absent for long enough. `is_late`: looking has told nothing for long enough.
    """
    effect = case.effect
    if not _is_unknown(ledger, effect):
        return  # a receipt, an echo or a person was faster
    if effect.kind is EntryKind.SEND and _is_proved(ledger, effect):
        ledger.settle(effect, EntryState.DONE)
        replay_waiting_receipts(ledger, effect.conversation_id)
        return
    if finding in (NotFound.ABSENT, NotFound.BARE) and effect.kind is EntryKind.SEND and _is_behind(ledger, effect):
        finding, is_absent = NotFound.UNCLEAR, False
    _tell(ledger, case, finding)
    if isinstance(finding, Accepted):
        ledger.settle(effect, EntryState.DONE)
        record_accepted(ledger, effect, finding)
    elif not isinstance(finding, NotFound):
        ledger.settle(effect, EntryState.DONE)
        record_posted(ledger, effect, finding)
    elif is_absent or (is_late and effect.kind is not EntryKind.SEND):
        _owe_once_more(ledger, effect, is_certain=finding in (NotFound.ABSENT, NotFound.BARE))
    elif is_late:
        _ask_agents(ledger, effect)
    else:
        due_at = add_seconds(ledger.now, next_lookup_s(effect, finding, ledger.now))
        ledger.settle(effect, EntryState.UNKNOWN, error=effect.error, due_at=due_at)


def _is_proved(ledger: Transaction, effect: OutboxEntry) -> bool:
    """Whatever the record shows now: a receipt has told what became of the text."""
    return effect.message_id is not None and ledger.message(effect.message_id).status is not DeliveryStatus.UNKNOWN


def _is_behind(ledger: Transaction, effect: OutboxEntry) -> bool:
    """A receipt of somebody's text waits that the record does not show: the record may lack ours, too."""
    return bool(ledger.strays(RECEIPT, str(effect.conversation_id)))


def _is_unknown(ledger: Transaction, effect: OutboxEntry) -> bool:
    return any(one.id == effect.id and one.state is EntryState.UNKNOWN for one in ledger.open_in(effect.lane))


def _tell(ledger: Transaction, case: Case, finding: Finding) -> None:
    found = finding.value if isinstance(finding, NotFound) else "there"
    ledger.tell(
        MessageEvent(MessageEventKind.LOOKED, case.message.key if case.message else None, case.effect.kind.value, found)
    )


def leave(ledger: Transaction, case: Case) -> None:
    """Leave a look that our own code stumbled over: look again in a minute, and give it to people in the end."""
    effect = case.effect
    if not _is_unknown(ledger, effect):
        return
    if ledger.now < add_seconds(effect.tried_at or 0, GIVE_UP_S):
        ledger.settle(effect, EntryState.UNKNOWN, error="stumbled", due_at=add_seconds(ledger.now, LONGEST_LOOKUP_S))
    elif effect.kind is EntryKind.SEND:
        _ask_agents(ledger, effect)
    else:
        dead_letter(ledger, effect, Failure("stumbled", "", may_send_again=False))


def _owe_once_more(ledger: Transaction, effect: OutboxEntry, *, is_certain: bool) -> None:
    """Make the call again: it certainly did not happen, or it is a post that nobody can tell us about."""
    if effect.kind is EntryKind.OPEN_THREAD:
        expect_second_header(ledger, effect)
    elif effect.attempts >= MAX_TRIES:
        dead_letter(ledger, effect, Failure("tried_often", GIVEN_UP, may_send_again=True))
        return
    ledger.settle(effect, EntryState.OWED, due_at=ledger.now)
    if not is_certain and effect.kind in (EntryKind.POST_TEXT, EntryKind.POST_SENT):
        ledger.doubt(effect)
    if effect.kind is EntryKind.SEND and effect.message_id is not None:
        message = replace(ledger.message(effect.message_id), status=DeliveryStatus.QUEUED)
        ledger.save_message(message)
        enqueue_reaction(ledger, message)
        enqueue_notice(ledger, message, NoticeKind.CHECKING)
        replay_waiting_receipts(ledger, message.conversation_id)
        give_last_words(ledger, ledger.message(message.id))


def _ask_agents(ledger: Transaction, effect: OutboxEntry) -> None:
    """Ten minutes have told us nothing: the lane goes on, and people decide about this text."""
    assert effect.message_id is not None
    ledger.settle(effect, EntryState.FAILED, error="undecided")
    message = replace(ledger.message(effect.message_id), failure=Failure("undecided", "", may_send_again=True))
    ledger.save_message(message)
    enqueue_notice(ledger, message, NoticeKind.CHECKING)
    replay_waiting_receipts(ledger, message.conversation_id)
