"""Adoption: takes over what Slack shows of the gap of a restored database.

Units of work only. A header leads to its conversation, a text that is shown counts as shown, and a reply whose reaction
says that it left is never texted. A reply of which nothing is proved becomes a draft: its thread asks what to do.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.bridge.conversations.own_channel import know_own_channel
from bot.bridge.enqueue import end_turn, enqueue_line, enqueue_reaction, reaction_on, refresh_lines, refresh_receipts
from bot.bridge.matching import CLOCKS_APART
from bot.bridge.messages.author_changes import apply_last_change
from bot.bridge.messages.outbound import decision_in, is_from_outside, lead_to, new_text
from bot.bridge.messages.restored import ask_for_approval, note_adopted, require_approval
from bot.bridge.parked_events import park_shown_text, park_undo
from bot.bridge.post_metadata import OWN_STAMP, is_stamp_of, read_header, read_line, read_text
from bot.bridge.reconcile.echoes import complete_by_echo
from bot.bridge.restore_gap import Gap
from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Conversation
from bot.domain.dedup import DedupScope
from bot.domain.delivery import OPEN, DeliveryStatus
from bot.domain.ids import ChannelId, MessageTs, ThreadRef, micros
from bot.domain.message import Message
from bot.domain.outbox import EntryKind, EntryState, Lane, lane_of
from bot.domain.phone import E164
from bot.domain.shown import Shown
from bot.domain.subjects import Line
from bot.domain.thread_events import Echo, Reply, UndoReaction
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction
from bot.ports.workspace import SeenPost

PROOF = frozenset({DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.FAILED})
"""Statuses shown by a reaction that prove that a text has left, or certainly will not."""


@dataclass(frozen=True)
class Sighting:
    """A post that was seen, and the words for the phone of the reply that it may be."""

    post: SeenPost
    words: str = ""


def adopt_header(tx: Transaction, channel: ChannelId, post: SeenPost) -> None:
    """Adopt a header: it leads to its conversation, which is begun where it is not known; the newest header counts."""
    for named in (read_header(stamp) for stamp in post.about):
        if named is not None:
            conversation = tx.conversations.find(*named) or tx.conversations.add(*named, channel)
            if OWN_STAMP in post.about:
                know_own_channel(tx, conversation, channel)
            _lead(tx, conversation, ThreadRef(channel, post.ts))


def _lead(tx: Transaction, conversation: Conversation, place: ThreadRef) -> None:
    ts = place.thread_ts
    assert ts is not None
    if conversation.thread_ts is not None and micros(ts) <= micros(conversation.thread_ts):
        lead_to(tx, conversation, place)
        return
    if conversation.channel != place.channel:  # it was moved since
        tx.conversations.move(conversation.id, place.channel)
    for entry in tx.outbox.open_in(lane_of(conversation.id, Lane.IN)):
        if entry.kind is EntryKind.OPEN_THREAD:
            tx.outbox.complete(entry)
    tx.conversations.set_thread(conversation.id, ts)
    lead_to(tx, tx.conversations.get(conversation.id), place)


def adopt_thread(tx: Transaction, conversation: Conversation, seen: Sequence[Sighting], gap: Gap) -> None:
    """Adopt what stands in the thread of a conversation."""
    for sighting in seen:
        if sighting.post.keys or sighting.post.about:
            _adopt_own(tx, conversation, sighting.post)
        elif sighting.post.reply is not None:
            _adopt_reply(tx, conversation, sighting, sighting.post.reply, gap)


def _adopt_own(tx: Transaction, conversation: Conversation, post: SeenPost) -> None:
    was_expected = complete_by_echo(tx, Echo(conversation.channel, post.ts, post.keys))
    known = [message for message in tx.messages.recent(conversation.id) if message.ts == post.ts]
    for stamp in post.about:
        text, line = read_text(stamp), read_line(stamp)
        if text is not None and not any(is_stamp_of(text, message) for message in known):
            park_shown_text(tx, conversation.id, stamp, post.ts)
        elif line is not None and not was_expected:
            _adopt_line(tx, conversation, line, post.ts)


def _adopt_line(tx: Transaction, conversation: Conversation, line: Line, ts: MessageTs) -> None:
    """Adopt a line that stands there under another key: its pending entry becomes an edit."""
    for entry in tx.outbox.open_in(lane_of(conversation.id, Lane.ABOUT)):
        if entry.subject == line and entry.state in (EntryState.PENDING, EntryState.UNKNOWN):
            tx.outbox.complete(entry)
            tx.shown_lines.set(conversation.id, line, Shown(ts, None))
            end_turn(tx, conversation.id, line)
            enqueue_line(tx, conversation.id, line, message_id=entry.message_id)


def _adopt_reply(tx: Transaction, conversation: Conversation, sighting: Sighting, reply: Reply, gap: Gap) -> None:
    post, parts = sighting.post, tx.messages.at(conversation.channel, reply.ts)
    if parts:
        if post.mark in PROOF and post.mark is not None:
            _decide_by_reaction(tx, parts, sighting, post.mark)
        else:
            _apply_undo(tx, parts, post)
        return
    if not add_seconds(gap.since, -CLOCKS_APART.total_seconds()) <= micros(reply.ts) <= gap.until:
        return
    if not tx.inbox.first_seen(DedupScope.SLACK_MESSAGE, f"{reply.channel}:{reply.ts}"):
        return
    is_outside = is_from_outside(tx, reply)
    decision = decision_in(
        tx, conversation, reply.pieces, is_note=reply.is_note, is_outside=is_outside, channel=reply.channel
    )
    message = new_text(tx, conversation, author=reply.author, sort_key=micros(reply.ts))
    message = replace(message, channel=reply.channel, ts=reply.ts, pieces=decision.pieces, created_at=micros(reply.ts))
    message = replace(message, files=reply.files, has_files=reply.has_files)
    if post.mark in PROOF and post.mark is not None:
        message = tx.messages.add(replace(message, body=sighting.words, status=post.mark))
        note_adopted(tx, message)
        _record_reaction(tx, message, post.mark)
    elif not decision.stays and post.mark is not DeliveryStatus.CANCELLED:
        message = tx.messages.add(
            replace(message, status=DeliveryStatus.DRAFT, approval_reasons=(ApprovalReason.RESTORED,))
        )
        if post.mark is not None:
            tx.shown_lines.set(message.conversation_id, reaction_on(message), Shown(message.ts, post.mark))
        ask_for_approval(tx, message)


def _apply_undo(tx: Transaction, parts: list[Message], post: SeenPost) -> None:
    """Cancel what was undone since; where our reaction is gone, ask: an undo may have been in flight."""
    if post.asked_back_by is not None:
        reaction = UndoReaction("", parts[0].channel or ChannelId(""), post.ts, post.asked_back_by, "")
        park_undo(tx, reaction)  # for an edit that comes yet
    if post.asked_back_by is not None or post.mark is DeliveryStatus.CANCELLED:
        _cancel_parts(tx, parts)
        return
    shown = tx.shown_lines.get(parts[0].conversation_id, reaction_on(parts[0]))
    if post.mark is None and shown is not None and shown.status is not None:
        _ask(tx, parts[0])


def _cancel_parts(tx: Transaction, parts: list[Message]) -> None:
    """Cancel all of it, or see to that once it is known that it has not left."""
    for part in parts:
        if part.status in OPEN:
            tx.messages.save(replace(part, pieces=(), changed_late=True))
    apply_last_change(tx, parts[0])


def ask_about_missing(tx: Transaction, conversation: Conversation, seen: Collection[MessageTs], gap: Gap) -> None:
    """Ask about pending replies that are missing in a thread that was read: they may have been deleted since."""
    for text in tx.messages.undecided():
        is_here = text.conversation_id == conversation.id and text.channel == conversation.channel
        if is_here and text.ts is not None and text.ts not in seen and micros(text.ts) <= gap.until:
            _ask(tx, text)


def _ask(tx: Transaction, message: Message) -> None:
    if message.status is not DeliveryStatus.DRAFT and message.approved_by is None:
        require_approval(tx, message)
        apply_last_change(tx, message)


def _decide_by_reaction(tx: Transaction, parts: list[Message], sighting: Sighting, mark: DeliveryStatus) -> None:
    """Decide a reply by its reaction: it has come to its end, and nothing of it is sent."""
    shown = tx.shown_lines.get(parts[0].conversation_id, reaction_on(parts[0]))
    if shown is not None and shown.status is mark:
        return  # the reaction is older than the text: it was sent again
    for part in parts:
        if part.status not in OPEN:
            continue
        for entry in tx.outbox.of_message(part.id):
            if entry.kind in (EntryKind.PREPARE, EntryKind.SEND) and entry.state is not EntryState.IN_FLIGHT:
                tx.outbox.complete(entry)
        settled = replace(part, status=mark, body=part.body or sighting.words, failure=None, status_at=tx.now)
        tx.messages.save(settled)
        note_adopted(tx, settled)
        refresh_lines(tx, settled, (NoticeKind.ASK, NoticeKind.CHECKING))
    if sighting.post.edited_ts is not None:
        tx.inbox.first_seen(DedupScope.SLACK_EDIT, f"{parts[0].channel}:{parts[0].ts}:{sighting.post.edited_ts}")
    _record_reaction(tx, parts[0], mark)
    refresh_receipts(tx, parts[0])


def _record_reaction(tx: Transaction, message: Message, mark: DeliveryStatus) -> None:
    """Record a reaction that stands there already: it is replaced like one that the database knows."""
    tx.shown_lines.set(message.conversation_id, reaction_on(message), Shown(message.ts, mark))
    enqueue_reaction(tx, message)


def find_thread(tx: Transaction, account: E164, contact: E164) -> Conversation | None:
    """Return the conversation of a contact that has a thread."""
    conversation = tx.conversations.find(account, contact)
    return conversation if conversation is not None and conversation.thread_ts is not None else None
