"""Operations on a database file: backup, restore, export, check, secrets and queue depth, beside the bot's process."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.domain.erasure import ErasureResult
from bot.domain.errors import StoreUnavailable
from bot.domain.figures import FiguresRead, HourSpan
from bot.domain.outbox import QueueDepths
from bot.domain.workspaces import InstalledWorkspace, StoredSecret, WorkspaceId
from bot.ports.operations import ErasureRequest, ErasureState, RunningBot
from bot.ports.sealer import Sealer
from bot.store.sql.export import Wanted
from bot.store.sql.queue_depth import read_depths
from bot.store.sqlite import (
    audit_check,
    backup,
    erase_file,
    export,
    forget,
    noted_uses,
    private_files,
    restore,
    stored_secrets,
)
from bot.store.sqlite.connection import open_for_reading


class SqliteOperations:
    """bot.ports.operations.Operations on one file."""

    def __init__(self, database: Path) -> None:
        self._database = database

    @property
    def location(self) -> str:
        """The path of the file."""
        return str(self._database)

    def check(self) -> str:
        """Check the whole file; see bot.ports.operations.Operations."""
        return backup.look_at(self._database)

    def value(self, name: str) -> str | None:
        """Read a single setting; the check says what is wrong with a file that cannot be read."""
        return backup.read_value(self._database, name)

    def queue_depths(self) -> QueueDepths:
        """Count pending outbox entries; blocks for a few milliseconds per 10,000."""
        try:
            with closing(open_for_reading(self._database)) as reader:
                return read_depths(reader)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"the database cannot be read: {error}") from error

    def running_bots(self) -> list[RunningBot]:
        """List nothing: nobody shares a file."""
        return []

    def backup(self, file: Path) -> None:
        """Write a consistent copy; never over a file that exists."""
        backup.write_copy(self._database, file)

    def check_backup_target(self, file: Path) -> None:
        """Check whether a copy can be written there."""
        backup.check_target(self._database, file)

    def count_texts(self, file: Path) -> int:
        """Count the texts in a backup."""
        return restore.texts_in(file)

    def check_backup(self, file: Path) -> None:
        """Check whether a backup can be restored; changes nothing."""
        restore.check_copy(self._database, file)

    def restore(self, file: Path, *, at: datetime) -> str | None:
        """Put a backup in place; returns the path of the old file, if there was one."""
        kept = restore.put_in_place(self._database, file, at=at)
        return str(kept) if kept else None

    def open_to_others(self) -> list[str]:
        """List the files that other users of this machine may read."""
        try:
            return [str(file) for file in private_files.open_to_others(self._database)]
        except OSError as error:
            raise StoreUnavailable(f"Cannot look at {self._database}: {error}.") from error

    def stored_secrets(self) -> list[StoredSecret]:
        """List all sealed secrets; none where there is no file yet."""
        return stored_secrets.all_in(self._database)

    def seal_again(self, sealer: Sealer) -> int:
        """Seal all secrets under the newest key; refused while a bot has the file."""
        return stored_secrets.seal_again(self._database, sealer)

    def note_use(self, actor: str, action: str, detail: str, *, at: datetime) -> None:
        """Note it in a file beside the database, which the running bot alone may write."""
        noted_uses.note_use(self._database, actor, action, detail, at=at)

    def erase(self, request: ErasureRequest) -> ErasureState:
        """Erase a person here, or by the running bot."""
        return erase_file.erase(self._database, request)

    def requested_erasure(self) -> ErasureRequest | None:
        """Read the file by which the command line asks."""
        try:
            return erase_file.requested_erasure(self._database)
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise StoreUnavailable(f"Cannot read what is to be erased: {error}") from error

    def answer_erasure(self, result: ErasureResult) -> None:
        """Answer by a file."""
        try:
            erase_file.answer_erasure(self._database, result)
        except OSError as error:
            raise StoreUnavailable(f"Cannot answer that it is erased: {error}") from error

    def check_audit(self, workspace: WorkspaceId | None) -> tuple[list[str], str]:
        """Check the chain of the audit trail."""
        return audit_check.check_trail(self._database, workspace)

    def workspaces(self) -> list[InstalledWorkspace]:
        """List the workspaces."""
        return forget.workspaces_in(self._database)

    def forget(self, workspace: WorkspaceId) -> None:
        """Remove a workspace with everything that it holds."""
        forget.forget(self._database, workspace)

    def workspace_of(self, team_id: str) -> WorkspaceId | None:
        """Find the workspace of a team, or of an organisation."""
        return export.workspace_of(self._database, team_id)

    def export_texts(
        self,
        *,
        contact: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        workspace: WorkspaceId | None = None,
    ) -> Iterator[str]:
        """Write each text as one line of JSON."""
        return export.texts_as_json(self._database, Wanted(workspace, contact, since, until))

    def export_audit(
        self,
        *,
        contact: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        workspace: WorkspaceId | None = None,
    ) -> Iterator[str]:
        """Write each entry of the audit trail as one line of JSON."""
        return export.deeds_as_json(self._database, Wanted(workspace, contact, since, until))

    def figures(self, workspace: WorkspaceId, spans: Sequence[HourSpan]) -> FiguresRead:
        """Read figures."""
        return export.figures(self._database, workspace, spans)
