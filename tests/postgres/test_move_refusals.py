"""What cannot be moved, and where nothing can be moved to: one sentence each, and both sides are as they were."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.errors import StoreUnavailable
from bot.store.postgres.address import read_address
from bot.store.postgres.storage import PostgresStorage
from bot.store.sqlite.backup import write_copy
from bot.store.sqlite.connection import open_for_writing
from tests.harness.observed import Observed
from tests.postgres.cluster import PASSWORD, USER
from tests.postgres.moving import ACTOR, beside, change, filled, move_of, moved, rows_in_database, rows_in_file
from tests.store.test_before_0_2 import closed as before_0_2

pytestmark = pytest.mark.postgres

NOWHERE = "postgresql://volt:secret@127.0.0.1:1/bot"
SECRET = PASSWORD.replace(" ", "%20")
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"


def refusal(file: Path, url: str) -> str:
    """Say how a move is refused, with and without --dry-run alike."""
    words = []
    for run in (lambda: move_of(file, url).look(), lambda: moved(file, url)):
        with pytest.raises(StoreUnavailable) as raised:
            run()
        words.append(str(raised.value))
    assert words[0] == words[1]
    assert "\n" not in words[0]
    assert PASSWORD not in words[0]
    assert SECRET not in words[0]
    return words[0]


# --- the file


def gone(file: Path) -> None:
    """Take it away."""
    file.unlink()


def emptied(file: Path) -> None:
    """Leave nothing in it."""
    file.write_bytes(b"")


def damaged(file: Path) -> None:
    """Spoil a page."""
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\x55" * 4096 * 6
    file.write_bytes(content)


def foreign(file: Path) -> None:
    """Put another program's in its place."""
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE invoices (id)")


def older(file: Path) -> None:
    """Put one from before 0.2 in its place."""
    file.unlink()
    before_0_2(file)


def newer(file: Path) -> None:
    """Let a later release have changed it."""
    change(
        file,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('volt-bot', 'from_the_future', '')",
    )


def put_here(file: Path) -> None:
    """Put a backup in its place by hand."""
    copy = file.with_name("copy.db")
    write_copy(file, copy)
    copy.replace(file)


def copied(file: Path) -> None:
    """Put a copy in its place that no bot has run on."""
    file.rename(file.with_name("elsewhere"))
    file.write_bytes(file.with_name("elsewhere").read_bytes())


def strange(file: Path) -> None:
    """Put a text where a number is to be."""
    change(file, "UPDATE message SET turn = 'one' WHERE key = 'heard'")


def to_be_erased(file: Path) -> None:
    """Ask a bot for an erasure that it did not come to."""
    file.with_name("bot.db-erase.json").write_text('{"contact": "+15555550145", "workspaces": [1], "by": "ops"}')


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (gone, r"bot\.db is not there\. Name the file that the bot has used, like sqlite:///volt-bot\.db\."),
        (emptied, r"bot\.db holds no database yet\. Name the file that the bot has used\."),
        (damaged, r"bot\.db is damaged \(.*\), and is left as it is\. Put a backup in place: volt-bot restore FILE"),
        (foreign, r"bot\.db is the database of another program, and is left as it is\. Name another file\."),
        (older, r"bot\.db is from a version before 0\.2, and is left as it is\."),
        (newer, r"bot\.db was written by a newer volt-bot, and is left as it is\. Install that version"),
        (put_here, r"bot\.db may not be the newest: it is a backup, or .* Start the bot on it and stop it, so that"),
        (copied, r"bot\.db may not be the newest: .* it looks up what it owes\. Then move\."),
        (strange, r"changed by another program: 2 of the rows in message hold values of another kind than their"),
        (to_be_erased, r"Somebody is still to be erased from .*bot\.db\. Start the bot on it and stop it, so that"),
    ],
)
def test_a_file_that_cannot_be_moved(
    tmp_path: Path, postgres_url: str, spoil: Callable[[Path], None], words: str
) -> None:
    """It says why and what to do; the file is left as it is, and nothing is made in the database."""
    file = filled(tmp_path)
    spoil(file)
    before = file.read_bytes() if file.exists() else None
    assert re.search(words, refusal(file, postgres_url))
    assert (file.read_bytes() if file.exists() else None) == before
    assert beside(postgres_url, TABLES) == [(0,)]


