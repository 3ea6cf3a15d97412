"""The address of a database: read from DATABASE_URL, with every setting of a connection and its reason.

Refuses in one sentence what names no database. The password is in no message: what the library says of an address that
it cannot read may hold a part of it, so that is not shown.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bot.domain.errors import StoreUnavailable

SCHEMES = ("postgresql://", "postgres://")

EXAMPLE = "postgresql://USER:PASSWORD@HOST/DATABASE"

CONNECT_WITHIN_S = 2
"""Seconds in which a server has to take a connection; the library knows no fewer. With several hosts: each of them."""

_FILE = re.compile(r"\w+://(/.*/.*|[^@]*\.(db|sqlite3?))")
"""A path in place of a host and the name of a database."""

_POOLER = "pgbouncer"
"""A parameter of the address as others have it, too: `pgbouncer=true` says that a pooler stands in between. Most are
found out without it.
"""

SETTINGS = {
    "synchronous_commit": "on",  # what is acknowledged is on the disk, and on a synchronous standby where there is one
    "idle_in_transaction_session_timeout": "5s",  # a bot that is frozen keeps no other waiting for longer
    "lock_timeout": "10s",  # longer than a frozen bot is waited for
    "tcp_user_timeout": "5s",  # the server, too, lets go of whoever is not there any more
    "statement_timeout": "0",  # never cancel a COMMIT: it would be answered as if it was kept
    "default_transaction_isolation": "read committed",
    "enable_seqscan": "off",  # an outbox that was short when the server last looked at it is not read as a whole
    "jit": "off",  # statements that read a few rows: compiling one takes longer than it
    "client_min_messages": "warning",
}
"""Settings of a session. Behind a pooler none is set, as the session is not ours alone: `ALTER ROLE … SET` has to."""

PACE_SETTINGS = ("enable_seqscan", "jit", "statement_timeout", "lock_timeout")
"""Those of them without which a bot behind a pooler loses nothing, and is slower or refused more often."""

_WRITABLE = "read-write"
"""Of several hosts the one that may be written: what DATABASE_URL says. A session that cannot write asks for the
primary instead, or none would do.
"""

READING = {
    "default_transaction_read_only": "on",
    "statement_timeout": "8s",
    "work_mem": "32MB",  # of the one connection that reads: the conversations that a search is narrowed to fit
    "client_min_messages": "warning",
}

_TRANSPORT: dict[str, str | int] = {
    "connect_timeout": CONNECT_WITHIN_S,
    "keepalives_idle": 2,  # a server that is gone without a word is noticed within five seconds
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,  # and so is one that takes no more of what we send
    "application_name": "volt-bot",
}


@dataclass(frozen=True)
class Address:
    """Where a database is. `parameters` are the library's, the password among them; `location` names it for people."""

    parameters: dict[str, str | int] = field(repr=False)
    location: str
    is_pooled: bool = False

    @property
    def user(self) -> str:
        """Who we are there."""
        return str(self.parameters.get("user", ""))

    @property
    def database(self) -> str:
        """The name of the database."""
        return str(self.parameters.get("dbname") or self.user)

    @property
    def has_several_hosts(self) -> bool:
        """Whether one of several servers is meant: the one that may be written."""
        return "," in str(self.parameters.get("host", ""))

    def for_writing(self) -> dict[str, str | int]:
        """Give the parameters of a connection that writes."""
        return self._parameters(_WRITABLE)

    def for_reading(self) -> dict[str, str | int]:
        """Give the parameters of one that reads what was written: at the same server."""
        return self._parameters("primary")

    def _parameters(self, which: str) -> dict[str, str | int]:
        found = _TRANSPORT | self.parameters
        if self.has_several_hosts and found.get("target_session_attrs", _WRITABLE) == _WRITABLE:
            found["target_session_attrs"] = which  # follows a standby that was promoted
        return found


def read_address(url: str) -> Address:
    """Read an address. Raises StoreUnavailable with a sentence that says what to write."""
    if not url.startswith(SCHEMES):
        raise StoreUnavailable(f"This is no address of a PostgreSQL database. Write {EXAMPLE}.")
    if _FILE.fullmatch(url.partition("?")[0]):
        raise StoreUnavailable(
            f"This names a file, and a PostgreSQL database is none. Write {EXAMPLE}, or sqlite:/// and the path."
        )
    try:
        parts = urlsplit(url)
        given = parse_qsl(parts.query, keep_blank_values=True)
        is_pooled = (_POOLER, "true") in given
        query = urlencode([pair for pair in given if pair[0] != _POOLER], quote_via=quote)
        parameters = conninfo_to_dict(urlunsplit(parts._replace(query=query)))
    except (ValueError, psycopg.Error):
        raise StoreUnavailable(
            f"This address of a PostgreSQL database cannot be read. Write {EXAMPLE}; in a password write special"
            " characters like %40."
        ) from None
    known = {name: value for name, value in parameters.items() if value is not None}
    return Address(known, _location(known), is_pooled=is_pooled)


def _location(parameters: dict[str, str | int]) -> str:
    """Name the database for people: without who we are there, and without the password."""
    hosts = str(parameters.get("host", "localhost")).split(",")
    ports = str(parameters.get("port", "")).split(",")
    if len(ports) < len(hosts):
        ports = [*ports[:1], *([ports[0]] * (len(hosts) - 1))]
    named = ",".join(f"{host}:{port}" if port else host for host, port in zip(hosts, ports, strict=False))
    return f"{named}/{parameters.get('dbname') or parameters.get('user', '')}"
