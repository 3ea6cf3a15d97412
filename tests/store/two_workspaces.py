"""Two workspaces in one database that hold the same numbers, names, places, ids and keys; what differs is marked."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.alarms import Alarm, AlarmKind
from bot.domain.closed_answers import ClosedAnswer
from bot.domain.confirmation import PendingConfirmation
from bot.domain.conversation import Conversation, Mode, Stage
from bot.domain.dedup import DedupScope
from bot.domain.delivery import DeliveryStatus
from bot.domain.figures import Figure
from bot.domain.goals import OF_CHANNEL, Goal, GoalNotice, MissedGoal, OfficeHours
from bot.domain.hours import Span, WeeklyHours
from bot.domain.ids import ChannelId, MessageKey, MessageTs, PostKey, UserId
from bot.domain.imports import Column, ImportJob, ImportPlan, ImportRow, ImportState, RowState
from bot.domain.media import Media
from bot.domain.message import Direction, Failure, Message
from bot.domain.outbox import EntryKind, Lane, NewEntry, OutboxEntry, RateLimitHold, Tokens, lane_of, post_limit
from bot.domain.roles import Policy
from bot.domain.routing import Route
from bot.domain.scheduled import ScheduledText
from bot.domain.shared_files import SharedFile
from bot.domain.shown import Shown
from bot.domain.subjects import HEADER, Leaving, Move, Reaction, Receipts
from bot.domain.tags import RuleKind
from bot.domain.tapbacks import Tapback
from bot.domain.team import Colleague, OpenForm
from bot.domain.thread_events import SlackFile
from bot.domain.timestamps import Micros
from bot.domain.waves import Wave, WavePlan
from bot.domain.weekly import WeeklyPost
from bot.domain.workspaces import Account, Connection, Installation, Sealed, WorkspaceId
from bot.store.sql.connection import Connection as AnyConnection
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.only_writer import OnlyWriter
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO

MINE, OTHERS = WorkspaceId(1), WorkspaceId(2)
THEIRS = "theirs"
"""What stands in each value of the second workspace that may differ."""

FIRST_ID = 7_000_000
"""Every id of the second workspace is greater, so that it is known wherever it appears."""

NOW = Micros(1_000)
THREAD, TEXT_TS, CARD_TS = MessageTs("1.1"), MessageTs("1.2"), MessageTs("1.3")
ALARM = AlarmKind("reminder")
PLAN_OF_IMPORT = ImportPlan("F1", "spring.csv", "Spring", (Column("Name", "name"),), 0)
OWN = ChannelId("C0OWN")
OWN_LEFT = ChannelId("C0OWNLEFT")
KEY, HEARD = MessageKey("reply"), MessageKey("heard")
SCOPE = DedupScope.SLACK_MESSAGE
SEEN = f"{CHANNEL}:{TEXT_TS}"
TABLES_BY_WAY = {
    "shown_line": "conversation",
    "attachment": "message",
    "picture": "message",
    "shared_file": "message",
    "tapback": "message",
    "reply_count": "conversation",
}
"""Tables without a workspace of their own, and the table by way of which their rows are found."""

_IDS_COUNT_ON = {
    "conversation": "account, contact, channel, created_at",
    "message": "key, conversation_id, direction, turn, sort_key, created_at",
    "outbox": "key, lane, kind, limit_key, conversation_id, sort_key, due_at, created_at",
    "audit": "number, actor, action, salt, digest, hash, at",
    "template": "name, body, author, at",
    "inbox_event": "body, due_at, at",
    "parked_event": "kind, subject, body, at",
    "connection": "provider, made_at",
    "tag_rule": "name, kind, subject, author, at",
    "saved_search": "owner, name, query, author, at",
}
"""Tables whose ids follow the greatest one that is there, and their columns that must be given."""


@dataclass
class Seeded:
    """What was stored in one workspace, as its own unit of work reads it."""

    conversation: Conversation
    reply: Message
    heard: Message
    sending: OutboxEntry
    posting: OutboxEntry
    template: int
    audit: int
    event: int
    connection: Connection
    own: int
    rule: int
    search: int

    @property
    def lane(self) -> str:
        """The lane of what goes out."""
        return lane_of(self.conversation.id, Lane.OUT)


def fill(connection: OnlyWriter) -> tuple[Seeded, Seeded]:
    """Fill an empty database with both workspaces; returns what stands in each."""
    tx = SqlTransaction(connection, NOW, MINE)
    for number in (OTHERS, WorkspaceId(3)):
        tx.installations.save(Installation(WorkspaceId(0), f"T{number}"))
    mine = seed(connection, MINE, "mine")
    for table, columns in _IDS_COUNT_ON.items():
        values = ", ".join(str(FIRST_ID) for _ in columns.split(", "))
        connection.execute(f"INSERT INTO {table} (id, workspace, {columns}) VALUES ({FIRST_ID}, 3, {values})")  # noqa: S608 - the names are our own schema's
    theirs = seed(connection, OTHERS, THEIRS)
    for table in reversed(_IDS_COUNT_ON):
        connection.execute(f"DELETE FROM {table} WHERE workspace = 3")  # noqa: S608
    connection.execute("UPDATE conversation SET former_channel = channel, former_ts = '1.0'")
    connection.execute("UPDATE confirmation SET at = -1000000000000")  # so old that the next one sweeps it away
    return mine, theirs


def seed(connection: AnyConnection, workspace: WorkspaceId, mark: str) -> Seeded:
    """Store something in every table of one workspace."""
    tx = SqlTransaction(connection, NOW, workspace)
    conversation = _talk(tx, mark)
    reply, heard = _texts(tx, conversation, mark)
    _calls(tx, conversation, reply, mark)
    _settings(tx, mark)
    _later(tx, conversation, mark)
    tx.inbox.first_seen(SCOPE, SEEN)
    tx.inbox.add_all([mark])
    tx.inbox.park("receipt", "subject", mark)
    tx.inbox.park("reply", f"{CHANNEL}:1.6", mark)
    audit = tx.audit.add(AVA, "sent", conversation.id, mark)
    tx.team.add_note(audit, conversation.id, mark)
    tx.team.save_form(conversation.id, OpenForm(AVA, NOW, Micros(5_000), "V0"))
    made = tx.connections.add("volt", Sealed(mark), mark, AVA)
    tx.connections.set_account(Account(ACCOUNT, made.id, CHANNEL, mark))
    tx.connections.set_session(made.id, Sealed(mark))
    tx.finish()
    sending, posting = tx.outbox.by_key(PostKey(KEY)), tx.outbox.by_key(PostKey("post"))
    assert sending is not None
    assert posting is not None
    unmade = tx.own_channels.unmade(conversation.id)
    assert unmade is not None
    return Seeded(
        conversation=conversation,
        reply=tx.messages.get(reply.id),
        heard=tx.messages.get(heard.id),
        sending=sending,
        posting=posting,
        template=tx.settings.templates()[0].id,
        audit=audit,
        event=tx.inbox.due(9)[0].id,
        connection=made,
        own=unmade.id,
        rule=tx.tags.rules()[0].id,
        search=tx.searches.all()[0].id,
    )


def _talk(tx: SqlTransaction, mark: str) -> Conversation:
    conversation = tx.conversations.add(ACCOUNT, DANA, CHANNEL)
    tx.conversations.set_thread(conversation.id, THREAD)
    conversation = replace(
        tx.conversations.get(conversation.id), name=f"Dana {mark}", stage=Stage.OPEN, assignee=AVA, turn=1
    )
    tx.conversations.save(conversation)
    tx.shown_lines.set(conversation.id, HEADER, Shown(MessageTs(mark), None, None))
    tx.shown_lines.set(conversation.id, Leaving(CHANNEL, THREAD, 1), Shown(MessageTs("1.5"), None, CHANNEL))
    tx.shown_lines.set(conversation.id, Reaction(CHANNEL, TEXT_TS), Shown(None, DeliveryStatus.SENT, CHANNEL))
    return conversation


def _texts(tx: SqlTransaction, conversation: Conversation, mark: str) -> tuple[Message, Message]:
    heard = Message(0, HEARD, conversation.id, Direction.INBOUND, 1, f"Hello {mark}", (), 1, created_at=1)
    heard = tx.messages.add(replace(heard, provider_id="heard", channel=CHANNEL, ts=TEXT_TS))
    reply = replace(
        heard, id=0, key=KEY, direction=Direction.OUTBOUND, body=f"Hi {mark}", provider_id="p", legacy_id="l"
    )
    held = Failure("", mark, allows_manual_retry=True)
    reply = tx.messages.add(replace(reply, status=DeliveryStatus.QUEUED, failure=held, author=AVA))
    others = ((DeliveryStatus.DRAFT, "draft"), (DeliveryStatus.SENT, "sent"))
    for status, key in others:
        more = replace(reply, id=0, key=MessageKey(key), status=status, failure=None, provider_id=key, legacy_id=key)
        more = replace(more, channel=None, ts=None, turn=2, status_at=5, pieces=(mark,))
        tx.messages.add(more)
    internal = replace(reply, id=0, key=MessageKey("kept"), status=DeliveryStatus.CANCELLED, failure=None, edited_at=1)
    tx.messages.add(replace(internal, provider_id="", legacy_id="", turn=2))
    tx.messages.note_departure(AVA, len(mark), Micros(0))
    tx.attachments.add(heard.id, 1, Media("image/png", mark.encode()))
    tx.tapbacks.add(heard.id, reply.id, Tapback(mark, ""))
    tx.pictures.keep(reply.id, {1: Media("image/jpeg", mark.encode())})
    tx.shared_files.keep(reply.id, [SharedFile(1, SlackFile("F1", mark, "application/pdf", 1, mark, by_link=True))])
    return reply, heard


def _calls(tx: SqlTransaction, conversation: Conversation, reply: Message, mark: str) -> None:
    post = post_limit(CHANNEL)
    out = NewEntry(conversation.id, Lane.OUT, EntryKind.PREPARE, "prepare", message_id=reply.id, key=PostKey(KEY))
    tx.outbox.add(out)
    shown = NewEntry(conversation.id, Lane.ABOUT, EntryKind.LINE, post, subject=Receipts(1), key=PostKey("post"))
    tx.outbox.add(shown)
    tx.outbox.add(NewEntry(conversation.id, Lane.IN, EntryKind.OPEN_THREAD, post, key=PostKey("header")))
    move = NewEntry(conversation.id, Lane.HEADER, EntryKind.MOVE, "move", subject=Move(CHANNEL), sort_key=-1)
    tx.outbox.add(replace(move, key=PostKey("move")))
    lost = tx.outbox.add(NewEntry(conversation.id, Lane.REACTION, EntryKind.SEND, "send", key=PostKey("lost")))
    header = tx.outbox.by_key(PostKey("header"))
    entry = tx.outbox.by_key(lost)
    assert entry is not None
    assert header is not None
    tx.outbox.mark_unknown(entry, NOW, error=mark)
    tx.outbox.mark_in_flight(header)
    tx.outbox.refresh_lanes()
    tx.outbox.hold(RateLimitHold("post:held", Micros(2), Micros(2)))
    tx.outbox.hold(RateLimitHold("post:asked", Micros(9_000), Micros(1)))
    tx.outbox.hold_channel(CHANNEL, Micros(3))
    tx.outbox.set_tokens("send", Tokens(conversation.id, Micros(1)))


def _settings(tx: SqlTransaction, mark: str) -> None:
    tx.settings.set_channel_mode(CHANNEL, Mode.CONFIRM if mark == THEIRS else Mode.AUTO, AVA)
    tx.settings.set_route(Route("keyword", "order", CHANNEL), AVA)
    tx.settings.add_template("hello", mark, AVA)
    tx.settings.set_value("signature", mark)
    tx.roles.set_policy(Policy({}, allows_guests=False, partners=frozenset({mark})), AVA)
    tx.settings.set_value("home", CHANNEL)
    tx.settings.set_value(f"caught up {CHANNEL}", mark)
    tx.settings.note_list("customers")
    tx.settings.note_list(f"list of {mark}")
    tx.tags.add("vip", AVA)
    tx.tags.add(mark, AVA)
    tx.tags.add_rule("vip", RuleKind.KEYWORD, mark, AVA)
    tx.searches.save(None, "vips", mark, AVA)


def _later(tx: SqlTransaction, conversation: Conversation, mark: str) -> None:
    tx.confirmations.add(PendingConfirmation("confirmation", "send", AVA, mark))
    tx.scheduled.add(ScheduledText("scheduled", conversation.id, mark, AVA, Micros(50), is_certain=False))
    plan = WavePlan("spring", mark, Micros(500), ("customers",), 1, 1)
    tx.waves.add(Wave("wave", plan, AVA, CHANNEL, None, PostKey("card"), is_certain=False))
    tx.waves.add(Wave("shown", plan, AVA, CHANNEL, None, PostKey("card")))
    tx.waves.set_card("shown", CHANNEL, CARD_TS)
    job = ImportJob("file", PLAN_OF_IMPORT, AVA, ACCOUNT, CHANNEL, ImportState.ASKING)
    tx.imports.save(job)
    tx.imports.add_row("file", ImportRow(2, DANA, mark, {"name": mark}))
    tx.imports.add_row("file", ImportRow(3, MARCO, mark, {"name": mark}, RowState.TEXTED, detail="key"))
    tx.weekly.add(WeeklyPost(date(2026, 3, 2), CHANNEL, mark, Micros(50)))
    tx.weekly.add(WeeklyPost(date(2026, 3, 9), CHANNEL, mark, Micros(60)))
    tx.weekly.set_place(date(2026, 3, 2), CARD_TS)
    tx.figures.begin(conversation.id)
    tx.figures.count(Figure.TEXT_OUT, ACCOUNT, UserId(mark))
    tx.alarms.set(Alarm(ALARM, "all", Micros(50), conversation.id))
    tx.team.save(Colleague(AVA, is_in_group=True, turn=1))
    tx.team.save(Colleague(UserId(f"U{mark.upper()}")))
    tx.own_channels.ask(conversation.id, "unmade", AVA)
    tx.own_channels.set_channel(tx.own_channels.ask(conversation.id, mark.lower(), AVA), OWN)
    tx.own_channels.set_channel(tx.own_channels.ask(conversation.id, f"{mark.lower()}-left", AVA), OWN_LEFT)
    tx.own_channels.leave(OWN_LEFT)
    tx.alarms.set(Alarm(ALARM, f"only {mark}", Micros(60)))
    tx.tags.put(conversation.id, "vip", AVA)
    tx.tags.put(conversation.id, mark, None)
    for step in ("new", "acting", f"only {mark}"):
        tx.steps.add(step, "send_text", {"text": mark})
    tx.steps.begin("acting", conversation.id, MessageKey(mark), Micros(70))
    for one in tx.messages.recent(conversation.id):
        if one.direction is Direction.OUTBOUND:
            tx.steps.add_text(one.id, MessageKey(mark))
    _hours(tx, conversation, mark)


def _hours(tx: SqlTransaction, conversation: Conversation, mark: str) -> None:
    tx.waiting.start(conversation.id, Micros(5), AVA)
    tx.waiting.set_notice(GoalNotice(CHANNEL, conversation.id, Micros(7)))
    waiting = tx.waiting.get(conversation.id)
    assert waiting is not None
    tx.waiting.save(replace(waiting, missed_at=Micros(6), notice_channel=CHANNEL, notice_at=Micros(7)))
    tx.waiting.add_missed(MissedGoal(conversation.id, ACCOUNT, CHANNEL, AVA, Micros(5), Micros(6), len(mark)))
    tx.waiting.set_follow_up(conversation.id, Micros(90), AVA)
    hours = WeeklyHours((Span(1, 2, len(mark)),), "UTC")
    tx.hours.set_goal(Goal(OF_CHANNEL, CHANNEL, len(mark), hours), AVA)
    tx.hours.set_office(OfficeHours(ACCOUNT, hours), AVA)
    tx.hours.set_answer(ClosedAnswer(ACCOUNT, "", mark), AVA)
    draft = tx.messages.by_key(MessageKey("draft"))
    assert draft is not None
    tx.hours.add_automatic(draft, Micros(3))


def tables(connection: sqlite3.Connection) -> set[str]:
    """Name the tables that have a workspace of their own."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '*_index*'")
    return {name for (name,) in map(tuple, found) if "workspace" in _columns(connection, name)}


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]


def rows_of(connection: sqlite3.Connection, workspace: WorkspaceId) -> dict[str, list[tuple[object, ...]]]:
    """Read every row of a workspace."""
    own = f"WHERE workspace = {workspace}"
    wheres = dict.fromkeys(tables(connection), own)
    for table, way in TABLES_BY_WAY.items():
        wheres[table] = f"WHERE {way}_id IN (SELECT id FROM {way} {own})"  # noqa: S608 - the names are our own schema's
    return {
        table: sorted(map(tuple, connection.execute(f"SELECT * FROM {table} {where}")), key=repr)  # noqa: S608
        for table, where in wheres.items()
    }


def crossed(connection: sqlite3.Connection) -> list[str]:
    """Name the tables with a row that refers to one of another workspace."""
    found = []
    for table in sorted(tables(connection)):
        for way in ("conversation", "message", "connection"):
            if f"{way}_id" in _columns(connection, table):
                joined = f"{table} t JOIN {way} w ON w.id = t.{way}_id AND w.workspace <> t.workspace"
                found += [table for _ in connection.execute(f"SELECT 1 FROM {joined} LIMIT 1")]  # noqa: S608
    return found
