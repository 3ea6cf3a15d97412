"""How fast what is stored goes out: against a bare HTTP client that posts the same to the same place."""

import json

from bot.bridge.outbox.slots import IN_FLIGHT
from tests.benchmarks.children import Child
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import Harness
from tests.benchmarks.limit import LIMIT
from tests.benchmarks.machine import cpu_s
from tests.benchmarks.real_bot import NO_LIMIT
from tests.benchmarks.sink import KEY, POST, SEND, Sink

TEXTS = 2_000
EACH = 5
"""Texts of a contact that wait when an outage ends."""

BEGUN = 100
"""Texts shown when processor time begins to be counted: what a start takes is not part of it."""

SENDS = 3_000
SENDS_AT_ONCE = 16


async def relay(harness: Harness) -> list[Figure]:
    """Work off a stored backlog, all pending for their threads when the bot starts."""
    merged, single, limit, bare, slack_sdk = [], [], [], [], []
    async with Sink() as sink:
        for _ in range(harness.rounds):
            merged.append((await _work_off(harness, sink, each=EACH))[0])
            single.append(await _work_off(harness, sink, each=1))
            limit.append(await _limit(harness, sink))
            bare.append(await _post(harness, sink, "post"))
            slack_sdk.append(await _post(harness, sink, "slack_sdk"))
    against = f"bare aiohttp, one by one, {IN_FLIGHT} at once"
    note = f"{EACH} texts of each contact wait, and share a post; the bot logs each call"
    alone = "one text of each contact: as many posts as texts"
    by_clock, ours = zip(*single, strict=True)
    return [
        Figure("relay", "texts/s", tuple(merged), tuple(bare), against, 0.40, note=note),
        Figure("relay, post by post", "posts/s", by_clock, tuple(bare), against, note=alone),
        Figure("post by post, of the limit", "posts/CPU s", ours, tuple(limit), LIMIT, 0.60, note=alone),
        Figure("relay, by slack_sdk", "posts/s", by_clock, tuple(slack_sdk), "slack_sdk alone, as many at once"),
    ]


async def _work_off(harness: Harness, sink: Sink, *, each: int) -> tuple[float, float]:
    """Return texts per second of the clock, and of the bot's processor time."""
    contacts, key = TEXTS // each, harness.signer.public_key
    options = {"sink": sink.url, "webhook_key": key, "rate": NO_LIMIT, "seeded": contacts, "backlog": each}
    return await _worked_off(sink, Child("bot", harness.fresh(), **options))


async def _limit(harness: Harness, sink: Sink) -> float:
    limit = Child("limit", harness.fresh(), sink=sink.url, webhook_key=harness.signer.public_key, backlog=TEXTS)
    return (await _worked_off(sink, limit))[1]


async def _worked_off(sink: Sink, program: Child) -> tuple[float, float]:
    sink.forget()
    async with program as child:
        await sink.until(KEY, BEGUN)
        before, used_s = len(sink.arrived_at[KEY]), cpu_s(child.pid)
        await sink.until(KEY, TEXTS)
        spent_s = cpu_s(child.pid) - used_s
    return sink.per_s(KEY), (TEXTS - before) / spent_s


async def _post(harness: Harness, sink: Sink, way: str) -> float:
    sink.forget()
    body = json.loads(sink.last_body[POST])
    async with Child("post", harness.fresh(), url=f"{sink.url}/api/", body=body) as child:
        await child.ask(way, number=TEXTS, at_once=IN_FLIGHT)
    return sink.per_s(POST)


async def sends(harness: Harness) -> list[Figure]:
    """Hand texts to Volt."""
    per_s: dict[str, list[float]] = {"send": [], "gql": [], "post": []}
    async with Sink() as sink, Child("gql", harness.fresh(), url=f"{sink.url}/graphql") as child:
        for way in per_s:  # opens the connections
            await child.ask(way, number=SENDS_AT_ONCE * 4, at_once=SENDS_AT_ONCE)
        sink.forget()
        for _ in range(harness.rounds):
            for way, rates in per_s.items():
                rates.append(SENDS / (await child.ask(way, number=SENDS, at_once=SENDS_AT_ONCE))["seconds"])
        assert len(sink.arrived_at[SEND]) == len(per_s) * harness.rounds * SENDS
    ours, alone, bare = (tuple(rates) for rates in per_s.values())
    note = f"{SENDS_AT_ONCE} at once"
    return [
        Figure("send", "calls/s", ours, bare, "bare aiohttp, same document", 0.60, note=note),
        Figure("send, by gql", "calls/s", ours, alone, "gql alone"),
    ]
