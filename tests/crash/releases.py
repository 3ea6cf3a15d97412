"""Two releases side by side on one database: bots of the one are replaced by bots of the next, one after the other.

The next release is this tree with one migration more, which adds to every table. The one before is this tree as it is,
or that of an earlier commit with the same migrations.
"""

from __future__ import annotations

import asyncio
import io
import random
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from bot.sandbox.bot_process import SOURCE
from tests.crash.rounds import Round, round_with
from tests.crash.traffic import LIVELY
from tests.harness.fleet import Fleet
from tests.postgres.shared_server import running_server

PACKAGES = ("bot", "manifests")

STEP = '''

def version_of_tomorrow(connection: Connection) -> None:
    """Add a column to every table, and a table."""
    for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()", {}).fetchall():
        connection.execute(f"ALTER TABLE {row['tablename']} ADD COLUMN of_tomorrow BIGINT NOT NULL DEFAULT 0".encode())
    connection.execute("CREATE TABLE tomorrow (id BIGINT PRIMARY KEY)")


'''
LIST = "STEPS: tuple[Step, ...] = ("


async def two_releases(
    folder: Path,
    seed: str,
    *,
    before: str = "",
    conversations: int = 8,
    has_two: bool = False,
    patience_s: float = 180.0,
) -> Round:
    """Replace three bots by the next release, one after the other, each in order or by a kill, while people talk."""
    old, new = folder / "before", folder / "after"
    _copy(old, before)
    _copy(new, "")
    _add_step(new)
    with running_server() as server:
        fleet = Fleet(folder, server.url, has_two=has_two)
        fleet.command = _serve(old)
        async with round_with("releases", fleet, seed, patience_s) as one:
            chance = random.Random(f"{seed} releases")
            fleet.undo_window_s = 0.5
            await fleet.start()
            one.begin(conversations, pause_s=4.0, habits=LIVELY)
            fleet.command = _serve(new)
            for place in fleet.places:
                await asyncio.sleep(chance.uniform(4.0, 8.0))
                if chance.random() < 0.5:
                    await fleet.kill_at(place)
                else:
                    await fleet.stop_at(place)
                await fleet.start_at(place)
            await asyncio.sleep(chance.uniform(2.0, 4.0))
    return one


def _copy(to: Path, commit: str) -> None:
    """Copy the bot as it is, or as a commit has it."""
    to.mkdir()
    if not commit:
        for name in PACKAGES:
            shutil.copytree(SOURCE / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        return
    line = ["git", "-C", str(SOURCE), "archive", commit, *PACKAGES]
    archive = subprocess.run(line, check=True, capture_output=True).stdout  # noqa: S603 - a command line of our own
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(to, filter="data")


def _add_step(tree: Path) -> None:
    """Write one migration more at the end of the list. Raises ValueError where there is no such list."""
    path = tree / "bot" / "store" / "postgres" / "migrations.py"
    head, found, rest = path.read_text(encoding="utf-8").partition(LIST)
    steps, end, tail = rest.partition(")\n\n")
    if not (found and end):
        raise ValueError(f"no list of steps in {path}")
    step = '("version_of_tomorrow", version_of_tomorrow),'
    path.write_text(f"{head.rstrip()}{STEP}{LIST}{steps.rstrip(', ')}, {step}{end}{tail}", encoding="utf-8")


def _serve(tree: Path) -> tuple[str, ...]:
    return ("env", "-C", str(tree), sys.executable, "-m", "bot", "serve")
