"""Failure handling of the outbox: retry, mark unknown, or dead-letter and tell the thread.

A failure of one text never holds up another conversation. A limit or an outage holds up all calls of its kind and is no
text's fault. An entry that fails again and again by itself becomes dead, and its lane goes on.
"""

from dataclasses import replace

from bot.bridge.attachments.incoming import record_not_fetched, record_not_shown
from bot.bridge.conversations.moving import goes_elsewhere
from bot.bridge.conversations.own_channel import record_not_done
from bot.bridge.conversations.window import note_window
from bot.bridge.enqueue import enqueue_notice, hold_back
from bot.bridge.messages.author_changes import apply_last_change
from bot.bridge.messages.receipts import apply_report, replay_waiting_receipts
from bot.bridge.messages.shut_window import hold_unsent
from bot.bridge.messages.tapbacks import show_as_text
from bot.bridge.outbox.results import still_under_way
from bot.bridge.provider_rules import profile_of
from bot.bridge.rate_limit import Pause
from bot.bridge.requests import Attempt, EditContent, channel_of
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable, TooLate
from bot.domain.message import Failure, Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import REPEATABLE, EntryKind, OutboxEntry, RateLimitHold
from bot.domain.retry_policy import (
    AUTHOR_UNKNOWN,
    AUTHOR_UNTOLD,
    BLOCKED_RETRY_S,
    FIRST_LOOKUP_S,
    MAX_THREADS,
    MAX_TRIES,
    NO_BURST_AFTER_429_S,
    NOT_READY,
    delay_s,
    max_tries,
)
from bot.domain.subjects import HEADER
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import add_seconds
from bot.domain.window import SHUT, WINDOW_CLOSED
from bot.ports.storage import Transaction

FILE_NOT_READY = "Slack did not get the file ready. Please upload it again."
NOT_PREPARED = "The bot could not turn this message into a text. Please write it again in other words."
NOBODY_KNOWN = "Slack does not say who wrote this message. Somebody else has to write it again."
INTERRUPTED = OutcomeUnknown("interrupted", "It was cut off.")
NOBODY_TOLD = "Slack did not say for a long time who wrote this message. Please write it again."


_UNPREPARED = {NOT_READY: FILE_NOT_READY, AUTHOR_UNKNOWN: NOBODY_KNOWN, AUTHOR_UNTOLD: NOBODY_TOLD}


def record_failure(tx: Transaction, attempt: Attempt, failure: CallFailed, *, pause: Pause | None = None) -> None:
    """Record a call that failed. `pause` says which other calls wait, and how long, or None if none does."""
    if isinstance(failure, TooLate) and failure.is_first:
        put_back(tx, [attempt])
        return
    channel = channel_of(attempt.call)
    if channel is not None and isinstance(failure, Retryable) and goes_elsewhere(tx, attempt.entries, channel, failure):
        return
    is_place = isinstance(failure, Retryable) and failure.scope is FailureScope.DESTINATION and not failure.only_channel
    if pause is not None and not (is_place and attempt.entries[0].kind is EntryKind.REACTION):
        _hold(tx, attempt, pause, is_limit=isinstance(failure, Retryable) and failure.retry_after_s is not None)
    if attempt.held_queue and isinstance(failure, Rejected):
        tx.outbox.release_channel(attempt.held_queue)  # the call was refused, not the channel
    entries = still_under_way(tx, attempt)  # an echo may have completed some of them
    if len(entries) > 1 and (isinstance(failure, Rejected) and not failure.needs_thread):
        _split_batch(tx, entries)
        return
    for entry in entries:
        _record_one(tx, attempt, entry, failure)
        if entry.kind is EntryKind.PREPARE and isinstance(failure, Retryable) and failure.code != NOT_READY:
            _hold_back_reply(tx, entry, failure)


def _hold_back_reply(tx: Transaction, entry: OutboxEntry, failure: Retryable) -> None:
    """Record what keeps a reply from being prepared: replies behind it wait, too."""
    assert entry.message_id is not None
    message = tx.messages.get(entry.message_id)
    if message.status is DeliveryStatus.QUEUED:
        hold_back(tx, message, failure)


def _record_one(tx: Transaction, attempt: Attempt, entry: OutboxEntry, failure: CallFailed) -> None:
    match failure:
        case Retryable() if failure.scope is FailureScope.ENTRY or (failure.only_channel and attempt.channel is None):
            _try_again(tx, entry, failure.code, retry_after_s=failure.retry_after_s)
        case Retryable():
            _record_retryable(tx, entry, failure)
        case Rejected():
            _record_rejected(tx, entry, failure)
        case _ if entry.kind in REPEATABLE or isinstance(attempt.call, EditContent):
            _try_again(tx, entry, failure.code)
        case _:
            _record_unknown(tx, entry, failure)


