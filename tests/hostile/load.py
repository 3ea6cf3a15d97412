"""Thousands of hostile requests on one route, and whether the bot is afterwards what it was before.

Every request is drawn from the seed, its route and its number alone, so that one can be sent again by itself.
"""

import asyncio
import random
import resource
import time

from tests.hostile.bodies import LONG
from tests.hostile.counts import MORE_FILES, Count
from tests.hostile.payloads import draw_request, long_request, path_of
from tests.hostile.requests import BOMB, RawRequest, Request, draw_raw
from tests.hostile.sockets import Crowd, deliver
from tests.hostile.target import Target, until

AT_ONCE = 16
IDLE = 200
BOMBS = 100
SETTLES_S = 15.0
HEARS_OUT_S = 30.0
"""How long a body may take that never comes."""

ROOM = 100
"""Files that the bot may still open when the crowd comes that is larger than that."""


async def put_load(
    target: Target, route: str, seed: str, requests: int, *, warm_up: int, hears_out_s: float = 0.0
) -> Count:
    """Send that many requests, among 200 idle connections, and say what came of it.

    `hears_out_s` above 0: by then the bot must have given up on connections that never send their body.
    """
    warm, count = Count(route), Count(route)
    await _send_all(target, warm, f"{seed}/warm", range(warm_up))
    count.faults += [f"warming up: {fault}" for fault in warm.faults]
    await _swell(target, route)
    await _begin(target, count)
    started_at = time.monotonic()
    async with Crowd(target.bot.port, path_of(target, route), IDLE) as crowd:
        await _send_all(target, count, seed, range(requests))
        if hears_out_s and (held := await crowd.heard(hears_out_s)):
            count.faults.append(f"{route}: {held} bodies that never came are waited for after {hears_out_s:g} s")
    count.seconds = time.monotonic() - started_at
    await _end(target, count)
    count.weigh()
    return count


async def crowd_out(target: Target, size: int) -> Count:
    """Open more connections than the bot may have files, and see that it is back when they are gone."""
    count = Count("crowd")
    await _begin(target, count)
    assert target.bot.pid is not None
    _, most = resource.prlimit(target.bot.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(target.bot.pid, resource.RLIMIT_NOFILE, (target.files + ROOM, most))
    started_at = time.monotonic()
    async with Crowd(target.bot.port, b"/", size):
        await until(lambda: target.files >= count.files_before + ROOM, 2.0)
    count.requests, count.seconds = size, time.monotonic() - started_at
    await _end(target, count)
    count.weigh()
    return count


async def drop_bombs(target: Target) -> Count:
    """Send many small bodies at once that are large when they are inflated."""
    count = Count("bombs")
    await _begin(target, count)
    started_at = time.monotonic()
    for path in (path_of(target, route) for route in ("slack", "volt", "healthz", "other")):
        raw = Request(b"POST", path, ((b"Content-Encoding", b"gzip"),), BOMB).raw()
        sent = RawRequest("bomb", (raw,), is_answered=True)
        answers = await asyncio.gather(*(deliver(target.bot.port, sent) for _ in range(BOMBS)))
        for number, answer in enumerate(answers):
            count.take(number, sent, is_signed=False, answer=answer)
    count.seconds = time.monotonic() - started_at
    await _end(target, count)
    count.weigh()
    return count


async def _swell(target: Target, route: str) -> None:
    """Send the longest bodies, as many at once as may come later: memory taken for them is no growth of what comes."""
    for size in LONG:
        raws = [long_request(target, route, random.Random(number), size).raw() for number in range(AT_ONCE)]
        await asyncio.gather(*(deliver(target.bot.port, RawRequest("long", (raw,))) for raw in raws))


async def _begin(target: Target, count: Count) -> None:
    await target.quiet()
    count.before, count.files_before = target.memory_mib, target.files
    target.log.longest = 0


async def _end(target: Target, count: Count) -> None:
    """Look once nothing is under way and what was closed is gone."""
    count.faults += await target.works()
    if not await target.quiet():
        count.faults.append(f"{count.route}: calls are still under way")
    await until(lambda: target.files <= count.files_before + MORE_FILES, SETTLES_S)
    count.after, count.peak, count.files_after = target.memory_mib, target.peak_mib, target.files
    count.longest_line = target.log.longest
    count.faults += target.log.taken_faults()


async def _send_all(target: Target, count: Count, seed: str, numbers: range) -> None:
    waiting = iter(numbers)

    async def work() -> None:
        for number in waiting:
            await send_one(target, count, seed, number)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def send_one(target: Target, count: Count, seed: str, number: int) -> None:
    """Draw one request and send it."""
    source = random.Random(f"{seed}/{count.route}/{number}")
    request, is_signed = draw_request(target, count.route, source)
    drawn = draw_raw(source, request)
    count.take(number, drawn, is_signed=is_signed, answer=await deliver(target.bot.port, drawn))
