"""Time of day: read in one place, and ahead of the machine's clock only where a demo says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import time_of_day
from bot.clock import Clock

HOUR_NS = 3_600 * 10**9


@pytest.fixture
def ahead(tmp_path: Path) -> Iterator[Path]:
    """Give the file that says how far it is ahead; afterwards the time is the machine's again."""
    file = tmp_path / "ahead"
    file.write_bytes(bytes(time_of_day.BYTES))
    time_of_day.move(time_of_day.ahead_as_in(file))
    yield file
    time_of_day.move(lambda: 0)


def test_the_machines_own(ahead: Path) -> None:
    """Nothing ahead, it is the machine's time in each form."""
    before = time.time_ns()
    told = time_of_day.time_ns(), time_of_day.unix_time() * 1e9, time_of_day.utc_now().timestamp() * 1e9
    after = time.time_ns()
    assert all(before - 2_000 <= one <= after + 2_000 for one in told)


def test_moved_while_it_runs(ahead: Path) -> None:
    """What another process writes into the file counts at once, for the bot's clock too, which takes it for no step."""
    clock = Clock()
    before = clock.now()
    with ahead.open("r+b") as opened:
        opened.write(HOUR_NS.to_bytes(time_of_day.BYTES, "little"))
    assert clock.now() - before >= HOUR_NS // 1_000
    assert clock.step_s() == 0
    assert time_of_day.utc_now() - datetime.now(UTC) > timedelta(minutes=59)


def test_a_file_that_says_nothing(tmp_path: Path) -> None:
    """A file that is too short, or not there, is refused."""
    (tmp_path / "empty").touch()
    with pytest.raises(ValueError, match="mmap"):
        time_of_day.ahead_as_in(tmp_path / "empty")
    with pytest.raises(OSError, match="nowhere"):
        time_of_day.ahead_as_in(tmp_path / "nowhere")
