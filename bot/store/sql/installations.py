"""Installations of all workspaces, and the connections and accounts of one."""

from dataclasses import replace
from uuid import uuid4

from bot.domain.dedup import DedupScope
from bot.domain.ids import ChannelId, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, add_seconds
from bot.domain.workspaces import (
    WHOLE_DATABASE,
    Account,
    Connection,
    ConnectionId,
    Grant,
    Installation,
    Sealed,
    WorkspaceId,
)
from bot.store.sql.columns import ConnectionRow, InstallationRow
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository

RIGHTS_NOTED_S = 600.0
"""Time for which it is noted that rights have changed: longer than anybody takes the former ones for true."""

_SESSION = "session of connection "
"""Beginning of a stored value's name: the session that a connection keeps at its provider."""

_REPLACED = "token since of connection "
"""Beginning of another's: when the token of a connection was stored."""

CHANGED = "changed"
"""Stored value: which change of a workspace was the last one."""


class Installations(Repository):
    """Installations of all workspaces."""

    def all(self) -> list[Installation]:
        """List all workspaces that are known, in the order of their first installation."""
        return [_installation(row) for row in self._all("installations")]

    def get(self, workspace: WorkspaceId) -> Installation | None:
        """Read one workspace."""
        row = self._one("installation", id=workspace)
        return None if row is None else _installation(row)

    def find(self, team_id: str, enterprise_id: str, *, is_org_wide: bool) -> Installation | None:
        """Find the workspace of a team, or of an organisation where the grant is for all of it."""
        found = self._one(
            "find_installation", team_id=team_id, enterprise_id=enterprise_id, is_org_wide=int(is_org_wide)
        )
        return None if found is None else _installation(found)

    def save(self, installation: Installation) -> Installation:
        """Store a new workspace, or what changed about one."""
        if not installation.workspace:
            added = self._existing(
                "add_installation",
                team_id=installation.team_id,
                enterprise_id=installation.enterprise_id,
                is_org_wide=int(installation.is_org_wide),
            )
            installation = replace(installation, workspace=WorkspaceId(added["id"]))
        grant = installation.grant
        self._do(
            "save_installation",
            id=installation.workspace,
            team_id=installation.team_id,
            enterprise_id=installation.enterprise_id,
            name=installation.name,
            url=installation.url,
            app_id=installation.app_id,
            bot_id=installation.bot_id,
            bot_user_id=installation.bot_user_id,
            token=grant.token if grant else None,
            refresh_token=grant.refresh_token if grant else None,
            token_expires_at=grant.expires_at if grant else None,
            scopes=",".join(grant.scopes) if grant else "",
            installed_by=installation.installed_by,
            installed_at=installation.installed_at,
            removed_at=installation.removed_at,
        )
        return installation

    def wipe(self, workspace: WorkspaceId, at: Micros) -> None:
        """Remove the grant of a workspace, and the tokens and sessions of its connections."""
        self._do("wipe_grant", id=workspace, at=at)
        self._do("wipe_connections", id=workspace)
        self._do("wipe_sessions", id=workspace, prefix=_SESSION)
        self._session.connection.note_wiped()

    def note_change(self, workspace: WorkspaceId) -> None:
        """Note under a new word that a workspace is not what it was."""
        self._do("set_value", workspace=workspace, name=CHANGED, value=uuid4().hex)

    def changes(self) -> dict[WorkspaceId, str]:
        """Read these words."""
        return {row["workspace"]: str(row["value"]) for row in self._all("workspace_changes", name=CHANGED)}

    def note_rights(self, workspace: WorkspaceId, whose: str) -> None:
        """Note that what a person may has changed, or who is in a user group."""
        note = {"workspace": WHOLE_DATABASE, "scope": DedupScope.RIGHTS.value, "id": f"{workspace} {whose}"}
        before = add_seconds(self._session.now, -RIGHTS_NOTED_S)
        self._do("forget_seen_events", workspace=WHOLE_DATABASE, scope=DedupScope.RIGHTS.value, before=before)
        self._do("forget_seen_event", **note)
        self._do("add_seen_event", **note)

    def rights_changed(self) -> frozenset[tuple[WorkspaceId, str, Micros]]:
        """List whose rights have changed, in which workspace and when."""
        rows = self._all("all_seen", workspace=WHOLE_DATABASE, scope=DedupScope.RIGHTS.value)
        words = ((*row["id"].partition(" "), row["at"]) for row in rows)
        return frozenset((WorkspaceId(int(workspace)), whose, Micros(at)) for workspace, _, whose, at in words)

    def with_threads_in(self, channel: ChannelId) -> frozenset[WorkspaceId]:
        """List the workspaces that have threads in a channel."""
        return frozenset(row["id"] for row in self._all("workspaces_in_channel", channel=channel))


