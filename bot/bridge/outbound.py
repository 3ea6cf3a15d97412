"""What people in Slack do, noted in one unit of work each: reply, edit, delete, send by command, press a button.

Nothing is sent from here. A reply owes a PREPARE, which waits out the undo window; until one of its parts has left,
an edit replaces it and a deletion takes it back.
"""

from dataclasses import dataclass, replace
from uuid import uuid4

from bot.bridge.inbound import find_or_open
from bot.bridge.owing import owe_mark, owe_notice, refresh_lines
from bot.bridge.strays import keep_edit, keep_reply, take_edit
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.effect import PREPARE_PACE, SEND_PACE, Effect, Kind, Owed, State, Way, post_pace
from bot.domain.ids import ChannelId, MessageKey, PostKey, UserId, micros
from bot.domain.message import Deletion, Direction, Edit, Message, Piece, Ref, RefKind, Reply
from bot.domain.moment import later
from bot.domain.news import News, What
from bot.domain.phone import E164
from bot.domain.post import Topic
from bot.ports import Ledger

QUICK_S = 1.0
"""Without an undo window a text mostly leaves within this time, and need not be marked as waiting before."""

WITH_BUTTONS = (Topic.FAILED, Topic.CHECKING, Topic.EDITED_LATE)
"""Lines that say who pressed their button, once somebody has."""


@dataclass(frozen=True)
class Command:
    """What an agent asked for by `/volt`. `trigger_id` is Slack's, and good for one time."""

    trigger_id: str
    account: E164
    contact: E164
    author: UserId


def record_reply(ledger: Ledger, reply: Reply, *, undo_s: float) -> bool:
    """Take in what a person wrote in a thread; False where it is a repeat or no thread of ours."""
    if not _is_first_sight(ledger, reply):
        return False
    if reply.is_note:
        return False  # seen, so that it stays inside, whatever an edit makes of it
    if ledger.has_event("slack-deletion", f"{reply.channel}:{reply.ts}"):
        return False  # taken back before it came: Slack promises no order
    conversation = ledger.conversation_at(reply.channel, reply.thread_ts)
    if conversation is None:
        if ledger.opening(reply.channel):
            keep_reply(ledger, reply)
        return False
    owe_reply(ledger, conversation, reply, undo_s=undo_s)
    return True


def _is_first_sight(ledger: Ledger, reply: Reply) -> bool:
    """Know one message again under another event id, and one gesture under another ts.

    The text stands in the second key because equal client ids with different words cannot be one gesture.
    """
    is_new = ledger.note_event("slack-message", f"{reply.channel}:{reply.ts}")
    if is_new and reply.client_msg_id:
        gesture = f"{reply.client_msg_id}:{reply.channel}:{reply.thread_ts}:{reply.pieces!r}"
        is_new = ledger.note_event("slack-gesture", gesture)
    return is_new


def owe_reply(ledger: Ledger, conversation: Conversation, reply: Reply, *, undo_s: float) -> Message:
    """Store a reply and owe its sending once the undo window has passed."""
    message = _new_text(ledger, conversation, author=reply.author, rank=micros(reply.ts))
    reply, is_note = take_edit(ledger, reply)
    message = replace(message, pieces=reply.pieces, channel=reply.channel, ts=reply.ts)
    message = ledger.add_message(replace(message, has_files=reply.has_files, files=reply.files))
    ledger.tell(News(What.ACCEPTED, message.key, detail=Direction.OUTBOUND.value, why=reply.event_id))
    if is_note or _is_for_colleagues(message.pieces):
        _keep_inside(ledger, message, is_said=not is_note)
        return message
    owe_preparation(ledger, message, undo_s=undo_s)
    owe_mark(ledger, message, in_s=0 if undo_s else QUICK_S)
    return message


def _is_for_colleagues(pieces: tuple[Piece, ...]) -> bool:
    """Know "@Ben can you take this?": words to a colleague, and a text cannot be taken back."""
    first = next((piece for piece in pieces if not isinstance(piece, str) or piece.strip()), "")
    return isinstance(first, Ref) and first.kind in (RefKind.USER, RefKind.GROUP)


