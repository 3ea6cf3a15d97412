"""The long run: `python -m tests.crash`. One line per round, a last line with totals, exit code 1 on any failure.

With --fleet: several bots on one PostgreSQL database, whose servers are made in a temporary folder.
With --glific: a bot with a WhatsApp line at Glific, and nothing at Volt.
With --day: a day of 500 contacts in fast-forward, counted against a plain model; with --on-postgres there.
With --steps: steps of workflows.
With --import: a file of contacts, and how much memory the bot has meanwhile; with --on-postgres two bots share it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.crash.day import run_day
from tests.crash.day_bots import Database
from tests.crash.fleet_plan import FLEET
from tests.crash.glific_plan import GLIFIC
from tests.crash.import_plan import IMPORTS
from tests.crash.plan import PARTS, WORKSPACES, Begin, Part, Planned, planned
from tests.crash.step_plan import STEPS
from tests.crash.verdict import Verdict, together
from tests.postgres import shared_server
from tests.postgres.cluster import binaries


class Ended(NamedTuple):
    """What is kept of a round: what it held in memory is let go."""

    verdict: Verdict
    kills: int
    restores: int
    report: str
    again: str
    asked: int = 0


def main() -> int:
    """Run what is asked for; returns the exit code."""
    asked = read_arguments(sys.argv[1:])
    needs_server = asked.fleet or asked.on_postgres
    if needs_server and binaries() is None:
        _say(f"several bots: left out, as {shared_server.NOT_INSTALLED}")
        return 1 if shared_server.is_required() else 0
    folder = Path(tempfile.mkdtemp(prefix="volt-bot-crash-"))
    if asked.day:
        return _live_day(folder, asked)
    with shared_server.ended_with_us() if needs_server else contextlib.nullcontext():
        ended = asyncio.run(_run_all(planned(asked, parts_of(asked)), folder, asked.jobs))
    bad = [one for one in ended if not one.verdict.is_good]
    for one in bad:
        _say(f"\n{one.report}\nagain: python -m tests.crash {one.again}")
    if not bad:
        shutil.rmtree(folder)
    last = asked.seed if parts_of(asked) is not PARTS else asked.seed + asked.rounds - 1
    _say(f"{_totals(ended)} seeds {asked.seed} to {last}")
    return 1 if bad else 0


def _live_day(folder: Path, asked: argparse.Namespace) -> int:
    with shared_server.ended_with_us() if asked.on_postgres else contextlib.nullcontext():
        url = shared_server.new_schema(shared_server.server_url()) if asked.on_postgres else None
        is_good = asyncio.run(run_day(folder, asked.seed, Database(url, asked.bots), asked.contacts))
    if is_good:
        shutil.rmtree(folder)
    return 0 if is_good else 1


def read_arguments(words: Sequence[str]) -> argparse.Namespace:
    """Read what is asked for; a seed is drawn where none is given."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="of the first round; the others count on from it")
    parser.add_argument("--kills", type=int, default=None, help="at random moments, over all rounds")
    parser.add_argument("--rounds", type=int, default=10, help="of random kills, and of deaths at every named point")
    parser.add_argument("--restores", type=int, default=20, help="of backups and copies, over all rounds")
    parser.add_argument("--down", type=float, default=60.0, help="seconds that the outage lasts")
    parser.add_argument("--away", type=float, default=8.0, help="seconds that the bot is kicked out of its channel for")
    parser.add_argument(
        "--part",
        choices=[*PARTS, *FLEET, *GLIFIC, *STEPS, *IMPORTS],
        action="append",
        help="only this; may be given several times",
    )
    parser.add_argument(
        "--workspaces", choices=WORKSPACES, action="append", help="only this; neither given: both, taking turns"
    )
    parser.add_argument("--jobs", type=int, default=None, help="rounds at the same time")
    parser.add_argument("--glific", action="store_true", help="only a bot whose one line is at Glific")
    parser.add_argument("--answers", type=int, default=20, help="of Glific, or to steps, that get lost")
    parser.add_argument("--steps", action="store_true", help="only steps of workflows")
    parser.add_argument("--executions", type=int, default=200, help="of steps")
    parser.add_argument("--on-postgres", action="store_true", help="a day or a file, on a PostgreSQL database")
    _add_day(parser.add_argument_group("a day in fast-forward"))
    _add_import(parser.add_argument_group("a file of contacts"))
    _add_fleet(parser.add_argument_group("several bots on one PostgreSQL database"))
    asked = parser.parse_args(words)
    if asked.bots > 1 and not asked.on_postgres:
        parser.error("several bots need --on-postgres")
    if asked.kills is None:
        asked.kills = 100 if asked.fleet else 10 if asked.glific or asked.imports else 20 if asked.steps else 200
    if asked.jobs is None:
        asked.jobs = 6 if parts_of(asked) is PARTS else 1
    asked.seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    return asked


def parts_of(asked: argparse.Namespace) -> Mapping[str, Part]:
    """Return the rounds that the ones asked for are among."""
    if asked.fleet:
        return FLEET
    if asked.steps:
        return STEPS
    if asked.imports:
        return IMPORTS
    return GLIFIC if asked.glific else PARTS


def _add_day(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--day", action="store_true", help="only a day of 24 hours, with 20 kills")
    group.add_argument("--contacts", type=int, default=500, help="who write in it")
    group.add_argument("--bots", type=int, default=1, help="killed in turn; several need --on-postgres")


def _add_import(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--import", dest="imports", action="store_true", help="only a file of contacts")
    group.add_argument("--rows", type=int, default=2_000, help="of the file")
    group.add_argument("--good-each", type=int, default=2, help="one row in so many has a number that is good")
    group.add_argument("--no-texts", dest="texts", action="store_false", help="its people are not texted")


def _add_fleet(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--fleet", action="store_true", help="these rounds, and no others")
    group.add_argument("--freezes", type=int, default=50, help="of a bot, at random moments")
    group.add_argument("--longest", type=float, default=60.0, help="seconds that a freeze may last")
    group.add_argument("--server-kills", type=int, default=20, help="and restarts, at random moments")
    group.add_argument("--promotions", type=int, default=5, help="of a synchronous standby")
    group.add_argument(
        "--before", default="", help="commit of the release before, of the same migrations; none: this one"
    )
    group.add_argument("--conversations", type=int, default=40, help="at the same time")


async def _run_all(rounds: Iterable[Planned], folder: Path, jobs: int) -> list[Ended]:
    free = asyncio.Semaphore(jobs)

    async def run(name: str, again: str, begin: Begin) -> Ended:
        async with free:
            try:
                one = await begin(_made(folder / name))
            except (TimeoutError, RuntimeError) as error:  # its workspaces could not be set up; the others go on
                return _not_begun(name, again, error)
        _say(str(one) if one.verdict.is_good else one.report())
        return Ended(one.verdict, one.harness.kills, one.restores, one.report(), again, one.asked)

    return await asyncio.gather(*(run(*one) for one in rounds))


def _not_begun(name: str, again: str, error: Exception) -> Ended:
    verdict = Verdict(0, complaints=(f"{name} could not begin: {error}",))
    _say(verdict.details())
    return Ended(verdict, 0, 0, verdict.details(), again)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _totals(ended: list[Ended]) -> str:
    whole = together(one.verdict for one in ended)
    kills, restores = sum(one.kills for one in ended), sum(one.restores for one in ended)
    asked = sum(one.asked for one in ended)
    return f"kills {kills} restores {restores} texts {whole.said} {whole} asked {asked}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
