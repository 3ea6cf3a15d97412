"""Database server port: what the doctor wants to know of a server that bots share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Pooler(StrEnum):
    """What stands between the bot and the server, and for how long it lends a connection."""

    NONE = "none"
    SESSION = "session"
    TRANSACTION = "transaction"


class Extension(StrEnum):
    """Whether an extension is there, or may be made by this user."""

    THERE = "there"
    ALLOWED = "allowed"
    REFUSED = "refused"


@dataclass(frozen=True)
class ServerFacts:
    """Facts about a server and about this user's connection to it.

    `standbys` are those that a commit waits for and that are connected. `idle_timeout_s` is how long a transaction may
    idle before the server ends it, 0 for ever. `unlike_ours` names settings of a session that a bot sets otherwise for
    itself, each with its value. `skew_s`: how far its clock is ahead of ours; `behind_bots_s`: how far it is behind the
    time by which the bots go. `schema` is where tables are made, "" for nowhere; `connections_left` counts what this
    user can still open.
    """

    version: str
    user: str
    keeps_what_it_commits: bool
    synchronous_commit: str
    standby_names: str
    standbys: int
    is_standby: bool
    is_read_only: bool
    round_trip_s: float
    skew_s: float
    trigrams: Extension
    schema: str
    may_create_tables: bool
    connections: int
    connections_left: int
    pooler: Pooler
    idle_timeout_s: float
    unlike_ours: Mapping[str, str] = field(default_factory=dict)
    behind_bots_s: float = 0.0


class DatabaseServer(Protocol):
    """Server of a database, looked at without the bot."""

    def look(self) -> ServerFacts:
        """Look at it; changes nothing. Raises StoreUnavailable with a sentence that says what to do."""
