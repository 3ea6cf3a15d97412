"""Rows to domain values and back: the only place that knows how a value lies in a column.

Rows are read by position, in the order of their table's columns: by name sqlite3 looks through the columns for each.
"""

import json
import sqlite3
from dataclasses import astuple
from typing import Any

from bot.domain.approval import ApprovalReason
from bot.domain.changes import changed
from bot.domain.conversation import Conversation, Mode, Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Direction, Failure, Message
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.domain.pieces import read_pieces, written_pieces
from bot.domain.subjects import decode
from bot.domain.thread_events import SlackFile

_NONE = "[]"


def conversation(row: sqlite3.Row) -> Conversation:
    """Read a row of conversation."""
    own_id, account, contact, name, channel, thread_ts, round_, _created_at, stage, assignee, mode = row[:11]
    is_opted_out, is_blocked, heard_at, answered_at, former_channel, former_ts, answers_from, name_asked_at = row[11:]
    return Conversation(
        id=own_id,
        account=account,
        contact=contact,
        name=name,
        channel=channel,
        thread_ts=thread_ts,
        turn=round_,
        stage=Stage(stage),
        assignee=assignee,
        mode=None if mode is None else Mode(mode),
        is_opted_out=bool(is_opted_out),
        is_blocked=bool(is_blocked),
        last_inbound_at=heard_at,
        last_outbound_at=answered_at,
        former_channel=former_channel,
        former_ts=former_ts,
        answers_from=answers_from,
        name_asked_at=name_asked_at,
    )


def from_conversation(conversation: Conversation) -> dict[str, Any]:
    """Write what may change about a conversation as columns of its row."""
    return {
        "id": conversation.id,
        "name": conversation.name,
        "round": conversation.turn,
        "stage": conversation.stage.value,
        "assignee": conversation.assignee,
        "mode": conversation.mode.value if conversation.mode else None,
        "opted_out": int(conversation.is_opted_out),
        "blocked": int(conversation.is_blocked),
        "heard_at": conversation.last_inbound_at,
        "answered_at": conversation.last_outbound_at,
        "answers_from": conversation.answers_from,
        "name_asked_at": conversation.name_asked_at,
    }


def conversation_or_none(row: sqlite3.Row | None) -> Conversation | None:
    """Read a row that may be missing."""
    return None if row is None else conversation(row)


def entry(row: sqlite3.Row) -> OutboxEntry:
    """Read a row of effect."""
    own_id, key, lane, kind, pace, conversation_id, message_id, subject = row[:8]
    rank, state, attempts, _due_at, tried_at, error, created_at = row[8:]
    return OutboxEntry(
        id=own_id,
        key=key,
        lane=lane,
        kind=EntryKind(kind),
        limit_key=pace,
        conversation_id=conversation_id,
        message_id=message_id,
        subject=decode(subject),
        may_be_duplicate=subject == "doubtful",
        state=EntryState(state),
        attempts=attempts,
        last_attempt_at=tried_at,
        sort_key=rank,
        error=error or "",
        created_at=created_at,
    )


def effect_or_none(row: sqlite3.Row | None) -> OutboxEntry | None:
    """Read a row that may be missing."""
    return None if row is None else entry(row)


def status(value: str | None) -> DeliveryStatus | None:
    """Read a delivery status that may be missing."""
    return None if value is None else DeliveryStatus(value)


def message(row: sqlite3.Row) -> Message:
    """Read a row of message."""
    own_id, key, conversation_id, direction, round_, status_, body, pieces, media, channel, ts, part = row[:12]
    author, provider_id, legacy_id, failure, again_key, settled_by, has_files, rank = row[12:20]
    created_at, tried_at, settled_at, files, asks, approved_by, wakes, edited_at, late = row[20:]
    return Message(
        id=own_id,
        key=key,
        conversation_id=conversation_id,
        direction=Direction(direction),
        turn=round_,
        body=body,
        media=() if media == _NONE else tuple(json.loads(media)),
        sort_key=rank,
        status=status(status_),
        pieces=() if pieces == _NONE else read_pieces(json.loads(pieces)),
        channel=channel,
        ts=ts,
        part=part,
        author=author,
        provider_id=provider_id or "",
        legacy_id=legacy_id or "",
        failure=_failure_from(failure),
        replaced_by=again_key,
        decided_by=settled_by,
        has_files=bool(has_files),
        created_at=created_at,
        last_attempt_at=tried_at,
        status_at=settled_at,
        files=() if files == _NONE else tuple(SlackFile(*one) for one in json.loads(files)),
        approval_reasons=() if asks == _NONE else tuple(ApprovalReason(one) for one in json.loads(asks)),
        approved_by=approved_by,
        broadcast=bool(wakes),
        edited_at=edited_at,
        changed_late=bool(late),
    )


def message_or_none(row: sqlite3.Row | None) -> Message | None:
    """Read a row that may be missing."""
    return None if row is None else message(row)


def from_message(text: Message) -> dict[str, Any]:
    """Write a message as the columns of its row."""
    return {
        "id": text.id,
        "key": text.key,
        "conversation_id": text.conversation_id,
        "direction": text.direction.value,
        "round": text.turn,
        "status": text.status.value if text.status else None,
        "body": text.body,
        "pieces": json.dumps(written_pieces(text.pieces)) if text.pieces else _NONE,
        "media": json.dumps(text.media) if text.media else _NONE,
        "channel": text.channel,
        "ts": text.ts,
        "part": text.part,
        "author": text.author,
        "provider_id": text.provider_id or None,
        "legacy_id": text.legacy_id or None,
        "failure": _failure_to(text.failure),
        "again_key": text.replaced_by,
        "settled_by": text.decided_by,
        "has_files": int(text.has_files),
        "rank": text.sort_key,
        "created_at": text.created_at,
        "tried_at": text.last_attempt_at,
        "settled_at": text.status_at,
        "files": json.dumps([astuple(one) for one in text.files]) if text.files else _NONE,
        "asks": json.dumps([one.value for one in text.approval_reasons]) if text.approval_reasons else _NONE,
        "approved_by": text.approved_by,
        "wakes": int(text.broadcast),
        "edited_at": text.edited_at,
        "changed_late": int(text.changed_late),
    }


def with_id(text: Message, row_id: int) -> Message:
    """Give a stored message the id of its row."""
    return changed(text, id=row_id)


def _failure_to(failure: Failure | None) -> str | None:
    return None if failure is None else json.dumps(astuple(failure))


def _failure_from(text: str | None) -> Failure | None:
    return None if text is None else Failure(*json.loads(text))