class Connections(Repository):
    """Connections and accounts of the workspace that the unit of work is about."""

    def all(self) -> list[Connection]:
        """List the connections, the first made first."""
        return [_connection(row) for row in self._all("connections")]

    def get(self, connection: ConnectionId) -> Connection | None:
        """Read one connection of this workspace."""
        row = self._one("connection", id=connection)
        return None if row is None else _connection(row)

    def of(self, number: E164) -> Connection | None:
        """Read the connection of an account."""
        row = self._one("connection_of", number=number)
        return None if row is None else _connection(row)

    def add(self, provider: str, token: Sealed | None, path_secret: str, author: UserId) -> Connection:
        """Store a new connection."""
        return _connection(
            self._existing("add_connection", provider=provider, token=token, path_secret=path_secret, author=author)
        )

    def set_token(self, connection: ConnectionId, token: Sealed | None) -> None:
        """Replace the token of a connection; the session that was begun with the former one is removed."""
        self._do("set_connection_token", id=connection, token=token)
        self._do("set_value", name=f"{_REPLACED}{connection}", value=str(self._session.now))
        self.set_session(connection, None)

    def token_since(self, connection: ConnectionId) -> Micros:
        """Read when the token of a connection was stored."""
        row = self._one("value", name=f"{_REPLACED}{connection}")
        return Micros(int(row["value"])) if row is not None else self._existing("connection", id=connection)["made_at"]

    def session(self, connection: ConnectionId) -> Sealed | None:
        """Read the session of a connection."""
        row = self._one("value", name=_session_of(connection))
        return None if row is None else Sealed(row["value"])

    def set_session(self, connection: ConnectionId, session: Sealed | None) -> None:
        """Store the session of a connection, or remove it."""
        if session is None:
            self._do("forget_value", name=_session_of(connection))
        else:
            self._do("set_value", name=_session_of(connection), value=session)

    def set_webhook(self, connection: ConnectionId, webhook_id: str) -> None:
        """Note under which id the provider knows the registration of its webhooks."""
        self._do("set_connection_webhook", id=connection, webhook_id=webhook_id)

    def remove(self, connection: ConnectionId) -> None:
        """Remove a connection with its accounts and its session."""
        self.set_session(connection, None)
        self._do("forget_value", name=f"{_REPLACED}{connection}")
        self._do("remove_accounts_of", id=connection)
        self._do("remove_connection", id=connection)
        self._choose_main()

    def accounts(self) -> list[Account]:
        """List the accounts, the main one first."""
        return [
            Account(row["number"], row["connection_id"], row["channel"], row["label"], bool(row["is_main"]))
            for row in self._all("account_rows")
        ]

    def set_account(self, account: Account) -> None:
        """Store an account, or what changed about it."""
        self._do(
            "set_account",
            number=account.number,
            connection_id=account.connection,
            channel=account.channel,
            label=account.label,
            is_main=int(account.is_main),
        )
        if account.is_main:
            self._do("set_main_account", number=account.number)
        self._choose_main()

    def set_channel(self, number: E164, channel: ChannelId) -> None:
        """Let the new conversations of an account open in another channel."""
        self._do("set_account_channel", number=number, channel=channel)

    def remove_account(self, number: E164) -> None:
        """Remove an account."""
        self._do("remove_account", number=number)
        self._choose_main()

    def _choose_main(self) -> None:
        """Let the oldest account be the main one where none is."""
        accounts = self.accounts()
        if accounts and not accounts[0].is_main:
            self._do("set_main_account", number=accounts[0].number)


def _session_of(connection: ConnectionId) -> str:
    return f"{_SESSION}{connection}"


def _installation(found: Row) -> Installation:
    row = InstallationRow._make(found)
    grant = None
    if row.token is not None:
        scopes = tuple(scope for scope in row.scopes.split(",") if scope)
        grant = Grant(row.token, scopes, row.refresh_token, row.token_expires_at)
    return Installation(
        workspace=row.id,
        team_id=row.team_id,
        enterprise_id=row.enterprise_id,
        is_org_wide=bool(row.is_org_wide),
        name=row.name,
        url=row.url,
        app_id=row.app_id,
        bot_id=row.bot_id,
        bot_user_id=row.bot_user_id,
        installed_by=row.installed_by,
        installed_at=row.installed_at,
        removed_at=row.removed_at,
        grant=grant,
    )


def _connection(found: Row) -> Connection:
    row = ConnectionRow._make(found)
    return Connection(
        id=row.id,
        workspace=row.workspace,
        provider=row.provider,
        token=row.token,
        path_secret=row.path_secret,
        webhook_id=row.webhook_id,
        author=row.author,
        made_at=row.made_at,
    )
