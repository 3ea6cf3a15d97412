"""Writing down how a call failed: try again, look into it, or set it aside where people see it.

A failure of one text is its own affair and never holds up another conversation; a limit or an outage holds up all
calls of its kind and is no text's fault. What fails again and again by itself is set aside as failed, and its lane
goes on.
"""

from dataclasses import replace

from bot.bridge.attachments.incoming import record_not_fetched, record_not_shown
from bot.bridge.conversations.moving import goes_elsewhere
from bot.bridge.enqueue import hold_back, owe_notice
from bot.bridge.messages.author_changes import give_last_words
from bot.bridge.messages.receipts import apply_report, take_in_waiting
from bot.bridge.outbox.results import still_under_way
from bot.bridge.rate_limit import Pause
from bot.bridge.requests import EditContent, Job, channel_of
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, Concerns, NotNow, Refused
from bot.domain.message import Failure, Message
from bot.domain.message_events import News, What
from bot.domain.outbox import ALONE, REPEATABLE, Effect, Kind, PaceHold, State
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
from bot.domain.thread_content import Topic
from bot.domain.timestamps import later
from bot.ports.repositories import Ledger

FILE_NOT_READY = "Slack did not get the file ready. Please upload it again."
NOT_PREPARED = "The bot could not turn this message into a text. Please write it again in other words."
GIVEN_UP = "It was tried many times and did not go out. Look at what Volt says about this contact, then send it again."


def record_failure(ledger: Ledger, job: Job, failure: CallFailed, *, pause: Pause | None = None) -> None:
    """Write down a call that failed. `pause` says which other calls wait, and how long, or None if none does."""
    channel = channel_of(job.call)
    if channel is not None and isinstance(failure, NotNow) and goes_elsewhere(ledger, job.effects, channel, failure):
        return
    is_place = isinstance(failure, NotNow) and failure.concerns is Concerns.PLACE and not failure.only_channel
    if pause is not None and not (is_place and job.effects[0].kind is Kind.MARK):
        _hold(ledger, job, pause, is_limit=isinstance(failure, NotNow) and failure.retry_after_s is not None)
    if job.aside and isinstance(failure, Refused):
        ledger.release_channel(job.aside)  # it was the call that was refused, and not the channel
    effects = still_under_way(ledger, job)  # Slack's echo of a post may have said before that it arrived
    if len(effects) > 1 and (isinstance(failure, Refused) and not failure.needs_thread):
        _part_company(ledger, effects)
        return
    for effect in effects:
        _record_one(ledger, job, effect, failure)


def _record_one(ledger: Ledger, job: Job, effect: Effect, failure: CallFailed) -> None:
    match failure:
        case NotNow() if failure.concerns is Concerns.CALL or (failure.only_channel and job.channel is None):
            _try_again(ledger, effect, failure.code, retry_after_s=failure.retry_after_s)
        case NotNow():
            _record_not_now(ledger, effect, failure)
        case Refused():
            _record_refused(ledger, effect, failure)
        case _ if effect.kind in REPEATABLE or isinstance(job.call, EditContent):
            _try_again(ledger, effect, failure.code)
        case _:
            _record_unknown(ledger, effect, failure)


def _hold(ledger: Ledger, job: Job, pause: Pause, *, is_limit: bool) -> None:
    """Keep a channel or the whole pace waiting, and calm after "too many": all of it must outlive a restart."""
    until = later(ledger.now, pause.seconds)
    if pause.channel is not None:
        ledger.hold_channel(pause.channel, until, pace=pause.pace)
    else:
        ledger.hold_pace(PaceHold(job.pace, until, later(until, NO_BURST_AFTER_429_S) if is_limit else until))


def _part_company(ledger: Ledger, effects: list[Effect]) -> None:
    """One of several texts in a post may be at fault: from now on each goes by itself."""
    for effect in effects:
        ledger.settle(effect, State.OWED, error=ALONE, due_at=ledger.now)


def _try_again(ledger: Ledger, effect: Effect, code: str, *, retry_after_s: float | None = None) -> None:
    """Try this call again by itself, but not for ever."""
    message = _sending_of(ledger, effect)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        _settle_proved(ledger, effect, message)
        return
    if effect.attempts + 1 >= max_tries(effect.kind, code) and effect.kind is not Kind.OPEN_THREAD:
        set_aside(ledger, effect, Failure(code, GIVEN_UP, may_send_again=True))
        return
    ledger.settle(effect, State.OWED, error=code, due_at=later(ledger.now, delay_s(effect.attempts + 1, retry_after_s)))
    _tell_of(ledger, effect, What.RETRY, code)
    if message is not None:
        message = replace(message, status=DeliveryStatus.QUEUED, failure=None)
        ledger.save_message(message)
        give_last_words(ledger, message)


