"""Searches among 100,000 conversations with 1,000,000 texts: what a page of results costs, on both engines."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median

import psycopg

from bot.clock import Clock
from bot.domain.conversation import Stage
from bot.domain.ids import UserId
from bot.domain.searches import ALL_TIME, EVERYTHING, SearchFilter
from bot.domain.timestamps import Micros
from bot.store.moving.move import DatabaseMove
from bot.store.postgres.address import read_address
from bot.store.postgres.connection import open_for_reading
from bot.store.sql.read_model import Reader, SqlReadModel
from bot.store.sqlite.connection import open_for_writing, reader_of
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import Harness
from tests.benchmarks.machine import family_cpu_s
from tests.benchmarks.private_server import private_server
from tests.harness.world import ACCOUNT, CHANNEL
from tests.postgres.shared_server import new_schema

CONVERSATIONS, TEXTS = 100_000, 1_000_000
PEOPLE = 20
LIMIT_MS = 1_000.0
PAGE = 6

YEAR_US = timedelta(days=365) // timedelta(microseconds=1)
DAY_US = timedelta(days=1) // timedelta(microseconds=1)

_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :rows) "

_CONVERSATIONS = """INSERT INTO conversation
    (id, workspace, account, contact, name, channel, thread_ts, stage, assignee, last_inbound_at, last_outbound_at,
    created_at)
SELECT n + 1, 1, :account, printf('+1555%07d', 5000000 + n), printf('Dana %c%c%d', 65 + n % 26, 97 + n % 17, n),
    :channel, '1700000000.' || printf('%06d', n),
    CASE n % 10 WHEN 0 THEN 'open' WHEN 1 THEN 'waiting' ELSE 'closed' END, iif(n % 2, 'U' || (n % :people), NULL),
    :since + n * :step, :since + n * :step + 1, :since FROM numbers"""

_TAGS = """INSERT INTO conversation_tag (workspace, conversation_id, name, author, at)
SELECT 1, id, 'vip', '', 0 FROM conversation WHERE id % 100 = 1
UNION ALL SELECT 1, id, 'late', '', 0 FROM conversation WHERE id % 2 = 1
UNION ALL SELECT 1, :rows, 'once', '', 0"""

_TEXTS = """INSERT INTO message
    (id, workspace, key, conversation_id, direction, turn, status, author, body, channel, ts, sort_key, created_at)
SELECT n + 1, 1, lower(hex(randomblob(16))), place + 1, iif(n % 2, 'outbound', 'inbound'), 0,
    iif(n % 2, 'delivered', NULL), iif(n % 2, 'U' || (n % :people), NULL),
    'Could you tell me whether order ' || n || ' has left, please? Or may I come in the '
    || iif(place % 2, 'morning', 'evening') || iif(n % 100000 = 7, ' with my zebra', ''),
    :channel, '1700000001.' || printf('%06d', n), n, :since + n * :step
