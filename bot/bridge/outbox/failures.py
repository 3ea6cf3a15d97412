"""Writing down how a call failed: try again, look into it, or set it aside where people see it.

A failure of one text is its own affair and never holds up another conversation; a limit or an outage holds up all
calls of its kind and is no text's fault. What fails again and again by itself is set aside as failed, and its lane
goes on.
"""

from dataclasses import replace

from bot.bridge.attachments.incoming import record_not_fetched, record_not_shown
from bot.bridge.conversations.moving import goes_elsewhere
from bot.bridge.enqueue import enqueue_notice, hold_back
from bot.bridge.messages.author_changes import give_last_words
from bot.bridge.messages.receipts import apply_report, replay_waiting_receipts
from bot.bridge.outbox.results import still_under_way
from bot.bridge.rate_limit import Pause
from bot.bridge.requests import Attempt, EditContent, channel_of
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, FailureScope, Rejected, Retryable
from bot.domain.message import Failure, Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import REPEATABLE, UNMERGEABLE, EntryKind, EntryState, OutboxEntry, RateLimitHold
from bot.domain.retry_policy import (
    BLOCKED_RETRY_S,
    FIRST_LOOKUP_S,
    MAX_THREADS,
    MAX_TRIES,
    NO_BURST_AFTER_429_S,
    NOT_READY,
    delay_s,
    max_tries,
)
from bot.domain.thread_content import NoticeKind
from bot.domain.timestamps import add_seconds
from bot.ports.repositories import Transaction

FILE_NOT_READY = "Slack did not get the file ready. Please upload it again."
NOT_PREPARED = "The bot could not turn this message into a text. Please write it again in other words."
GIVEN_UP = "It was tried many times and did not go out. Look at what Volt says about this contact, then send it again."


def record_failure(ledger: Transaction, job: Attempt, failure: CallFailed, *, pause: Pause | None = None) -> None:
    """Write down a call that failed. `pause` says which other calls wait, and how long, or None if none does."""
    channel = channel_of(job.call)
    if channel is not None and isinstance(failure, Retryable) and goes_elsewhere(ledger, job.effects, channel, failure):
        return
    is_place = isinstance(failure, Retryable) and failure.concerns is FailureScope.PLACE and not failure.only_channel
    if pause is not None and not (is_place and job.effects[0].kind is EntryKind.MARK):
        _hold(ledger, job, pause, is_limit=isinstance(failure, Retryable) and failure.retry_after_s is not None)
    if job.aside and isinstance(failure, Rejected):
        ledger.release_channel(job.aside)  # it was the call that was refused, and not the channel
    effects = still_under_way(ledger, job)  # Slack's echo of a post may have said before that it arrived
    if len(effects) > 1 and (isinstance(failure, Rejected) and not failure.needs_thread):
        _split_batch(ledger, effects)
        return
    for effect in effects:
        _record_one(ledger, job, effect, failure)


def _record_one(ledger: Transaction, job: Attempt, effect: OutboxEntry, failure: CallFailed) -> None:
    match failure:
        case Retryable() if failure.concerns is FailureScope.CALL or (failure.only_channel and job.channel is None):
            _try_again(ledger, effect, failure.code, retry_after_s=failure.retry_after_s)
        case Retryable():
            _record_not_now(ledger, effect, failure)
        case Rejected():
            _record_refused(ledger, effect, failure)
        case _ if effect.kind in REPEATABLE or isinstance(job.call, EditContent):
            _try_again(ledger, effect, failure.code)
        case _:
            _record_unknown(ledger, effect, failure)


def _hold(ledger: Transaction, job: Attempt, pause: Pause, *, is_limit: bool) -> None:
    """Keep a channel or the whole pace waiting, and calm after "too many": all of it must outlive a restart."""
    until = add_seconds(ledger.now, pause.seconds)
    if pause.channel is not None:
        ledger.hold_channel(pause.channel, until, pace=pause.pace)
    else:
        ledger.hold_pace(
            RateLimitHold(job.pace, until, add_seconds(until, NO_BURST_AFTER_429_S) if is_limit else until)
        )


def _split_batch(ledger: Transaction, effects: list[OutboxEntry]) -> None:
    """One of several texts in a post may be at fault: from now on each goes by itself."""
    for effect in effects:
        ledger.settle(effect, EntryState.OWED, error=UNMERGEABLE, due_at=ledger.now)


def _try_again(ledger: Transaction, effect: OutboxEntry, code: str, *, retry_after_s: float | None = None) -> None:
    """Try this call again by itself, but not for ever."""
    message = _sending_of(ledger, effect)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        _complete_by_receipt(ledger, effect, message)
        return
    if effect.attempts + 1 >= max_tries(effect.kind, code) and effect.kind is not EntryKind.OPEN_THREAD:
        dead_letter(ledger, effect, Failure(code, GIVEN_UP, may_send_again=True))
        return
    ledger.settle(
        effect, EntryState.OWED, error=code, due_at=add_seconds(ledger.now, delay_s(effect.attempts + 1, retry_after_s))
    )
    _tell_of(ledger, effect, MessageEventKind.RETRY, code)
    if message is not None:
        message = replace(message, status=DeliveryStatus.QUEUED, failure=None)
        ledger.save_message(message)
        give_last_words(ledger, message)


