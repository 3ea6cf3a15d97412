"""The database that is moved into: looked at, filled a part at a time, and handed over.

Each part is one transaction with the note of how far it is. Refuses a database that holds anything else than the rest
of the same move, one that a bot uses, and a second process that moves into it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import psycopg
from psycopg import errors

from bot.domain.audit_chain import ChainedLine
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import UserId
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WHOLE_DATABASE
from bot.store.moving.tables import Checksum, Table, checksum
from bot.store.postgres.address import Address
from bot.store.postgres.beside import PATIENCE_S, bots_on, in_unit
from bot.store.postgres.connection import Connection, open_for_writing
from bot.store.postgres.migrations import is_begun, is_due, migrate
from bot.store.postgres.running import named
from bot.store.postgres.unfinished_move import MOVED_FROM, MOVING, read_note
from bot.store.sql.transaction import SqlTransaction

_MADE_BY_THE_SCHEMA = ("migration", "migration_lock", "part", "workspace")

_TABLES = """SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND NOT tablename = ANY(%(names)s)
    ORDER BY tablename"""

_WORKSPACES = "SELECT 1 FROM workspace WHERE id <> 1 OR team_id <> '' OR enterprise_id <> '' OR name <> ''"

_IDENTITIES = """SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema()
    AND is_identity = 'YES' AND column_name = 'id' AND table_name = ANY(%(names)s)"""


@dataclass(frozen=True)
class Progress:
    """How far a move is: all tables before this one are there, and so many rows of it."""

    id: str
    source: str
    table: str = ""
    rows: int = 0


class Target:
    """A database that is moved into; made by `opened`."""

    def __init__(self, connection: Connection, address: Address) -> None:
        self._connection, self._address = connection, address
        self.location = address.location

    # --- before

    def look(self, id_: str | None) -> Progress | None:
        """Look whether a move could begin or go on, and undo what was tried for that. Raises StoreUnavailable."""
        with self._connection.transaction(force_rollback=True):
            return self._begun(id_)

    def begin(self, id_: str, source: str) -> Progress:
        """Begin a move, or find out how far it is. Raises StoreUnavailable; then nothing was changed."""
        with self._connection.transaction():
            progress = self._begun(id_)
            if progress is None:
                progress = Progress(id_, source)
                self._connection.execute("DELETE FROM workspace")  # the schema's own: the file has one, too
                self._note(progress)
        return progress

    def _begun(self, id_: str | None) -> Progress | None:
        """Read how far the move is; None where it has not begun. Raises StoreUnavailable where it cannot."""
        is_due(self._connection, self._address)  # refuses one of a newer release, whatever is in it
        if is_begun(self._connection):
            if (progress := self._progress()) is not None:
                if progress.id != id_:
                    raise StoreUnavailable(
                        f"{self.location} holds the rest of another move, from {progress.source}. Name an empty"
                        " database."
                    )
                return progress
            self._check_empty()  # before anything of it is changed
        migrate(self._connection, self._address)
        self._check_empty()
        return None

    def holds_rest_of(self, id_: str) -> bool:
        """Whether this move has begun here and is not finished."""
        progress = self._progress() if is_begun(self._connection) else None
        return progress is not None and progress.id == id_

    def was_finished(self, id_: str) -> bool:
        """Whether all of this move is here."""
        if not is_begun(self._connection):
            return False
        told = read_note(self._connection, MOVED_FROM)
        return told is not None and json.loads(told)["id"] == id_

    def _progress(self) -> Progress | None:
        told = read_note(self._connection)
        return None if told is None else Progress(**json.loads(told))

    def _check_empty(self) -> None:
        if bots_on(self._connection):
            raise StoreUnavailable(
                f"A bot uses {self.location}. Name an empty database (createdb NAME). Nothing was changed."
            )
        # A bot that starts takes its seat first, and reads the note then: from here on it waits for the note.
        self._connection.execute("LOCK TABLE seat IN SHARE ROW EXCLUSIVE MODE")
        found = self._connection.execute(_TABLES, {"names": list(_MADE_BY_THE_SCHEMA)}).fetchall()
        looks = {row["tablename"]: f'SELECT 1 FROM "{row["tablename"]}" LIMIT 1' for row in found}  # noqa: S608 - a name of the server's
        for table, statement in (looks | {"workspace": _WORKSPACES}).items():
            if self._connection.execute(statement.encode()).fetchone() is not None:
                raise StoreUnavailable(
                    f"{self.location} is not empty: there are rows in {table}, as after a bot has run on it. Name an"
                    " empty database (createdb NAME). Nothing was changed."
                )

    # --- filling it

    def add(self, table: Table, rows: Iterable[tuple[Any, ...]], progress: Progress) -> Progress:
        """Add rows to a table and note how far it is, both or neither."""
        with self._connection.transaction():
            self._hold(progress)
            added = 0
            statement = f"COPY {table.name} ({table.listed}) FROM STDIN (FORMAT BINARY)"
            with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
                copy.set_types(table.types)
                for row in rows:
                    copy.write_row(row)
                    added += 1
            before = progress.rows if progress.table == table.name else 0
            progress = replace(progress, table=table.name, rows=before + added)
            self._note(progress)
        return progress

    def _hold(self, progress: Progress) -> None:
        """Lock the note until the COMMIT, and see that nobody else has gone on. Raises StoreUnavailable."""
        self._connection.execute(
            "SELECT 1 FROM value WHERE workspace = %(workspace)s AND name = %(name)s FOR UPDATE",
            {"workspace": WHOLE_DATABASE, "name": MOVING},
        )
        if self._progress() != progress:
            raise StoreUnavailable(f"Another volt-bot moves into {self.location} now. Let it finish, or stop it.")

    def _note(self, progress: Progress) -> None:
        self._set_value(MOVING, asdict(progress))

    def _set_value(self, name: str, told: dict[str, Any]) -> None:
        now = self._connection.server_clock()
        wanted = {"workspace": WHOLE_DATABASE, "name": name, "value": json.dumps(told), "now": now}
        self._connection.execute(self._connection.statements["set_value"], wanted)

    # --- afterwards

    def set_identities(self, tables: Sequence[Table], last_ids: dict[str, int]) -> None:
        """Let new ids follow those that are there, and those that were there once: buttons in Slack name them."""
        names = {"names": [table.name for table in tables]}
        for row in self._connection.execute(_IDENTITIES, names).fetchall():
            name = row["table_name"]
            greatest = f"greatest(%(last)s, (SELECT coalesce(max(id), 0) FROM {name}))"  # noqa: S608 - our own name
            self._connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), last) FROM (SELECT {greatest} AS last) AS known"  # noqa: S608
                " WHERE last > 0".encode(),
                {"last": last_ids.get(name, 0)},
            )

    def gather_statistics(self, tables: Sequence[Table]) -> None:
        """Let the server look at what it has, so that it finds its way from the first moment on."""
        for name in [*(table.name for table in tables), "text_index", "contact_index"]:
            self._connection.execute(f"ANALYZE {name}".encode())

    def checksum(self, table: Table) -> Checksum:
        """Compute the checksum of what is here."""
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY ({table.select}) TO STDOUT (FORMAT BINARY)".encode()) as copy,
        ):
            copy.set_types(table.types)
            return checksum(copy.rows())

    def finish(self, progress: Progress, notes: Sequence[ChainedLine], actor: str) -> None:
        """Take the notes in and let bots run on it from now on, both or neither."""

        def end(tx: SqlTransaction) -> None:
            self._hold(progress)
            for line in notes:
                self._add_line(line)
            tx.audit.add(UserId(actor), "moved the database here", None, f"from {progress.source}")
            self._connection.execute(
                "DELETE FROM value WHERE workspace = %(workspace)s AND name = %(name)s",
                {"workspace": WHOLE_DATABASE, "name": MOVING},
            )
            self._set_value(MOVED_FROM, {"id": progress.id, "source": progress.source})

        in_unit(self._connection, WHOLE_DATABASE, end)

    def _add_line(self, line: ChainedLine) -> None:
        """Add a line of a chain as it was written, with its hash."""
        fields = asdict(line)
        fields |= {"now": Micros(fields.pop("at")), "id": fields.pop("conversation_id")}
        self._connection.execute(self._connection.statements["add_audit_line"], fields)
        self._connection.execute(self._connection.statements["set_audit_end"], fields)


@contextmanager
def opened(address: Address, source: str) -> Iterator[Target]:
    """Open a database to move into. Raises StoreUnavailable, also where it is lost in the middle."""
    try:
        connection = open_for_writing(address)
    except StoreUnavailable as error:
        raise StoreUnavailable(str(error).replace("DATABASE_URL", "POSTGRES_URL")) from None
    connection.answer_within_s = PATIENCE_S
    try:
        with closing(connection):
            yield Target(connection, address)
    except psycopg.Error as error:
        raise StoreUnavailable(_why(error, address, source)) from None  # the library's error may show a text


_AGAIN = "{source} is as it was. Run the same command again: it goes on where it stopped."


def _why(error: psycopg.Error, address: Address, source: str) -> str:
    again = _AGAIN.format(source=source)
    if isinstance(error, errors.DiskFull):
        return f"The server of {address.location} is full. Make room there. {again}"
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return f"{address.location} is read only now. Name the server that may be written. {again}"
    if isinstance(error, psycopg.OperationalError):
        return f"The server of {address.location} was lost in the middle. Look whether it runs. {again}"
    return f"{address.location} cannot take what {source} holds ({named(error)}). {source} is as it was."
