"""The pace of several bots together: Volt refuses what is above its rate, whoever of them it comes from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.sandbox.wire import Hop
from tests.crash.rounds import Round, round_with
from tests.harness.fleet import Fleet
from tests.postgres.shared_server import running_server

RATE, BURST = 50.0, 10
WAIT_S = 12.0
"""What the first refusal says to wait: replies gather meanwhile, and then all of them are due at once."""

AT_ONCE, PAUSE_S = 8, 0.2
"""Replies that are said together, and the pause after them: what Slack delivers a bot has to take in time."""


async def pace(
    folder: Path, seed: str, *, contacts: int = 32, replies: int = 12, has_two: bool = False, patience_s: float = 120.0
) -> Round:
    """Let replies gather behind one refusal, and the bots send them as fast as they may: none is refused again."""
    with running_server() as server:
        fleet = Fleet(folder, server.url, has_two=has_two)
        async with round_with("pace", fleet, seed, patience_s) as one:
            await fleet.start()
            people = [(traffic, f"+1555555{number:04}") for traffic in one.traffics for number in range(contacts)]
            await asyncio.gather(*(traffic.say_last(contact) for traffic, contact in people))
            await asyncio.gather(*(traffic.are_all_sent() for traffic in one.traffics))
            rules = fleet.volt.rules
            rules.statuses = [(429, WAIT_S)]
            begun = len(fleet.hops)
            for _ in range(replies):
                for number, (traffic, contact) in enumerate(people):
                    await traffic.agents.write(contact, await traffic.root_of(contact))
                    if number % AT_ONCE == 0:
                        rules.texts_per_s, rules.burst, rules.throttle_s = RATE, BURST, WAIT_S
                        await asyncio.sleep(PAUSE_S)
            await asyncio.gather(*(traffic.are_all_sent() for traffic in one.traffics))
            one.complaints += refused_again(fleet.hops[begun:])
            one.notes.append(f"in the fullest second {fullest_second(fleet.hops[begun:])} texts")
            rules.texts_per_s = None
    return one


def sends(hops: Sequence[Hop]) -> list[Hop]:
    """List the texts that were handed to Volt, in the order in which they came."""
    return sorted((hop for hop in hops if hop.label == "CreateMessage"), key=lambda hop: hop.at)


def refused_again(hops: Sequence[Hop]) -> list[str]:
    """List the texts that were refused, but for those that were on their way when the first refusal was told."""
    refused = [hop for hop in sends(hops) if hop.status == 429]
    told_at = min((hop.at + hop.elapsed_ms / 1000 for hop in refused), default=0.0)
    begun = sends(hops)[0].at if hops else 0.0
    return [f"refused {hop.at - begun:.2f} s after the first text" for hop in refused if hop.at > told_at]


def fullest_second(hops: Sequence[Hop]) -> int:
    """Count the texts in the second that has most of them."""
    moments = [hop.at for hop in sends(hops)]
    return max((sum(at <= other < at + 1.0 for other in moments) for at in moments), default=0)
