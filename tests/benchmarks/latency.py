"""How long things take: from a text's webhook to its call at Slack on an idle bot, and until Slack has its 200."""

import asyncio
from statistics import median

from tests.benchmarks.children import Child
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.harness import CONTACTS, Harness
from tests.benchmarks.load import Run, fire
from tests.benchmarks.machine import fdatasync_ms
from tests.benchmarks.real_bot import NO_LIMIT
from tests.benchmarks.requests import slack_replies
from tests.benchmarks.sink import POST, Sink

SAMPLES = 200
REST_S = 0.005
"""Between two samples, so that the bot has written down the last one and sleeps."""

P50_LIMIT_MS, P99_LIMIT_MS = 5.0, 15.0

REPLIES = 2_500
REPLIES_AT_ONCE = 32
SLACK_LIMIT_MS = 3_000.0


async def idle(harness: Harness) -> list[Figure]:
    """Send one text at a time to a bot that has nothing else to do."""
    halves, tails, syncs = [], [], []
    async with Sink() as sink:
        options = {"sink": sink.url, "webhook_key": harness.signer.public_key, "rate": NO_LIMIT, "seeded": CONTACTS}
        async with Child("bot", harness.fresh(), **options) as child:
            for number in range(harness.rounds):
                texts = harness.texts[number * SAMPLES : (number + 1) * SAMPLES]
                waits_ms = [await _one(sink, child, text) for text in texts]
                syncs.append(fdatasync_ms(harness.folder))
                halves.append(median(waits_ms))
                tails.append(percentile(waits_ms, 0.99))
    return [
        _against_limit("idle: webhook to Slack call, p50", halves, P50_LIMIT_MS),
        _against_limit("idle: webhook to Slack call, p99", tails, P99_LIMIT_MS),
        Figure(
            "idle, to the disk", "ms", tuple(halves), tuple(syncs), "fdatasync p50", note="two commits lie on the way"
        ),
    ]


async def _one(sink: Sink, child: Child, text: bytes) -> float:
    sink.forget()
    arrival = asyncio.ensure_future(sink.until(POST, 1))
    run = await fire(child.port, [text], at_once=1, server_pid=child.pid)
    await arrival
    await asyncio.sleep(REST_S)
    return (sink.arrived_at[POST][0] - run.begun_at) * 1_000


def _against_limit(name: str, ours_ms: list[float], limit_ms: float, note: str = "") -> Figure:
    limits = (limit_ms,) * len(ours_ms)
    return Figure(name, "ms", tuple(ours_ms), limits, "limit", 1.0, is_most=True, note=note)


async def slack_ack(harness: Harness) -> list[Figure]:
    """Take in replies of agents: verified, stored, answered 200."""
    ours, bolt = [], []
    async with Sink() as sink:
        for _ in range(harness.rounds):
            ours.append(await _replies(harness, sink, "bot"))
            bolt.append(await _replies(harness, sink, "bolt"))
    tails = [percentile(run.waits_s, 0.99) * 1_000 for run in ours]
    rates, bare = (tuple(run.per_s for run in runs) for runs in (ours, bolt))
    return [
        Figure("Slack event stored", "events/s", rates, bare, "Bolt alone, nothing stored", note="32 at once"),
        _against_limit("Slack event acknowledged, p99", tails, SLACK_LIMIT_MS, "Slack's limit"),
    ]


async def _replies(harness: Harness, sink: Sink, kind: str) -> Run:
    requests = slack_replies(REPLIES, contacts=CONTACTS)
    options = {"sink": sink.url, "webhook_key": harness.signer.public_key, "rate": 1.0, "seeded": CONTACTS}
    async with Child(kind, harness.fresh(), **(options if kind == "bot" else {})) as child:
        return await fire(child.port, requests, at_once=REPLIES_AT_ONCE, server_pid=child.pid)
