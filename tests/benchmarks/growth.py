"""What growth costs: picking what may leave from a long backlog, and finding a conversation among a million.

Large databases are filled by SQL on the real schema, because the bot itself would take minutes; what is timed is the
bot's own code on them.
"""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from bot.bridge.backfill.read_budget import MAX_LOOKUPS
from bot.bridge.messages.inbound import record_inbound
from bot.clock import Clock
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.outbox import post_limit
from bot.domain.phone import E164
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.only_writer import OnlyWriter
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import Harness
from tests.benchmarks.real_bot import text_of
from tests.benchmarks.requests import contact, thread_ts
from tests.harness.claims import take_jobs
from tests.harness.world import ACCOUNT, CHANNEL

FEW, MANY = 1_000, 1_000_000
FEW_OPEN, MANY_OPEN = 1_000, 200_000
DEPTH = 10
"""Texts that wait in each lane."""

CLAIMED = 64
NEWCOMER = 900_000
"""A contact that no database here has."""

CLAIMS, LOOKS, TEXTS = 15, 4_000, 30
WAITING = 1_000
FEW_UNANSWERED, MANY_UNANSWERED = 10, 10_000
NEW, RECENT_LIMIT_MS = 1_000, 15.0

_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :rows) "

_CONVERSATIONS = """INSERT INTO conversation (id, workspace, account, contact, channel, thread_ts, created_at)
SELECT n + 1, 1, :account, printf('+1555%07d', 5000000 + n), :channel, :thread || printf('%06d', n), 0 FROM numbers"""

_THREADS = """INSERT INTO thread (workspace, channel, ts, conversation_id)
SELECT workspace, channel, thread_ts, id FROM conversation"""

_MESSAGES = """INSERT INTO message
    (id, workspace, key, conversation_id, direction, turn, body, channel, ts, legacy_id, sort_key, created_at)
SELECT n + 1, 1, lower(hex(randomblob(16))), n / :depth + 1, 'inbound', 0,
    'Could you tell me whether my order has left, please?', :channel, '1700000001.' || printf('%06d', n),
    lower(hex(randomblob(16))), n + 1, 0 FROM numbers"""

_EFFECTS = """INSERT INTO outbox
    (workspace, key, lane, kind, limit_key, conversation_id, message_id, sort_key, due_at, created_at)
SELECT workspace, key, 'in:' || conversation_id, 'post_text', :limit_key, conversation_id, id, sort_key, sort_key, 0
FROM message"""


def fill(database: Path, conversations: int, *, depth: int = 1, is_owed: bool = False) -> None:
    """Make a database of conversations with their thread and so many texts each, shown or still pending."""
    open_for_writing(database).close()
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-1000000")
    values: dict[str, str | int] = {"account": ACCOUNT, "channel": CHANNEL, "thread": thread_ts(0)[:-6]}
    values |= {"limit_key": post_limit(CHANNEL), "depth": depth}
    connection.execute(_NUMBERS + _CONVERSATIONS, values | {"rows": conversations})
    connection.execute(_THREADS)
    connection.execute(_NUMBERS + _MESSAGES, values | {"rows": conversations * depth})
    if is_owed:
        connection.execute(_EFFECTS, values)
    connection.execute("INSERT INTO rate_limit (workspace, key) VALUES (1, :limit_key)", values)
    connection.commit()
    connection.close()
    if is_owed:
        _line_up(database)
    with database.open("rb") as file:  # what the disk still writes would slow down whatever is measured next
        os.fsync(file)


def _line_up(database: Path) -> None:
    """Let the database put what is pending into lanes, as at a start."""
    connection = open_for_writing(database)
    connection.execute("BEGIN IMMEDIATE")
    tx = SqlTransaction(connection, Clock().now())
    tx.resume()
    tx.finish()
    connection.execute("COMMIT")
    connection.close()


def _timed_ms(connection: OnlyWriter, unit: Callable[[SqlTransaction], object]) -> float:
    """Time one unit of work that is undone afterwards, in milliseconds."""
    connection.execute("BEGIN IMMEDIATE")
    tx = SqlTransaction(connection, Clock().now())
    begun = time.perf_counter()
    unit(tx)
    tx.finish()
    seconds = time.perf_counter() - begun
    connection.execute("ROLLBACK")
    return seconds * 1_000


async def claim(harness: Harness) -> list[Figure]:
    """Work on a database with 200,000 open outbox entries, and with 1,000: pick 64 calls, take in a first text."""
    connections = [_backlog(harness, size) for size in (MANY_OPEN, FEW_OPEN)]
    pick = partial(take_jobs, allowances={post_limit(CHANNEL): CLAIMED})
    first = partial(record_inbound, inbound=text_of(NEWCOMER), channel=ChannelId(CHANNEL))
    picks, firsts = [], []
    for _ in range(harness.rounds):
        picks.append([_median_ms(one, [pick] * CLAIMS) for one in connections])
        firsts.append([_median_ms(one, [first] * CLAIMS) for one in connections])
    for connection in connections:
        connection.close()
    against, note = f"{FEW_OPEN:,} open", f"{MANY_OPEN:,} effects open in {MANY_OPEN // DEPTH:,} lanes"
    return [
        _grown("claim", "ms", picks, against, 3.0, f"{CLAIMED} calls per claim, {note}"),
        _grown("first text of a contact", "ms", firsts, against, 3.0, note),
        await _unopened(harness),
    ]


