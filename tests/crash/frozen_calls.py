"""Freezes in the last line before a call leaves, longer than others wait: just before its check, and just after it.

Before it, the bot finds out that it is too late, and the call does not leave. After it, nothing can hold the call back:
that is the one exception to "no text twice" of several bots, which README names. It is forced here, and counted.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.sandbox.bot_process import SERVE, BotProcess
from tests.crash.history import INBOUND, OUTBOUND
from tests.crash.points import POST, SEND
from tests.crash.rounds import Round, round_with
from tests.crash.traffic import Traffic
from tests.harness.fleet import Fleet, Place
from tests.postgres.shared_server import running_server

BEFORE, AFTER = "before-check", "after-check"
CASES = [(moment, subject) for moment in (BEFORE, AFTER) for subject in (POST, SEND)]

TAKEN_OVER_S = 150.0
"""How long others may take until they have looked for the call of a frozen bot, found nothing and made it anew."""


async def frozen_calls(
    folder: Path,
    seed: str,
    *,
    cases: list[tuple[str, str]] = CASES,
    has_two: bool = False,
    patience_s: float = 120.0,
) -> Round:
    """Freeze a bot at each of these moments until another bot has made the call in its place, then let it go on."""
    with running_server() as server:
        fleet = Fleet(folder, server.url, bots=2, has_two=has_two)
        async with round_with("frozen", fleet, seed, patience_s) as one:
            texts = {f"+1555555{200 + number:04}": case for number, case in enumerate(cases)}
            for contact, (moment, subject) in texts.items():
                await _freeze_at(fleet, one.traffics[0], contact, f"{moment}:{subject}")
            await fleet.start()
    _excuse(one, [contact for contact, (moment, _) in texts.items() if moment == AFTER])
    return one


async def _freeze_at(fleet: Fleet, traffic: Traffic, contact: str, point: str) -> None:
    """Freeze one bot in its call, let another one make it, and let the first one go on. Raises TimeoutError."""
    frozen, other = fleet.places
    is_send = point.endswith(SEND)
    fleet.command = SERVE
    if is_send:
        await fleet.start_at(frozen)
        await traffic.say_last(contact)
        await traffic.are_all_sent()
        await fleet.stop_at(frozen)
    fleet.command = (sys.executable, "-m", "tests.crash.killed_process", point, "1", "SIGSTOP", "--", "serve")
    await fleet.start_at(frozen)
    if is_send:
        await traffic.agents.write(contact, await traffic.root_of(contact))
    else:
        await traffic.text(contact)
    assert frozen.bot is not None
    await _until_frozen(frozen.bot)
    frozen.is_frozen = True
    fleet.freezes += 1
    fleet.command = SERVE
    await fleet.start_at(other)
    if is_send:
        await traffic.tenant.volt.until(traffic.are_sent, timeout_s=TAKEN_OVER_S)
    else:
        await traffic.tenant.slack.until(traffic.are_shown, timeout_s=TAKEN_OVER_S)
    _go_on(frozen)
    await fleet.until_still(3.0)
    await fleet.stop()


async def _until_frozen(bot: BotProcess) -> None:
    while Path(f"/proc/{bot.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "T":  # noqa: ASYNC110, ASYNC240 - the system tells nobody
        await asyncio.sleep(0.02)


def _go_on(place: Place) -> None:
    assert place.bot is not None
    assert place.bot.pid is not None
    os.kill(place.bot.pid, signal.SIGCONT)
    place.is_frozen = False


def _excuse(one: Round, contacts: list[str]) -> None:
    """Take what is documented out of the verdict, and say how often it was so: of each freeze one text at most."""
    excused = {f"{way} {contact[-4:]} " for way in (INBOUND, OUTBOUND) for contact in contacts}
    documented = [text for text in one.verdict.twice if any(text.startswith(start) for start in excused)]
    others = tuple(text for text in one.verdict.twice if text not in documented)
    too_many = tuple(documented[len(contacts) :])
    one.verdict = one.verdict._replace(twice=others + too_many)
    one.notes.append(f"frozen after the check {len(contacts)}, of these twice {len(documented)} (documented)")
