"""volt-bot move as its users run it: what it says, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.store.sqlite.operations import SqliteOperations
from tests.postgres.cluster import PASSWORD
from tests.postgres.moving import beside, change, filled, rows_in_database, rows_in_file

pytestmark = pytest.mark.postgres


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run one command; returns its exit code and what it said."""
    code = main(["move", *arguments])
    said = capsys.readouterr()
    words = said.out + said.err
    assert PASSWORD not in words
    assert PASSWORD.replace(" ", "%20") not in words
    assert "Traceback" not in words
    return code, words


def test_from_the_first_look_to_the_end(tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A look first, then the move, then the same again: each says what there is and how to go on."""
    file = filled(tmp_path)
    url = f"sqlite:///{file}"
    code, said = run(capsys, url, postgres_url, "--dry-run")
    assert code == 0
    assert f"{file} can be moved: 10 texts in 2 conversations, " in said
    assert "is empty, and will do.\nNothing was changed. To move, run the same without --dry-run.\n" in said
    code, said = run(capsys, url, postgres_url)
    assert code == 0
    assert (
        f"Compared {len(rows_in_file(file))} tables: the same rows, with the same checksums, are on both sides.\n"
        in said
    )
    assert f"Moved {file} to 127.0.0.1:" in said
    assert "Waiting there: 8 calls to Slack or the provider, which the bot will make.\n" in said
    assert "Under way when the bot ended: 2 calls. Nobody knows whether they arrived, so the bot looks" in said
    assert "Go on: set DATABASE_URL to the PostgreSQL address, and start the bot.\n" in said
    assert "Keep ENCRYPTION_KEYS as they are" in said
    assert f"{file} stays as it was, and no bot starts on it any more. Remove it" in said
    assert rows_in_database(postgres_url, file) == rows_in_file(file)
    code, said = run(capsys, url, postgres_url)
    assert (code, "was moved to 127.0.0.1:" in said, "There is nothing left to do." in said) == (0, True, True)


def test_how_far_it_is(tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so as it goes, and when it is run again before it is done."""
    file = filled(tmp_path)
    code, said = run(capsys, f"sqlite:///{file}", postgres_url)
    rows = sum(map(len, rows_in_file(file).values()))
    assert f"Copied {rows} of {rows} rows.\n" in said
    assert said.count("Copied ") <= 10
    change(file, "UPDATE value SET value = replace(value, 'true', 'false') WHERE name = 'moved to'")
    told = json.loads(beside(postgres_url, "SELECT value FROM value WHERE name = 'moved from'")[0][0])
    told |= {"table": "wave", "rows": 4}
    told_now = json.dumps(told)
    beside(postgres_url, f"UPDATE value SET name = 'moving from', value = '{told_now}' WHERE name = 'moved from'")  # noqa: S608
    code, said = run(capsys, f"sqlite:///{file}", postgres_url, "--dry-run")
    assert code == 0
    assert "rows of it: it would go on there." in said


def test_what_is_left_out(tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Characters that are left out, details that are erased and notes that stay are said in words."""
    file = filled(tmp_path)
    change(file, "UPDATE message SET body = ? || char(0) WHERE key = 'heard'", "a")
    change(file, "UPDATE audit SET detail = detail || char(0) WHERE workspace = 1")
    operations = SqliteOperations(file)
    notes = file.with_name("bot.db-exports.jsonl")
    notes.write_text('{"number": 7}\n')
    assert operations.check_audit(None)[0] != []
    code, said = run(capsys, f"sqlite:///{file}", postgres_url)
    assert code == 0
    assert "Left out in 3 values: characters that PostgreSQL takes in no text (NUL, or half a character)" in said
    assert "Of these, 1 detail of the audit trail became an erased one" in said
    assert f"Not moved: the notes of exports and backups beside {file}, which were changed" in said


def test_it_is_undone(tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what to do with the other database before the bot runs on the file again."""
    file = filled(tmp_path)
    run(capsys, f"sqlite:///{file}", postgres_url)
    code, said = run(capsys, f"sqlite:///{file}", "--undo")
    assert code == 0
    assert said.startswith(f"A bot may run on {file} again.\nStop every bot on 127.0.0.1:")
    code, said = run(capsys, f"sqlite:///{file}", "--undo")
    assert (code, said) == (2, f"{file} was not moved, so there is nothing to undo.\n")
    code, said = run(capsys, f"sqlite:///{file}", postgres_url)
    assert code == 2
    assert "may not be the newest" in said


def test_an_unfinished_one_is_undone(tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What was copied so far is of no use any more."""
    file = filled(tmp_path)
    run(capsys, f"sqlite:///{file}", postgres_url)
    change(file, "UPDATE value SET value = replace(value, 'true', 'false') WHERE name = 'moved to'")
    code, said = run(capsys, f"sqlite:///{file}", "--undo")
    assert code == 0
    assert "is of no use any more: remove it, and name an empty database." in said


FILE, SERVER = "sqlite:///volt-bot.db", "postgresql://volt:hidden@127.0.0.1:1/bot"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((FILE,), "Say where to: volt-bot move sqlite:///volt-bot.db postgresql://USER:PASSWORD@HOST/DATABASE"),
        ((SERVER, FILE), "SQLITE_URL: The file stands first, the server second: volt-bot move sqlite:///volt-bot.db"),
        ((FILE, FILE), "POSTGRES_URL: The file stands first, the server second: volt-bot move sqlite:///volt-bot.db"),
        (("volt-bot.db", SERVER), "SQLITE_URL: It is a path, and an address is wanted: sqlite:///volt-bot.db. Write:"),
        ((FILE, "postgresql://127.0.0.1"), "POSTGRES_URL: It names no database; it stands behind the host and a /."),
        ((FILE, "mysql://db"), "POSTGRES_URL: It names mysql, which this bot does not speak. Write: volt-bot move"),
        ((FILE, SERVER), "volt-bot.db is not there. Name the file that the bot has used, like sqlite:///volt-bot.db."),
    ],
)
def test_arguments_that_cannot_be(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    """Each is refused with what to write."""
    monkeypatch.chdir(tmp_path)
    code, said = run(capsys, *arguments)
    assert code == 2
    assert words in said
    assert "hidden" not in said
