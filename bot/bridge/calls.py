"""Making one call, and writing down how it ended.

A call is made outside any unit of work; its end is one unit of work. What the other side did is recorded before
anything else is attempted, so that a failure in Slack can never make us forget that Volt took a text.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from bot.bridge.jobs import Call, EditContent, Job, OpenThread, PostContent, Prepare, SendText, ShowMark
from bot.bridge.outbound import owe_preparation, owe_reply, owe_sending
from bot.bridge.owing import notice_subject, owe_mark, owe_notice
from bot.bridge.pace import CALM_S
from bot.bridge.receipts import apply_report, identified, take_in_waiting
from bot.bridge.strays import take_replies
from bot.domain.delivery import DeliveryStatus
from bot.domain.effect import REPEATABLE, Effect, Kind, State
from bot.domain.errors import CallFailed, NotNow, OutcomeUnknown, Refused, StoreUnavailable
from bot.domain.ids import MessageKey, MessageTs, PostKey
from bot.domain.message import Failure, Message, Piece
from bot.domain.moment import later
from bot.domain.post import Header, Place, Topic
from bot.domain.retry import HOLD_S, delay_s
from bot.domain.text import is_blank, split
from bot.ports import Accepted, Ledger, PaceHold, Provider, Shown, Store, Workspace

FIRST_LOOK_S = 0.2
"""How soon an unknown outcome is looked into."""


@dataclass(frozen=True)
class Posted:
    """The header or a post is in Slack. `name` is the contact's, where the header asked for it."""

    ts: MessageTs
    name: str = ""


@dataclass(frozen=True)
class Changed:
    """An edit or a mark is in Slack."""


@dataclass(frozen=True)
class Prepared:
    """Phone text of a reply, in parts; none where nothing is left to send. `pieces` is what it was made from."""

    parts: tuple[str, ...]
    pieces: tuple[Piece, ...]


Result = Posted | Changed | Prepared | Accepted


class Caller:
    """Makes calls through the two ports."""

    def __init__(self, store: Store, workspace: Workspace, provider: Provider, *, undo_s: float) -> None:
        self._store = store
        self._workspace = workspace
        self._provider = provider
        self._undo_s = undo_s

    async def perform(self, job: Job) -> CallFailed | None:
        """Make the call of a job and write down its end; returns how it failed, if it did."""
        try:
            result = await self._make(job)
        except CallFailed as failure:
            await self.write_failure(job, failure)
            return failure
        await self._write(lambda ledger: record_result(ledger, job, result, undo_s=self._undo_s))
        return None

    async def write_failure(self, job: Job, failure: CallFailed) -> None:
        """Write down how a call failed."""
        await self._write(lambda ledger: record_failure(ledger, job, failure))

    async def _write(self, unit: Callable[[Ledger], None]) -> None:
        """Write down an end, however long the disk is full: it is known only here."""
        while True:
            try:
                return await self._store.run(unit)
            except StoreUnavailable as error:
                await asyncio.sleep(error.retry_after_s)

    async def _make(self, job: Job) -> Result:
        call: Call = job.call
        keys = [effect.key for effect in job.effects]
        match call:
            case OpenThread():
                return await self._open_thread(call, keys)
            case PostContent():
                return Posted(await self._workspace.post(call.place, call.content, keys=keys))
            case EditContent():
                await self._workspace.edit(call.channel, call.ts, call.content)
                return Changed()
            case ShowMark():
                await self._workspace.mark(call.channel, call.ts, show=call.show, instead_of=call.instead_of)
                return Changed()
            case Prepare():
                return await self._prepare(call.pieces)
            case SendText():
                return await self._provider.send(call.outgoing)

    async def _open_thread(self, call: OpenThread, keys: list[PostKey]) -> Posted:
        conversation = call.conversation
        name = conversation.name or await self._name_or_none(call)
        header = Header(conversation.account, conversation.contact, name)
        return Posted(await self._workspace.post(Place(conversation.channel), header, keys=keys), name)

    async def _name_or_none(self, call: OpenThread) -> str:
        """A text is not held up because a name cannot be had."""
        try:
            return await self._provider.contact_name(call.conversation.account, call.conversation.contact)
        except CallFailed:
            return ""

    async def _prepare(self, pieces: tuple[Piece, ...]) -> Prepared:
        text = await self._workspace.phone_text(pieces)
        return Prepared(() if is_blank(text) else split(text, self._provider.longest_text), pieces)


def record_result(ledger: Ledger, job: Job, result: Result, *, undo_s: float) -> None:
    """Write down a call that did what it should."""
    for effect in job.effects:
        ledger.settle(effect, State.DONE)
    effect = job.effects[0]
    match result:
        case Posted():
            for effect in job.effects:
                record_posted(ledger, effect, result.ts, undo_s=undo_s)
            if result.name:
                ledger.set_name(effect.conversation_id, result.name)
        case Changed():
            if isinstance(job.call, ShowMark):
                ledger.set_shown(effect.conversation_id, effect.subject, Shown(job.call.ts, job.call.show))
        case Prepared():
            _record_prepared(ledger, effect, result)
        case Accepted():
            record_accepted(ledger, effect, result)


def record_posted(ledger: Ledger, effect: Effect, ts: MessageTs, *, undo_s: float) -> None:
    """Write down where a post of ours is."""
    conversation = ledger.conversation(effect.conversation_id)
    if effect.kind is Kind.OPEN_THREAD:
        ledger.set_thread(conversation.id, ts)
        for reply in take_replies(ledger, conversation.channel, ts):
            owe_reply(ledger, conversation, reply, undo_s=undo_s)
        return
    if effect.kind is Kind.LINE:
        ledger.set_shown(conversation.id, effect.subject, Shown(ts, None))
        return
    assert effect.message_id is not None
    message = replace(ledger.message(effect.message_id), channel=conversation.channel, ts=ts)
    ledger.save_message(message)
    if effect.kind is Kind.POST_SENT:
        owe_mark(ledger, message)


