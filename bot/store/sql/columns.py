"""Columns of the tables that are read often, as named tuples: statements list them, and rows are read by name.

{message}, {conversation} and the like stand for them in queries.sql. sqlite3.Row would look through its columns anew
for each value that is read by name, which costs seven times as much.
"""

from typing import Any, NamedTuple


class InstallationRow(NamedTuple):
    """Columns of workspace."""

    id: Any
    team_id: Any
    enterprise_id: Any
    is_org_wide: Any
    name: Any
    url: Any
    app_id: Any
    bot_id: Any
    bot_user_id: Any
    token: Any
    refresh_token: Any
    token_expires_at: Any
    scopes: Any
    installed_by: Any
    installed_at: Any
    removed_at: Any


class ConnectionRow(NamedTuple):
    """Columns of connection."""

    id: Any
    workspace: Any
    provider: Any
    token: Any
    path_secret: Any
    webhook_id: Any
    author: Any
    made_at: Any


class ConversationRow(NamedTuple):
    """Columns of conversation."""

    id: Any
    account: Any
    contact: Any
    name: Any
    channel: Any
    thread_ts: Any
    turn: Any
    answers_from: Any
    stage: Any
    assignee: Any
    mode: Any
    is_opted_out: Any
    is_blocked: Any
    last_inbound_at: Any
    last_outbound_at: Any
    former_channel: Any
    former_ts: Any
    name_asked_at: Any
    flood_at: Any
    gathered_until: Any
    muted_by: Any
    muted_after: Any
    unshown: Any
    free_text_until: Any


class EntryRow(NamedTuple):
    """Columns of outbox, but for the time when an entry is due."""

    id: Any
    key: Any
    lane: Any
    kind: Any
    limit_key: Any
    conversation_id: Any
    message_id: Any
    subject: Any
    sort_key: Any
    state: Any
    attempts: Any
    is_unmergeable: Any
    may_be_duplicate: Any
    error: Any
    last_attempt_at: Any
    absent_since: Any
    created_at: Any


class MessageRow(NamedTuple):
    """Columns of message."""

    id: Any
    key: Any
    conversation_id: Any
    direction: Any
    turn: Any
    sort_key: Any
    status: Any
    body: Any
    pieces: Any
    media: Any
    files: Any
    has_files: Any
    channel: Any
    ts: Any
    part: Any
    author: Any
    broadcast: Any
    provider_id: Any
    legacy_id: Any
    failure: Any
    approval_reasons: Any
    approved_by: Any
    decided_by: Any
    replaced_by: Any
    changed_late: Any
    template: Any
    edited_at: Any
    created_at: Any
    last_attempt_at: Any
    status_at: Any


class WaitingRow(NamedTuple):
    """Columns of waiting."""

    conversation_id: Any
    since: Any
    assignee: Any
    told_at: Any
    missed_at: Any
    notice_channel: Any
    notice_at: Any
    snoozed_until: Any
    snoozed_by: Any
    woken_at: Any


COLUMNS = {
    name: ", ".join(row._fields)
    for name, row in (
        ("installation", InstallationRow),
        ("connection", ConnectionRow),
        ("conversation", ConversationRow),
        ("entry", EntryRow),
        ("message", MessageRow),
        ("waiting", WaitingRow),
    )
}
"""What a statement lists where {name} stands."""
