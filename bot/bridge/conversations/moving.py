"""Conversations that go on in another channel: because somebody wants that, or because their channel is gone.

A move stands in the lane of the texts, before all of them, and waits until no post of the conversation is under way or
in doubt: what was said in the old thread is known before the new one begins. Then everything that is owed goes there,
in order, under a new header that links to the old thread. The old thread keeps leading to the conversation, so what is
still written in it is texted. No call is made here.

A channel is gone when Slack refuses a post for that reason; it is left only where routes or SLACK_CHANNEL name another.
"""

from collections.abc import Sequence

from bot.bridge.channel_ids import HOME
from bot.bridge.conversations.open import enqueue_header
from bot.bridge.enqueue import (
    HEADER,
    begin_round,
    enqueue_line,
    enqueue_notice,
    here_subject,
    leaving_subject,
    left_subject,
    notice_subject,
    place_of,
    waits_for_header,
)
from bot.domain.conversation import Conversation, route_of
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import FailureScope, Retryable
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.message import Direction
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import MOVE_LIMIT, EntryKind, EntryState, Lane, NewEntry, OutboxEntry, lane_of, post_limit
from bot.domain.retry_policy import BLOCKED_RETRY_S, MOVED_WAIT_S, UNDER_WAY_WAIT_S
from bot.domain.shown import Shown
from bot.domain.thread_content import GoesOn, NoticeKind, ThreadRef
from bot.domain.timestamps import add_seconds
from bot.ports.repositories import Transaction

MOVED = "moved"
"""The action of the audit trail; its detail is the old channel and the new one."""

ARCHIVED = frozenset({"is_archived", "channel_is_archived"})
"""Slack's words for a channel that takes nothing any more."""

OUT_OF_REACH = frozenset({"channel_not_found", "invalid_channel", "not_in_channel"})
"""Slack's words for one that is deleted, or that the bot was removed from; soon after, it may be back, or renamed."""

BEFORE_ALL = -1
"""Rank of a move: before a header, which would be posted into the old channel."""


SWEPT = 200
"""Conversations that follow the first one out of a channel at once; more follow with the next refusal."""


# --- wanting it


def ask_to_move(ledger: Transaction, conversation_id: ConversationId, channel: ChannelId, user: UserId) -> bool:
    """Have a conversation go on in another channel; False where it is there already."""
    conversation = ledger.conversation(conversation_id)
    if conversation.channel == channel:
        return False
    audit_id = ledger.note_audit(user, MOVED, conversation_id, f"{conversation.channel} {channel}")
    for effect in ledger.moves_waiting(lane_of(conversation_id, Lane.IN)):
        ledger.drop(effect)  # the newest wish counts
    _enqueue_move(ledger, conversation_id, channel, str(audit_id))
    return True


def opens_in(ledger: Transaction, conversation: Conversation) -> ChannelId:
    """Find the channel in which a conversation would open today."""
    first = ledger.first_text(conversation.id)
    text = first.body if first is not None and first.direction is Direction.INBOUND else ""
    home = ChannelId(ledger.fact(HOME) or conversation.channel)
    return route_of(ledger.routes(), conversation.account, text) or home


def _enqueue_move(ledger: Transaction, conversation_id: ConversationId, channel: ChannelId, audit_id: str = "") -> None:
    if not ledger.moves_waiting(lane_of(conversation_id, Lane.IN)):
        subject = f"move:{channel}:{audit_id}"
        ledger.owe(NewEntry(conversation_id, Lane.IN, EntryKind.MOVE, MOVE_LIMIT, subject=subject, rank=BEFORE_ALL))


# --- doing it


def move(ledger: Transaction, effect: OutboxEntry) -> None:
    """Let a conversation go on elsewhere, once nothing of it is under way or in doubt."""
    conversation_id = effect.conversation_id
    if _is_busy(ledger, conversation_id):
        ledger.settle(effect, EntryState.OWED, due_at=add_seconds(ledger.now, UNDER_WAY_WAIT_S))
        return
    ledger.settle(effect, EntryState.DONE)
    _, channel, audit_id = effect.subject.split(":")
    before = ledger.conversation(conversation_id)
    if before.channel == channel:
        return
    begin_round(ledger, before)  # replies from here on are spoken of in the new thread
    ledger.move_conversation(conversation_id, ChannelId(channel))
    enqueue_header(ledger, ledger.conversation(conversation_id))
    if audit_id:
        _say(ledger, before, int(audit_id))
    for message in ledger.open_questions(conversation_id):
        topic = NoticeKind.ASK if message.status is DeliveryStatus.DRAFT else NoticeKind.CHECKING
        ledger.set_shown(conversation_id, notice_subject(topic, message.key), Shown(None, None))
        enqueue_notice(ledger, message, topic)


def _is_busy(ledger: Transaction, conversation_id: ConversationId) -> bool:
    return any(ledger.is_busy(lane_of(conversation_id, way)) for way in (Lane.IN, Lane.ABOUT, Lane.HEADER))


