"""Workspaces on the command line: which have installed the app, what each has connected, and whether it is healthy.

Of a number the last four digits are shown, of a token nothing.
"""

from collections.abc import Sequence

import aiohttp

from bot.config import Config
from bot.doctor.workspace_checks import WorkspaceChecks, health_in_words
from bot.domain.errors import StoreUnavailable
from bot.domain.workspaces import InstalledWorkspace
from bot.ports.operations import Operations
from bot.slack.api.client import TIMEOUT

IN_ENVIRONMENT = "set in the environment, and looked at by volt-bot doctor"


async def list_workspaces(config: Config, operations: Operations) -> Sequence[str]:
    """Write a line for each workspace. Raises StoreUnavailable."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        return [
            await _line(config, session, workspace) for workspace in operations.workspaces() if _is_known(workspace)
        ]


def _is_known(workspace: InstalledWorkspace) -> bool:
    """Leave out the workspace of the environment until a bot has run for it."""
    return bool(workspace.installation.team_id or workspace.installation.enterprise_id or workspace.connections)


async def _line(config: Config, session: aiohttp.ClientSession, workspace: InstalledWorkspace) -> str:
    installation = workspace.installation
    numbers = ", ".join(f"…{account.number[-4:]}" for account in workspace.accounts) or "no number"
    if installation.is_from_environment:
        health = IN_ENVIRONMENT
    else:
        health = await health_in_words(WorkspaceChecks(config, session, workspace))
    team = installation.team_id or installation.enterprise_id or "-"
    return "  ".join((team, " ".join(installation.name.split()) or "(no name)", numbers, health))


def find_workspace(operations: Operations, team_id: str) -> InstalledWorkspace:
    """Find a workspace by the id of its team or organisation. Raises StoreUnavailable with words for anything else."""
    for workspace in operations.workspaces():
        installation = workspace.installation
        if team_id and team_id in (installation.team_id, "" if installation.team_id else installation.enterprise_id):
            return workspace
    raise StoreUnavailable(f"There is no workspace {team_id[:40]}. volt-bot workspaces lists them.")
