"""Parked events: stored when they arrive before what they refer to, replayed once that is known.

An agent can answer a header whose ts Slack has not told us yet. An edit or an undo can come before its reply. A receipt
can come before the provider has told us the id of its text. Holds how these are stored, and nothing else.
"""

import json
from dataclasses import astuple, dataclass, replace
from typing import Any

from bot.bridge.event_codec import read_event, written_event
from bot.bridge.post_metadata import TextStamp, read_text
from bot.domain.dedup import DedupScope
from bot.domain.ids import ChannelId, ConversationId, MessageTs, ThreadRef, UserId, micros
from bot.domain.message import Receipt
from bot.domain.pieces import read_pieces, written_pieces
from bot.domain.thread_events import Edit, Reply, SlackFile, UndoReaction
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction

REPLY = "reply"
RECEIPT = "receipt"
EDIT = "edit"
UNDO = "undo"

ORDER_S = 7 * 86_400
"""Time after a message within which Slack may still bring events about it."""
SHOWN = "shown"


def park_reply(tx: Transaction, reply: Reply) -> None:
    """Park a reply in a thread that may turn out to be ours."""
    files = [astuple(file) for file in reply.files]
    fields = {
        "event_id": reply.event_id,
        "channel": reply.channel,
        "thread_ts": reply.thread_ts,
        "ts": reply.ts,
        "author": reply.author,
        "pieces": written_pieces(reply.pieces),
        "client_msg_id": reply.client_msg_id,
        "has_files": reply.has_files,
        "files": files,
        "outside_team": reply.outside_team,
    }
    tx.inbox.park(REPLY, f"{reply.channel}:{reply.thread_ts}", json.dumps(fields))


def take_replies(tx: Transaction, channel: ChannelId, thread_ts: MessageTs) -> list[Reply]:
    """Take out the parked replies of a thread that is ours."""
    bodies = tx.inbox.take_parked(REPLY, f"{channel}:{thread_ts}")
    return [replace(_reply(json.loads(body)), channel=channel) for body in bodies]  # it may have a new id since


def has_parked_replies(tx: Transaction, channel: ChannelId) -> bool:
    """Tell whether replies in this channel wait for their thread to become known."""
    return tx.inbox.has_parked(REPLY, f"{channel}:")


def old_threads(tx: Transaction, before: Micros, limit: int) -> list[ThreadRef]:
    """List threads whose replies were parked before that moment; edits and undos much older are removed."""
    for kind in (EDIT, UNDO):
        tx.inbox.drop_parked(kind, add_seconds(before, -ORDER_S))
    subjects = (subject.partition(":") for subject in tx.inbox.parked_before(REPLY, before, limit))
    return [ThreadRef(ChannelId(channel), MessageTs(ts)) for channel, _, ts in subjects]


def drop_parked_replies(tx: Transaction, place: ThreadRef) -> None:
    """Remove the replies of a thread: it is not ours, or it says that they were not texted."""
    tx.inbox.take_parked(REPLY, f"{place.channel}:{place.thread_ts}")


def park_edit(tx: Transaction, edit: Edit) -> None:
    """Park an edit of a reply that has not come yet, as Slack promises no order; the words of a note are left out."""
    files = [] if edit.is_note else [astuple(file) for file in edit.files]
    kept = {
        "edited_ts": edit.edited_ts,
        "author": edit.author,
        "is_note": edit.is_note,
        "pieces": written_pieces(() if edit.is_note else edit.pieces),
        "files": files,
    }
    tx.inbox.park(EDIT, f"{edit.channel}:{edit.ts}", json.dumps(kept))


def take_edit(tx: Transaction, reply: Reply) -> Edit | None:
    """Take out the newest edit that the author of a reply made before it came."""
    kept = (json.loads(body) for body in tx.inbox.take_parked(EDIT, f"{reply.channel}:{reply.ts}"))
    edits = [_edit(reply, fields) for fields in kept]
    own = [edit for edit in edits if edit.author == reply.author]
    return max(own, key=lambda edit: micros(edit.edited_ts), default=None)


def drop_edits(tx: Transaction, reply: Reply) -> None:
    """Remove the edits that came before a reply which stays inside."""
    tx.inbox.take_parked(EDIT, f"{reply.channel}:{reply.ts}")


