"""Results of calls: what a call brought back, written down in one unit of work.

What the other side did is recorded before anything else is attempted, so that a failure in Slack can never make us
forget that Volt took a text.
"""

from dataclasses import dataclass, replace
from datetime import time
from uuid import uuid4

from bot.bridge.attachments.incoming import record_fetched, record_shown
from bot.bridge.enqueue import (
    command_subject,
    enqueue_line,
    enqueue_notice,
    enqueue_prepare,
    enqueue_reaction,
    enqueue_send,
    hold_back,
    refresh_lines,
    refresh_said,
)
from bot.bridge.messages.approval import hold_for_approval
from bot.bridge.messages.awaiting_header import resume_after_header
from bot.bridge.messages.outbound import cancel, lead_to
from bot.bridge.messages.receipts import apply_report, identified, replay_waiting_receipts
from bot.bridge.messages.restored import doubt_sending, may_have_left
from bot.bridge.requests import Attempt, Call, FetchAttachments, ShowReaction, UploadAttachment
from bot.bridge.thread_content import is_outdated
from bot.domain.approval import QuietHours
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import Retryable
from bot.domain.ids import MessageKey, MessageTs
from bot.domain.message import Failure, Message, Piece, SlackFile
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.domain.provider_messages import Accepted
from bot.domain.shown import Shown
from bot.domain.thread_content import NoticeKind, ThreadRef
from bot.ports.repositories import Transaction


@dataclass(frozen=True)
class Posted:
    """The header or a post is in Slack."""

    ts: MessageTs


@dataclass(frozen=True)
class Done:
    """An edit, a mark or a picture is in Slack, or pictures are here."""


@dataclass(frozen=True)
class Prepared:
    """Phone text of a reply, whole and in parts; none where nothing is left to send. `pieces` is what it was made from.

    `files` go along, made from those that were `given`. A `refusal` says why nothing may be sent.
    `hours` is the time of day at the contact's place, in each zone it may be in; `quiet` when nobody wants a text.
    `kept_by` is what keeps every text from leaving just now, if anything does.
    """

    parts: tuple[str, ...]
    pieces: tuple[Piece, ...]
    given: tuple[SlackFile, ...] = ()
    files: tuple[SlackFile, ...] = ()
    refusal: Failure | None = None
    quiet: QuietHours | None = None
    hours: tuple[time, ...] = ()
    text: str = ""
    kept_by: Retryable | None = None


Result = Posted | Done | Prepared | Accepted


def record_result(ledger: Transaction, job: Attempt, result: Result) -> None:
    """Write down a call that did what it should; Slack's echo of a post may have said so before."""
    if job.aside:
        ledger.release_channel(job.aside)
    effect, open_ones = job.effects[0], still_under_way(ledger, job)
    for one in open_ones:
        ledger.settle(one, EntryState.DONE)
    match result:
        case Posted():
            for one in open_ones:
                record_posted(ledger, one, result.ts)
            if effect.kind is EntryKind.OPEN_THREAD:
                _record_opened(ledger, effect, result)
        case Done():
            _record_changed(ledger, effect, job.call)
        case Prepared():
            _record_prepared(ledger, effect, result)
        case Accepted():
            record_accepted(ledger, effect, result)


def still_under_way(ledger: Transaction, job: Attempt) -> list[OutboxEntry]:
    """List the effects of a job whose end nobody has told us before its call did."""
    found = (ledger.effect_by_key(effect.key) for effect in job.effects)
    return [effect for effect in found if effect is not None and effect.state is EntryState.SENDING]


def _record_opened(ledger: Transaction, effect: OutboxEntry, result: Posted) -> None:
    """Where an echo has told of another header made for the same call, both count."""
    conversation = ledger.conversation(effect.conversation_id)
    if conversation.thread_ts not in (None, result.ts):
        lead_to(ledger, conversation, ThreadRef(conversation.channel, result.ts))


