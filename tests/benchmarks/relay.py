"""How fast what is stored goes out: against a bare HTTP client that posts the same to the same place."""

import json

from bot.bridge.dispatch import IN_FLIGHT
from tests.benchmarks.bench import Bench
from tests.benchmarks.children import Child
from tests.benchmarks.figures import Figure
from tests.benchmarks.real_bot import NO_LIMIT
from tests.benchmarks.sink import POST, SEND, Sink

TEXTS = 2_000
SENDS = 3_000
SENDS_AT_ONCE = 16


async def relay(bench: Bench) -> list[Figure]:
    """Work off a stored backlog: one text each of many contacts, all owed to their threads when the bot starts."""
    ours, bare, slack_sdk = [], [], []
    async with Sink() as sink:
        for _ in range(bench.rounds):
            ours.append(await _work_off(bench, sink))
            bare.append(await _post(bench, sink, "post"))
            slack_sdk.append(await _post(bench, sink, "slack_sdk"))
    rates, against = tuple(ours), f"bare aiohttp, {IN_FLIGHT} at once"
    note = "counted at the receiver, from the first post to the last; the bot logs each call"
    return [
        Figure("relay", "posts/s", rates, tuple(bare), against, 0.40, note=note),
        Figure("relay, by slack_sdk", "posts/s", rates, tuple(slack_sdk), "slack_sdk alone, as many at once"),
    ]


async def _work_off(bench: Bench, sink: Sink) -> float:
    sink.forget()
    key = bench.signer.public_key
    options = {"sink": sink.url, "webhook_key": key, "rate": NO_LIMIT, "seeded": TEXTS, "backlog": TEXTS}
    async with Child("bot", bench.fresh(), **options):
        await sink.until(POST, TEXTS)
    return sink.per_s(POST)


async def _post(bench: Bench, sink: Sink, way: str) -> float:
    sink.forget()
    body = json.loads(sink.last_body[POST])
    async with Child("post", bench.fresh(), url=f"{sink.url}/api/", body=body) as child:
        await child.ask(way, number=TEXTS, at_once=IN_FLIGHT)
    return sink.per_s(POST)


async def sends(bench: Bench) -> list[Figure]:
    """Hand texts to Volt."""
    per_s: dict[str, list[float]] = {"send": [], "gql": [], "post": []}
    async with Sink() as sink, Child("gql", bench.fresh(), url=f"{sink.url}/graphql") as child:
        for way in per_s:  # opens the connections
            await child.ask(way, number=SENDS_AT_ONCE * 4, at_once=SENDS_AT_ONCE)
        sink.forget()
        for _ in range(bench.rounds):
            for way, rates in per_s.items():
                rates.append(SENDS / (await child.ask(way, number=SENDS, at_once=SENDS_AT_ONCE))["seconds"])
        assert len(sink.arrived_at[SEND]) == len(per_s) * bench.rounds * SENDS
    ours, alone, bare = (tuple(rates) for rates in per_s.values())
    note = f"{SENDS_AT_ONCE} at once"
    return [
        Figure("send", "calls/s", ours, bare, "bare aiohttp, same document", 0.60, note=note),
        Figure("send, by gql", "calls/s", ours, alone, "gql alone"),
    ]