def _edit(reply: Reply, fields: dict[str, Any]) -> Edit:
    return Edit(
        event_id="",
        channel=reply.channel,
        ts=reply.ts,
        edited_ts=MessageTs(fields["edited_ts"]),
        pieces=read_pieces(fields["pieces"]),
        author=UserId(fields["author"]),
        thread_ts=reply.thread_ts,
        is_note=fields["is_note"],
        files=_files(fields["files"]),
    )


def park_undo(tx: Transaction, reaction: UndoReaction) -> None:
    """Park an undo of a message that has not come yet, or whose thread is not known yet."""
    tx.inbox.park(UNDO, f"{reaction.channel}:{reaction.ts}", reaction.author)


def take_undo(tx: Transaction, channel: ChannelId, ts: MessageTs) -> UserId | None:
    """Take out who asked for a reply back while there was none; None for nobody."""
    asked = tx.inbox.take_parked(UNDO, f"{channel}:{ts}")
    return UserId(asked[0]) if asked else None


def is_parked(tx: Transaction, channel: ChannelId, thread_ts: MessageTs) -> bool:
    """Tell whether parked replies wait for this thread to become known."""
    return bool(tx.inbox.parked(REPLY, f"{channel}:{thread_ts}"))


def is_parked_reply(tx: Transaction, edit: Edit) -> bool:
    """Tell whether the reply that an edit changes waits for its thread to become known."""
    bodies = tx.inbox.parked(REPLY, f"{edit.channel}:{edit.thread_ts}")
    return any(json.loads(body)["ts"] == edit.ts for body in bodies)


def _files(rows: list[list[Any]]) -> tuple[SlackFile, ...]:
    """Decode the files of a parked event."""
    return tuple(SlackFile(*row) for row in rows)


def _reply(fields: dict[str, Any]) -> Reply:
    return Reply(
        event_id=fields["event_id"],
        channel=ChannelId(fields["channel"]),
        thread_ts=MessageTs(fields["thread_ts"]),
        ts=MessageTs(fields["ts"]),
        author=UserId(fields["author"]),
        pieces=read_pieces(fields["pieces"]),
        client_msg_id=fields["client_msg_id"],
        has_files=fields["has_files"],
        files=_files(fields["files"]),
        outside_team=fields["outside_team"],
    )


def park_shown_text(tx: Transaction, conversation_id: ConversationId, stamp: str, ts: MessageTs) -> None:
    """Park which text a post shows that the database does not know, until the provider's record tells of it."""
    if tx.inbox.first_seen(DedupScope.SHOWN_TEXT, f"{conversation_id}:{ts}:{stamp}"):
        tx.inbox.park(SHOWN, str(conversation_id), json.dumps([stamp, ts]))


@dataclass(frozen=True)
class ShownText:
    """A text that a post shows, and of which the database knows nothing else."""

    stamp: str
    text: TextStamp
    ts: MessageTs


def shown_texts(tx: Transaction, conversation_id: ConversationId) -> list[ShownText]:
    """List the shown texts of a conversation that the provider's record has not told of."""
    kept = [json.loads(body) for body in tx.inbox.parked(SHOWN, str(conversation_id))]
    found = [ShownText(stamp, text, MessageTs(ts)) for stamp, ts in kept if (text := read_text(stamp)) is not None]
    return [
        shown
        for shown in found
        if not tx.inbox.was_seen(DedupScope.SHOWN_TEXT_FOUND, _found_id(conversation_id, shown))
    ]


def note_found(tx: Transaction, conversation_id: ConversationId, shown: ShownText) -> None:
    """Record that the provider's record has told of a shown text."""
    tx.inbox.first_seen(DedupScope.SHOWN_TEXT_FOUND, _found_id(conversation_id, shown))


def _found_id(conversation_id: ConversationId, shown: ShownText) -> str:
    return f"{conversation_id}:{shown.ts}:{shown.stamp}"


def park_receipt(tx: Transaction, conversation_id: ConversationId, receipt: Receipt) -> None:
    """Park a receipt until the sends of its conversation that are in flight have told us their ids."""
    tx.inbox.park(RECEIPT, str(conversation_id), written_event(receipt))


def take_receipts(tx: Transaction, conversation_id: ConversationId) -> list[Receipt]:
    """Take out the receipts of a conversation, in the order they came."""
    found = (read_event(body) for body in tx.inbox.take_parked(RECEIPT, str(conversation_id)))
    return [event for event in found if isinstance(event, Receipt)]