def test_a_file_that_a_bot_uses(tmp_path: Path, postgres_url: str) -> None:
    """Texts that it takes in meanwhile would be lost."""
    file = filled(tmp_path)
    with closing(open_for_writing(file)):
        assert refusal(file, postgres_url).endswith(
            "another volt-bot is using it. Stop that one first, or name another file."
        )


def test_a_file_beside_a_log(tmp_path: Path, postgres_url: str) -> None:
    """What a bot that was cut off has left in the log is in no file yet."""
    file = filled(tmp_path)
    connection = open_for_writing(file)
    connection.execute("UPDATE message SET body = 'newest'")
    copy = tmp_path / "cut" / "bot.db"
    copy.parent.mkdir()
    for end in ("", "-wal", "-lock"):
        Path(f"{copy}{end}").write_bytes(Path(f"{file}{end}").read_bytes())
    connection.close()
    assert re.search(
        r"bot\.db-wal holds texts that bot\.db lacks, from a bot that was cut off\. Start the bot on it and stop it,",
        refusal(copy, postgres_url),
    )
    assert Path(f"{copy}-wal").stat().st_size > 0


# --- the database


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """The file bears no mark of it."""
    file = filled(tmp_path)
    before = rows_in_file(file)
    assert refusal(file, NOWHERE) == (
        "The server of 127.0.0.1:1/bot cannot be reached. Start it, or put POSTGRES_URL right."
    )
    open_for_writing(file).close()
    assert rows_in_file(file) == before


def test_a_wrong_password(tmp_path: Path, postgres_url: str) -> None:
    """It says which argument to put right."""
    words = refusal(filled(tmp_path), postgres_url.replace(SECRET, "wrong"))
    assert 'refuses the user "volt" or its password. Put both right in POSTGRES_URL' in words


def test_tables_of_another_program(tmp_path: Path, postgres_url: str) -> None:
    """Nothing is put among them."""
    beside(postgres_url, "CREATE TABLE invoices (id BIGINT)")
    assert 'has tables of another program ("invoices")' in refusal(filled(tmp_path), postgres_url)
    assert beside(postgres_url, TABLES) == [(1,)]


def test_a_user_who_may_create_no_tables(tmp_path: Path, postgres_url: str) -> None:
    """It says what the owner has to say, and the file may go on being used."""
    ((schema,),) = beside(postgres_url, "SELECT current_schema()")
    name = f"mover_{schema}"
    beside(postgres_url, f"CREATE ROLE {name} LOGIN PASSWORD 'guest'")
    beside(postgres_url, f"GRANT USAGE ON SCHEMA {schema} TO {name}")
    file = filled(tmp_path)
    words = refusal(file, postgres_url.replace(f"{USER}:{SECRET}", f"{name}:guest"))
    assert words.startswith(f'"{name}" may not create tables in 127.0.0.1:')
    open_for_writing(file).close()


async def test_a_database_that_a_bot_uses_or_has_used(tmp_path: Path, postgres_url: str) -> None:
    """What is in it would be mixed with what is moved."""
    file = filled(tmp_path)
    storage = PostgresStorage(read_address(postgres_url), Observed())
    await storage.start()
    assert re.search("^A bot uses .*. Name an empty database .createdb NAME.. Nothing", refusal(file, postgres_url))
    await storage.store.run(lambda tx: tx.settings.set_value("colour", "green"))
    await storage.close()
    words = refusal(file, postgres_url)
    assert re.search(r"is not empty: there are rows in \w+, as after a bot has run on it\. Name an empty", words)
    open_for_writing(file).close()


def test_a_database_of_a_newer_release(tmp_path: Path, postgres_url: str) -> None:
    """It is left as it is."""
    beside(postgres_url, "CREATE TABLE migration (name TEXT PRIMARY KEY, breaks BIGINT)")
    beside(postgres_url, "INSERT INTO migration VALUES ('from_the_future', 1)")
    assert "was written by a newer volt-bot" in refusal(filled(tmp_path), postgres_url)


