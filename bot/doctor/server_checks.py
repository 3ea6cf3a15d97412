"""Server checks: the PostgreSQL that bots share. One sentence each, which says what to do; no password is shown.

What only could be better is a note: it holds, and the exit code is that of a good check.
"""

from collections.abc import Awaitable, Callable

from bot.doctor.check_failed import CheckFailed, Note
from bot.ports.database_server import Extension, Pooler, ServerFacts

SLOW_ROUND_TRIP_S = 0.001
SKEW_S = 1.0
CONNECTIONS_OF_A_BOT = 3

_TIME_ANEW = "UPDATE seat SET seen_at = clock_timestamp();"


class ServerChecks:
    """Server checks in order, each with its name; a check returns a sentence, or raises with one."""

    def __init__(self, facts: ServerFacts) -> None:
        self._facts = facts

    def all(self) -> list[tuple[str, Callable[[], Awaitable[str]]]]:
        """List the checks."""
        return [
            ("server", self._server),
            ("fsync", self._fsync),
            ("commit", self._commit),
            ("standby", self._standby),
            ("tables", self._tables),
            ("pooler", self._pooler),
            ("connections", self._connections),
            ("round trip", self._round_trip),
            ("server clock", self._clock),
            ("search", self._search),
        ]

    async def _server(self) -> str:
        if self._facts.is_standby:
            raise CheckFailed("is a standby, which takes no writes. Name the primary in DATABASE_URL, or both hosts.")
        if self._facts.is_read_only:
            raise CheckFailed(f"is read only for this user. As an administrator: {self._set('read_only', 'off')}")
        return f"PostgreSQL {self._facts.version}"

    def _set(self, what: str, value: str) -> str:
        name = {"read_only": "default_transaction_read_only"}.get(what, what)
        return f'ALTER ROLE "{self._facts.user}" SET {name} = {value};'

    async def _fsync(self) -> str:
        if not self._facts.keeps_what_it_commits:
            raise CheckFailed(
                "fsync or full_page_writes is off: a loss of power can lose or damage everything. Switch both on in "
                "postgresql.conf, and restart the server."
            )
        return "on: what is committed is on the disk"

    async def _commit(self) -> str:
        found = self._facts.synchronous_commit
        if found in {"on", "remote_apply"}:
            return f"synchronous_commit is {found}"
        if self._facts.pooler is not Pooler.NONE:  # it passes on nothing that a bot sets
            raise CheckFailed(
                f"synchronous_commit is {found}, so a crash can lose what was acknowledged. As an administrator: "
                f"{self._set('synchronous_commit', 'on')}"
            )
        return f"synchronous_commit is {found} for others; each bot sets it to on for itself"

    async def _standby(self) -> str:
        if not self._facts.standby_names:
            return Note(
                "no commit waits for a standby: on one host that is right; after a failover the last moments before it "
                "may be missing. With standbys set synchronous_standby_names = 'ANY 1 (*)'."
            )
        if not self._facts.standbys:
            raise CheckFailed(
                "synchronous_standby_names asks for one and none is connected, so nothing can be stored. Start it, or "
                "do without it: synchronous_standby_names = ''."
            )
        return f"a commit waits for {self._facts.standby_names}"

    async def _tables(self) -> str:
        facts = self._facts
        if not facts.schema:
            raise CheckFailed("there is no schema to make them in. As the owner: CREATE SCHEMA public;")
        if not facts.may_create_tables:
            raise CheckFailed(
                f"{facts.user} may make none in schema {facts.schema}. As its owner: GRANT CREATE ON SCHEMA "
                f'"{facts.schema}" TO "{facts.user}";'
            )
        return f"{facts.user} may make them in schema {facts.schema}"

    async def _pooler(self) -> str:
        facts = self._facts
        if facts.pooler is Pooler.NONE:
            return "none in between"
        if not facts.idle_timeout_s:
            raise CheckFailed(
                f"is in {facts.pooler} mode and passes on no timeouts, so a bot that is frozen can hold up the others. "
                f"As an administrator: {self._set('idle_in_transaction_session_timeout', chr(39) + '5s' + chr(39))}"
            )
        if facts.unlike_ours:
            todo = " ".join(self._set(name, f"'{value}'") for name, value in facts.unlike_ours.items())
            return Note(
                f"is in {facts.pooler} mode and passes on no settings, so the bots wait longer for the server than "
                f"they have to. As an administrator: {todo}"
            )
        return f"is in {facts.pooler} mode, and the server has the timeouts"

    async def _connections(self) -> str:
        facts = self._facts
        said = f"{facts.connections_left} of {facts.connections} are left, and each bot takes {CONNECTIONS_OF_A_BOT}"
        if facts.connections_left < CONNECTIONS_OF_A_BOT:
            raise CheckFailed(f"{said}. Raise max_connections, or end what holds them.")
        return said

    async def _round_trip(self) -> str:
        took_s = self._facts.round_trip_s
        said = f"takes {took_s * 1_000:.2g} ms"
        if took_s > SLOW_ROUND_TRIP_S:
            return Note(f"{said}, and each text waits for dozens. Run bots and server in one zone, below 1 ms.")
        return said

    async def _clock(self) -> str:
        behind_s = self._facts.behind_bots_s
        if behind_s > SKEW_S:
            raise CheckFailed(
                f"is {behind_s:.0f} s behind the time by which the bots go, which never goes back: until it has caught "
                f"up, all waits take twice as long. Set it right; if it is right now and was ahead before, stop "
                f"every bot and run: {_TIME_ANEW}"
            )
        skew_s = self._facts.skew_s
        if abs(skew_s) > SKEW_S:
            side = "ahead of" if skew_s > 0 else "behind"
            return Note(f"is {abs(skew_s):.0f} s {side} this machine's; the bots go by the server's. Switch on NTP.")
        return "agrees with this machine's"

    async def _search(self) -> str:
        match self._facts.trigrams:
            case Extension.THERE:
                return "pg_trgm is there"
            case Extension.ALLOWED:
                return "pg_trgm is made at the first start"
            case Extension.REFUSED:
                return Note(
                    "works without pg_trgm, and finds parts of names and numbers more slowly. As an administrator, in "
                    "this database, before the first start: CREATE EXTENSION pg_trgm;"
                )
