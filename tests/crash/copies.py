"""Copies of a running bot's database, taken and put back as an operator would: a backup, or plain files.

A plain copy is taken while the process stands still, as a snapshot of its disk would be. Putting one back removes the
write-ahead log that lies there, which belongs to the database that is given up, and leaves everything else.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

LOG = ("-wal", "-shm")
LOCK = "-lock"
WAYS = ("backup", "none", "one", "all")
"""A backup, or the file and so many of the files beside it."""


def take(database: Path, pid: int, into: Path, way: str, chance: random.Random) -> str:
    """Copy the database of a running process into a folder, and return what was really taken."""
    into.mkdir(parents=True)
    if way != "backup":
        _take_files(database, pid, into, way, chance)
        if _is_sound(into / database.name):
            return way
        shutil.rmtree(into)  # the log was being written into the file at this moment: without it nobody could use it
        into.mkdir()
    live = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    with closing(live), closing(sqlite3.connect(into / database.name)) as copy:
        live.backup(copy)
    return "backup"


def _take_files(database: Path, pid: int, into: Path, way: str, chance: random.Random) -> None:
    os.kill(pid, signal.SIGSTOP)
    try:
        beside = sorted(one for one in database.parent.glob(f"{database.name}-*") if not one.name.endswith(LOCK))
        chosen = {"none": [], "one": [chance.choice(beside)] if beside else [], "all": beside}[way]
        for file in (database, *chosen):
            shutil.copy2(file, into)
    finally:
        os.kill(pid, signal.SIGCONT)


def _is_sound(file: Path) -> bool:
    """Look at a copy of the copy: opening it would work its log in."""
    trial = file.parent / "trial"
    trial.mkdir()
    for one in file.parent.glob(f"{file.name}*"):
        shutil.copy2(one, trial)
    try:
        with closing(sqlite3.connect(trial / file.name)) as connection:
            return bool(connection.execute("PRAGMA quick_check").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False
    finally:
        shutil.rmtree(trial)


def put_back(copies: Path, database: Path) -> None:
    """Put a copy in the place of the database, whose process has ended."""
    for ending in LOG:
        database.with_name(database.name + ending).unlink(missing_ok=True)
    for file in copies.iterdir():
        shutil.copy2(file, database.parent)