def _record_not_now(ledger: Ledger, effect: Effect, failure: NotNow) -> None:
    """Nobody is there, or a limit is reached: the pace waits, and the call does not count as tried."""
    needs_person = failure.concerns is Concerns.PLACE
    if effect.kind is Kind.MARK and needs_person and not failure.only_channel:
        ledger.settle(effect, State.FAILED, error=failure.code)  # the words stand in a line, which must not wait for it
        return
    message = _sending_of(ledger, effect)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        _settle_proved(ledger, effect, message)
        return
    due_at = later(ledger.now, BLOCKED_RETRY_S) if failure.only_channel else ledger.now
    ledger.settle(effect, State.OWED, error=failure.code, due_at=due_at)
    if effect.kind is not Kind.MARK:  # a mark is two calls, and the first of them may have been made
        ledger.uncount(effect)
    _tell_of(ledger, effect, What.RETRY, failure.code)
    if message is None:
        return
    message = replace(message, status=DeliveryStatus.QUEUED)
    hold_back(ledger, message, failure)
    give_last_words(ledger, message)


def _settle_proved(ledger: Ledger, effect: Effect, message: Message) -> None:
    """A receipt beat the answer, whatever that says: the text left."""
    ledger.settle(effect, State.DONE)
    take_in_waiting(ledger, message.conversation_id)


def _record_unknown(ledger: Ledger, effect: Effect, failure: CallFailed) -> None:
    message = _sending_of(ledger, effect)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        _settle_proved(ledger, effect, message)
        return
    ledger.settle(effect, State.UNKNOWN, error=failure.code, due_at=later(ledger.now, FIRST_LOOKUP_S))
    if message is not None:
        apply_report(ledger, message, DeliveryStatus.UNKNOWN)


def _record_refused(ledger: Ledger, effect: Effect, failure: Refused) -> None:
    if effect.kind is Kind.OPEN_THREAD:  # nothing of the conversation can be shown without it: never given up
        ledger.settle(effect, State.OWED, error=failure.code, due_at=later(ledger.now, BLOCKED_RETRY_S))
        return
    if failure.needs_thread and effect.kind is not Kind.MARK and effect.attempts + 1 < MAX_THREADS:
        ledger.set_thread(effect.conversation_id, None)  # the header is gone or locked: a new one is owed before this
        wait_s = delay_s(effect.attempts) if effect.attempts else 0
        ledger.settle(effect, State.OWED, error=failure.code, due_at=later(ledger.now, wait_s))
        return
    if failure.is_gone and effect.kind is Kind.MARK:
        ledger.settle(effect, State.DONE, error=failure.code)  # a person deleted the message, and its mark with it
        return
    set_aside(ledger, effect, Failure(failure.code, failure.words, failure.may_send_again))


def set_aside(ledger: Ledger, effect: Effect, failure: Failure) -> None:
    """Give up a call that certainly did not happen, and say so in its thread; the lane goes on."""
    ledger.settle(effect, State.FAILED, error=failure.code)
    _tell_of(ledger, effect, What.SET_ASIDE, failure.code)
    if effect.message_id is None:
        return
    message = ledger.message(effect.message_id)
    if effect.kind is Kind.PREPARE:
        apply_report(ledger, message, DeliveryStatus.FAILED, failure=Failure(failure.code, _unprepared(failure), False))
    elif effect.kind is Kind.SEND:
        apply_report(ledger, message, DeliveryStatus.FAILED, failure=failure)
        take_in_waiting(ledger, message.conversation_id)
    elif effect.kind in (Kind.POST_TEXT, Kind.POST_SENT):
        owe_notice(ledger, message, Topic.NOT_SHOWN)
    elif effect.kind is Kind.FETCH:
        record_not_fetched(ledger, effect, failure.code)
    elif effect.kind is Kind.UPLOAD:
        record_not_shown(ledger, effect, failure.code)


def _unprepared(failure: Failure) -> str:
    return FILE_NOT_READY if failure.code == NOT_READY else NOT_PREPARED


def stumbled(ledger: Ledger, effect: Effect) -> None:
    """Put off a call that our own code could not get ready, or give it up. Reads nothing of it: that may be why."""
    ledger.start(effect)
    if effect.attempts + 1 >= MAX_TRIES and effect.kind is not Kind.OPEN_THREAD:
        ledger.settle(effect, State.FAILED, error="stumbled")
        ledger.tell(News(What.SET_ASIDE, None, detail=effect.kind.value, why="stumbled"))
        return
    ledger.settle(effect, State.OWED, error="stumbled", due_at=later(ledger.now, delay_s(effect.attempts + 1)))
    ledger.tell(News(What.RETRY, None, detail=effect.kind.value, why="stumbled"))


def put_back(ledger: Ledger, jobs: list[Job]) -> None:
    """Owe calls as before that were noted as leaving and certainly did not leave."""
    for effect in (effect for job in jobs for effect in job.effects):
        ledger.settle(effect, State.OWED, error=effect.error, due_at=ledger.now)
        ledger.uncount(effect)
        message = _sending_of(ledger, effect)
        if message is not None and message.status is DeliveryStatus.SENDING:
            message = replace(message, status=DeliveryStatus.QUEUED)
            ledger.save_message(message)
            give_last_words(ledger, message)


def _tell_of(ledger: Ledger, effect: Effect, what: What, why: str) -> None:
    key = ledger.message(effect.message_id).key if effect.message_id is not None else None
    ledger.tell(News(what, key, detail=effect.kind.value, why=why))


def _sending_of(ledger: Ledger, effect: Effect) -> Message | None:
    return ledger.message(effect.message_id) if effect.kind is Kind.SEND and effect.message_id else None