FROM (SELECT n, (n * 7919 + n / :conversations) % :conversations AS place FROM numbers)"""
"""Each conversation has texts of all the time, in both directions."""


@dataclass(frozen=True)
class Look:
    """A search: its words, what it is narrowed to, and whether it finds conversations and texts."""

    name: str
    words: str = ""
    narrowed: SearchFilter = EVERYTHING
    finds: tuple[bool, bool] = (False, True)


def _looks(since: Micros) -> list[Look]:
    tagged, tagged_half, tagged_never = SearchFilter(("vip",)), SearchFilter(("late",)), SearchFilter(("none",))
    theirs, nobodys = SearchFilter(person=UserId("U3")), SearchFilter(person=UserId("UNONE"))
    first_day = SearchFilter(since=since, until=Micros(since + DAY_US))
    first_day_half = replace(first_day, tags=("late",))
    long = SearchFilter(since=since, until=Micros(since + 180 * DAY_US))
    all_days = SearchFilter(since=since, until=ALL_TIME)
    every = SearchFilter(
        ("vip", "late"), UserId("U3"), Stage.OPEN, Micros(since + 30 * DAY_US), Micros(since + 60 * DAY_US)
    )
    nothing, only, both = (False, False), (True, False), (True, True)
    return [
        Look("a word that no text has", "xylophone", finds=nothing),
        Look("a word that ten texts have", "zebra"),
        Look("a word that all texts have", "order"),
        Look("two letters that all texts have", "or"),
        Look("a word that all contacts have", "dana", finds=only),
        Look("a part of all numbers", "555", finds=both),
        Look("a tag", narrowed=tagged, finds=only),
        Look("a tag that half have", narrowed=tagged_half, finds=only),
        Look("a tag that none has", narrowed=tagged_never, finds=nothing),
        Look("a person", narrowed=theirs, finds=only),
        Look("a person who did nothing", narrowed=nobodys, finds=nothing),
        Look("a state", narrowed=SearchFilter(stage=Stage.OPEN), finds=only),
        Look("the commonest state", narrowed=SearchFilter(stage=Stage.CLOSED), finds=only),
        Look("the first day", narrowed=first_day, finds=only),
        Look("half a year", narrowed=long, finds=only),
        Look("all days", narrowed=all_days, finds=only),
        Look("all of these", narrowed=every, finds=only),
        Look("the word of all, a tag", "order", tagged),
        Look("the word of all, a tag that none has", "order", tagged_never, nothing),
        Look("the word of all, a tag that one has", "order", SearchFilter(("once",))),
        Look("the word of all, a person", "order", theirs),
        Look("the word of all, a person who did nothing", "order", nobodys, nothing),
        Look("the word of all, a state", "order", SearchFilter(stage=Stage.OPEN)),
        Look("the word of all, the first day", "order", first_day),
        Look("the word of all, the first day, a tag that half have", "order", first_day_half),
        Look("the word of all, all of these", "order", every),
        Look("a word that no text has, a tag that half have", "xylophone", tagged_half, nothing),
        Look("a word of half, a tag of the other half", "morning", tagged_half, nothing),
        Look("the contacts, a tag", "dana", tagged, only),
        Look("the contacts, a tag that none has", "dana", tagged_never, nothing),
        Look("the contacts, a tag that one has", "dana", SearchFilter(("once",)), only),
        Look("the contacts, the first day", "dana", first_day, only),
    ]


async def search(harness: Harness) -> list[Figure]:
    """Search on both engines, as App Home does."""
    file, since = harness.fresh() / "bot.db", Micros(Clock().now() - YEAR_US)
    _fill(file, since)
    reader = reader_of(file)
    found = await _figures(harness, "SQLite", SqlReadModel(reader), since, time.process_time)
    await reader.close()
    with private_server("search") as server:
        if server is not None:
            address = read_address(new_schema(server.url))
            DatabaseMove(file, address).run("benchmark", lambda _rows, _of: None)
            reader = Reader(lambda: open_for_reading(address), psycopg.Error)
            cost_s = partial(_with_server, server.pid)
            found += await _figures(harness, "PostgreSQL", SqlReadModel(reader), since, cost_s)
            await reader.close()
    return found


def _with_server(pid: int) -> float:
    return time.process_time() + family_cpu_s(pid)


def _fill(database: Path, since: Micros) -> None:
    open_for_writing(database).close()
    values = {"account": ACCOUNT, "channel": CHANNEL, "people": PEOPLE, "since": since}
    values |= {"conversations": CONVERSATIONS}
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-1000000")
        steps = {"rows": CONVERSATIONS, "step": YEAR_US // CONVERSATIONS}
        connection.execute(_NUMBERS + _CONVERSATIONS, values | steps)
        connection.execute(_TAGS, {"rows": CONVERSATIONS})
        connection.execute(_NUMBERS + _TEXTS, values | {"rows": TEXTS, "step": YEAR_US // TEXTS})
    connection.close()


async def _figures(
    harness: Harness, engine: str, read: SqlReadModel, since: Micros, cost_s: Callable[[], float]
) -> list[Figure]:
    note = f"{CONVERSATIONS:,} conversations, {TEXTS:,} texts; processor time, with the server's"
    limits = (LIMIT_MS,) * harness.rounds
    return [
        Figure(
            f"Search on {engine}, {look.name}",
            "ms",
            tuple([await _ms(read, look, cost_s) for _ in range(harness.rounds)]),
            limits,
            "limit",
            1.0,
            is_most=True,
            note=note,
        )
        for look in _looks(since)
    ]


async def _ms(read: SqlReadModel, look: Look, cost_s: Callable[[], float]) -> float:
    """Tell what a page of results costs, the median of three."""
    costs = []
    for _ in range(3):
        begun = cost_s()
        contacts = await read.search_contacts(look.words, PAGE, look.narrowed)
        texts = await read.search_texts(look.words, PAGE, look.narrowed) if look.words else ()
        costs.append(cost_s() - begun)
        assert (bool(contacts), bool(texts)) == look.finds, look.name
    return median(costs) * 1_000