def _backlog(harness: Harness, size: int) -> OnlyWriter:
    database = harness.fresh() / "bot.db"
    fill(database, size // DEPTH, depth=DEPTH, is_owed=True)
    return open_for_writing(database)


def _median_ms(connection: OnlyWriter, units: Sequence[Callable[[SqlTransaction], object]]) -> float:
    return median(_timed_ms(connection, unit) for unit in units)


def _grown(name: str, unit: str, pairs: list[list[float]], against: str, target: float | None, note: str) -> Figure:
    ours, peer = zip(*pairs, strict=True)
    return Figure(name, unit, ours, peer, against, target, is_most=True, note=note)


async def _unopened(harness: Harness) -> Figure:
    """Take in one more text of a contact whose header Slack has not taken yet, with many waiting or none."""
    channel = ChannelId(CHANNEL)
    connection = open_for_writing(harness.fresh() / "bot.db")
    connection.execute("BEGIN")
    tx = SqlTransaction(connection, Clock().now())
    for _ in range(WAITING):
        record_inbound(tx, text_of(0), channel=channel)
    record_inbound(tx, text_of(1), channel=channel)
    tx.finish()
    connection.execute("COMMIT")

    def once(number: int) -> float:
        units = [partial(record_inbound, inbound=text_of(number), channel=channel) for _ in range(TEXTS)]
        return _median_ms(connection, units)

    pairs = [[once(0), once(1)] for _ in range(harness.rounds)]
    connection.close()
    note = "while Slack is away and the contact has no header yet"
    return _grown(f"a text behind {WAITING:,} others", "ms", pairs, "a text behind one", None, note)


async def unanswered(harness: Harness) -> list[Figure]:
    """Take in one more text of a contact whom nobody answers, behind many and behind few."""
    connections = [_unanswered(harness, texts) for texts in (MANY_UNANSWERED, FEW_UNANSWERED)]
    units = [partial(record_inbound, inbound=text_of(0), channel=ChannelId(CHANNEL))] * TEXTS
    pairs = [[_median_ms(one, units) for one in connections] for _ in range(harness.rounds)]
    for connection in connections:
        connection.close()
    against = f"behind {FEW_UNANSWERED}"
    return [_grown(f"a text behind {MANY_UNANSWERED:,} unanswered", "ms", pairs, against, 1.2, "all shown in Slack")]


def _unanswered(harness: Harness, texts: int) -> OnlyWriter:
    database = harness.fresh() / "bot.db"
    fill(database, 1, depth=texts)
    return open_for_writing(database)


def recent(many: Path, rounds: int) -> Figure:
    """Find the conversations with new texts as each catch-up does, while every acknowledgement waits for it."""
    connection = open_for_writing(many)
    connection.execute("BEGIN IMMEDIATE")
    now = Clock().now()
    for number in random.sample(range(1, MANY + 1), NEW):
        connection.execute("UPDATE message SET created_at = ? WHERE id = ?", (now, number))
    costs_ms = []
    for _ in range(rounds):
        begun = time.process_time()
        found = SqlTransaction(connection, now).conversations.recent(now, MAX_LOOKUPS)
        costs_ms.append((time.process_time() - begun) * 1_000)
        assert len(found) == MAX_LOOKUPS
    connection.execute("ROLLBACK")
    connection.close()
    note = f"{NEW:,} of {MANY:,} texts are new; processor time"
    limits = (RECENT_LIMIT_MS,) * rounds
    return Figure("conversations with new texts", "ms", tuple(costs_ms), limits, "limit", 1.0, is_most=True, note=note)


async def lookups(few: Path, many: Path, rounds: int) -> list[Figure]:
    """Find conversations by number and by thread among a million, and among a thousand."""
    connections = [(open_for_writing(many), MANY), (open_for_writing(few), FEW)]
    figures = []
    for name, look in (("by number", _by_number), ("by thread", _by_thread)):
        for connection, size in connections:
            _median_us(connection, size, look)
        pairs = [[_median_us(connection, size, look) for connection, size in connections] for _ in range(rounds)]
        figures.append(_grown(f"conversation {name}", "us", pairs, f"{FEW:,} conversations", 1.5, f"of {MANY:,}"))
    for connection, _ in connections:
        connection.close()
    return figures


def _by_number(tx: SqlTransaction, number: int) -> object:
    return tx.conversations.find(E164(ACCOUNT), E164(contact(number)))


def _by_thread(tx: SqlTransaction, number: int) -> object:
    return tx.conversations.at(ChannelId(CHANNEL), MessageTs(thread_ts(number)))


def _median_us(connection: OnlyWriter, size: int, look: Callable[[SqlTransaction, int], object]) -> float:
    tx, waits = SqlTransaction(connection, Clock().now()), []
    for number in random.choices(range(size), k=LOOKS):
        begun = time.perf_counter()
        found = look(tx, number)
        waits.append(time.perf_counter() - begun)
        assert found is not None
    return median(waits) * 1e6
