"""Workspaces, and what they have connected: who a text belongs to. Pure.

A workspace is a Slack team, or an organisation that installed the app for all of its teams. Everything stored belongs
to one workspace. Tokens are sealed here: nothing in this module can open them.
"""

from dataclasses import dataclass, field
from typing import NewType

from bot.domain.ids import ChannelId, UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros

WorkspaceId = NewType("WorkspaceId", int)
"""Our own number of a workspace; every row that names a channel, a person or a thread bears it."""

ConnectionId = NewType("ConnectionId", int)
"""A workspace's grant at a provider."""

Sealed = NewType("Sealed", str)
"""A secret as it is stored: only ports/sealer.py opens it."""

PATH_SECRET_BYTES = 24
"""Random bytes of a secret that the bot makes for a path."""

FROM_ENVIRONMENT = WorkspaceId(1)
"""The workspace whose token is SLACK_BOT_TOKEN, whether or not there is one."""

WHOLE_DATABASE = WorkspaceId(0)
"""No workspace: single values that concern all of them are stored under it."""

_NOBODY = UserId("")
_NEVER = Micros(0)


@dataclass(frozen=True)
class Grant:
    """Grant of Slack: what lets us act in a workspace. The times are moments; `expires_at` None is never."""

    token: Sealed = field(repr=False)
    scopes: tuple[str, ...] = ()
    refresh_token: Sealed | None = field(default=None, repr=False)
    expires_at: Micros | None = None


@dataclass(frozen=True)
class Installation:
    """Installation: a workspace, and what we know of our grant in it.

    `team_id` is "" for an organisation-wide one, and for that of the environment until Slack has told it. `grant` is
    None where the app was uninstalled, and where the environment holds the token.
    """

    workspace: WorkspaceId
    team_id: str
    enterprise_id: str = ""
    is_org_wide: bool = False
    name: str = ""
    url: str = ""
    app_id: str = ""
    bot_id: str = ""
    bot_user_id: str = ""
    installed_by: UserId = _NOBODY
    installed_at: Micros = _NEVER
    removed_at: Micros | None = None
    grant: Grant | None = None

    @property
    def is_from_environment(self) -> bool:
        """Whether SLACK_BOT_TOKEN is its token."""
        return self.workspace == FROM_ENVIRONMENT


@dataclass(frozen=True)
class StoredSecret:
    """Stored secret, wherever it stands in the database, and whose it is."""

    workspace: WorkspaceId
    team_id: str
    name: str
    sealed: Sealed = field(repr=False)


@dataclass(frozen=True)
class Connection:
    """Connection: a workspace's grant at a provider. `token` is None where the environment holds it.

    `provider` is the provider's code. `path_secret` is the last segment of the address at which its webhooks come, ""
    for none; `webhook_id` is the registration at the provider, "" where it is not known.
    """

    id: ConnectionId
    workspace: WorkspaceId
    provider: str
    token: Sealed | None = field(default=None, repr=False)
    path_secret: str = field(default="", repr=False)
    webhook_id: str = ""
    author: UserId = _NOBODY
    made_at: Micros = _NEVER

    @property
    def is_configured(self) -> bool:
        """Whether the environment holds its token, so that nobody changes it in Slack."""
        return self.workspace == FROM_ENVIRONMENT and self.token is None


@dataclass(frozen=True)
class Account:
    """Account: one number of ours under a connection, and the channel in which its new conversations open.

    `is_main`: the one that texts are sent from where nobody has chosen; a workspace has one at most.
    """

    number: E164
    connection: ConnectionId
    channel: ChannelId
    label: str = ""
    is_main: bool = False


@dataclass(frozen=True)
class InstalledWorkspace:
    """Installed workspace: one that is known, with what it has connected."""

    installation: Installation
    connections: tuple[Connection, ...]
    accounts: tuple[Account, ...]


def webhook_address(public_url: str, route: str, path_secret: str) -> str:
    """Name the address at which the webhooks of a connection come; `path_secret` is "" for none."""
    return "/".join(filter(None, (f"{public_url.rstrip('/')}{route}", path_secret)))
