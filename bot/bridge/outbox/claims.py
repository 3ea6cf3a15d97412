"""Claims: due entries are taken lane by lane, marked in flight, and turned into requests with the newest content.

Holds the claiming (one unit of work) and nothing that waits: the calls are made by executor.py, after the COMMIT.
"""

from dataclasses import dataclass, replace

from bot.bridge.attachments.incoming import fetch_request, upload_request
from bot.bridge.attachments.shared import open_shared
from bot.bridge.conversations.contacts import asks_for_name
from bot.bridge.conversations.moving import move
from bot.bridge.conversations.own_channel import channel_request
from bot.bridge.conversations.places import place_of, place_of_line
from bot.bridge.conversations.settings import SIGNATURE
from bot.bridge.conversations.window import is_window_shut, watch_window
from bot.bridge.enqueue import end_turn
from bot.bridge.messages.awaiting_header import park_for_header
from bot.bridge.messages.closed_answer import withdraw_if_late
from bot.bridge.messages.import_texts import withdraw_if_unwanted
from bot.bridge.messages.outbound import is_deleted, was_kept_out
from bot.bridge.messages.shut_window import hold_unsent
from bot.bridge.messages.tapbacks import tapback_request
from bot.bridge.parked_events import has_parked_replies
from bot.bridge.post_metadata import line_stamp, text_stamp
from bot.bridge.requests import (
    Attempt,
    Call,
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
)
from bot.bridge.thread_content import header_of, line_of, sent_text_of, texts_of
from bot.bridge.workspaces.roles import policy_for
from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus, combined_status
from bot.domain.ids import ChannelId, ThreadRef
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, OutboxEntry
from bot.domain.provider_messages import OutgoingText
from bot.domain.retry_policy import UNPLACED_WAIT_S
from bot.domain.subjects import HEADER, ErasedThread, MissedGoals, former_thread
from bot.domain.thread_content import Content, Header
from bot.domain.timestamps import add_seconds
from bot.domain.window import is_sure
from bot.ports.storage import Transaction

MAX_MERGED = 10
"""Texts of one contact that are merged into one post at most: more would be hard to read and to answer."""

MAX_GATHERED = 60
"""The same where the contact wrote a lot: one post for a minute with a text each second."""

MAX_MERGED_CHARACTERS = 3_000
"""Characters in such a post at most; Slack advises 4,000 in all."""


@dataclass(frozen=True)
class ClaimError:
    """Bug that was met while an entry was claimed; the entry has to wait."""

    entry: OutboxEntry
    error: Exception


Claimed = tuple[list[Attempt], list[ClaimError]]


def claim_lanes(tx: Transaction, lanes: list[str]) -> Claimed:
    """Claim the first entry of each of these lanes.

    A lane that meets a bug of ours is left as it was, and holds up no other lane.
    """
    try:
        with tx.savepoint():
            return [attempt for lane in lanes if (attempt := _claim_next(tx, lane)) is not None], []
    except Exception:  # noqa: BLE001 - the same error comes again below, where its lane is known
        return _claim_one_by_one(tx, lanes)


def _claim_one_by_one(tx: Transaction, lanes: list[str]) -> Claimed:
    claimed, errors = [], []
    for lane in lanes:
        try:
            with tx.savepoint():
                attempt = _claim_next(tx, lane)
        except Exception as error:  # noqa: BLE001 - a bug in one text must not stop all others
            errors += [ClaimError(entry, error) for entry in tx.outbox.claimable(lane, 1)]
            continue
        if attempt is not None:
            claimed.append(attempt)
    return claimed, errors


def _claim_next(tx: Transaction, lane: str) -> Attempt | None:
    heads = tx.outbox.claimable(lane, MAX_MERGED)
    if not heads:
        return None
    if len(heads) == MAX_MERGED and tx.conversations.get(heads[0].conversation_id).gathered_until is not None:
        heads = tx.outbox.claimable(lane, MAX_GATHERED)
    group = _batch(tx, heads)
    call = _call(tx, group)
    if call is None:
        return None
    for entry in group:
        tx.outbox.mark_in_flight(entry)
    texts = (tx.messages.get(entry.message_id).key for entry in group if entry.message_id is not None)
    return Attempt(tuple(group), call, tuple(texts), _channel_of(tx, group[0], call), seat=tx.seat)


