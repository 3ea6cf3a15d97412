"""Both engines at the same work: the bot's own units on an SQLite file and on a private PostgreSQL, in turn.

How many statements and round trips they take is counted on the wire, in a run of its own that nobody times. Without
PostgreSQL on the machine all of it is left out.
"""

import time
from functools import partial
from statistics import median

import psycopg

from bot.clock import Clock
from bot.store.group_commit import Engine, GroupCommit
from bot.store.postgres.address import read_address
from bot.store.postgres.engine import PostgresEngine
from bot.store.sql.store import SqlStore
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.engine import SqliteEngine
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import Harness
from tests.benchmarks.machine import family_cpu_s
from tests.benchmarks.private_server import private_server
from tests.benchmarks.units import UNITS, do_all
from tests.benchmarks.wire import Counts, Wire
from tests.postgres.cluster import Cluster
from tests.postgres.shared_server import new_schema
from tests.postgres.stage import through

TEXTS, COUNTED = 2_000, 512
BATCHES = 300
"""Batches that do nothing, of which each is timed."""

MOST_PREPARED = 0.05

COST = "all of it"


async def engines(harness: Harness) -> list[Figure]:
    """Do the same on both engines, and count on the wire what that takes on PostgreSQL."""
    with private_server("engines") as server:
        if server is None:
            return []
        pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in (*UNITS, COST)}
        opening = []
        for _ in range(harness.rounds):
            before_s = family_cpu_s(server.pid)
            ours = await _rates(PostgresEngine(read_address(new_schema(server.url))))
            ours[COST] += (family_cpu_s(server.pid) - before_s) / TEXTS * 1_000
            peer = await _rates(SqliteEngine(partial(open_for_writing, harness.fresh() / "bot.db")))
            for name in (*UNITS, COST):
                pairs[name].append((ours[name], peer[name]))
            opening.append((_empty_batch_ms(server), _transaction_ms(server)))
        counts = await _counted(server)
    note = "BEGIN, the bot's row, the lock, COMMIT; the peer is BEGIN, one row changed, COMMIT; both prepared"
    return [
        *(_pair(f"PostgreSQL, {name}", "texts/s", pairs[name], "the same on SQLite") for name in UNITS),
        _pair(f"PostgreSQL, {COST}", "CPU ms", pairs[COST], "the same on SQLite", "a text, with the server's share"),
        _pair("PostgreSQL, an empty batch", "ms", opening, "a transaction of one row", note),
        *_on_the_wire(counts),
    ]


def _pair(name: str, unit: str, pairs: list[tuple[float, float]], against: str, note: str = "") -> Figure:
    ours, peer = zip(*pairs, strict=True)
    return Figure(name, unit, ours, peer, against, note=note)


async def _rates(engine: Engine) -> dict[str, float]:
    """Tell for how many texts a second each part is done, and what all of it costs here, in milliseconds a text."""
    spent_s = dict.fromkeys(("", *UNITS), 0.0)
    last = time.perf_counter()

    def done(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        spent_s[name] += now - last
        last = now

    store = SqlStore(GroupCommit(engine), Clock().now)
    await store.start()
    used_s = time.process_time()
    await do_all(store, TEXTS, done)
    cost_ms = (time.process_time() - used_s) / TEXTS * 1_000
    await store.close()
    return {name: TEXTS / spent_s[name] for name in UNITS} | {COST: cost_ms}


def _empty_batch_ms(server: Cluster) -> float:
    """Time what each batch takes beside its units: the median of many."""
    engine = PostgresEngine(read_address(new_schema(server.url)))
    engine.open()
    times_ms = []
    for _ in range(BATCHES):
        begun = time.perf_counter()
        engine.run([lambda _connection: None])
        times_ms.append((time.perf_counter() - begun) * 1_000)
    engine.close()
    return median(times_ms)


def _transaction_ms(server: Cluster) -> float:
    """Time the least transaction that waits for the disk, too."""
    times_ms = []
    with psycopg.connect(new_schema(server.url), autocommit=True, prepare_threshold=0) as connection:
        connection.execute("CREATE TABLE one (id BIGINT PRIMARY KEY, number BIGINT NOT NULL) WITH (fillfactor = 50)")
        connection.execute("INSERT INTO one VALUES (1, 0)")
        for _ in range(BATCHES):
            begun = time.perf_counter()
            for statement in ("BEGIN", "UPDATE one SET number = number + 1 WHERE id = 1", "COMMIT"):
                connection.execute(statement)
            times_ms.append((time.perf_counter() - begun) * 1_000)
    return median(times_ms)


async def _counted(server: Cluster) -> dict[str, Counts]:
    """Count on the wire what each part takes, once its statements are prepared."""
    counts = dict.fromkeys(("", *UNITS), Counts())
    with Wire(server.port) as wire:
        store = SqlStore(
            GroupCommit(PostgresEngine(read_address(through(new_schema(server.url), wire.port)))), Clock().now
        )
        await store.start()
        last = wire.counts

        def done(name: str) -> None:
            nonlocal last
            now = wire.counts
            counts[name] = counts[name].plus(now.since(last))
            last = now

        await do_all(store, COUNTED, done)
        await store.close()
    return counts


def _on_the_wire(counts: dict[str, Counts]) -> list[Figure]:
    """Say how many statements a text takes, and how many of them were prepared already."""
    whole = Counts()
    for name in UNITS:
        whole = whole.plus(counts[name])
    each = ", ".join(f"{name} {counts[name].statements / COUNTED:.1f}" for name in UNITS)
    statements, trips = whole.statements / COUNTED, whole.round_trips / COUNTED
    first = (whole.prepared / COUNTED,)
    return [
        Figure(
            "PostgreSQL, round trips of a text",
            "",
            (trips,),
            (statements,),
            "its statements",
            note=f"statements: {each}",
        ),
        Figure(
            "PostgreSQL, statements not prepared",
            "a text",
            first,
            (statements,),
            "its statements",
            MOST_PREPARED,
            is_most=True,
            note=f"each is prepared once a connection, here for {COUNTED} texts",
        ),
    ]
