"""Taking over what Slack shows of a time that the books know nothing of, because they were put back.

Units of work only. A header leads to its conversation, a text that is shown counts as shown, a reply whose mark says
that it left is never texted. A reply of which nothing is proved becomes a draft: its thread asks what to do.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.bridge.conversations.state import mode_of
from bot.bridge.enqueue import (
    end_round,
    enqueue_line,
    enqueue_reaction,
    reaction_subject,
    refresh_lines,
    refresh_receipts,
)
from bot.bridge.matching import CLOCKS_APART
from bot.bridge.messages.author_changes import give_last_words
from bot.bridge.messages.outbound import is_from_outside, lead_to, new_text
from bot.bridge.messages.restored import ask_before_leaving, note_adopted, put_question
from bot.bridge.parked_events import park_shown_text, park_undo
from bot.bridge.post_metadata import is_stamp_of, read_header, read_line, read_text
from bot.bridge.reconcile.echoes import settle_by_echo
from bot.bridge.restore_gap import Gap
from bot.domain.conversation import Conversation
from bot.domain.delivery import OPEN, DeliveryStatus
from bot.domain.ids import ChannelId, MessageTs, micros
from bot.domain.message import ApprovalReason, Echo, Message, Reply, UndoReaction
from bot.domain.outbox import EntryKind, EntryState, Lane, lane_of
from bot.domain.phone import E164
from bot.domain.reply_policy import decide_reply
from bot.domain.shown import Shown
from bot.domain.thread_content import NoticeKind, ThreadRef
from bot.domain.timestamps import add_seconds
from bot.ports.repositories import Transaction
from bot.ports.workspace import SeenPost

PROOF = frozenset({DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.FAILED})
"""Marks that only a text bears which has left, or certainly will not."""


@dataclass(frozen=True)
class Sighting:
    """A post, and the words for the phone of the reply that it may be."""

    post: SeenPost
    words: str = ""


def adopt_header(ledger: Transaction, channel: ChannelId, post: SeenPost) -> None:
    """Let a header lead to its conversation, which begins where the books know none, and goes on under the newest."""
    for named in (read_header(stamp) for stamp in post.about):
        if named is not None:
            conversation = ledger.find_conversation(*named) or ledger.add_conversation(*named, channel)
            _lead(ledger, conversation, ThreadRef(channel, post.ts))


def _lead(ledger: Transaction, conversation: Conversation, place: ThreadRef) -> None:
    ts = place.thread_ts
    assert ts is not None
    if conversation.thread_ts is not None and micros(ts) <= micros(conversation.thread_ts):
        lead_to(ledger, conversation, place)
        return
    if conversation.channel != place.channel:  # it was moved since
        ledger.move_conversation(conversation.id, place.channel)
    for effect in ledger.open_in(lane_of(conversation.id, Lane.IN)):
        if effect.kind is EntryKind.OPEN_THREAD:
            ledger.settle(effect, EntryState.DONE)
    ledger.set_thread(conversation.id, ts)
    lead_to(ledger, ledger.conversation(conversation.id), place)


def adopt_thread(ledger: Transaction, conversation: Conversation, seen: Sequence[Sighting], gap: Gap) -> None:
    """Take over what stands in the thread of a conversation."""
    for one in seen:
        if one.post.keys or one.post.about:
            _adopt_own(ledger, conversation, one.post)
        elif one.post.reply is not None:
            _adopt_reply(ledger, conversation, one, one.post.reply, gap)


def _adopt_own(ledger: Transaction, conversation: Conversation, post: SeenPost) -> None:
    was_owed = settle_by_echo(ledger, Echo(conversation.channel, post.ts, post.keys))
    known = [one for one in ledger.recent_texts(conversation.id) if one.ts == post.ts]
    for stamp in post.about:
        text, subject = read_text(stamp), read_line(stamp)
        if text is not None and not any(is_stamp_of(text, one) for one in known):
            park_shown_text(ledger, conversation.id, stamp, post.ts)
        elif subject is not None and not was_owed:
            _adopt_line(ledger, conversation, subject, post.ts)


def _adopt_line(ledger: Transaction, conversation: Conversation, subject: str, ts: MessageTs) -> None:
    """A line that is owed stands there already, under another key: it is edited."""
    for effect in ledger.open_in(lane_of(conversation.id, Lane.ABOUT)):
        if effect.subject == subject and effect.state in (EntryState.OWED, EntryState.UNKNOWN):
            ledger.settle(effect, EntryState.DONE)
            ledger.set_shown(conversation.id, subject, Shown(ts, None))
            end_round(ledger, conversation.id, subject)
            enqueue_line(ledger, conversation.id, subject, message_id=effect.message_id)


def _adopt_reply(ledger: Transaction, conversation: Conversation, one: Sighting, reply: Reply, gap: Gap) -> None:
    post, parts = one.post, ledger.messages_at(conversation.channel, reply.ts)
    if parts:
        if post.mark in PROOF and post.mark is not None:
            _settle_by_mark(ledger, parts, one, post.mark)
        else:
            _heed_wishes(ledger, parts, post)
        return
    if not add_seconds(gap.since, -CLOCKS_APART.total_seconds()) <= micros(reply.ts) <= gap.until:
        return
    if not ledger.note_event("slack-message", f"{reply.channel}:{reply.ts}"):
        return
    mode, is_outside = mode_of(ledger, conversation), is_from_outside(ledger, reply)
    decision = decide_reply(mode, reply.pieces, is_note=reply.is_note, is_outside=is_outside)
    message = new_text(ledger, conversation, author=reply.author, rank=micros(reply.ts))
    message = replace(message, channel=reply.channel, ts=reply.ts, pieces=decision.pieces, created_at=micros(reply.ts))
    message = replace(message, files=reply.files, has_files=reply.has_files)
    if post.mark in PROOF and post.mark is not None:
        message = ledger.add_message(replace(message, body=one.words, status=post.mark))
        note_adopted(ledger, message)
        _note_mark(ledger, message, post.mark)
    elif not decision.stays and post.mark is not DeliveryStatus.CANCELLED:
        message = ledger.add_message(replace(message, status=DeliveryStatus.DRAFT, asks=(ApprovalReason.RESTORED,)))
        if post.mark is not None:
            ledger.set_shown(message.conversation_id, reaction_subject(message), Shown(message.ts, post.mark))
        put_question(ledger, message)


def _heed_wishes(ledger: Transaction, parts: list[Message], post: SeenPost) -> None:
    """Keep back what a person took back since; where our mark is gone, ask: it may have been on its way."""
    if post.asked_back_by is not None:
        wish = UndoReaction("", parts[0].channel or ChannelId(""), post.ts, post.asked_back_by, "")
        park_undo(ledger, wish)  # for an edit that comes yet
    if post.asked_back_by is not None or post.mark is DeliveryStatus.CANCELLED:
        _want_no_more(ledger, parts)
        return
    shown = ledger.shown(parts[0].conversation_id, reaction_subject(parts[0]))
    if post.mark is None and shown is not None and shown.status is not None:
        _ask(ledger, parts[0])


def _want_no_more(ledger: Transaction, parts: list[Message]) -> None:
    """Send none of it, or see to that once it is known that it has not left."""
    for part in parts:
        if part.status in OPEN:
            ledger.save_message(replace(part, pieces=(), changed_late=True))
    give_last_words(ledger, parts[0])


def ask_about_missing(ledger: Transaction, conversation: Conversation, seen: Collection[MessageTs], gap: Gap) -> None:
    """Ask about what is owed and stands in the thread no more, which was read: it may have been deleted since."""
    for text in ledger.undecided_texts():
        is_here = text.conversation_id == conversation.id and text.channel == conversation.channel
        if is_here and text.ts is not None and text.ts not in seen and micros(text.ts) <= gap.until:
            _ask(ledger, text)


def _ask(ledger: Transaction, message: Message) -> None:
    if message.status is not DeliveryStatus.DRAFT and message.approved_by is None:
        ask_before_leaving(ledger, message)
        give_last_words(ledger, message)


def _settle_by_mark(ledger: Transaction, parts: list[Message], one: Sighting, mark: DeliveryStatus) -> None:
    """What the books take for undecided has come to its end: nothing of it is sent."""
    shown = ledger.shown(parts[0].conversation_id, reaction_subject(parts[0]))
    if shown is not None and shown.status is mark:
        return  # the mark is older than the text: it was sent again
    for part in parts:
        if part.status not in OPEN:
            continue
        for effect in ledger.effects_of(part.id):
            if effect.kind in (EntryKind.PREPARE, EntryKind.SEND) and effect.state is not EntryState.SENDING:
                ledger.settle(effect, EntryState.DONE)
        settled = replace(part, status=mark, body=part.body or one.words, failure=None, settled_at=ledger.now)
        ledger.save_message(settled)
        note_adopted(ledger, settled)
        refresh_lines(ledger, settled, (NoticeKind.ASK, NoticeKind.CHECKING))
    if one.post.edited_ts is not None:
        ledger.note_event("slack-edit", f"{parts[0].channel}:{parts[0].ts}:{one.post.edited_ts}")
    _note_mark(ledger, parts[0], mark)
    refresh_receipts(ledger, parts[0])


def _note_mark(ledger: Transaction, message: Message, mark: DeliveryStatus) -> None:
    """The mark stands there already: it is replaced as one that the books know."""
    ledger.set_shown(message.conversation_id, reaction_subject(message), Shown(message.ts, mark))
    enqueue_reaction(ledger, message)


def find_thread(ledger: Transaction, account: E164, contact: E164) -> Conversation | None:
    """Find the conversation of a contact that has a thread."""
    conversation = ledger.find_conversation(account, contact)
    return conversation if conversation is not None and conversation.thread_ts is not None else None
