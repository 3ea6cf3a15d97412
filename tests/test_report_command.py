"""`report`: figures as CSV, as a spreadsheet reads them; and what is refused."""

from __future__ import annotations

import csv
import io
from functools import partial

import pytest

from bot.domain.figures import NOBODY, Figure, bucket_of
from bot.domain.ids import UserId
from bot.domain.timestamps import Micros
from bot.observability.telemetry import Telemetry
from bot.ports.storage import Transaction
from bot.store.sqlite.storage import SqliteStorage
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL
from tests.test_command_line import Shell, forks, shell, slack, volt

__all__ = ["forks", "shell", "slack", "volt"]
NOON = Micros(1_772_366_400_000_000)  # 2026-03-01T12:00 UTC
HOUR = 3_600_000_000


def busy(tx: Transaction) -> None:
    """Count three texts in, two answers of Ava's, one of which was a first answer, and a closing by Ben."""
    for _ in range(3):
        tx.figures.count(Figure.TEXT_IN, ACCOUNT, NOBODY)
    for _ in range(2):
        tx.figures.count(Figure.TEXT_OUT, ACCOUNT, AVA)
    tx.figures.count(Figure.FIRST_ANSWER, ACCOUNT, AVA, bucket_of(300))
    tx.figures.count(Figure.RESOLUTION, ACCOUNT, BEN, bucket_of(7_200))
    tx.figures.count(Figure.MISSED, ACCOUNT, UserId("=HYPERLINK()"))


@pytest.fixture
async def counted(shell: Shell) -> Shell:
    """Give a shell whose database holds figures of noon and of eleven hours later."""
    for at in (NOON, NOON + 11 * HOUR):
        storage = SqliteStorage(shell.folder / "bot.db", partial(Micros, at), Telemetry(CHANNEL))
        await storage.start()
        await storage.store.run(busy)
        await storage.close()
    return shell


async def rows(shell: Shell, *arguments: str) -> list[dict[str, str]]:
    """Run it for the first days of March, and read what it prints."""
    code, said, _ = await shell.run("report", "--from", "2026-03-01", "--to", "2026-03-02", *arguments)
    assert code == 0
    return list(csv.DictReader(io.StringIO(said)))


async def test_by_day(counted: Shell) -> None:
    """Each day with figures has a line with all of them, times in minutes."""
    (line,) = await rows(counted)
    assert line.pop("day") == "2026-03-01"
    assert [line[name] for name in ("texts_in", "texts_out", "first_answers", "closed", "missed_goals")] == list(
        "64222"
    )
    assert float(line["first_answer_minutes_median"]) == pytest.approx(5, rel=0.1)
    assert float(line["resolution_minutes_90_percent"]) == pytest.approx(120, rel=0.1)


async def test_days_of_a_zone(counted: Shell) -> None:
    """The days are those of the zone that is asked for."""
    lines = await rows(counted, "--zone", "Europe/Berlin")
    assert [(one["day"], one["texts_in"]) for one in lines] == [("2026-03-01", "3"), ("2026-03-02", "3")]


async def test_by_person(counted: Shell) -> None:
    """Each person has a line, and no name can be a formula; nobody has none."""
    lines = await rows(counted, "--by", "person")
    assert {one["person"]: one["texts_out"] for one in lines} == {"'=HYPERLINK()": "0", AVA: "4", BEN: "0"}


async def test_by_account(counted: Shell) -> None:
    """Each number of ours has a line."""
    (line,) = await rows(counted, "--by", "account")
    assert (line["account"], line["texts_in"]) == (f"'{ACCOUNT}", "6")


async def test_noted(counted: Shell) -> None:
    """Each report is noted in the audit trail."""
    await rows(counted)
    code, said, _ = await counted.run("export", "--audit")
    assert (code, "made a report" in said) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "yesterday"], '"yesterday" is no day. Write it like 2026-03-31.'),
        (["--from", "0001-01-01", "--zone", "Europe/Berlin"], "Write a year from 2000 to 2100."),
        (["--to", "9999-12-31"], "Write a year from 2000 to 2100."),
        (["--zone", "Mars"], '"Mars" is no time zone. Write it like Europe/Berlin.'),
        (["--zone", "../../etc/passwd"], "is no time zone. Write it like Europe/Berlin."),
        (["--from", "2026-03-02", "--to", "2026-03-01"], "It is after the last day, 2026-03-01."),
        (["--workspace", "T0NOBODY"], "No workspace has the id T0NOBODY. volt-bot workspaces lists them."),
    ],
)
async def test_bad_input(counted: Shell, arguments: list[str], words: str) -> None:
    """What makes no sense is said in one line, and nothing is printed."""
    code, said, error = await counted.run("report", *arguments)
    assert (code, said) == (2, "")
    assert words in " ".join(error.split())
