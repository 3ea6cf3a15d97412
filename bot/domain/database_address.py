"""Address of a database: which engine, where, and how people may be told of it. Pure.

An address that cannot be is refused with the rest of a sentence about it. A password is shown nowhere.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl, unquote

_SQLITE = "sqlite:///"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/")
_POSTGRES = re.compile(
    r"""(?:postgres|postgresql)://
    (?:(?P<user>[^:@/?\#]*)(?::(?P<password>[^@/?\#]*))?@)?
    (?P<hosts>[^@/?\#]*)
    (?:/(?P<database>[^/?\#@]*))?
    (?:\?(?P<options>[^\#@]*))?""",
    re.VERBOSE | re.IGNORECASE,
)
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]*)(?::\d{1,5})?")
_SECRET_OPTIONS = ("password", "sslpassword")


class Engine(StrEnum):
    """Engine that a database is read and written by."""

    SQLITE = "sqlite"
    POSTGRES = "postgresql"


@dataclass(frozen=True)
class DatabaseAddress:
    """Address of a database.

    `conninfo` is the path of an SQLite file, or a URL that libpq takes; it may hold a password. `location` names the
    database for people, and `secrets` are what must never be shown.
    """

    engine: Engine
    conninfo: str = field(repr=False)
    location: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return self.location


def address_in(written: str) -> DatabaseAddress:
    """Read what DATABASE_URL holds. Raises ValueError with the rest of a sentence."""
    written = written.strip()
    if re.match(r"postgres(ql)?:", written, re.IGNORECASE):
        return _postgres(written)
    if re.fullmatch(rf"{_SQLITE}\S.*", written) and not written.endswith(":memory:"):
        path = written.removeprefix(_SQLITE)
        return DatabaseAddress(Engine.SQLITE, path, path)
    raise ValueError(_no_address(written))


def _no_address(written: str) -> str:
    scheme = _SCHEME.match(written)
    if scheme is not None and scheme[1].lower().startswith("postgresql+"):
        return f"begins with {scheme[1][:40]}:, which another program reads; leave out what stands from the + to the :"
    if scheme is not None and scheme[1].lower() != Engine.SQLITE:
        return f"names {scheme[1][:40]}, which this bot does not speak"
    if scheme is None and re.fullmatch(r"[\w./~-]+", written):
        return f"is a path, and an address is wanted: {_SQLITE}{written[:200]}"
    return "is no database address"


def _postgres(written: str) -> DatabaseAddress:
    found = _POSTGRES.fullmatch(written)
    if found is None:
        raise ValueError(_no_postgres(written))
    if any(re.search(r"%(?![0-9A-Fa-f]{2})", part or "") for part in found.groups()):
        raise ValueError("holds a % that stands for nothing; in a password write it as %25")
    options = dict(parse_qsl(found["options"] or "", keep_blank_values=True))
    hosts = found["hosts"].split(",")
    if not all(map(_HOST.fullmatch, hosts)):
        raise ValueError("names a host or a port that cannot be")
    if not (found["database"] or options.get("dbname")):
        raise ValueError("names no database; it stands behind the host and a /")
    return DatabaseAddress(
        Engine.POSTGRES,
        f"{Engine.POSTGRES}://{written.partition('://')[2]}",
        _location(found, options),
        _secrets(found["password"] or "", options),
    )


def _no_postgres(written: str) -> str:
    """Say what is wrong with an address that libpq would read otherwise than it is meant, without showing it."""
    authority, at, _ = written.partition("://")[2].rpartition("@")
    if at and (unsafe := re.search(r"[@/?#]", authority)):
        return f"holds a {unsafe[0]} in its user or password; write it as %{ord(unsafe[0]):02X}"
    return "is no address of PostgreSQL"


def _location(found: re.Match[str], options: dict[str, str]) -> str:
    """Name the database for people: without who we are there, without the password and the options."""
    hosts = unquote(found["hosts"]) or options.get("host") or "localhost"
    return f"{hosts}/{unquote(found['database'] or options.get('dbname', ''))}"


def _secrets(password: str, options: dict[str, str]) -> tuple[str, ...]:
    """List the passwords, as they are written and as they are meant."""
    found = [password, unquote(password), *(options.get(name, "") for name in _SECRET_OPTIONS)]
    return tuple(dict.fromkeys(one for one in found if one))
