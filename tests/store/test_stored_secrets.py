"""Sealed secrets of a database: all are found and tried, sealed again together, and what does not open is left."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import closing
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.config_errors import BadConfig
from bot.domain.database_address import address_in
from bot.domain.errors import StoreUnavailable, WrongKey
from bot.domain.ids import UserId
from bot.domain.timestamps import Micros
from bot.domain.workspaces import FROM_ENVIRONMENT, Grant, Installation, Sealed, WorkspaceId
from bot.ports.storage import Storage, Transaction
from bot.store.key_check import check_secrets
from bot.store.sealing import FernetSealer, new_key
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.only_writer import OnlyWriter
from bot.store.storage import open_operations, open_storage
from tests.harness.observed import Observed

OLD, NEW = new_key(), new_key()
SEALER, BOTH, LATER = FernetSealer([OLD]), FernetSealer([NEW, OLD]), FernetSealer([NEW])
NOBODY = UserId("")


def storage_in(folder: Path) -> Storage:
    """Make the storage."""
    return open_storage(address_in(f"sqlite:///{folder / 'bot.db'}"), Clock().now, Observed())


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    """Give a storage with three secrets of Acme, one of Globex, and one of the workspace of the environment."""
    storage = storage_in(tmp_path)
    await storage.start()
    acme = await storage.store.run(lambda tx: installed(tx, "T0ACME", "Acme", SEALER.seal("xoxe-1")))
    globex = await storage.store.run(lambda tx: installed(tx, "T0GLOBEX", "Globex"))
    for workspace, token in ((acme, "volt-1"), (globex, None), (FROM_ENVIRONMENT, "volt-2")):
        await storage.store_of(workspace).run(partial(connected, token=token))
    yield storage
    await storage.close()


def installed(tx: Transaction, team: str, name: str, refresh: Sealed | None = None) -> WorkspaceId:
    """Install a workspace."""
    grant = Grant(SEALER.seal(f"xoxb-{name}"), ("chat:write",), refresh, Micros(7) if refresh else None)
    return tx.installations.save(Installation(WorkspaceId(0), team, name=name, grant=grant)).workspace


def connected(tx: Transaction, token: str | None) -> None:
    """Connect a provider; without a token it is one of the environment."""
    tx.connections.add("volt", SEALER.seal(token) if token else None, "", NOBODY)


def opened(storage: Storage, sealer: FernetSealer) -> list[str]:
    """Open all secrets there are."""
    return sorted(sealer.open(one.sealed) for one in storage.operations.stored_secrets())


def contents(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def fault(storage: Storage, sealer: FernetSealer | None) -> str:
    """Check, and return the one line that it ends with."""
    with pytest.raises(BadConfig) as bad:
        check_secrets(storage.operations, sealer)
    (line,) = bad.value.faults
    return line


ALL = sorted(["xoxb-Acme", "xoxe-1", "volt-1", "xoxb-Globex", "volt-2"])


async def test_all_secrets_are_found(storage: Storage) -> None:
    """Tokens, refresh tokens and tokens of connections are found in all workspaces, and all open."""
    assert opened(storage, SEALER) == ALL
    assert check_secrets(storage.operations, SEALER) == 5


def test_each_sealed_column_is_known() -> None:
    """Each column that the schema calls sealed is read by the check, and is sealed again."""
    schema = files("bot.store.sqlite").joinpath("schema.sql").read_text(encoding="utf-8")
    queries = files("bot.store.sql").joinpath("queries.sql").read_text(encoding="utf-8")
    found = set()
    for table, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\)", schema, flags=re.DOTALL):
        found |= {(table, column) for column in re.findall(r"(\w+) TEXT,? -- sealed", body)}
    assert found == {("workspace", "token"), ("workspace", "refresh_token"), ("connection", "token")}
    (statement,) = re.findall(r"-- name: stored_secrets\n(.*?)\n\n", queries, flags=re.DOTALL)
    assert statement.count(" AS sealed") == len(found)


async def test_a_wrong_key(storage: Storage) -> None:
    """With another key it is said how many secrets of which workspaces do not open, and what to do about it."""
    line = fault(storage, LATER)
    assert line == (
        "ENCRYPTION_KEYS  does not open 5 stored secrets of Acme, Globex and the workspace of SLACK_BOT_TOKEN. Nothing"
        " was changed. Put the old key back behind the new one, with a comma between."
    )


async def test_some_secrets_under_a_lost_key(storage: Storage) -> None:
    """Only those that do not open are counted and named."""
    await storage.store.run(lambda tx: tx.installations.wipe(FROM_ENVIRONMENT, Micros(1)))
    acme, globex = await storage.store.run(lambda tx: tx.installations.all())
    assert acme.grant is not None
    renewed = Installation(globex.workspace, "T0GLOBEX", name="Globex", grant=Grant(LATER.seal("xoxb-2")))
    await storage.store.run(lambda tx: tx.installations.save(renewed))
    assert fault(storage, LATER).startswith("ENCRYPTION_KEYS  does not open 3 stored secrets of Acme. Nothing")
    assert fault(storage, SEALER).startswith("ENCRYPTION_KEYS  does not open 1 stored secret of Globex. Nothing")
    assert check_secrets(storage.operations, BOTH) == 4


async def test_no_key(storage: Storage) -> None:
    """Where secrets are stored and there is no key at all, that is said."""
    assert fault(storage, None) == (
        "ENCRYPTION_KEYS  missing, and 5 secrets of Acme, Globex and the workspace of SLACK_BOT_TOKEN are stored."
        " Nothing was changed. Set it to what it was before."
    )


@pytest.mark.parametrize(("name", "shown"), [("", "T0MORE"), ("Two\nlines\x1b[2J", "T0MORE"), ("x" * 90, "x" * 40)])
async def test_names_of_workspaces(tmp_path: Path, name: str, shown: str) -> None:
    """A workspace without a name, or with one that would spoil the line, is named by its id; a long name is cut."""
    storage = storage_in(tmp_path)
    await storage.start()
    await storage.store.run(lambda tx: installed(tx, "T0MORE", name))
    assert fault(storage, LATER).startswith(f"ENCRYPTION_KEYS  does not open 1 stored secret of {shown}. ")
    await storage.close()


async def test_many_workspaces(tmp_path: Path) -> None:
    """Of many workspaces a few are named, and the others counted."""
    storage = storage_in(tmp_path)
    await storage.start()
    for number in range(12):
        await storage.store.run(partial(installed, team=f"T{number}", name=f"W{number}"))
    assert "12 stored secrets of W0, W1, W10, W11, W2 and 7 others. " in fault(storage, LATER)
    await storage.close()


async def test_nothing_stored(tmp_path: Path) -> None:
    """Where nothing is sealed any key will do, and none; a database that is not there is not made."""
    operations = open_operations(address_in(f"sqlite:///{tmp_path / 'bot.db'}"))
    assert check_secrets(operations, None) == 0
    assert contents(tmp_path) == {}
    storage = storage_in(tmp_path)
    await storage.start()
    assert check_secrets(storage.operations, None) == check_secrets(storage.operations, LATER) == 0
    await storage.close()


async def test_the_check_changes_nothing(storage: Storage) -> None:
    """What does not open stays as it is, and opens once the key is back."""
    fault(storage, LATER)
    assert opened(storage, BOTH) == ALL


# --- sealing again


async def test_sealed_again_together(storage: Storage, tmp_path: Path) -> None:
    """All secrets are sealed under the newest key, nothing else changes, and the old ones are gone from the files."""
    before = [one.sealed for one in storage.operations.stored_secrets()]
    installations = await storage.store.run(lambda tx: tx.installations.all())
    await storage.close()
    assert storage.operations.seal_again(BOTH) == 5
    assert opened(storage, LATER) == ALL
    left = b"".join(contents(tmp_path).values())
    assert [one for one in before if one.encode() in left] == []
    again = storage_in(tmp_path)
    await again.start()
    found = await again.store.run(lambda tx: tx.installations.all())
    assert [plain(one) for one in found] == [plain(one) for one in installations]
    await again.close()


def plain(installation: Installation) -> tuple[object, ...]:
    """Give what is not sealed of it."""
    grant = installation.grant
    assert grant is not None
    return installation.team_id, installation.name, grant.scopes, grant.expires_at, grant.refresh_token is None


async def test_sealing_again_once_more(storage: Storage) -> None:
    """Sealing again is repeated without harm, also once the old key is gone."""
    await storage.close()
    for sealer in (BOTH, BOTH, LATER):
        assert storage.operations.seal_again(sealer) == 5
        assert opened(storage, LATER) == ALL


async def test_one_that_does_not_open_changes_none(storage: Storage) -> None:
    """Where one secret does not open, none is sealed again."""
    other = FernetSealer([new_key()]).seal("volt-3")
    await storage.store.run(lambda tx: tx.connections.add("volt", other, "", NOBODY))
    await storage.close()
    before = storage.operations.stored_secrets()
    with pytest.raises(WrongKey):
        storage.operations.seal_again(BOTH)
    assert storage.operations.stored_secrets() == before


async def test_a_running_bot_keeps_its_secrets(storage: Storage) -> None:
    """While a bot runs on the database nothing is sealed again: it alone may write there."""
    with pytest.raises(StoreUnavailable, match="another volt-bot is using it"):
        storage.operations.seal_again(BOTH)
    assert opened(storage, SEALER) == ALL


def test_no_database_to_seal_again(tmp_path: Path) -> None:
    """Without a database it says where it looked, and makes none."""
    with pytest.raises(StoreUnavailable, match="There is no database at"):
        open_operations(address_in(f"sqlite:///{tmp_path / 'bot.db'}")).seal_again(BOTH)
    assert list(tmp_path.iterdir()) == []


async def test_a_database_that_was_put_back_by_hand(storage: Storage, tmp_path: Path) -> None:
    """Sealing again does not make a database look as if it were the newest: the bot still looks before it sends."""
    database = tmp_path / "bot.db"
    await storage.close()
    shutil.copyfile(database, tmp_path / "older")
    (tmp_path / "older").replace(database)
    assert storage.operations.seal_again(BOTH) == 5
    with closing(open_for_writing(database)) as connection:
        assert isinstance(connection, OnlyWriter)
        assert connection.put_back is not None


@pytest.mark.parametrize("end", ["removed", "replaced", "uninstalled"])
async def test_a_session_goes_with_what_it_was_begun_by(storage: Storage, end: str) -> None:
    """The session of a connection is removed with it, with its token, and where its workspace is uninstalled."""
    acme = (await storage.store.run(lambda tx: tx.installations.all()))[0].workspace
    store = storage.store_of(acme)
    (connection,) = await store.run(lambda tx: tx.connections.all())
    await store.run(lambda tx: tx.connections.set_session(connection.id, SEALER.seal("a session")))
    assert await store.run(lambda tx: tx.connections.session(connection.id)) is not None
    if end == "removed":
        await store.run(lambda tx: tx.connections.remove(connection.id))
    elif end == "replaced":
        await store.run(lambda tx: tx.connections.set_token(connection.id, SEALER.seal("volt-3")))
    else:
        await storage.store.run(lambda tx: tx.installations.wipe(acme, Micros(1)))
    assert await store.run(lambda tx: tx.connections.session(connection.id)) is None
