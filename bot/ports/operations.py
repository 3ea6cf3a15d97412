"""Operations port: what operators do with a database from the command line, the doctor and the metrics."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.domain.erasure import ErasureResult
from bot.domain.figures import FiguresRead, HourSpan
from bot.domain.ids import UserId
from bot.domain.outbox import QueueDepths
from bot.domain.phone import E164
from bot.domain.workspaces import InstalledWorkspace, StoredSecret, WorkspaceId
from bot.ports.sealer import Sealer


@dataclass(frozen=True)
class ErasureRequest:
    """Whom to erase, in which workspaces, and who asks, as the system of this machine knows them."""

    contact: E164
    workspaces: tuple[WorkspaceId, ...]
    by: UserId


@dataclass(frozen=True)
class ErasureState:
    """How far an erasure is. `is_done`: nothing of it is in the database; what Slack shows goes by the bot."""

    result: ErasureResult
    is_done: bool
    is_bot_running: bool


@dataclass(frozen=True)
class RunningBot:
    """Bot that runs on a database: its host and process, and how long ago it was heard of."""

    name: str
    silent_s: float


class Operations(Protocol):
    """Operations on one database, beside a running bot. Plain blocking calls; all of them raise StoreUnavailable.

    `location` names the database for people.
    """

    @property
    def location(self) -> str: ...

    def check(self) -> str:
        """Check whether the database is sound, without changing it; returns a sentence for people."""

    def value(self, name: str) -> str | None:
        """Read a single setting of the environment's workspace; None where it is not set, or cannot be read."""

    def queue_depths(self) -> QueueDepths:
        """Count the outbox entries that are pending, by kind and state."""

    def running_bots(self) -> list[RunningBot]:
        """List the bots that share the database now, the longest running first; none for a file, which has one."""

    def backup(self, file: Path) -> None:
        """Write a consistent copy to a new file."""

    def check_backup_target(self, file: Path) -> None:
        """Check whether a copy can be written there; changes nothing."""

    def count_texts(self, file: Path) -> int:
        """Count the texts in a backup."""

    def check_backup(self, file: Path) -> None:
        """Check whether a backup can be restored; changes nothing."""

    def restore(self, file: Path, *, at: datetime) -> str | None:
        """Put a backup in place of the database; returns under which name the old one is kept, if there was one."""

    def open_to_others(self) -> list[str]:
        """List the files of the database that other users of this machine may read."""

    def stored_secrets(self) -> list[StoredSecret]:
        """List all sealed secrets of all workspaces; none where there is no database yet."""

    def seal_again(self, sealer: Sealer) -> int:
        """Seal all secrets under the newest key, or none; returns how many. No bot may run. Raises WrongKey, too."""

    def note_use(self, actor: str, action: str, detail: str, *, at: datetime) -> None:
        """Note an export, a backup or an erasure in the audit trail before it is done; else it must not be done."""

    def erase(self, request: ErasureRequest) -> ErasureState:
        """Erase a person, whether or not a bot runs."""

    def requested_erasure(self) -> ErasureRequest | None:
        """Read whom the command line asks the running bot to erase; None for nobody."""

    def answer_erasure(self, result: ErasureResult) -> None:
        """Tell the command line that it is done."""

    def check_audit(self, workspace: WorkspaceId | None) -> tuple[list[str], str]:
        """Say what is wrong with the audit trail of a workspace, or of all; and in words what was looked at."""

    def workspaces(self) -> list[InstalledWorkspace]:
        """List the workspaces, the first installed first."""

    def forget(self, workspace: WorkspaceId) -> None:
        """Remove a workspace with everything that it holds. No bot may run."""

    def workspace_of(self, team_id: str) -> WorkspaceId | None:
        """Find the workspace of a team, or of an organisation; None for one that is not known."""

    def export_texts(
        self,
        *,
        contact: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        workspace: WorkspaceId | None = None,
    ) -> Iterator[str]:
        """Write each text as one line of JSON, oldest first within its conversation; of one workspace, or of all."""

    def export_audit(
        self,
        *,
        contact: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        workspace: WorkspaceId | None = None,
    ) -> Iterator[str]:
        """Write each entry of the audit trail as one line of JSON: those in Slack, then exports and backups.

        Those are noted for no workspace, so they are left out where one is asked for.
        """

    def figures(self, workspace: WorkspaceId, spans: Sequence[HourSpan]) -> FiguresRead:
        """Read the figures of days, as spans_of gives them."""