def _channel_of(tx: Transaction, entry: OutboxEntry, call: Call) -> ChannelId | None:
    if isinstance(entry.subject, MissedGoals):
        return entry.subject.channel
    match call:
        case EditContent() | ShowReaction() | ShowTapbacks():
            return call.channel
        case EraseThread():
            return call.place.channel
        case Prepare() | SendText() | FetchAttachments() | MakeChannel() | FurnishChannel() | UnarchiveChannel():
            return None
    return tx.conversations.get(entry.conversation_id).channel


def _batch(tx: Transaction, heads: list[OutboxEntry]) -> list[OutboxEntry]:
    """Return the first entry, and with a text of the contact the texts that wait behind it."""
    group, characters = [heads[0]], 0
    for entry in heads if heads[0].kind is EntryKind.POST_TEXT else ():
        assert entry.message_id is not None or entry.kind is not EntryKind.POST_TEXT
        if entry.kind is not EntryKind.POST_TEXT or entry.message_id is None or entry.is_unmergeable:
            break
        message = tx.messages.get(entry.message_id)
        characters += len(message.body)
        if entry is not heads[0]:
            if characters > MAX_MERGED_CHARACTERS or (len(group) >= MAX_MERGED and not _is_plain(message)):
                break
            group.append(entry)
    return group


def _is_plain(message: Message) -> bool:
    """Tell whether a text is shown as words alone, of which ever so many fit into a post."""
    return bool(message.body.strip()) and not message.media and not message.provider_id


def _call(tx: Transaction, group: list[OutboxEntry]) -> Call | None:
    """Build the request; None where nothing is left to do or the thread is not there yet."""
    entry = group[0]
    if entry.kind in _WITHOUT_CALL:
        _WITHOUT_CALL[entry.kind](tx, entry)
        return None
    conversation = tx.conversations.get(entry.conversation_id)
    if entry.kind is EntryKind.OPEN_THREAD:
        return OpenThread(conversation, header_of(tx, conversation), asks_for_name(tx, conversation))
    if entry.kind in (EntryKind.PREPARE, EntryKind.SEND):
        return _outbound_call(tx, entry, conversation)
    if entry.kind in _WITHOUT_THREAD:
        return _call_without_thread(tx, entry)
    return _call_in_thread(tx, group, conversation)


_WITHOUT_CALL = {EntryKind.MOVE: move, EntryKind.WINDOW: watch_window}
"""What is done at once, within the unit of work that claims it."""


_WITHOUT_THREAD = frozenset(
    {
        EntryKind.REACTION,
        EntryKind.TAPBACK,
        EntryKind.FETCH,
        EntryKind.ERASE,
        EntryKind.MAKE_CHANNEL,
        EntryKind.UNARCHIVE,
    }
)


def _call_without_thread(tx: Transaction, entry: OutboxEntry) -> Call | None:
    """Build a request that needs no thread of the conversation as it is now."""
    if isinstance(entry.subject, ErasedThread):
        own = tx.own_channels.at(entry.subject.channel)
        return EraseThread(ThreadRef(entry.subject.channel, entry.subject.ts), own.name if own else "")
    if entry.kind in (EntryKind.MAKE_CHANNEL, EntryKind.UNARCHIVE):
        return channel_request(tx, entry)
    if entry.kind is EntryKind.TAPBACK:
        return tapback_request(tx, entry)
    return _reaction(tx, entry) if entry.kind is EntryKind.REACTION else fetch_request(tx, entry)


def _call_in_thread(tx: Transaction, group: list[OutboxEntry], conversation: Conversation) -> Call | None:
    """Build a request about the thread, or a notice in a channel, which needs none."""
    entry, place = group[0], place_of(tx, conversation)
    if conversation.thread_ts is None and not isinstance(entry.subject, MissedGoals):
        park_for_header(tx, entry, conversation)
        return None
    if entry.kind is EntryKind.LINE:
        return _line(tx, entry)
    if entry.kind is EntryKind.UPLOAD:
        return upload_request(tx, entry, place)
    messages = [tx.messages.get(e.message_id) for e in group if e.message_id is not None]
    may_be_duplicate = any(entry.may_be_duplicate for entry in group)
    texts = texts_of(tx, messages) if entry.kind is EntryKind.POST_TEXT else sent_text_of(tx, messages[0])
    content: Content = replace(texts, may_be_duplicate=may_be_duplicate)
    about = tuple(text_stamp(message) for message in messages)
    is_seen = place.thread_ts is not None and any(message.broadcast for message in messages)
    return PostContent(place, content, broadcast=is_seen, about=about)


