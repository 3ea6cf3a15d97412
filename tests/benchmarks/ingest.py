"""How fast texts are taken in: the real bot against its own door with nothing behind it, and without group commit.

And end to end: the same bot while every text also goes out to Slack. Against the limit in processor time, which other
programs on the machine change less than the clock.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.children import Child
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import CONTACTS, Harness
from tests.benchmarks.limit import LIMIT
from tests.benchmarks.load import Run, fire
from tests.benchmarks.machine import cpu_s, fdatasync_ms
from tests.benchmarks.real_bot import NO_LIMIT
from tests.benchmarks.sink import KEY, POST, Sink

AT_ONCE = 32

ONE_BY_ONE = 1_000
"""Texts for the peer that commits each: enough for a slow disk."""

SLOW = 1.0
"""Posts per second: the texts mainly wait, so taking in is what is measured."""


@dataclass
class _Measured:
    """What the rounds have brought so far. `*_per_s` are texts a second of the clock, all others of processor time."""

    stored: list[Run] = field(default_factory=list)
    door: list[Run] = field(default_factory=list)
    single: list[Run] = field(default_factory=list)
    limit: list[Run] = field(default_factory=list)
    both_per_s: list[float] = field(default_factory=list)
    both: list[float] = field(default_factory=list)
    both_limit: list[float] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    syncs_ms: list[float] = field(default_factory=list)


async def ingest(harness: Harness) -> list[Figure]:
    """Take in texts from 32 connections."""
    measured = _Measured()
    async with Sink() as sink:
        for _ in range(harness.rounds):
            await _round(harness, sink, measured)
    return [*_by_the_clock(harness, measured), *_by_processor_time(measured)]


async def _round(harness: Harness, sink: Sink, measured: _Measured) -> None:
    measured.syncs_ms.append(fdatasync_ms(harness.folder))
    measured.stored.append(await _take_in(harness, sink, "bot", rate=SLOW, seeded=CONTACTS))
    measured.limit.append(await _take_in(harness, sink, "limit", posts=False))
    measured.door.append(await _take_in(harness, sink, "door"))
    measured.single.append(await _take_in(harness, sink, "bot", rate=SLOW, seeded=CONTACTS, commits_each=True))
    measured.both_limit.append((await _end_to_end(harness, sink, "limit"))[1])
    per_s, per_cpu_s = await _end_to_end(harness, sink, "bot", rate=NO_LIMIT, seeded=CONTACTS)
    measured.both_per_s.append(per_s)
    measured.both.append(per_cpu_s)
    measured.posts.append(len(sink.arrived_at[POST]))


def _by_the_clock(harness: Harness, measured: _Measured) -> list[Figure]:
    share = max(run.client_share for run in (*measured.stored, *measured.door))
    client = f"client used {share:.2f} of the server's CPU" + (": it was the limit" if share > 1 else "")
    disk = f"fdatasync p50 {min(measured.syncs_ms):.2f} - {max(measured.syncs_ms):.2f} ms before the rounds"
    rates, both = _rates(measured.stored), tuple(measured.both_per_s)
    merged = f"texts that wait share a post: {min(measured.posts)} posts for {len(harness.texts)} texts"
    against = "same door, nothing stored"
    return [
        Figure("ingest", "texts/s", rates, _rates(measured.door), against, 0.70, note=f"{client}; {disk}"),
        Figure("ingest, group commit", "texts/s", rates, _rates(measured.single), "a commit per request", 2.3),
        Figure("end to end", "texts/s", both, rates, "ingest alone", note=merged),
    ]


def _by_processor_time(measured: _Measured) -> list[Figure]:
    unit, both = "texts/CPU s", tuple(measured.both)
    stored, limit = (tuple(run.per_cpu_s for run in runs) for runs in (measured.stored, measured.limit))
    return [
        Figure("ingest, of the limit", unit, stored, limit, LIMIT),
        Figure("end to end, of the limit", unit, both, tuple(measured.both_limit), LIMIT, 0.60),
        Figure("end to end, of ingest", unit, both, stored, "ingest alone", 0.36),
    ]


def _rates(runs: list[Run]) -> tuple[float, ...]:
    return tuple(run.per_s for run in runs)


async def _take_in(harness: Harness, sink: Sink, kind: str, **options: Any) -> Run:
    places = {"sink": sink.url} if kind in ("bot", "limit") else {}
    async with Child(kind, harness.fresh(), webhook_key=harness.signer.public_key, **places, **options) as child:
        texts = harness.texts[:ONE_BY_ONE] if options.get("commits_each") else harness.texts
        return await fire(child.port, texts, at_once=AT_ONCE, server_pid=child.pid)


async def _end_to_end(harness: Harness, sink: Sink, kind: str, **options: Any) -> tuple[float, float]:
    """Return texts per second from the first request to the last post, and per second of processor time."""
    sink.forget()
    texts, known = harness.texts, {"sink": sink.url, "webhook_key": harness.signer.public_key}
    async with Child(kind, harness.fresh(), **known, **options) as child:
        run = await fire(child.port, texts, at_once=AT_ONCE, server_pid=child.pid)
        await sink.until(KEY, len(texts))
        spent_s = cpu_s(child.pid) - run.used_s
    return len(texts) / (sink.arrived_at[KEY][-1] - run.begun_at), len(texts) / spent_s
