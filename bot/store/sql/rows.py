"""Rows: domain values from database rows and back. Only this module knows how a value lies in a column."""

import json
from dataclasses import astuple
from typing import Any

from bot.domain.approval import ApprovalReason
from bot.domain.approved_templates import FilledTemplate
from bot.domain.changes import changed
from bot.domain.conversation import Conversation, Mode, Stage
from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Direction, Failure, Message
from bot.domain.outbox import EntryKind, EntryState, OutboxEntry
from bot.domain.pieces import read_pieces, written_pieces
from bot.domain.subject_codec import decode
from bot.domain.thread_events import SlackFile
from bot.store.sql.columns import ConversationRow, EntryRow, MessageRow
from bot.store.sql.connection import Row

_NONE = "[]"

_DIRECTIONS = {direction.value: direction for direction in Direction}
_STATUSES = {status.value: status for status in DeliveryStatus}
_KINDS = {kind.value: kind for kind in EntryKind}
_STATES = {state.value: state for state in EntryState}
"""Values that nearly every row has: to look them up here takes a fifth of the time that the enumeration takes."""


def conversation(found: Row) -> Conversation:
    """Read a row of conversation."""
    row = ConversationRow._make(found)
    return Conversation(
        id=row.id,
        account=row.account,
        contact=row.contact,
        name=row.name,
        channel=row.channel,
        thread_ts=row.thread_ts,
        turn=row.turn,
        stage=Stage(row.stage),
        assignee=row.assignee,
        mode=None if row.mode is None else Mode(row.mode),
        is_opted_out=bool(row.is_opted_out),
        is_blocked=bool(row.is_blocked),
        last_inbound_at=row.last_inbound_at,
        last_outbound_at=row.last_outbound_at,
        former_channel=row.former_channel,
        former_ts=row.former_ts,
        answers_from=row.answers_from,
        name_asked_at=row.name_asked_at,
        flood_at=row.flood_at,
        gathered_until=row.gathered_until,
        muted_by=row.muted_by,
        muted_after=row.muted_after,
        unshown=row.unshown,
        free_text_until=row.free_text_until,
    )


def from_conversation(conversation: Conversation) -> dict[str, Any]:
    """Write what may change about a conversation as columns of its row."""
    return {
        "id": conversation.id,
        "name": conversation.name,
        "turn": conversation.turn,
        "stage": conversation.stage.value,
        "assignee": conversation.assignee,
        "mode": conversation.mode.value if conversation.mode else None,
        "is_opted_out": int(conversation.is_opted_out),
        "is_blocked": int(conversation.is_blocked),
        "last_inbound_at": conversation.last_inbound_at,
        "last_outbound_at": conversation.last_outbound_at,
        "answers_from": conversation.answers_from,
        "name_asked_at": conversation.name_asked_at,
        "flood_at": conversation.flood_at,
        "gathered_until": conversation.gathered_until,
        "muted_by": conversation.muted_by,
        "muted_after": conversation.muted_after,
        "unshown": conversation.unshown,
        "free_text_until": conversation.free_text_until,
    }


def conversation_or_none(row: Row | None) -> Conversation | None:
    """Read a row that may be missing."""
    return None if row is None else conversation(row)


def entry(found: Row) -> OutboxEntry:
    """Read a row of outbox."""
    row = EntryRow._make(found)
    return OutboxEntry(
        id=row.id,
        key=row.key,
        lane=row.lane,
        kind=_KINDS[row.kind],
        limit_key=row.limit_key,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        subject=decode(row.subject) if row.subject else None,
        state=_STATES[row.state],
        attempts=row.attempts,
        last_attempt_at=row.last_attempt_at,
        sort_key=row.sort_key,
        error=row.error or "",
        created_at=row.created_at,
        is_unmergeable=bool(row.is_unmergeable),
        may_be_duplicate=bool(row.may_be_duplicate),
        absent_since=row.absent_since,
    )


def entry_or_none(row: Row | None) -> OutboxEntry | None:
    """Read a row that may be missing."""
    return None if row is None else entry(row)


def status(value: str | None) -> DeliveryStatus | None:
    """Read a delivery status that may be missing."""
    return None if value is None else _STATUSES[value]


def message(found: Row) -> Message:
    """Read a row of message."""
    row = MessageRow._make(found)
    return Message(
        id=row.id,
        key=row.key,
        conversation_id=row.conversation_id,
        direction=_DIRECTIONS[row.direction],
        turn=row.turn,
        body=row.body,
        media=() if row.media == _NONE else tuple(json.loads(row.media)),
        sort_key=row.sort_key,
        status=status(row.status),
        pieces=() if row.pieces == _NONE else read_pieces(json.loads(row.pieces)),
        channel=row.channel,
        ts=row.ts,
        part=row.part,
        author=row.author,
        provider_id=row.provider_id or "",
        legacy_id=row.legacy_id or "",
        failure=_failure_from(row.failure),
        replaced_by=row.replaced_by,
        decided_by=row.decided_by,
        has_files=bool(row.has_files),
        created_at=row.created_at,
        last_attempt_at=row.last_attempt_at,
        status_at=row.status_at,
        files=() if row.files == _NONE else tuple(SlackFile(*file) for file in json.loads(row.files)),
        approval_reasons=_reasons_from(row.approval_reasons),
        approved_by=row.approved_by,
        broadcast=bool(row.broadcast),
        edited_at=row.edited_at,
        changed_late=bool(row.changed_late),
        template=_template_from(row.template),
    )


def _reasons_from(text: str) -> tuple[ApprovalReason, ...]:
    return () if text == _NONE else tuple(ApprovalReason(reason) for reason in json.loads(text))


def _reasons_to(reasons: tuple[ApprovalReason, ...]) -> str:
    return json.dumps([reason.value for reason in reasons]) if reasons else _NONE


def message_or_none(row: Row | None) -> Message | None:
    """Read a row that may be missing."""
    return None if row is None else message(row)


def from_message(text: Message) -> dict[str, Any]:
    """Write a message as the columns of its row."""
    return {
        "id": text.id,
        "key": text.key,
        "conversation_id": text.conversation_id,
        "direction": text.direction.value,
        "turn": text.turn,
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
        "replaced_by": text.replaced_by,
        "decided_by": text.decided_by,
        "has_files": int(text.has_files),
        "sort_key": text.sort_key,
        "created_at": text.created_at,
        "last_attempt_at": text.last_attempt_at,
        "status_at": text.status_at,
        "files": json.dumps([astuple(file) for file in text.files]) if text.files else _NONE,
        "approval_reasons": _reasons_to(text.approval_reasons),
        "approved_by": text.approved_by,
        "broadcast": int(text.broadcast),
        "edited_at": text.edited_at,
        "changed_late": int(text.changed_late),
        "template": _template_to(text.template),
    }


def with_id(text: Message, row_id: int) -> Message:
    """Give a stored message the id of its row."""
    return changed(text, id=row_id)


def _template_to(template: FilledTemplate | None) -> str | None:
    if template is None:
        return None
    return json.dumps([template.id, template.params, template.kind, template.media])


def _template_from(text: str | None) -> FilledTemplate | None:
    if text is None:
        return None
    template_id, params, kind, media = json.loads(text)
    return FilledTemplate(template_id, tuple(params), kind, media)


def _failure_to(failure: Failure | None) -> str | None:
    return None if failure is None else json.dumps(astuple(failure))


def _failure_from(text: str | None) -> Failure | None:
    return None if text is None else Failure(*json.loads(text))
