"""How fast texts are taken in: the real bot against its own door with nothing behind it, and without group commit.

And end to end: the same bot while every text also goes out to Slack.
"""

from typing import Any

from tests.benchmarks.bench import CONTACTS, Bench
from tests.benchmarks.children import Child
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import Run, fire
from tests.benchmarks.machine import fdatasync_ms
from tests.benchmarks.real_bot import NO_LIMIT
from tests.benchmarks.sink import KEY, POST, Sink

AT_ONCE = 32

ONE_BY_ONE = 1_000
"""Texts for the peer that commits each: enough for a slow disk."""

SLOW = 1.0
"""Posts per second: the texts mainly wait, so taking in is what is measured."""


async def ingest(bench: Bench) -> list[Figure]:
    """Take in texts from 32 connections."""
    stored, door, single, both, posts, syncs_ms = [], [], [], [], [], []
    async with Sink() as sink:
        for _ in range(bench.rounds):
            syncs_ms.append(fdatasync_ms(bench.folder))
            stored.append(await _take_in(bench, sink, "bot", rate=SLOW, seeded=CONTACTS))
            door.append(await _take_in(bench, sink, "door"))
            single.append(await _take_in(bench, sink, "bot", rate=SLOW, seeded=CONTACTS, commits_each=True))
            both.append(await _end_to_end(bench, sink))
            posts.append(len(sink.arrived_at[POST]))
    share = max(run.client_share for run in (*stored, *door))
    client = f"client used {share:.2f} of the server's CPU" + (": it was the limit" if share > 1 else "")
    disk = f"fdatasync p50 {min(syncs_ms):.2f} - {max(syncs_ms):.2f} ms before the rounds"
    rates = _rates(stored)
    return [
        Figure("ingest", "texts/s", rates, _rates(door), "same door, nothing stored", 0.70, note=f"{client}; {disk}"),
        Figure("ingest, group commit", "texts/s", rates, _rates(single), "a commit per request", 2.3),
        Figure(
            "end to end",
            "texts/s",
            tuple(both),
            rates,
            "ingest alone",
            0.40,
            note=f"texts that wait share a post: {min(posts)} posts for {len(bench.texts)} texts",
        ),
    ]


def _rates(runs: list[Run]) -> tuple[float, ...]:
    return tuple(run.per_s for run in runs)


async def _take_in(bench: Bench, sink: Sink, kind: str, **options: Any) -> Run:
    places = {"sink": sink.url} if kind == "bot" else {}
    async with Child(kind, bench.fresh(), webhook_key=bench.signer.public_key, **places, **options) as child:
        texts = bench.texts[:ONE_BY_ONE] if options.get("commits_each") else bench.texts
        return await fire(child.port, texts, at_once=AT_ONCE, server_pid=child.pid)


async def _end_to_end(bench: Bench, sink: Sink) -> float:
    """Texts per second from the first request to the last post."""
    sink.forget()
    key, texts = bench.signer.public_key, bench.texts
    options = {"sink": sink.url, "webhook_key": key, "rate": NO_LIMIT, "seeded": CONTACTS}
    async with Child("bot", bench.fresh(), **options) as child:
        run = await fire(child.port, texts, at_once=AT_ONCE, server_pid=child.pid)
        await sink.until(KEY, len(texts))
    return len(texts) / (sink.arrived_at[KEY][-1] - run.begun_at)
