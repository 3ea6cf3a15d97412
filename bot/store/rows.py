"""Rows to domain values and back: the only place that knows how a value lies in a column."""

import json
import sqlite3
from dataclasses import replace
from typing import Any

from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.effect import Effect, Kind, State
from bot.domain.message import Direction, Failure, Message, read_pieces, written_pieces


def conversation(row: sqlite3.Row) -> Conversation:
    """Read a row of conversation."""
    return Conversation(
        row["id"], row["account"], row["contact"], row["name"], row["channel"], row["thread_ts"], row["round"]
    )


def conversation_or_none(row: sqlite3.Row | None) -> Conversation | None:
    """Read a row that may be missing."""
    return None if row is None else conversation(row)


def effect(row: sqlite3.Row) -> Effect:
    """Read a row of effect."""
    return Effect(
        id=row["id"],
        key=row["key"],
        lane=row["lane"],
        kind=Kind(row["kind"]),
        pace=row["pace"],
        conversation_id=row["conversation_id"],
        message_id=row["message_id"],
        subject=row["subject"],
        state=State(row["state"]),
        attempts=row["attempts"],
        tried_at=row["tried_at"],
        error=row["error"] or "",
    )


def effect_or_none(row: sqlite3.Row | None) -> Effect | None:
    """Read a row that may be missing."""
    return None if row is None else effect(row)


def status(value: str | None) -> DeliveryStatus | None:
    """Read a delivery status that may be missing."""
    return None if value is None else DeliveryStatus(value)


def message(row: sqlite3.Row) -> Message:
    """Read a row of message."""
    return Message(
        id=row["id"],
        key=row["key"],
        conversation_id=row["conversation_id"],
        direction=Direction(row["direction"]),
        round=row["round"],
        body=row["body"],
        media=tuple(json.loads(row["media"])),
        rank=row["rank"],
        status=status(row["status"]),
        pieces=read_pieces(json.loads(row["pieces"])),
        channel=row["channel"],
        ts=row["ts"],
        part=row["part"],
        author=row["author"],
        provider_id=row["provider_id"] or "",
        legacy_id=row["legacy_id"] or "",
        failure=_failure_from(row["failure"]),
        again_key=row["again_key"],
        settled_by=row["settled_by"],
        has_files=bool(row["has_files"]),
        created_at=row["created_at"],
        tried_at=row["tried_at"],
        settled_at=row["settled_at"],
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
        "round": text.round,
        "status": text.status.value if text.status else None,
        "body": text.body,
        "pieces": json.dumps(written_pieces(text.pieces)),
        "media": json.dumps(text.media),
        "channel": text.channel,
        "ts": text.ts,
        "part": text.part,
        "author": text.author,
        "provider_id": text.provider_id or None,
        "legacy_id": text.legacy_id or None,
        "failure": _failure_to(text.failure),
        "again_key": text.again_key,
        "settled_by": text.settled_by,
        "has_files": int(text.has_files),
        "rank": text.rank,
        "created_at": text.created_at,
        "tried_at": text.tried_at,
        "settled_at": text.settled_at,
    }


def with_id(text: Message, row_id: int) -> Message:
    """Give a stored message the id of its row."""
    return replace(text, id=row_id)


def _failure_to(failure: Failure | None) -> str | None:
    return None if failure is None else json.dumps([failure.code, failure.words, failure.may_send_again])


def _failure_from(text: str | None) -> Failure | None:
    return None if text is None else Failure(*json.loads(text))
