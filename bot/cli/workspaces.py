"""Commands about the workspaces that the bot serves."""

import asyncio

import click

from bot.cli.root import cli, configured
from bot.cli.root import operations as open_database
from bot.store.storage import open_operations
from bot.workspace_list import find_workspace, list_workspaces


@cli.group(invoke_without_command=True)
@click.pass_context
def workspaces(context: click.Context) -> int:
    """List the workspaces, what each has connected, and whether it is healthy."""
    if context.invoked_subcommand is not None:
        return 0
    config = configured()
    for line in asyncio.run(list_workspaces(config, open_operations(config.database_url))):
        click.echo(line)
    return 0


@workspaces.command("forget")
@click.argument("team_id")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def workspaces_forget(team_id: str, *, yes: bool) -> int:
    """Remove the workspace TEAM_ID with everything it holds; the bot must be stopped."""
    operations = open_database()
    found = find_workspace(operations, team_id)
    if not yes:
        name = found.installation.name or team_id
        click.confirm(
            f"Remove {name} with all its conversations, texts and tokens from {operations.location}?", abort=True
        )
    operations.forget(found.installation.workspace)
    click.echo(f"{team_id} is removed. Backups from before still hold it, and so do Slack and Volt.")
    return 0
