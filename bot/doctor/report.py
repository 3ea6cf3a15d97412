"""Doctor: eleven checks of an installation, some of each workspace and of a server, one line each, with what to do.

Reads and asks only; changes nothing, sends no text. No secret is shown.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

import aiohttp

from bot.config import Config, load
from bot.config_errors import BadConfig
from bot.doctor.check_failed import CheckFailed, Note
from bot.doctor.checks import InstallationChecks
from bot.doctor.local_checks import LocalChecks
from bot.doctor.server_checks import ServerChecks
from bot.doctor.workspace_checks import WorkspaceChecks
from bot.domain.errors import CallFailed, StoreUnavailable
from bot.domain.text import counted
from bot.slack.api.client import TIMEOUT
from bot.store.storage import open_operations, open_server


@dataclass(frozen=True)
class CheckResult:
    """Result of one check."""

    name: str
    is_good: bool
    words: str

    @property
    def is_note(self) -> bool:
        """Whether it holds and could be better."""
        return isinstance(self.words, Note)

    def __str__(self) -> str:
        mark = "note" if self.is_note else "good" if self.is_good else "FIX "
        return f"{mark}  {self.name:<16}  {self.words}"


async def run_checks(say: Callable[[str], None]) -> bool:
    """Run all checks and say a line each; True if all hold."""
    try:
        config = load()
    except BadConfig as bad:
        for fault in bad.faults:
            say(str(CheckResult("configuration", is_good=False, words=fault)))
        say("1 check, 0 good, 1 to fix. The other ten need the settings.")
        return False
    say(str(CheckResult("configuration", is_good=True, words="all settings are readable")))
    return await _examine(config, say)


async def _examine(config: Config, say: Callable[[str], None]) -> bool:
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        installation = InstallationChecks(config, session).all()
        local = LocalChecks(config).all()
        checks = [*installation, *await _of_server(config), *_of_workspaces(config, session), *local]
        lines = [CheckResult("configuration", is_good=True, words="")]
        for name, check in checks:
            line = await _line(name, check)
            say(str(line))
            lines.append(line)
    good, notes = sum(line.is_good for line in lines), sum(line.is_note for line in lines)
    noted = f", {counted(notes, 'note')} among them" if notes else ""
    say(f"{len(lines)} checks, {good} good{noted}, {len(lines) - good} to fix.")
    return good == len(lines)


async def _of_server(config: Config) -> Sequence[tuple[str, Callable[[], Awaitable[str]]]]:
    """List the checks of the server that the database is on; where it cannot be looked at, the one that says why."""
    try:
        server = open_server(config.database_url)
        return ServerChecks(await asyncio.to_thread(server.look)).all() if server else ()
    except StoreUnavailable as error:
        reason = str(error)

    async def failed() -> str:
        raise CheckFailed(reason)

    return [("server", failed)]


def _of_workspaces(
    config: Config, session: aiohttp.ClientSession
) -> Iterator[tuple[str, Callable[[], Awaitable[str]]]]:
    """List the checks of the workspaces that have installed the app; the check of the database tells of a bad one."""
    with contextlib.suppress(StoreUnavailable):
        for workspace in open_operations(config.database_url).workspaces():
            if not workspace.installation.is_from_environment:
                yield from WorkspaceChecks(config, session, workspace).all()


async def _line(name: str, check: Callable[[], Awaitable[str]]) -> CheckResult:
    try:
        return CheckResult(name, is_good=True, words=await check())
    except CheckFailed as error:
        return CheckResult(name, is_good=False, words=str(error))
    except CallFailed as error:
        return CheckResult(name, is_good=False, words=error.user_message)
    except StoreUnavailable as error:
        return CheckResult(name, is_good=False, words=str(error))
