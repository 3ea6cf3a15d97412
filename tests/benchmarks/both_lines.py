"""Memory of the real program with a line at Volt and one at Glific, against one at Volt alone: at rest, after texts.

Both programs run in each round, and get as many texts of as many contacts; with both lines half of them come by each.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from bot.sandbox import GlificStandIn
from bot.store.sealing import new_key
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import CONTACTS, SOME_TEXTS, Harness
from tests.benchmarks.load import fire
from tests.benchmarks.machine import resident_mb
from tests.benchmarks.process import AT_ONCE, REST_S, served
from tests.benchmarks.requests import contact
from tests.benchmarks.sink import KEY, Sink
from tests.harness.whatsapp import LOGIN, PASSWORD, SUBSCRIBED, wire

MOST = 1.1
HALF, HALF_CONTACTS = SOME_TEXTS // 2, CONTACTS // 2


async def both_lines(harness: Harness) -> list[Figure]:
    """Let a program with each rest, send both texts, and let them show these."""
    whole = harness.signer.webhooks(SOME_TEXTS, contacts=CONTACTS)
    half = harness.signer.webhooks(HALF, contacts=HALF_CONTACTS)
    alone, both = [], []
    for _ in range(harness.rounds):
        alone.append(await _volt_alone(harness, whole))
        both.append(await _with_glific(harness, half))
    (rest_alone, after_alone), (rest_both, after_both) = (tuple(zip(*pairs, strict=True)) for pairs in (alone, both))
    name, peer = f"memory, both lines, after {SOME_TEXTS:,} texts", "a line at Volt alone"
    return [
        Figure("memory, both lines", "MB", rest_both, rest_alone, peer, MOST, is_most=True, note="at rest, connected"),
        Figure(name, "MB", after_both, after_alone, peer, MOST, is_most=True, note="half of them came by each line"),
    ]


async def _volt_alone(harness: Harness, texts: Sequence[bytes]) -> tuple[float, float]:
    async with Sink() as sink, served(harness, harness.fresh() / "bot.db", sink) as program:
        await asyncio.sleep(REST_S)
        rest_mb = resident_mb(program.pid)
        await fire(program.port, texts, at_once=AT_ONCE, server_pid=program.pid)
        await sink.until(KEY, SOME_TEXTS + CONTACTS)
        return rest_mb, resident_mb(program.pid)


async def _with_glific(harness: Harness, texts: Sequence[bytes]) -> tuple[float, float]:
    async with AsyncExitStack() as stack:
        sink, glific = await stack.enter_async_context(Sink()), await stack.enter_async_context(GlificStandIn())
        glific.add_user(LOGIN, PASSWORD)
        access = {"GLIFIC_API_URL": glific.url, "GLIFIC_PHONE": LOGIN, "GLIFIC_PASSWORD": PASSWORD}
        more = access | {"ENCRYPTION_KEYS": new_key()}
        program = await stack.enter_async_context(served(harness, harness.fresh() / "bot.db", sink, more=more))
        await glific.until(lambda: glific.sockets.subscribed == SUBSCRIBED)
        await asyncio.sleep(REST_S)
        rest_mb = resident_mb(program.pid)
        await fire(program.port, texts, at_once=AT_ONCE, server_pid=program.pid)
        for number in range(HALF):
            who = contact(HALF_CONTACTS + number % HALF_CONTACTS)
            await glific.text(wire(who), f"Text number {number}: could you tell me whether my order has left, please?")
            await asyncio.sleep(0)
        await sink.until(KEY, SOME_TEXTS + CONTACTS)
        return rest_mb, resident_mb(program.pid)