def _hold(tx: Transaction, attempt: Attempt, pause: Pause, *, is_limit: bool) -> None:
    """Pause a channel or the whole rate limit, and bursts after "too many": all of it must outlive a restart."""
    until = add_seconds(tx.now, pause.seconds)
    if pause.channel is not None:
        tx.outbox.hold_channel(pause.channel, until, limit_key=pause.limit_key)
    else:
        tx.outbox.hold(
            RateLimitHold(attempt.limit_key, until, add_seconds(until, NO_BURST_AFTER_429_S) if is_limit else until)
        )


def given_up(tx: Transaction, entry: OutboxEntry) -> str:
    """Write that a call was tried many times, and what to do now."""
    name = profile_of(tx, tx.conversations.get(entry.conversation_id).account).name
    return (
        f"It was tried many times and did not go out. Look at what {name} says about this contact, then send it again."
    )


def _split_batch(tx: Transaction, entries: list[OutboxEntry]) -> None:
    """Retry each text of a rejected merged post separately, so that only the bad one fails."""
    for entry in entries:
        tx.outbox.mark_unmergeable(entry)
        tx.outbox.retry_at(entry, tx.now)


def _try_again(tx: Transaction, entry: OutboxEntry, code: str, *, retry_after_s: float | None = None) -> None:
    """Retry this entry by itself, but not for ever."""
    message = _sending_of(tx, entry)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        _complete_by_receipt(tx, entry, message)
        return
    if entry.attempts + 1 >= max_tries(entry.kind, code) and entry.kind is not EntryKind.OPEN_THREAD:
        dead_letter(tx, entry, Failure(code, given_up(tx, entry), allows_manual_retry=True))
        return
    tx.outbox.retry_at(entry, add_seconds(tx.now, delay_s(entry.attempts + 1, retry_after_s)), error=code)
    _tell_of(tx, entry, MessageEventKind.RETRY, code)
    if message is not None:
        message = replace(message, status=DeliveryStatus.QUEUED, failure=None)
        tx.messages.save(message)
        apply_last_change(tx, message)


def _record_retryable(tx: Transaction, entry: OutboxEntry, failure: Retryable) -> None:
    """Record that nobody is there, or a limit is reached: the rate limit waits, and the attempt does not count."""
    needs_person = failure.scope is FailureScope.DESTINATION
    if entry.kind is EntryKind.REACTION and needs_person and not failure.only_channel:
        tx.outbox.dead_letter(entry, failure.code)  # the text stands in a line, which must not wait for it
        return
    if entry.kind is EntryKind.TAPBACK and needs_person and not failure.only_channel:
        dead_letter(tx, entry, Failure(failure.code, failure.user_message, allows_manual_retry=False))
        return
    message = _sending_of(tx, entry)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        _complete_by_receipt(tx, entry, message)
        return
    due_at = add_seconds(tx.now, BLOCKED_RETRY_S) if failure.only_channel else tx.now
    tx.outbox.retry_at(entry, due_at, error=failure.code)
    if entry.kind not in (
        EntryKind.REACTION,
        EntryKind.TAPBACK,
    ):  # a reaction is two calls, and the first of them may have been made
        tx.outbox.refund_attempt(entry)
    _tell_of(tx, entry, MessageEventKind.RETRY, failure.code)
    if message is None:
        return
    message = replace(message, status=DeliveryStatus.QUEUED)
    hold_back(tx, message, failure)
    apply_last_change(tx, message)


def _complete_by_receipt(tx: Transaction, entry: OutboxEntry, message: Message) -> None:
    """Complete a send by a receipt that came before its answer, whatever that says: the text left."""
    tx.outbox.complete(entry)
    replay_waiting_receipts(tx, message.conversation_id)


def _record_unknown(tx: Transaction, entry: OutboxEntry, failure: CallFailed) -> None:
    message = _sending_of(tx, entry)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        _complete_by_receipt(tx, entry, message)
        return
    tx.outbox.mark_unknown(entry, add_seconds(tx.now, FIRST_LOOKUP_S), error=failure.code)
    if message is not None:
        apply_report(tx, message, DeliveryStatus.UNKNOWN)


def _record_rejected(tx: Transaction, entry: OutboxEntry, failure: Rejected) -> None:
    if entry.kind is EntryKind.OPEN_THREAD:  # never given up: nothing of the conversation can be shown without it
        tx.outbox.retry_at(entry, add_seconds(tx.now, BLOCKED_RETRY_S), error=failure.code)
        return
    if failure.code == WINDOW_CLOSED and entry.kind is EntryKind.SEND:
        _hold_shut_out(tx, entry)
        return
    if (
        failure.needs_thread
        and entry.kind not in (EntryKind.REACTION, EntryKind.TAPBACK)
        and entry.attempts + 1 < MAX_THREADS
    ):
        tx.conversations.set_thread(
            entry.conversation_id, None
        )  # the header is gone or locked: a new one goes before this
        wait_s = delay_s(entry.attempts) if entry.attempts else 0
        tx.outbox.retry_at(entry, add_seconds(tx.now, wait_s), error=failure.code)
        return
    if failure.is_gone and entry.kind is EntryKind.REACTION:
        tx.outbox.complete(entry)  # a person deleted the message, and its reaction with it
        return
    dead_letter(tx, entry, Failure(failure.code, failure.user_message, failure.allows_manual_retry))


