"""Repositories of installations and connections, as the use cases see them within one transaction."""

from typing import Protocol

from bot.domain.ids import ChannelId, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.domain.workspaces import Account, Connection, ConnectionId, Installation, Sealed, WorkspaceId


class Installations(Protocol):
    """Installations of all workspaces. For the assembly and for what Slack says of a grant; no handler reads it."""

    def all(self) -> list[Installation]:
        """All workspaces that are known, uninstalled ones too, in the order of their first installation."""

    def get(self, workspace: WorkspaceId) -> Installation | None: ...

    def find(self, team_id: str, enterprise_id: str, *, is_org_wide: bool) -> Installation | None:
        """The workspace of a team, or of an organisation where the grant is for all of it."""

    def save(self, installation: Installation) -> Installation:
        """Store a new workspace (its `workspace` is 0), or what changed about one; returned with its id."""

    def wipe(self, workspace: WorkspaceId, at: Micros) -> None:
        """Remove the grant of a workspace, and the tokens and sessions of its connections: it was uninstalled.

        Once the unit is on the disk, their bytes are in none of the database's files.
        """

    def note_change(self, workspace: WorkspaceId) -> None:
        """Note that a workspace was installed, changed or removed: every bot has to run it anew."""

    def changes(self) -> dict[WorkspaceId, str]:
        """The word for the last such change of each workspace that had one."""

    def note_rights(self, workspace: WorkspaceId, whose: str) -> None:
        """Note that what a person may has changed, or who is in a user group: every bot has to ask Slack anew."""

    def rights_changed(self) -> frozenset[tuple[WorkspaceId, str, Micros]]:
        """Whose rights have changed, in which workspace and when, in the last minutes."""

    def with_threads_in(self, channel: ChannelId) -> frozenset[WorkspaceId]:
        """The workspaces that have threads in a channel: several can share one."""


class Connections(Protocol):
    """Connections and accounts of the workspace that the unit of work is about."""

    def all(self) -> list[Connection]: ...

    def get(self, connection: ConnectionId) -> Connection | None: ...

    def of(self, number: E164) -> Connection | None:
        """The connection of one of our numbers; None for one that is not stored."""

    def add(self, provider: str, token: Sealed | None, path_secret: str, author: UserId) -> Connection: ...

    def set_token(self, connection: ConnectionId, token: Sealed | None) -> None:
        """Replace the token; the session that was begun with the former one is removed."""

    def token_since(self, connection: ConnectionId) -> Micros:
        """The moment from which a connection has had its token, or its login in the environment."""

    def session(self, connection: ConnectionId) -> Sealed | None:
        """The session that a connection keeps at its provider from one start to the next."""

    def set_session(self, connection: ConnectionId, session: Sealed | None) -> None: ...

    def set_webhook(self, connection: ConnectionId, webhook_id: str) -> None: ...

    def remove(self, connection: ConnectionId) -> None:
        """Remove a connection with its accounts and its session; conversations stay."""

    def accounts(self) -> list[Account]:
        """The accounts of the workspace, the main one first."""

    def set_account(self, account: Account) -> None:
        """Store an account, or what changed about it; the first one becomes the main one."""

    def set_channel(self, number: E164, channel: ChannelId) -> None: ...

    def remove_account(self, number: E164) -> None: ...