def _record_prepared(ledger: Ledger, effect: Effect, result: Prepared) -> None:
    assert effect.message_id is not None
    message = ledger.message(effect.message_id)
    if message.status is DeliveryStatus.CANCELLED:
        return
    if message.pieces != result.pieces:  # edited meanwhile: once more, from the new words
        owe_preparation(ledger, message, undo_s=0)
        return
    if message.has_files:
        owe_notice(ledger, message, Topic.FILES_NOT_SENT)
    if not result.parts:
        ledger.save_message(replace(message, status=DeliveryStatus.CANCELLED))
        owe_mark(ledger, message)
        if not message.has_files:
            owe_notice(ledger, message, Topic.NOTHING_TO_SEND)
        return
    for number, body in enumerate(result.parts, start=1):
        part = _part(ledger, message, number)
        ledger.save_message(replace(part, body=body))
        owe_sending(ledger, part)


def _part(ledger: Ledger, message: Message, number: int) -> Message:
    if number == 1:
        return message
    return ledger.add_message(
        replace(message, id=0, key=MessageKey(uuid4().hex), part=number, pieces=(), has_files=False)
    )


def record_accepted(ledger: Ledger, effect: Effect, accepted: Accepted) -> None:
    """Write down that the provider took a text, then look at receipts that came before its answer."""
    assert effect.message_id is not None
    message = identified(ledger, ledger.message(effect.message_id), accepted.provider_id, accepted.legacy_id)
    apply_report(ledger, message, accepted.status)
    take_in_waiting(ledger, message.conversation_id)


def record_failure(ledger: Ledger, job: Job, failure: CallFailed) -> None:
    """Write down a call that failed: try again, look into it, or set it aside where people see it."""
    for effect in job.effects:
        match failure:
            case NotNow():
                _record_not_now(ledger, effect, failure)
            case OutcomeUnknown() if effect.kind in REPEATABLE or isinstance(job.call, EditContent):
                again = later(ledger.now, delay_s(effect.attempts + 1))
                ledger.settle(effect, State.OWED, error=failure.code, due_at=again)
            case OutcomeUnknown():
                _record_unknown(ledger, effect, failure)
            case Refused():
                _record_refused(ledger, effect, failure)
    is_mark = job.effects[0].kind is Kind.MARK
    if isinstance(failure, NotNow) and (failure.retry_after_s is not None or (failure.holds_place and not is_mark)):
        _hold(ledger, job.pace, failure)


def _record_not_now(ledger: Ledger, effect: Effect, failure: NotNow) -> None:
    if effect.kind is Kind.MARK and failure.holds_place:
        ledger.settle(effect, State.FAILED, error=failure.code)  # the words stand in a line, which must not wait for it
        return
    message = _sending_of(ledger, effect)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        ledger.settle(effect, State.DONE)  # a receipt says that it left all the same
        return
    wait_s = delay_s(effect.attempts + 1, failure.retry_after_s)
    ledger.settle(
        effect, State.OWED, error=failure.code, due_at=later(ledger.now, 0 if failure.holds_place else wait_s)
    )
    if message is not None:
        held = Failure(failure.code, failure.words, may_send_again=False) if failure.holds_place else None
        ledger.save_message(replace(message, status=DeliveryStatus.QUEUED, failure=held))
        if (
            failure.holds_place
            and ledger.shown(message.conversation_id, notice_subject(Topic.HELD, message.key)) is None
        ):
            owe_notice(ledger, message, Topic.HELD)


def _record_unknown(ledger: Ledger, effect: Effect, failure: CallFailed) -> None:
    message = _sending_of(ledger, effect)
    if message is not None and message.status is not DeliveryStatus.SENDING:
        ledger.settle(effect, State.DONE)  # a receipt beat the broken answer: it left
        return
    ledger.settle(effect, State.UNKNOWN, error=failure.code, due_at=later(ledger.now, FIRST_LOOK_S))
    if message is not None:
        apply_report(ledger, message, DeliveryStatus.UNKNOWN)


def _record_refused(ledger: Ledger, effect: Effect, failure: Refused) -> None:
    if effect.kind is Kind.OPEN_THREAD:  # nothing of the conversation can be shown without it: never given up
        ledger.settle(effect, State.OWED, error=failure.code, due_at=later(ledger.now, HOLD_S))
        return
    if failure.code == "thread_not_found" and effect.kind is not Kind.MARK:
        ledger.set_thread(effect.conversation_id, None)  # somebody deleted the header: a new one is owed before this
        ledger.settle(effect, State.OWED, error=failure.code, due_at=ledger.now)
        return
    ledger.settle(effect, State.FAILED, error=failure.code)
    message = _sending_of(ledger, effect)
    if message is not None:
        reason = Failure(failure.code, failure.words, failure.may_send_again)
        apply_report(ledger, message, DeliveryStatus.FAILED, failure=reason)
        take_in_waiting(ledger, message.conversation_id)


def _sending_of(ledger: Ledger, effect: Effect) -> Message | None:
    return ledger.message(effect.message_id) if effect.kind is Kind.SEND and effect.message_id else None


def _hold(ledger: Ledger, pace: str, failure: NotNow) -> None:
    """Keep the whole pace waiting, and calm after "too many": both must outlive a restart."""
    wait_s = failure.retry_after_s if failure.retry_after_s is not None else HOLD_S
    until = later(ledger.now, wait_s)
    calm_until = later(until, CALM_S) if failure.retry_after_s is not None else until
    ledger.hold_pace(PaceHold(pace, until, calm_until))