def _outbound_call(tx: Transaction, entry: OutboxEntry, conversation: Conversation) -> Call | None:
    assert entry.message_id is not None
    message = tx.messages.get(entry.message_id)
    if entry.kind is EntryKind.PREPARE:
        if conversation.thread_ts is None and has_parked_replies(tx, conversation.channel):
            # one of those replies may have been written in this conversation before, and goes first
            tx.outbox.retry_at(entry, add_seconds(tx.now, UNPLACED_WAIT_S))
            return None
        return Prepare(
            message.key,
            message.pieces,
            conversation.account,
            conversation.contact,
            message.author,
            "" if message.approved_by is not None else tx.settings.value(SIGNATURE) or "",
            message.files,
            message.has_files,
            policy_for(tx, message),
            message.template,
            asks_window=message.template is None and not is_sure(conversation.free_text_until, tx.now),
        )
    if message.status is not DeliveryStatus.QUEUED:  # it left or was withdrawn: nothing to send
        tx.outbox.complete(entry)
        return None
    if withdraw_if_late(tx, conversation, message) or withdraw_if_unwanted(tx, conversation, message):
        tx.outbox.complete(entry)
        return None
    held_for = _held_for(tx, conversation, message)
    if held_for is not None:
        hold_unsent(tx, message, held_for)
        return None
    tx.messages.save(replace(message, status=DeliveryStatus.SENDING, last_attempt_at=tx.now))
    open_shared(tx, message)
    along = tuple(number for number, file in enumerate(message.files, start=1) if not file.by_link)
    return SendText(_outgoing(conversation, message), along)


def _held_for(tx: Transaction, conversation: Conversation, message: Message) -> ApprovalReason | None:
    """Tell what has come since a text was prepared that holds it."""
    if conversation.is_opted_out:
        return ApprovalReason.OPTED_OUT
    return ApprovalReason.WINDOW if is_window_shut(tx, message) else None


def _outgoing(conversation: Conversation, message: Message) -> OutgoingText:
    ends = conversation.account, conversation.contact
    return OutgoingText(message.key, *ends, message.body, message.media, message.template)


def _reaction(tx: Transaction, entry: OutboxEntry) -> ShowReaction | None:
    assert entry.message_id is not None
    message = tx.messages.get(entry.message_id)
    assert message.channel is not None
    assert message.ts is not None
    if is_deleted(tx, message.channel, message.ts):
        tx.outbox.complete(entry)
        return None
    statuses = [] if was_kept_out(message) else _statuses(tx.messages.at(message.channel, message.ts))
    taken_back = DeliveryStatus.CANCELLED if message.decided_by is not None else None
    show = combined_status(statuses) if statuses else taken_back
    assert entry.subject is not None
    shown = tx.shown_lines.get(entry.conversation_id, entry.subject)
    before = shown.status if shown else None
    if entry.attempts:  # an answer was lost, so any of them may be there
        return ShowReaction(message.channel, message.ts, show, frozenset(DeliveryStatus))
    if _same_reaction(show, before):
        tx.outbox.complete(entry)
        return None
    return ShowReaction(message.channel, message.ts, show, frozenset({before} if before else ()))


def _statuses(parts: list[Message]) -> list[DeliveryStatus]:
    return [part.status for part in parts if part.status is not None]


def _same_reaction(show: DeliveryStatus | None, before: DeliveryStatus | None) -> bool:
    waiting: set[DeliveryStatus | None] = {DeliveryStatus.QUEUED, DeliveryStatus.SENDING}
    return show is before or {show, before} <= waiting


def _line(tx: Transaction, entry: OutboxEntry) -> Call | None:
    line = entry.line
    conversation = tx.conversations.get(entry.conversation_id)
    content, place = line_of(tx, entry), place_of_line(tx, conversation, line)
    if content is None:
        tx.outbox.complete(entry)
        return None
    if isinstance(content, Header):
        left = former_thread(line) or ThreadRef(conversation.channel, conversation.thread_ts)
        assert left.thread_ts is not None
        needs_name = line == HEADER and asks_for_name(tx, conversation)
        return EditContent(left.channel, left.thread_ts, content, conversation if needs_name else None)
    shown = tx.shown_lines.get(entry.conversation_id, line)
    if shown is not None and shown.ts is not None:
        return EditContent(shown.channel or place.channel, shown.ts, content)
    end_turn(tx, entry.conversation_id, line)
    return PostContent(place, content, about=(line_stamp(line),))