def _record_not_now(ledger: Transaction, effect: OutboxEntry, failure: Retryable) -> None:
    """Nobody is there, or a limit is reached: the pace waits, and the call does not count as tried."""
    needs_person = failure.concerns is FailureScope.PLACE
    if effect.kind is EntryKind.MARK and needs_person and not failure.only_channel:
        ledger.settle(
            effect, EntryState.FAILED, error=failure.code
        )  # the words stand in a line, which must not wait for it
        return
    message = _sending_of(ledger, effect)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        _complete_by_receipt(ledger, effect, message)
        return
    due_at = add_seconds(ledger.now, BLOCKED_RETRY_S) if failure.only_channel else ledger.now
    ledger.settle(effect, EntryState.OWED, error=failure.code, due_at=due_at)
    if effect.kind is not EntryKind.MARK:  # a mark is two calls, and the first of them may have been made
        ledger.uncount(effect)
    _tell_of(ledger, effect, MessageEventKind.RETRY, failure.code)
    if message is None:
        return
    message = replace(message, status=DeliveryStatus.QUEUED)
    hold_back(ledger, message, failure)
    give_last_words(ledger, message)


def _complete_by_receipt(ledger: Transaction, effect: OutboxEntry, message: Message) -> None:
    """A receipt beat the answer, whatever that says: the text left."""
    ledger.settle(effect, EntryState.DONE)
    replay_waiting_receipts(ledger, message.conversation_id)


def _record_unknown(ledger: Transaction, effect: OutboxEntry, failure: CallFailed) -> None:
    message = _sending_of(ledger, effect)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        _complete_by_receipt(ledger, effect, message)
        return
    ledger.settle(effect, EntryState.UNKNOWN, error=failure.code, due_at=add_seconds(ledger.now, FIRST_LOOKUP_S))
    if message is not None:
        apply_report(ledger, message, DeliveryStatus.UNKNOWN)


def _record_refused(ledger: Transaction, effect: OutboxEntry, failure: Rejected) -> None:
    if effect.kind is EntryKind.OPEN_THREAD:  # nothing of the conversation can be shown without it: never given up
        ledger.settle(effect, EntryState.OWED, error=failure.code, due_at=add_seconds(ledger.now, BLOCKED_RETRY_S))
        return
    if failure.needs_thread and effect.kind is not EntryKind.MARK and effect.attempts + 1 < MAX_THREADS:
        ledger.set_thread(effect.conversation_id, None)  # the header is gone or locked: a new one is owed before this
        wait_s = delay_s(effect.attempts) if effect.attempts else 0
        ledger.settle(effect, EntryState.OWED, error=failure.code, due_at=add_seconds(ledger.now, wait_s))
        return
    if failure.is_gone and effect.kind is EntryKind.MARK:
        ledger.settle(effect, EntryState.DONE, error=failure.code)  # a person deleted the message, and its mark with it
        return
    dead_letter(ledger, effect, Failure(failure.code, failure.words, failure.may_send_again))


def dead_letter(ledger: Transaction, effect: OutboxEntry, failure: Failure) -> None:
    """Give up a call that certainly did not happen, and say so in its thread; the lane goes on."""
    ledger.settle(effect, EntryState.FAILED, error=failure.code)
    _tell_of(ledger, effect, MessageEventKind.SET_ASIDE, failure.code)
    if effect.message_id is None:
        return
    message = ledger.message(effect.message_id)
    if effect.kind is EntryKind.PREPARE:
        apply_report(ledger, message, DeliveryStatus.FAILED, failure=Failure(failure.code, _unprepared(failure), False))
    elif effect.kind is EntryKind.SEND:
        apply_report(ledger, message, DeliveryStatus.FAILED, failure=failure)
        replay_waiting_receipts(ledger, message.conversation_id)
    elif effect.kind in (EntryKind.POST_TEXT, EntryKind.POST_SENT):
        enqueue_notice(ledger, message, NoticeKind.NOT_SHOWN)
    elif effect.kind is EntryKind.FETCH:
        record_not_fetched(ledger, effect, failure.code)
    elif effect.kind is EntryKind.UPLOAD:
        record_not_shown(ledger, effect, failure.code)


def _unprepared(failure: Failure) -> str:
    return FILE_NOT_READY if failure.code == NOT_READY else NOT_PREPARED


def record_claim_error(ledger: Transaction, effect: OutboxEntry) -> None:
    """Put off a call that our own code could not get ready, or give it up. Reads nothing of it: that may be why."""
    ledger.start(effect)
    if effect.attempts + 1 >= MAX_TRIES and effect.kind is not EntryKind.OPEN_THREAD:
        ledger.settle(effect, EntryState.FAILED, error="stumbled")
        ledger.tell(MessageEvent(MessageEventKind.SET_ASIDE, None, detail=effect.kind.value, why="stumbled"))
        return
    ledger.settle(
        effect, EntryState.OWED, error="stumbled", due_at=add_seconds(ledger.now, delay_s(effect.attempts + 1))
    )
    ledger.tell(MessageEvent(MessageEventKind.RETRY, None, detail=effect.kind.value, why="stumbled"))


def put_back(ledger: Transaction, jobs: list[Attempt]) -> None:
    """Owe calls as before that were noted as leaving and certainly did not leave."""
    for effect in (effect for job in jobs for effect in job.effects):
        ledger.settle(effect, EntryState.OWED, error=effect.error, due_at=ledger.now)
        ledger.uncount(effect)
        message = _sending_of(ledger, effect)
        if message is not None and message.status is DeliveryStatus.SENDING:
            message = replace(message, status=DeliveryStatus.QUEUED)
            ledger.save_message(message)
            give_last_words(ledger, message)


def _tell_of(ledger: Transaction, effect: OutboxEntry, what: MessageEventKind, why: str) -> None:
    key = ledger.message(effect.message_id).key if effect.message_id is not None else None
    ledger.tell(MessageEvent(what, key, detail=effect.kind.value, why=why))


def _sending_of(ledger: Transaction, effect: OutboxEntry) -> Message | None:
    return ledger.message(effect.message_id) if effect.kind is EntryKind.SEND and effect.message_id else None
