"""Thousands of hostile requests on one route, and whether the bot is afterwards what it was before.

Every request is drawn from the seed, its route and its number alone, so that one can be sent again by itself.
"""

import asyncio
import random
import resource
import time

from tests.hostile.asks import draw_ask, long_ask, path_of
from tests.hostile.bodies import LONG
from tests.hostile.counts import MORE_FILES, Count
from tests.hostile.house import House, until
from tests.hostile.knocks import BOMB, Ask, Knock, knock
from tests.hostile.sockets import Crowd, deliver

AT_ONCE = 16
IDLE = 200
BOMBS = 100
SETTLES_S = 15.0
HEARS_OUT_S = 30.0
"""How long a body may take that never comes."""

ROOM = 100
"""Files that the bot may still open when the crowd comes that is larger than that."""


async def besiege(
    house: House, route: str, seed: str, requests: int, *, warm_up: int, hears_out_s: float = 0.0
) -> Count:
    """Send that many requests, among 200 idle connections, and say what came of it.

    `hears_out_s` above 0: by then the bot must have given up on connections that never send their body.
    """
    warm, count = Count(route), Count(route)
    await _send_all(house, warm, f"{seed}/warm", range(warm_up))
    count.faults += [f"warming up: {fault}" for fault in warm.faults]
    await _swell(house, route)
    await _begin(house, count)
    started_at = time.monotonic()
    async with Crowd(house.bot.port, path_of(house, route), IDLE) as crowd:
        await _send_all(house, count, seed, range(requests))
        if hears_out_s and (held := await crowd.heard(hears_out_s)):
            count.faults.append(f"{route}: {held} bodies that never came are waited for after {hears_out_s:g} s")
    count.seconds = time.monotonic() - started_at
    await _end(house, count)
    count.weigh()
    return count


async def crowd_out(house: House, size: int) -> Count:
    """Open more connections than the bot may have files, and see that it is back when they are gone."""
    count = Count("crowd")
    await _begin(house, count)
    assert house.bot.pid is not None
    _, most = resource.prlimit(house.bot.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(house.bot.pid, resource.RLIMIT_NOFILE, (house.files + ROOM, most))
    started_at = time.monotonic()
    async with Crowd(house.bot.port, b"/", size):
        await until(lambda: house.files >= count.files_before + ROOM, 2.0)
    count.requests, count.seconds = size, time.monotonic() - started_at
    await _end(house, count)
    count.weigh()
    return count


async def drop_bombs(house: House) -> Count:
    """Send many small bodies at once that are large when they are inflated."""
    count = Count("bombs")
    await _begin(house, count)
    started_at = time.monotonic()
    for path in (path_of(house, route) for route in ("slack", "volt", "healthz", "other")):
        raw = Ask(b"POST", path, ((b"Content-Encoding", b"gzip"),), BOMB).raw()
        sent = Knock("bomb", (raw,), is_answered=True)
        answers = await asyncio.gather(*(deliver(house.bot.port, sent) for _ in range(BOMBS)))
        for number, answer in enumerate(answers):
            count.take(number, sent, is_signed=False, answer=answer)
    count.seconds = time.monotonic() - started_at
    await _end(house, count)
    count.weigh()
    return count


async def _swell(house: House, route: str) -> None:
    """Send the longest bodies, as many at once as may come later: memory taken for them is no growth of what comes."""
    for size in LONG:
        raws = [long_ask(house, route, random.Random(number), size).raw() for number in range(AT_ONCE)]
        await asyncio.gather(*(deliver(house.bot.port, Knock("long", (raw,))) for raw in raws))


async def _begin(house: House, count: Count) -> None:
    await house.quiet()
    count.before, count.files_before = house.memory_mib, house.files
    house.log.longest = 0


async def _end(house: House, count: Count) -> None:
    """Look once nothing is under way and what was closed is gone."""
    count.faults += await house.works()
    if not await house.quiet():
        count.faults.append(f"{count.route}: calls are still under way")
    await until(lambda: house.files <= count.files_before + MORE_FILES, SETTLES_S)
    count.after, count.peak, count.files_after = house.memory_mib, house.peak_mib, house.files
    count.longest_line = house.log.longest
    count.faults += house.log.taken_faults()


async def _send_all(house: House, count: Count, seed: str, numbers: range) -> None:
    waiting = iter(numbers)

    async def work() -> None:
        for number in waiting:
            await send_one(house, count, seed, number)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def send_one(house: House, count: Count, seed: str, number: int) -> None:
    """Draw one request and send it."""
    source = random.Random(f"{seed}/{count.route}/{number}")
    ask, is_signed = draw_ask(house, count.route, source)
    drawn = knock(source, ask)
    count.take(number, drawn, is_signed=is_signed, answer=await deliver(house.bot.port, drawn))
