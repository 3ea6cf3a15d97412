"""App Home of a team with 100,000 contacts, 20,000 of whom wait, and a year of figures of 20 people, read and built.

The processor time is that of the bot alone: what a server spends is in the time only.
"""

import sqlite3
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import psycopg

from bot.clock import Clock
from bot.domain.figures import HOUR_US, spans_of
from bot.slack.features.figures.view import MOST_LISTED, Look, Shown, figures_home
from bot.store.moving.move import DatabaseMove
from bot.store.postgres.address import read_address
from bot.store.postgres.connection import open_for_reading
from bot.store.sql.read_model import Reader, SqlReadModel
from bot.store.sqlite.connection import reader_of
from bot.time_of_day import utc_now
from tests.benchmarks.figures import Figure
from tests.benchmarks.growth import fill
from tests.benchmarks.harness import Harness
from tests.benchmarks.private_server import private_server
from tests.harness.world import ACCOUNT, AVA
from tests.postgres.shared_server import new_schema

CONTACTS, WAITING = 100_000, 20_000
PEOPLE, HOURS = 20, 365 * 24
LIMIT_MS, LIMIT_OF_PROCESSOR_MS = 1_000.0, 300.0
ROWS = 6
"""Rows that each part of the Home shows."""

_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :rows) "

_OPEN = """UPDATE conversation SET stage = 'open', last_inbound_at = id, assignee = iif(id % 2, :user, NULL)
WHERE id <= :waiting"""

_WAITING = """INSERT INTO waiting (workspace, conversation_id, since, assignee)
SELECT workspace, id, last_inbound_at, assignee FROM conversation WHERE id <= :waiting"""

_COUNTS = """INSERT INTO figure (workspace, hour, figure, account, person, bucket, seat, count)
SELECT 1, :first + n, figure, :account, 'U' || person, iif(figure = 'out', 0, (n * 7 + person) % 50), 0, 1 + n % 5
FROM numbers, (SELECT 'out' AS figure UNION SELECT 'answer'), (
    WITH RECURSIVE people (person) AS (SELECT 1 UNION ALL SELECT person + 1 FROM people WHERE person < :people)
    SELECT person FROM people)
WHERE n % 24 BETWEEN 8 AND 17"""


async def home(harness: Harness) -> list[Figure]:
    """Read all that a manager's Home shows, and all that its figures show, on both engines."""
    now = Clock().now() // HOUR_US
    file = _filled(harness, now)
    found = await _figures(harness, "SQLite", SqlReadModel(reader_of(file)))
    with private_server("home") as server:
        if server is not None:
            address = read_address(new_schema(server.url))
            DatabaseMove(file, address).run("benchmark", lambda _rows, _of: None)
            reader = Reader(lambda: open_for_reading(address), psycopg.Error)
            found += await _figures(harness, "PostgreSQL", SqlReadModel(reader))
            await reader.close()
    return found


def _filled(harness: Harness, now: int) -> Path:
    database = harness.fresh() / "bot.db"
    fill(database, CONTACTS)
    values = {"user": AVA, "waiting": WAITING, "account": ACCOUNT, "people": PEOPLE}
    values |= {"rows": HOURS, "first": now - HOURS + 1}
    with sqlite3.connect(database) as connection:
        connection.execute(_OPEN, values)
        connection.execute(_WAITING, values)
        connection.execute(_NUMBERS + _COUNTS, values)
    connection.close()
    return database


async def _figures(harness: Harness, engine: str, read: SqlReadModel) -> list[Figure]:
    async def conversations() -> None:
        assert (await read.desk_of(AVA, ROWS)).mine_count == WAITING // 2
        await read.team()
        await read.health()

    async def a_year() -> None:
        last, zone, look = utc_now().date(), ZoneInfo("Europe/Berlin"), Look(365)
        spans = spans_of(last - timedelta(days=look.days - 1), last, zone)
        shown = Shown(look, last, zone.key, await read.figures(spans, look.days_together))
        built = str(figures_home(shown, str, lambda chart: f"https://example.org/{chart.title}"))
        assert f"and {PEOPLE - MOST_LISTED} more" in built

    async def both() -> None:
        await conversations()
        await a_year()

    clocks = {
        f"Home on {engine}, the conversations": (conversations, time.perf_counter, LIMIT_MS),
        f"Home on {engine}, a year of figures": (a_year, time.perf_counter, LIMIT_MS),
        f"Home on {engine}, both, processor time": (both, time.process_time, LIMIT_OF_PROCESSOR_MS),
    }
    note = f"{CONTACTS:,} contacts, {WAITING:,} of them waiting; {PEOPLE} people"
    return [
        Figure(
            name,
            "ms",
            tuple([await _ms(look, clock) for _ in range(harness.rounds)]),
            (limit,) * harness.rounds,
            "limit",
            1.0,
            is_most=True,
            note=note,
        )
        for name, (look, clock, limit) in clocks.items()
    ]


async def _ms(look: Callable[[], Awaitable[None]], clock: Callable[[], float]) -> float:
    """Time a look-up, the median of five."""
    waits = []
    for _ in range(5):
        begun = clock()
        await look()
        waits.append(clock() - begun)
    return median(waits) * 1_000