def record_send(
    ledger: Ledger, command: Command, pieces: tuple[Piece, ...], *, channel: ChannelId
) -> Conversation | None:
    """Take in `/volt send`: shown in the thread, then sent; None where the same command came before."""
    if not ledger.note_event("slack-trigger", command.trigger_id):
        return None
    conversation = find_or_open(ledger, command.account, command.contact, channel)
    message = _new_text(ledger, conversation, author=command.author, rank=int(ledger.now))
    message = ledger.add_message(replace(message, pieces=pieces))
    ledger.tell(News(What.ACCEPTED, message.key, detail=Direction.OUTBOUND.value, why="command"))
    pace = post_pace(conversation.channel)
    ledger.owe(Owed(conversation.id, Way.IN, Kind.POST_SENT, pace, message_id=message.id, rank=int(ledger.now)))
    owe_preparation(ledger, message, undo_s=0)
    return conversation


def record_open(ledger: Ledger, command: Command, *, channel: ChannelId) -> Conversation | None:
    """Take in `/volt open`: the conversation has or gets a thread; None where the same command came before."""
    if not ledger.note_event("slack-trigger", command.trigger_id):
        return None
    return find_or_open(ledger, command.account, command.contact, channel)


def record_edit(ledger: Ledger, edit: Edit, *, undo_s: float) -> bool:
    """Take in an edit: it counts while nothing has left, else the thread says that it came too late."""
    if not ledger.note_event("slack-edit", f"{edit.channel}:{edit.ts}:{edit.edited_ts}"):
        return False
    parts = ledger.messages_at(edit.channel, edit.ts)
    if not parts:
        if edit.thread_ts is not None and ledger.conversation_at(edit.channel, edit.thread_ts) is not None:
            keep_edit(ledger, edit)
        return False
    if parts[0].author != edit.author:
        return False
    pieces = () if edit.is_note else edit.pieces
    if not _has_stayed(ledger, parts):
        ledger.save_message(replace(parts[0], pieces=pieces))  # the words of a correction, should one be wanted
        owe_notice(ledger, parts[0], Topic.EDITED_LATE)
        return True
    first = _taken_back(ledger, parts)
    if edit.is_note or _is_for_colleagues(pieces):
        _keep_inside(ledger, first, is_said=not edit.is_note)
        return True
    ledger.save_message(replace(first, pieces=pieces, body="", files=edit.files, has_files=bool(edit.files)))
    if not any(effect.kind is Kind.PREPARE and effect.state is State.SENDING for effect in ledger.effects_of(first.id)):
        owe_preparation(ledger, first, undo_s=undo_s)
    return True


def _keep_inside(ledger: Ledger, message: Message, *, is_said: bool) -> None:
    """Do not send it: it is for colleagues. Said where nothing but a mention tells."""
    ledger.save_message(replace(message, status=DeliveryStatus.CANCELLED))
    owe_mark(ledger, message)
    if is_said:
        owe_notice(ledger, message, Topic.KEPT_INSIDE)


def record_deletion(ledger: Ledger, deletion: Deletion) -> bool:
    """Take in a deletion: of a reply that has not left, of one that has, or of a thread's header."""
    if not ledger.note_event("slack-deletion", f"{deletion.channel}:{deletion.ts}"):
        return False
    parts = ledger.messages_at(deletion.channel, deletion.ts)
    if parts and _has_stayed(ledger, parts):
        ledger.save_message(replace(_taken_back(ledger, parts), status=DeliveryStatus.CANCELLED))
        return True
    if parts:
        owe_notice(ledger, parts[0], Topic.DELETED_LATE)
        return True
    conversation = ledger.conversation_at(deletion.channel, deletion.ts)
    if conversation is not None and conversation.thread_ts == deletion.ts:
        ledger.set_thread(conversation.id, None)  # the next text opens a new thread
    return conversation is not None


def send_again(ledger: Ledger, key: MessageKey, author: UserId) -> bool:
    """Send a text once more because a person asked for it; False where somebody already did, or it is not failed.

    A failed text, or one whose outcome could not be found out, is replaced by a new text of its own key.
    """
    old = ledger.message_by_key(key)
    if old is None or old.again_key or old.settled_by:
        return False
    is_undecided = old.status is DeliveryStatus.UNKNOWN and old.failure is not None
    if not (is_undecided or old.status is DeliveryStatus.FAILED):
        return False
    if old.failure is not None and not old.failure.may_send_again:
        return False
    conversation = ledger.conversation(old.conversation_id)
    again = _new_text(ledger, conversation, author=old.author, rank=int(ledger.now))
    # The body is ready for the phone: it must not be unescaped, numbered or split a second time.
    again = replace(again, body=old.body, media=old.media, channel=old.channel, ts=old.ts, part=old.part)
    again = replace(again, files=old.files, has_files=old.has_files)
    again = ledger.add_message(again)
    ledger.tell(News(What.ACCEPTED, again.key, detail=Direction.OUTBOUND.value, why="again"))
    ledger.save_message(replace(old, again_key=again.key, settled_by=author))
    owe_sending(ledger, again)
    owe_mark(ledger, again)
    refresh_lines(ledger, old, WITH_BUTTONS)
    return True