def test_a_file_that_was_moved_elsewhere(tmp_path: Path, postgres_url: str) -> None:
    """Two databases of one file would both be used."""
    file = filled(tmp_path)
    moved(file, postgres_url)
    beside(postgres_url, 'UPDATE value SET value = \'{"id": "another", "source": ""}\' WHERE name = \'moved from\'')
    words = refusal(file, postgres_url)
    assert re.search(rf"{file} was moved to 127.*Go on there; .* volt-bot move sqlite:///{file} --undo$", words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "53100",
            r"The server of .* is full\. Make room there\. .*bot\.db is as it was\. Run the same command again: it",
        ),
        ("25006", r"is read only now\. Name the server that may be written\. .* goes on where it stopped\."),
        ("23514", r"cannot take what .*bot\.db holds \(CheckViolation 23514\)\. .*bot\.db is as it was\."),
    ],
)
def test_the_server_takes_no_more(tmp_path: Path, postgres_url: str, code: str, words: str) -> None:
    """What came before is kept; once there is room the next try goes on."""
    file = filled(tmp_path)

    def fill_up(_rows: int, _of: int) -> None:
        beside(
            postgres_url,
            "CREATE OR REPLACE FUNCTION refuse() RETURNS TRIGGER LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$;"
            " CREATE OR REPLACE TRIGGER full_up BEFORE INSERT ON outbox EXECUTE FUNCTION refuse()",
        )

    with pytest.raises(StoreUnavailable, match=words):
        move_of(file, postgres_url).run(ACTOR, fill_up)
    beside(postgres_url, "DROP TRIGGER full_up ON outbox")
    moved(file, postgres_url)
    assert rows_in_database(postgres_url, file) == rows_in_file(file)


def test_a_row_that_is_not_the_same(tmp_path: Path, postgres_url: str) -> None:
    """Counts alone would not tell: the checksums do, and no bot may run on it."""
    file = filled(tmp_path)

    def spoil(rows: int, of: int) -> None:
        if rows == of:
            beside(postgres_url, "UPDATE message SET body = upper(body) WHERE key = 'heard' AND workspace = 1")

    with pytest.raises(
        StoreUnavailable, match=r"does not hold what .* of 10 rows in message 10 are there, or some diff"
    ):
        move_of(file, postgres_url).run(ACTOR, spoil)
    with pytest.raises(StoreUnavailable, match="is being moved to"):
        open_for_writing(file)
    assert beside(postgres_url, "SELECT count(*) FROM value WHERE name = 'moving from'") == [(1,)]


def test_two_moves_at_once(tmp_path: Path, postgres_url: str) -> None:
    """A second one into the same database is refused, whichever file it is of."""
    file = filled(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    refusals: list[str] = []

    def begin_another(_rows: int, _of: int) -> None:
        if not refusals:
            refusals.append(refusal(filled(other), postgres_url))

    move_of(file, postgres_url).run(ACTOR, begin_another)
    assert re.search(rf"holds the rest of another move, from {file}\. Name an empty database\.", refusals[0])
    assert rows_in_database(postgres_url, file) == rows_in_file(file)


def test_the_same_move_was_gone_on_with_elsewhere(tmp_path: Path, postgres_url: str) -> None:
    """Where the note says something else than this process wrote, another one is at work: nothing is added."""
    file = filled(tmp_path)

    def go_on_elsewhere(_rows: int, _of: int) -> None:
        beside(
            postgres_url,
            "UPDATE value SET value = (value::jsonb || '{\"rows\": 99}')::text WHERE name = 'moving from'",
        )

    with pytest.raises(StoreUnavailable, match=r"Another volt-bot moves into .* now\. Let it finish, or stop it\."):
        move_of(file, postgres_url).run(ACTOR, go_on_elsewhere)


def test_a_dry_run_changes_nothing(tmp_path: Path, postgres_url: str) -> None:
    """Both sides are as they were, and it says what would be copied."""
    file = filled(tmp_path)
    before = file.read_bytes()
    plan = move_of(file, postgres_url).look()
    assert file.read_bytes() == before
    assert beside(postgres_url, TABLES) == [(0,)]
    assert (plan.contents.texts, plan.contents.conversations, plan.rows_there) == (10, 2, 0)