def _hold_shut_out(tx: Transaction, entry: OutboxEntry) -> None:
    """Hold a text that the provider did not take because free text is over; what its author changed since counts."""
    assert entry.message_id is not None
    message = tx.messages.get(entry.message_id)
    if (tx.conversations.get(entry.conversation_id).last_inbound_at or 0) <= (message.last_attempt_at or 0):
        note_window(tx, entry.conversation_id, SHUT)  # else the contact has written since it left
    if message.status is not DeliveryStatus.SENDING:
        _complete_by_receipt(tx, entry, message)
        return
    message = replace(message, status=DeliveryStatus.QUEUED)
    tx.messages.save(message)
    tx.outbox.retry_at(entry, tx.now, error=WINDOW_CLOSED)
    apply_last_change(tx, message)
    message = tx.messages.get(message.id)
    if message.status is DeliveryStatus.QUEUED and tx.outbox.by_key(entry.key) is not None:
        hold_unsent(tx, message)
    replay_waiting_receipts(tx, message.conversation_id)


def dead_letter(tx: Transaction, entry: OutboxEntry, failure: Failure) -> None:
    """Give up an entry whose call certainly did not happen, and say so in its thread; the lane goes on."""
    tx.outbox.dead_letter(entry, failure.code)
    _tell_of(tx, entry, MessageEventKind.SET_ASIDE, failure.code)
    if entry.kind in (EntryKind.MAKE_CHANNEL, EntryKind.UNARCHIVE):
        record_not_done(tx, entry, failure.code)
    if entry.message_id is None:
        return
    message = tx.messages.get(entry.message_id)
    if entry.kind is EntryKind.PREPARE:
        apply_report(tx, message, DeliveryStatus.FAILED, failure=Failure(failure.code, _unprepared(failure), False))
    elif entry.kind is EntryKind.SEND:
        apply_report(tx, message, DeliveryStatus.FAILED, failure=failure)
        replay_waiting_receipts(tx, message.conversation_id)
    elif entry.kind in (EntryKind.POST_TEXT, EntryKind.POST_SENT):
        enqueue_notice(tx, message, NoticeKind.NOT_SHOWN)
    elif entry.kind is EntryKind.TAPBACK:
        show_as_text(tx, message)
    elif entry.kind is EntryKind.FETCH:
        record_not_fetched(tx, entry, failure.code)
    elif entry.kind is EntryKind.UPLOAD:
        record_not_shown(tx, entry, failure.code)


def _unprepared(failure: Failure) -> str:
    return _UNPREPARED.get(failure.code, NOT_PREPARED)


def record_claim_error(tx: Transaction, entry: OutboxEntry) -> None:
    """Defer an entry that meets a bug of ours, or give it up. Reads nothing of it: that may be why."""
    tx.outbox.mark_in_flight(entry)
    if entry.attempts + 1 >= MAX_TRIES and entry.kind is not EntryKind.OPEN_THREAD:
        tx.outbox.dead_letter(entry, "stumbled")
        tx.emit(MessageEvent(MessageEventKind.SET_ASIDE, None, detail=entry.kind.value, why="stumbled"))
        return
    tx.outbox.retry_at(entry, add_seconds(tx.now, delay_s(entry.attempts + 1)), error="stumbled")
    tx.emit(MessageEvent(MessageEventKind.RETRY, None, detail=entry.kind.value, why="stumbled"))


def put_back(tx: Transaction, claimed: list[Attempt]) -> None:
    """Make claimed entries pending again that certainly did not leave."""
    for entry in (entry for attempt in claimed for entry in still_under_way(tx, attempt)):
        tx.outbox.retry_at(entry, tx.now, error=entry.error)
        tx.outbox.refund_attempt(entry)
        message = _sending_of(tx, entry)
        if message is not None and message.status is DeliveryStatus.SENDING:
            message = replace(message, status=DeliveryStatus.QUEUED)
            tx.messages.save(message)
            apply_last_change(tx, message)


def record_interrupted(tx: Transaction) -> int:
    """Record calls of ours that were cut off as after a crash: unknown, never "not sent"; returns how many there are.

    None may be under way: whoever runs this has let them end or cancelled them. Those of other bots are left to them.
    """
    interrupted = tx.outbox.own_calls()
    for entry in interrupted:
        if entry.kind in REPEATABLE or (entry.kind is EntryKind.LINE and entry.line == HEADER):
            tx.outbox.retry_at(entry, tx.now, error=INTERRUPTED.code)
        else:
            _record_unknown(tx, entry, INTERRUPTED)
    return len(interrupted)


def _tell_of(tx: Transaction, entry: OutboxEntry, what: MessageEventKind, why: str) -> None:
    key = tx.messages.get(entry.message_id).key if entry.message_id is not None else None
    tx.emit(MessageEvent(what, key, detail=entry.kind.value, why=why))


def _sending_of(tx: Transaction, entry: OutboxEntry) -> Message | None:
    return tx.messages.get(entry.message_id) if entry.kind is EntryKind.SEND and entry.message_id else None
