"""A file is moved into a database: every row, nothing twice, whenever it is cut off; and the old file is marked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.audit_chain import ChainedLine, chained
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import UserId
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WHOLE_DATABASE, WorkspaceId
from bot.store.moving.undo import take_back
from bot.store.postgres.address import read_address
from bot.store.postgres.operations import PostgresOperations
from bot.store.postgres.storage import PostgresStorage
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.operations import SqliteOperations
from tests.harness.observed import Observed
from tests.postgres.cluster import Cluster
from tests.postgres.moving import (
    ACTOR,
    beside,
    change,
    filled,
    move_of,
    moved,
    rows_in_database,
    rows_in_file,
    tables_in,
)

pytestmark = pytest.mark.postgres


class Cut(BaseException):
    """The machine of the command is switched off."""


def test_every_row_is_moved(tmp_path: Path, postgres_url: str) -> None:
    """Each table holds the same rows on both sides, and the file holds what it held."""
    file = filled(tmp_path)
    before = rows_in_file(file)
    assert all(before.values()), "a table without a row proves nothing"
    told: list[tuple[int, int]] = []
    result = move_of(file, postgres_url, rows_at_once=7).run(ACTOR, lambda rows, of: told.append((rows, of)))
    assert rows_in_database(postgres_url, file) == before == rows_in_file(file)
    rows = sum(map(len, before.values()))
    assert told[-1] == (rows, rows)
    assert (result.contents.rows, result.tables) == (rows, len(tables_in(file)))


def test_new_ids_follow_the_old_ones(tmp_path: Path, postgres_url: str) -> None:
    """No id is given twice, also where the row that had the last one is gone: buttons in Slack name them."""
    file = filled(tmp_path)
    change(file, "UPDATE sqlite_sequence SET seq = 9000000 WHERE name = 'template'")
    moved(file, postgres_url)
    (newest,) = beside(postgres_url, "SELECT max(id) FROM conversation")[0]
    new = "(workspace, account, contact, channel, created_at) VALUES (1, '+1', '+2', 'C1', 1) RETURNING id"
    assert beside(postgres_url, f"INSERT INTO conversation {new}") == [(newest + 1,)]
    new = "(workspace, name, body, author, at) VALUES (1, 'new', '', 'U1', 1) RETURNING id"
    assert beside(postgres_url, f"INSERT INTO template {new}") == [(9_000_001,)]


def test_what_the_database_makes_itself(tmp_path: Path, postgres_url: str) -> None:
    """Texts and contacts are found, and replies are counted."""
    file = filled(tmp_path)
    with closing(sqlite3.connect(file)) as reader:
        columns = "conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered"
        counts = reader.execute(f"SELECT {columns} FROM reply_count").fetchall()  # noqa: S608 - our own columns
    moved(file, postgres_url)
    texts = "SELECT count(*) FROM text_index WHERE words @@ to_tsquery('simple', 'hello')"
    assert beside(postgres_url, texts) == [(2,)]
    assert beside(postgres_url, "SELECT count(*) FROM contact_index WHERE name LIKE 'dana%'") == [(2,)]
    found = beside(postgres_url, f"SELECT {columns} FROM reply_count")  # noqa: S608 - our own columns
    assert sorted(row for row in found if any(row[2:])) == sorted(row for row in counts if any(row[2:]))


async def test_what_was_under_way_is_unknown(tmp_path: Path, postgres_url: str) -> None:
    """The bot that starts on the database takes what was under way for unknown or makes it again where it may."""
    file = filled(tmp_path)
    state = "SELECT kind, state FROM outbox WHERE key = 'under way'"
    new = "(workspace, key, lane, kind, limit_key, conversation_id, sort_key, state, due_at, created_at)"
    change(
        file,
        f"INSERT INTO outbox {new} SELECT 1, 'under way', 'out', 'send', 'send', min(id), 1, 'in_flight', 1, 1"  # noqa: S608
        " FROM conversation WHERE workspace = 1",
    )
    result = move_of(file, postgres_url).run(ACTOR, lambda _rows, _of: None)
    assert result.contents.in_doubt == 3
    assert beside(postgres_url, state) == [("send", "in_flight")]
    storage = PostgresStorage(read_address(postgres_url), Observed())
    await storage.start()
    await storage.close()
    assert beside(postgres_url, state) == [("send", "unknown")]
    assert beside(postgres_url, "SELECT count(*) FROM outbox WHERE state = 'in_flight'") == [(0,)]


def test_the_audit_trail_verifies(tmp_path: Path, postgres_url: str) -> None:
    """Chains hold as before; the notes of exports and backups are lines of the trail now, and the move is one, too."""
    file = filled(tmp_path)
    operations = SqliteOperations(file)
    for name in ("one", "two"):
        operations.note_use("ops", "made a backup", f"to {name}", at=datetime(2026, 3, 1, tzinfo=UTC))
    assert operations.check_audit(None)[0] == []
    moved(file, postgres_url)
    there = PostgresOperations(read_address(postgres_url))
    assert there.check_audit(None)[0] == []
    lines = "SELECT number, actor, action, detail FROM audit WHERE workspace = 0 ORDER BY number"
    assert beside(postgres_url, lines) == [
        (1, "ops", "made a backup", "to one"),
        (2, "ops", "made a backup", "to two"),
        (3, ACTOR, "moved the database here", f"from {file}"),
    ]
    beside(postgres_url, "UPDATE audit SET detail = 'to three' WHERE workspace = 0 AND number = 2")
    assert there.check_audit(None)[0] != []


def test_notes_that_were_changed_stay(tmp_path: Path, postgres_url: str) -> None:
    """Notes that do not verify are not taken over as if they did; the result says so."""
    file = filled(tmp_path)
    SqliteOperations(file).note_use("ops", "exported", "texts", at=datetime(2026, 3, 1, tzinfo=UTC))
    notes = file.with_name("bot.db-exports.jsonl")
    notes.write_text(notes.read_text().replace("texts", "nothing"))
    assert move_of(file, postgres_url).run(ACTOR, lambda _rows, _of: None).has_faulty_notes
    lines = "SELECT number, action FROM audit WHERE workspace = 0"
    assert beside(postgres_url, lines) == [(1, "moved the database here")]


def test_characters_that_no_database_takes(tmp_path: Path, postgres_url: str) -> None:
    """NUL and halves of characters are left out and counted; a detail of the audit trail becomes an erased one."""
    file = filled(tmp_path)
    half, pair = bytes.fromhex("6eeda0bd6f"), bytes.fromhex("eda0bdedb880")
    change(file, "UPDATE message SET body = ? || char(0) || 'b' WHERE key = 'heard' AND workspace = 1", "a")
    change(file, "UPDATE message SET body = CAST(? AS TEXT) WHERE key = 'draft' AND workspace = 1", half)
    change(file, "UPDATE message SET body = CAST(? AS TEXT) WHERE key = 'sent' AND workspace = 1", pair)
    _audit_as_before(file, "one\x00two")
    plan = move_of(file, postgres_url).look()
    result = move_of(file, postgres_url).run(ACTOR, lambda _rows, _of: None)
    assert (result.contents.cleaned, result.contents.details) == (4, 1)
    assert (plan.contents.cleaned, plan.contents.details) == (4, 1)
    bodies = "SELECT body FROM message WHERE workspace = 1 AND key IN ('heard', 'draft', 'sent')"
    assert {body for (body,) in beside(postgres_url, bodies)} == {"ab", "n\ufffdo", "\U0001f600"}
    assert beside(postgres_url, "SELECT detail, salt FROM audit ORDER BY id DESC OFFSET 1 LIMIT 1") == [("", "")]
    faults = PostgresOperations(read_address(postgres_url)).check_audit(WorkspaceId(1))[0]
    assert faults == SqliteOperations(file).check_audit(WorkspaceId(1))[0]


def _audit_as_before(file: Path, detail: str) -> None:
    """Add a line to the audit trail as it was added before a detail lost its NUL."""
    with closing(open_for_writing(file)) as connection:
        connection.execute("BEGIN")
        tx = SqlTransaction(connection, Micros(1), WorkspaceId(1))
        tx.audit.add(UserId("U0AVA"), "sent", None, detail)
        tx.finish()
        connection.execute("COMMIT")
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        *_, before, row = connection.execute("SELECT * FROM audit WHERE workspace = 1 ORDER BY number").fetchall()
        known = {field.name: row[field.name] for field in fields(ChainedLine)}
        line = chained(ChainedLine(**{**known, "detail": detail}), before["hash"])
        changed = (line.detail, line.digest, line.hash, row["id"])
        connection.execute("UPDATE audit SET detail = ?, digest = ?, hash = ? WHERE id = ?", changed)
        connection.execute("UPDATE audit_chain SET last_hash = ? WHERE workspace = 1", (line.hash,))
        connection.commit()


# --- cut off in the middle


@pytest.mark.parametrize("parts", [1, 5, 20])
def test_the_command_is_cut_off(tmp_path: Path, postgres_url: str, parts: int) -> None:
    """Whenever it ends, the next one goes on where it stopped, and all of it is there once."""
    file = filled(tmp_path)
    before = rows_in_file(file)
    told: list[int] = []

    def cut(rows: int, _of: int) -> None:
        told.append(rows)
        if len(told) == parts:
            raise Cut

    with pytest.raises(Cut):
        move_of(file, postgres_url, rows_at_once=3).run(ACTOR, cut)
    assert move_of(file, postgres_url).look().rows_there == told[-1]
    again: list[int] = []
    move_of(file, postgres_url, rows_at_once=3).run(ACTOR, lambda rows, _of: again.append(rows))
    assert again[0] > told[-1]
    assert rows_in_database(postgres_url, file) == before


async def test_no_bot_runs_on_half_of_it(tmp_path: Path, postgres_url: str) -> None:
    """Until all of it is there, neither side takes a bot, and each says in one line what to do; then the new one."""
    file = filled(tmp_path)

    def cut(_rows: int, _of: int) -> None:
        raise Cut

    with pytest.raises(Cut):
        move_of(file, postgres_url).run(ACTOR, cut)
    here = f"{file} is being moved to 127.0.0.1:.*. Run the same volt-bot move again: it goes on where it stopped."
    with pytest.raises(StoreUnavailable, match=here):
        open_for_writing(file)
    there = PostgresStorage(read_address(postgres_url), Observed())
    with pytest.raises(
        StoreUnavailable, match=r"holds a part of an SQLite file that is being moved here\. Run the same"
    ):
        await there.start()
    with pytest.raises(StoreUnavailable, match="holds a part of an SQLite file"):
        PostgresOperations(read_address(postgres_url)).queue_depths()
    assert beside(postgres_url, "SELECT count(*) FROM seat WHERE ended_at IS NULL") == [(0,)]
    moved(file, postgres_url)
    storage = PostgresStorage(read_address(postgres_url), Observed())
    await storage.start()
    await storage.close()


def test_the_server_is_killed(tmp_path: Path, own_server: Cluster) -> None:
    """A server that is lost in the middle costs one sentence; afterwards the move goes on where it stopped."""
    file = filled(tmp_path)
    before = rows_in_file(file)
    told: list[int] = []

    def kill(rows: int, _of: int) -> None:
        told.append(rows)
        if len(told) == 8:
            own_server.kill()

    with pytest.raises(StoreUnavailable, match=r"was lost in the middle\. Look whether it runs\. .* goes on where it"):
        move_of(file, own_server.url, rows_at_once=3).run(ACTOR, kill)
    own_server.start()
    assert move_of(file, own_server.url).look().rows_there == told[-1]
    moved(file, own_server.url)
    assert rows_in_database(own_server.url, file) == before


def test_the_connection_is_lost_at_a_commit(tmp_path: Path, postgres_url: str) -> None:
    """What was to be kept with it is copied again by the next try, and is there once."""
    file = filled(tmp_path)

    def lose(_rows: int, _of: int) -> None:
        beside(
            postgres_url,
            "CREATE OR REPLACE FUNCTION lose() RETURNS TRIGGER LANGUAGE plpgsql AS $$"
            " BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
            " DROP TRIGGER IF EXISTS lost ON outbox; CREATE CONSTRAINT TRIGGER lost AFTER INSERT ON outbox"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lose()",
        )

    with pytest.raises(StoreUnavailable, match="was lost in the middle"):
        move_of(file, postgres_url).run(ACTOR, lose)
    assert beside(postgres_url, "SELECT count(*) FROM outbox") == [(0,)]
    beside(postgres_url, "DROP TRIGGER lost ON outbox")
    moved(file, postgres_url)
    assert rows_in_database(postgres_url, file) == rows_in_file(file)


def test_it_is_cut_off_before_it_is_handed_over(tmp_path: Path, postgres_url: str) -> None:
    """Where the file has its last mark and the database is not handed over yet, the next one does that."""
    file = filled(tmp_path)
    moved(file, postgres_url)
    beside(
        postgres_url,
        'UPDATE value SET name = \'moving from\', value = (value::jsonb || \'{"table": "role_member",'
        " \"rows\": 0}')::text WHERE name = 'moved from'",
    )
    beside(
        postgres_url,
        "DELETE FROM role_member; DELETE FROM audit WHERE workspace = 0; DELETE FROM audit_chain WHERE workspace = 0",
    )
    assert not move_of(file, postgres_url).run(ACTOR, lambda _rows, _of: None).had_been
    assert rows_in_database(postgres_url, file) == rows_in_file(file)


# --- afterwards


def test_a_second_time(tmp_path: Path, postgres_url: str) -> None:
    """The same command after all is done does nothing, and says so."""
    file = filled(tmp_path)
    moved(file, postgres_url)
    before = rows_in_database(postgres_url, file)
    assert move_of(file, postgres_url).run(ACTOR, lambda _rows, _of: None).had_been
    assert rows_in_database(postgres_url, file) == before


def test_the_old_file_takes_no_bot(tmp_path: Path, postgres_url: str) -> None:
    """A bot that is started on it by mistake says in one line where it is now; it can still be exported and copied."""
    file = filled(tmp_path)
    moved(file, postgres_url)
    words = f"{file} was moved to 127.0.0.1:.* on 20.*. Set DATABASE_URL to the database there. To use this file after"
    with pytest.raises(StoreUnavailable, match=words) as raised:
        open_for_writing(file)
    assert str(raised.value).endswith(f"volt-bot move sqlite:///{file} --undo")
    operations = SqliteOperations(file)
    with pytest.raises(StoreUnavailable, match=words):
        operations.check()
    assert len(list(operations.export_texts())) == 10
    operations.backup(tmp_path / "copy.db")
    with pytest.raises(StoreUnavailable, match=r"copy\.db was moved to"):
        open_for_writing(tmp_path / "copy.db")


def test_it_is_undone(tmp_path: Path, postgres_url: str) -> None:
    """A bot that runs on the file again takes nothing that waits for certain: another may have sent it."""
    file = filled(tmp_path)
    moved(file, postgres_url)
    undone = take_back(file)
    assert undone.was_done
    assert undone.to.startswith("127.0.0.1:")
    with closing(open_for_writing(file)) as connection:
        assert connection.put_back is not None
    with pytest.raises(StoreUnavailable, match="was not moved, so there is nothing to undo"):
        take_back(file)


def test_an_unfinished_one_is_undone(tmp_path: Path, postgres_url: str) -> None:
    """Nothing can have been sent from half a database, so the file is as if nothing had been; the rest is refused."""
    file = filled(tmp_path)
    before = rows_in_file(file)

    def cut(_rows: int, _of: int) -> None:
        raise Cut

    with pytest.raises(Cut):
        move_of(file, postgres_url).run(ACTOR, cut)
    assert not take_back(file).was_done
    with closing(open_for_writing(file)) as connection:
        assert connection.put_back is None
    assert rows_in_file(file) == before
    with pytest.raises(StoreUnavailable, match=f"holds the rest of another move, from {file}. Name an empty database."):
        moved(file, postgres_url)
    with closing(open_for_writing(file)) as connection:
        assert connection.execute("SELECT count(*) AS count FROM value WHERE workspace = :id", {"id": WHOLE_DATABASE})


def test_secrets_stay_sealed(tmp_path: Path, postgres_url: str) -> None:
    """Sealed tokens are the same on both sides, and are counted."""
    file = filled(tmp_path)
    result = move_of(file, postgres_url).run(ACTOR, lambda _rows, _of: None)
    there = PostgresOperations(read_address(postgres_url)).stored_secrets()
    assert sorted(map(repr, there)) == sorted(map(repr, SqliteOperations(file).stored_secrets()))
    assert result.contents.secrets == len(there) > 0
