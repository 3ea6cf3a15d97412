"""Operations on PostgreSQL beside its bots: exports, the audit trail, erasure, secrets; what is refused is in words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.ids import UserId
from bot.domain.workspaces import Installation, WorkspaceId
from bot.ports.operations import ErasureRequest
from bot.store.postgres.address import read_address
from bot.store.postgres.operations import PostgresOperations
from bot.store.postgres.storage import PostgresStorage
from bot.store.sealing import FernetSealer, new_key
from tests.harness.observed import Observed
from tests.harness.world import CHANNEL, DANA
from tests.store.two_workspaces import MINE, OTHERS, seed

pytestmark = pytest.mark.postgres

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALL = (MINE, OTHERS)


@pytest.fixture
async def storage(postgres_url: str) -> AsyncIterator[PostgresStorage]:
    """Give a running bot's storage that holds two workspaces."""
    made = PostgresStorage(read_address(postgres_url), Observed())
    await made.start()
    await made.store.run(lambda tx: tx.installations.save(Installation(WorkspaceId(0), "T2")))
    for workspace, mark in ((MINE, "mine"), (OTHERS, "theirs")):
        await made.writer.run(partial(seed, workspace=workspace, mark=mark))
    yield made
    await made.close()


def test_where_no_bot_has_begun(postgres_url: str) -> None:
    """It says so, and how one begins; there are no secrets to open."""
    operations = PostgresOperations(read_address(postgres_url))
    assert operations.check().endswith("is empty; serve creates the tables")
    assert operations.stored_secrets() == []
    assert operations.value("colour") is None
    with pytest.raises(StoreUnavailable, match=r"There is no database of volt-bot at .* yet\. volt-bot serve begins"):
        operations.queue_depths()


async def test_texts_are_exported(storage: PostgresStorage) -> None:
    """Of all workspaces, or of one; each line says whose it is."""
    lines = [json.loads(line) for line in storage.operations.export_texts()]
    assert {line["workspace"] for line in lines} == {"", "T2"}
    own = [json.loads(line) for line in storage.operations.export_texts(workspace=OTHERS, contact=DANA)]
    assert own == [line for line in lines if line["workspace"] == "T2" and line["contact"] == DANA]
    assert own != []


async def test_uses_are_noted_in_the_trail(storage: PostgresStorage) -> None:
    """An export is a line of the audit trail, and the trail holds what was written, until somebody changes it."""
    operations = storage.operations
    operations.note_use("ops", "exported", "what texts", at=AT)
    trail = [json.loads(line) for line in operations.export_audit()]
    assert (trail[-1]["actor"], trail[-1]["action"], trail[-1]["detail"]) == ("ops", "exported", "what texts")
    faults, looked_at = operations.check_audit(None)
    assert faults == []
    assert looked_at == "2 lines of the audit trail, 1 export or backup"
    await storage.writer.run(lambda connection: connection.execute("UPDATE audit SET actor = 'somebody'").rowcount)
    assert len(operations.check_audit(None)[0]) == 3


def test_backups_are_postgresqls(postgres_url: str) -> None:
    """Backup and restore name the program to use."""
    operations = PostgresOperations(read_address(postgres_url))
    with pytest.raises(StoreUnavailable, match=r'Run: pg_dump --format=custom --file=copy\.dump "\$DATABASE_URL"'):
        operations.check_backup_target(Path("copy.dump"))
    with pytest.raises(
        StoreUnavailable, match=r"Stop every bot, and put the backup into an empty database: pg_restore"
    ):
        operations.check_backup(Path("copy.dump"))


async def test_a_person_is_erased_beside_a_running_bot(storage: PostgresStorage) -> None:
    """Nothing of theirs is left in the database; the bot is left to remove its posts."""
    await storage.writer.run(lambda connection: connection.execute("DELETE FROM outbox").rowcount)
    state = storage.operations.erase(ErasureRequest(DANA, ALL, UserId("ops")))
    assert (state.is_done, state.is_bot_running) == (True, True)
    assert state.result.conversations == 2
    assert list(storage.operations.export_texts(contact=DANA)) == []
    assert await storage.store.run(lambda tx: tx.conversations.with_contact(DANA)) == []
    kinds = await storage.store.run(lambda tx: {entry.kind.value for entry in tx.outbox.all_open()})
    assert kinds == {"erase"}


async def test_a_workspace_is_forgotten_while_no_bot_runs(storage: PostgresStorage, postgres_url: str) -> None:
    """It is refused beside a bot; then no row of that workspace is left, and the other has all of its own."""
    operations = storage.operations
    with pytest.raises(StoreUnavailable, match="Stop every bot, wait 15 seconds where one was killed, and try again"):
        operations.forget(OTHERS)
    before = list(operations.export_texts(workspace=MINE))
    await storage.close()
    operations.forget(OTHERS)
    assert [json.loads(line) for line in operations.export_texts()] == [
        {name: value for name, value in json.loads(line).items() if name != "workspace"} for line in before
    ]
    assert [one.installation.team_id for one in operations.workspaces()] == []
    with psycopg.connect(postgres_url) as connection:
        left = connection.execute("SELECT count(*) FROM message WHERE workspace = 2").fetchone()
        threads = connection.execute("SELECT DISTINCT workspace, channel FROM thread").fetchall()
    assert left == (0,)
    assert threads == [(1, CHANNEL)]


async def test_secrets_are_sealed_again_while_no_bot_runs(storage: PostgresStorage) -> None:
    """All of them under the newest key, in one transaction; refused beside a bot."""
    old, new = new_key(), new_key()
    sealed = FernetSealer([old]).seal("a token")
    await storage.writer.run(
        lambda connection: connection.execute("UPDATE connection SET token = %(token)s", {"token": sealed}).rowcount
    )
    with pytest.raises(StoreUnavailable, match="A bot uses"):
        storage.operations.seal_again(FernetSealer([new, old]))
    await storage.close()
    found = storage.operations.seal_again(FernetSealer([new, old]))
    assert found > 0
    assert {FernetSealer([new]).open(one.sealed) for one in storage.operations.stored_secrets() if one} == {"a token"}


async def test_depths_and_values(storage: PostgresStorage) -> None:
    """What waits is counted, and a single setting is read, beside the bot."""
    await storage.store.run(lambda tx: tx.settings.set_value("colour", "green"))
    assert storage.operations.value("colour") == "green"
    assert sum(entry.count for entry in storage.operations.queue_depths().entries) > 0
    assert storage.operations.check().endswith("used by 1 bot now")
    assert storage.operations.open_to_others() == []