def _record_changed(ledger: Transaction, effect: OutboxEntry, call: Call) -> None:
    match call:
        case ShowReaction():
            ledger.set_shown(effect.conversation_id, effect.subject, Shown(call.ts, call.show))
        case FetchAttachments():
            record_fetched(ledger, effect)
        case UploadAttachment():
            record_shown(ledger, effect)


def record_posted(ledger: Transaction, effect: OutboxEntry, ts: MessageTs) -> None:
    """Write down where a post of ours is."""
    conversation = ledger.conversation(effect.conversation_id)
    if effect.kind is EntryKind.OPEN_THREAD:
        ledger.set_thread(conversation.id, ts)
        resume_after_header(ledger, conversation)
        lead_to(ledger, conversation, ThreadRef(conversation.channel, ts))
        return
    if effect.kind is EntryKind.LINE:
        ledger.set_shown(conversation.id, effect.subject, Shown(ts, None))
        if is_outdated(ledger, effect):
            enqueue_line(ledger, conversation.id, effect.subject, message_id=effect.message_id)
        return
    if effect.kind is EntryKind.UPLOAD:
        record_shown(ledger, effect)
        return
    assert effect.message_id is not None
    message = ledger.place_message(ledger.message(effect.message_id), conversation.channel, ts)
    seconds = (ledger.now - message.created_at) / 1_000_000
    ledger.tell(MessageEvent(MessageEventKind.SHOWN, message.key, detail=effect.kind.value, seconds=seconds))
    if effect.kind is EntryKind.POST_SENT:
        ledger.set_shown(conversation.id, command_subject(message.key), Shown(ts, None))
        enqueue_reaction(ledger, message)
        if message.status in (DeliveryStatus.DRAFT, DeliveryStatus.CANCELLED):
            refresh_said(ledger, message)


def _record_prepared(ledger: Transaction, effect: OutboxEntry, result: Prepared) -> None:
    assert effect.message_id is not None
    message = ledger.message(effect.message_id)
    if message.status is DeliveryStatus.CANCELLED:
        return
    if message.status is not DeliveryStatus.QUEUED:
        return  # a receipt proved that it left, or a person is being asked
    if (message.pieces, message.files) != (result.pieces, result.given):  # edited meanwhile: once more, as it is now
        enqueue_prepare(ledger, message, undo_s=0)
        return
    if not result.parts:
        cancel(ledger, replace(message, failure=result.refusal))
        enqueue_notice(ledger, message, NoticeKind.FILES_REFUSED if result.refusal else NoticeKind.NOTHING_TO_SEND)
        return
    message = replace(message, files=result.files)
    if hold_for_approval(ledger, message, result.parts, result.text, quiet=result.quiet, hours=result.hours):
        return
    refresh_lines(ledger, message, (NoticeKind.ASK,))
    for number, body in enumerate(result.parts, start=1):
        part = _part(ledger, message, number)
        ledger.save_message(replace(part, body=body))
        enqueue_send(ledger, part)
        if number == 1 and result.kept_by is not None:
            hold_back(ledger, replace(part, body=body), result.kept_by)
        if may_have_left(ledger, message):
            doubt_sending(ledger, part)


def _part(ledger: Transaction, message: Message, number: int) -> Message:
    if number == 1:
        return message
    return ledger.add_message(
        replace(message, id=0, key=MessageKey(uuid4().hex), part=number, pieces=(), has_files=False, files=())
    )


def record_accepted(ledger: Transaction, effect: OutboxEntry, accepted: Accepted) -> None:
    """Write down that the provider took a text, then look at receipts that came before its answer."""
    assert effect.message_id is not None
    message = identified(ledger, ledger.message(effect.message_id), accepted.provider_id, accepted.legacy_id)
    apply_report(ledger, message, accepted.status)
    replay_waiting_receipts(ledger, message.conversation_id)