def _say(ledger: Transaction, before: Conversation, audit_id: int) -> None:
    """Say in both threads who moved the conversation, and where it goes on."""
    enqueue_line(ledger, before.id, here_subject(audit_id))
    if before.thread_ts is not None:
        former = ThreadRef(before.channel, before.thread_ts)
        enqueue_line(ledger, before.id, left_subject(former))
        enqueue_line(ledger, before.id, leaving_subject(former, audit_id))


def goes_on(ledger: Transaction, effect: OutboxEntry) -> GoesOn:
    """Say where the conversation of a thread that was left goes on."""
    conversation = ledger.conversation(effect.conversation_id)
    audit_id = effect.subject.rpartition(":")[2]
    actor = ledger.audit_line(int(audit_id)).actor if audit_id.isdecimal() else None
    return GoesOn(ThreadRef(conversation.channel, conversation.thread_ts), actor)


# --- a channel that is gone


def goes_elsewhere(ledger: Transaction, effects: Sequence[OutboxEntry], channel: ChannelId, failure: Retryable) -> bool:
    """Settle calls that a channel did not take where they need not wait for it; False where they do."""
    if failure.concerns is not FailureScope.PLACE:
        return False
    first = effects[0]
    conversation = ledger.conversation(first.conversation_id)
    if place_of(first.subject) is not None:
        ledger.settle(
            first, EntryState.FAILED, error=failure.code
        )  # nobody can be told any more in a thread that was left
        return True
    if channel != conversation.channel:
        return _say_here(ledger, first, channel, failure)
    if not _is_gone(first, failure) or not _leaves(ledger, conversation.id, is_worth=_is_worth_a_thread(first)):
        return False
    for effect in effects:
        _go_along(ledger, effect, failure)
    for lane in ledger.due_lanes(post_limit(channel), SWEPT):
        for effect in ledger.heads(lane, 1):
            _leaves(ledger, effect.conversation_id, is_worth=_is_worth_a_thread(effect))
    return True


def _is_gone(effect: OutboxEntry, failure: Retryable) -> bool:
    """Believe that a channel is out of reach only where the same call was refused for it before."""
    return failure.code in ARCHIVED or (failure.code in OUT_OF_REACH and effect.error == failure.code)


def _is_worth_a_thread(effect: OutboxEntry) -> bool:
    """A header's new look, or a line about no text, opens no thread by itself."""
    is_line = effect.kind is EntryKind.LINE and effect.message_id is None
    return not is_line or waits_for_header(effect.subject)


def _leaves(ledger: Transaction, conversation_id: ConversationId, *, is_worth: bool) -> bool:
    """Owe a move to where the conversation would open today; False where that is where it is."""
    conversation = ledger.conversation(conversation_id)
    channel = opens_in(ledger, conversation)
    if channel == conversation.channel:
        return False
    if is_worth:
        _enqueue_move(ledger, conversation_id, channel)
    return True


def _go_along(ledger: Transaction, effect: OutboxEntry, failure: Retryable) -> None:
    """Make the call in the new thread; while the move waits, do not ask the old channel over and over."""
    if not _is_worth_a_thread(effect):
        ledger.settle(effect, EntryState.FAILED, error=failure.code)
        return
    ledger.settle(effect, EntryState.OWED, error=failure.code, due_at=ledger.now)
    if effect.lane != lane_of(
        effect.conversation_id, Lane.IN
    ):  # in a lane of its own, which does not wait behind the move
        wait_s = BLOCKED_RETRY_S if _is_busy(ledger, effect.conversation_id) else MOVED_WAIT_S
        ledger.settle(effect, EntryState.OWED, error=failure.code, due_at=add_seconds(ledger.now, wait_s))
    _note_try(ledger, effect, failure)


def _say_here(ledger: Transaction, effect: OutboxEntry, channel: ChannelId, failure: Retryable) -> bool:
    """Post a line anew that stands in a channel which the conversation has left, and cannot be changed there."""
    shown = ledger.shown(effect.conversation_id, effect.subject)
    if effect.kind is not EntryKind.LINE or effect.subject == HEADER or shown is None or shown.channel != channel:
        return False
    ledger.set_shown(effect.conversation_id, effect.subject, Shown(None, None))
    ledger.repace(effect, post_limit(ledger.conversation(effect.conversation_id).channel))
    ledger.settle(effect, EntryState.OWED, error=failure.code, due_at=ledger.now)
    _note_try(ledger, effect, failure)
    return True


def _note_try(ledger: Transaction, effect: OutboxEntry, failure: Retryable) -> None:
    """A refusal that is the channel's fault does not count as a try."""
    ledger.uncount(effect)
    key = ledger.message(effect.message_id).key if effect.message_id is not None else None
    ledger.tell(MessageEvent(MessageEventKind.RETRY, key, detail=effect.kind.value, why=failure.code))