def confirm_arrived(ledger: Ledger, key: MessageKey, author: UserId) -> bool:
    """A person says that a text of unknown outcome arrived; False where that was settled before."""
    old = ledger.message_by_key(key)
    if old is None or old.again_key or old.settled_by or old.status is not DeliveryStatus.UNKNOWN:
        return False
    ledger.save_message(replace(old, status=DeliveryStatus.SENT, settled_by=author))
    owe_mark(ledger, old)
    refresh_lines(ledger, old, WITH_BUTTONS)
    return True


def send_correction(ledger: Ledger, key: MessageKey, author: UserId) -> bool:
    """Text the edited words of a reply that had left; False where that was done, or nothing was edited."""
    old = ledger.message_by_key(key)
    if old is None or old.again_key or old.settled_by or not old.pieces or old.channel is None:
        return False
    conversation = ledger.conversation(old.conversation_id)
    again = _new_text(ledger, conversation, author=author, rank=int(ledger.now))
    again = ledger.add_message(replace(again, pieces=old.pieces, channel=old.channel, ts=old.ts))
    ledger.tell(News(What.ACCEPTED, again.key, detail=Direction.OUTBOUND.value, why="correction"))
    for part in ledger.messages_at(old.channel, old.ts) if old.ts else ():
        if part.id != again.id:
            ledger.save_message(replace(part, again_key=again.key, settled_by=author))
    owe_preparation(ledger, again, undo_s=0)
    owe_mark(ledger, again)
    refresh_lines(ledger, old, WITH_BUTTONS)
    return True


def owe_sending(ledger: Ledger, message: Message) -> None:
    """Owe the handing over of one text that is ready for the phone."""
    ledger.owe(
        Owed(
            message.conversation_id,
            Way.OUT,
            Kind.SEND,
            SEND_PACE,
            message_id=message.id,
            rank=message.rank,
            key=PostKey(message.key),
        )
    )


def _new_text(ledger: Ledger, conversation: Conversation, *, author: UserId | None, rank: int) -> Message:
    return Message(
        id=0,
        key=MessageKey(uuid4().hex),
        conversation_id=conversation.id,
        direction=Direction.OUTBOUND,
        round=conversation.round,
        body="",
        media=(),
        rank=rank,
        status=DeliveryStatus.QUEUED,
        author=author,
        created_at=ledger.now,
    )


def owe_preparation(ledger: Ledger, message: Message, *, undo_s: float) -> None:
    """Owe the turning of a reply into phone text, once the undo window has passed."""
    ledger.owe(
        Owed(
            message.conversation_id,
            Way.OUT,
            Kind.PREPARE,
            PREPARE_PACE,
            message_id=message.id,
            rank=message.rank,
            due_at=later(ledger.now, undo_s),
        )
    )


def _has_stayed(ledger: Ledger, parts: list[Message]) -> bool:
    """Tell whether certainly no part has left: no sending is under way, unknown or done."""
    if any(part.status is not DeliveryStatus.QUEUED for part in parts):
        return False
    return all(effect.state is State.OWED for effect in _calls_for(ledger, parts) if effect.kind is Kind.SEND)


def _taken_back(ledger: Ledger, parts: list[Message]) -> Message:
    """Take the sending of all parts off the books and return the first part, which stands for the reply.

    A preparation under way stays: it looks at the reply again when it ends.
    """
    for effect in _calls_for(ledger, parts):
        if effect.kind in (Kind.PREPARE, Kind.SEND) and effect.state is State.OWED:
            ledger.drop(effect)
    for part in parts[1:]:
        ledger.save_message(replace(part, status=DeliveryStatus.CANCELLED))
    return parts[0]


def _calls_for(ledger: Ledger, parts: list[Message]) -> list[Effect]:
    return [effect for part in parts for effect in ledger.effects_of(part.id)]
