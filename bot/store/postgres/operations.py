"""Operations on a PostgreSQL database beside its bots: export, check, secrets, erasure and queue depth.

Refuses backup and restore: PostgreSQL has its own, which know what a server keeps besides.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from bot.domain.erasure import ErasureResult
from bot.domain.errors import StoreUnavailable
from bot.domain.figures import FiguresRead, HourSpan
from bot.domain.ids import UserId
from bot.domain.outbox import QueueDepths
from bot.domain.text import counted
from bot.domain.timestamps import Micros
from bot.domain.workspaces import FROM_ENVIRONMENT, WHOLE_DATABASE, InstalledWorkspace, StoredSecret, WorkspaceId
from bot.ports.operations import ErasureRequest, ErasureState, RunningBot
from bot.ports.sealer import Sealer
from bot.store.postgres.address import Address
from bot.store.postgres.beside import alone, bots_on, changing, in_unit, looking, running_bots
from bot.store.postgres.connection import Connection, open_for_reading
from bot.store.postgres.erase import erase
from bot.store.postgres.forget import forget, workspaces_in
from bot.store.postgres.migrations import is_begun, is_due
from bot.store.postgres.unfinished_move import refuse_unfinished
from bot.store.sql import export
from bot.store.sql.audit_check import faults_in_chains, looked_at
from bot.store.sql.export import Wanted
from bot.store.sql.figures import Figures
from bot.store.sql.queue_depth import read_depths
from bot.store.sql.session import Session

_RESEAL = ("reseal_token", "reseal_refresh_token", "reseal_connection")


class PostgresOperations:
    """bot.ports.operations.Operations on one database."""

    def __init__(self, address: Address) -> None:
        self._address = address

    @property
    def location(self) -> str:
        """The server and the name of the database."""
        return self._address.location

    def check(self) -> str:
        """Look whether the database is there; see bot.ports.operations.Operations."""
        connection = open_for_reading(self._address)
        try:
            if not is_begun(connection):
                return f"{self.location} is empty; serve creates the tables"
            refuse_unfinished(connection, self.location)
            due = "; the next start brings its tables up to date" if is_due(connection, self._address) else ""
            return f"{self.location}, used by {counted(bots_on(connection), 'bot')} now{due}"
        finally:
            connection.close()

    def value(self, name: str) -> str | None:
        """Read a single setting; the check says what is wrong with a database that cannot be read."""
        try:
            with looking(self._address) as reader:
                wanted = {"workspace": FROM_ENVIRONMENT, "name": name}
                row = reader.execute(reader.statements["value"], wanted).fetchone()
        except StoreUnavailable:
            return None
        return None if row is None else str(row["value"])

    def queue_depths(self) -> QueueDepths:
        """Count pending outbox entries."""
        with looking(self._address) as reader:
            return read_depths(reader)

    def running_bots(self) -> list[RunningBot]:
        """List the bots whose seats are theirs."""
        with looking(self._address) as reader:
            return running_bots(reader)

    # --- what PostgreSQL does itself

    def backup(self, file: Path) -> None:
        """Refuse it: PostgreSQL has a program for it."""
        self._refuse_backup(file)

    def check_backup_target(self, file: Path) -> None:
        """Refuse it."""
        self._refuse_backup(file)

    def _refuse_backup(self, file: Path) -> NoReturn:
        raise StoreUnavailable(
            f"{self.location} is a PostgreSQL database, which has its own backup. Run:"
            f' pg_dump --format=custom --file={file.name} "$DATABASE_URL"'
        )

    def count_texts(self, file: Path) -> int:
        """Refuse it."""
        self._refuse_restore(file)

    def check_backup(self, file: Path) -> None:
        """Refuse it."""
        self._refuse_restore(file)

    def restore(self, file: Path, *, at: datetime) -> str | None:  # noqa: ARG002 - the port's
        """Refuse it: PostgreSQL has a program for it."""
        self._refuse_restore(file)

    def _refuse_restore(self, file: Path) -> NoReturn:
        raise StoreUnavailable(
            f"{self.location} is a PostgreSQL database. Stop every bot, and put the backup into an empty database:"
            f' pg_restore --no-owner --dbname="$DATABASE_URL" {file.name}'
        )

    def open_to_others(self) -> list[str]:
        """List nothing: there are no files of ours."""
        return []

    # --- secrets

    def stored_secrets(self) -> list[StoredSecret]:
        """List all sealed secrets; none where no bot has begun a database."""
        connection = open_for_reading(self._address)
        try:
            return _secrets(connection) if is_begun(connection) else []
        finally:
            connection.close()

    def seal_again(self, sealer: Sealer) -> int:
        """Seal all secrets under the newest key in one transaction; refused while a bot runs."""
        with alone(self._address) as connection:
            secrets = _secrets(connection)
            for secret in secrets:
                again = {"sealed": secret.sealed, "again": sealer.seal(sealer.open(secret.sealed))}
                for statement in _RESEAL:  # no two secrets are sealed alike, so each is found by itself
                    connection.execute(connection.statements[statement], again)
            return len(secrets)

    # --- the audit trail

    def note_use(self, actor: str, action: str, detail: str, *, at: datetime) -> None:  # noqa: ARG002 - the server's clock counts
        """Note it in the audit trail, as a line of no workspace."""
        with changing(self._address) as connection:
            in_unit(connection, WHOLE_DATABASE, lambda tx: tx.audit.add(UserId(actor), action, None, detail))

    def check_audit(self, workspace: WorkspaceId | None) -> tuple[list[str], str]:
        """Check the chains of the audit trail."""
        with looking(self._address) as reader:
            faults, lines = faults_in_chains(reader, workspace)
        notes = sum(line.workspace == WHOLE_DATABASE for line in lines)
        return faults, looked_at([line for line in lines if line.workspace != WHOLE_DATABASE], notes)

    # --- a person, a workspace

    def erase(self, request: ErasureRequest) -> ErasureState:
        """Erase a person here, whether or not bots run."""
        with changing(self._address) as connection:
            return erase(connection, request)

    def requested_erasure(self) -> ErasureRequest | None:
        """Find nothing: the command line erases by itself."""
        return None

    def answer_erasure(self, result: ErasureResult) -> None:
        """Answer nobody."""

    def workspaces(self) -> list[InstalledWorkspace]:
        """List the workspaces."""
        with looking(self._address) as reader:
            return list(workspaces_in(reader))

    def forget(self, workspace: WorkspaceId) -> None:
        """Remove a workspace with everything that it holds; refused while a bot runs."""
        with alone(self._address) as connection:
            forget(connection, workspace)

    def workspace_of(self, team_id: str) -> WorkspaceId | None:
        """Find the workspace of a team, or of an organisation."""
        with looking(self._address) as reader:
            return export.workspace_of(reader, team_id)

    # --- exports

    def export_texts(
        self,
        *,
        contact: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        workspace: WorkspaceId | None = None,
    ) -> Iterator[str]:
        """Write each text as one line of JSON."""
        return self._lines(export.texts_as_json, Wanted(workspace, contact, since, until))

    def export_audit(
        self,
        *,
        contact: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        workspace: WorkspaceId | None = None,
    ) -> Iterator[str]:
        """Write each audit line as JSON, exports and backups among them where all is asked for."""
        return self._lines(export.deeds_as_json, Wanted(workspace, contact, since, until))

    def figures(self, workspace: WorkspaceId, spans: Sequence[HourSpan]) -> FiguresRead:
        """Read figures."""
        with looking(self._address) as reader:
            return Figures(Session(reader, Micros(0), workspace)).read(spans)

    def _lines(self, read: Callable[[Connection, Wanted], Iterator[str]], wanted: Wanted) -> Iterator[str]:
        with looking(self._address) as reader:
            reader.reads_by_parts = True
            yield from read(reader, wanted)


def _secrets(connection: Connection) -> list[StoredSecret]:
    return [StoredSecret(*row) for row in connection.execute(connection.statements["stored_secrets"])]
