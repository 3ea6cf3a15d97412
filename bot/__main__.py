"""Command line: arguments in, exit code out. `volt-bot` and `python -m bot` are the same program."""

import asyncio
import getpass
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import __version__
from bot.app import App
from bot.config import Config, load, public_url
from bot.config_errors import BadConfig
from bot.doctor.report import run_checks
from bot.domain.errors import CallFailed, InvalidNumber, StoreUnavailable
from bot.domain.phone import parse_e164
from bot.domain.text import counted
from bot.domain.workspaces import WorkspaceId
from bot.key_rotation import WHAT_TO_DO, rotate
from bot.lifecycle import spare_collector
from bot.manifest import fill_in
from bot.observability import logs
from bot.ports.operations import Operations
from bot.store.sealing import new_key
from bot.store.storage import open_operations
from bot.webhook_registration import delete, list_all, register
from bot.workspace_list import find_workspace, list_workspaces

BAD_CONFIG = 2


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit."""
    sys.exit(main(arguments))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        result = cli.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BadConfig as error:
        for fault in error.faults:
            click.echo(fault, err=True)
        return BAD_CONFIG
    except StoreUnavailable as error:
        click.echo(str(error), err=True)
        return BAD_CONFIG
    except CallFailed as error:
        click.echo(error.user_message, err=True)
        return 1
    return result if isinstance(result, int) else 0


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="volt-bot")
def cli() -> None:
    """Text your customers from Slack: one thread per contact."""


def _configured() -> Config:
    config = load()
    logs.configure(config.log_level, config.log_format, config.secrets())
    return config


@cli.command()
def serve() -> int:
    """Run the bot until SIGTERM or SIGINT."""
    return asyncio.run(_serve(_configured()))


async def _serve(config: Config) -> int:
    stop = _stop_signal()
    app = App(config)
    try:
        await app.start()
    except StoreUnavailable as error:
        raise BadConfig([f"DATABASE_URL  {error}"]) from error
    except OSError as error:
        raise BadConfig(
            [f"HOST, PORT  cannot listen on {config.host}:{config.port}: {error.strerror}. Choose another."]
        ) from error
    spare_collector()
    await stop.wait()
    await app.close()
    return 0


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@cli.command()
@click.option("--port", default=8600, show_default=True, help="Where the page is served.")
def demo(port: int) -> int:
    """Try the bot without accounts: both sides in one web page."""
    return asyncio.run(_demo(port))


async def _demo(port: int) -> int:
    stop = _stop_signal()
    from bot.sandbox.demo.demo import Demo  # noqa: PLC0415 - a bot that serves does not load it

    page = Demo(port=port)
    try:
        await page.start()
    except (OSError, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The demo is at {page.url} – stop it with Ctrl-C.")
    await stop.wait()
    await page.close()
    return 0


@cli.command()
def doctor() -> int:
    """Check an installation; exit code 0 only if all holds."""
    logs.configure("error", "console", ())
    return 0 if asyncio.run(run_checks(click.echo)) else 1


@cli.command()
@click.option("--socket-mode", is_flag=True, help="For Socket Mode: Slack needs no public address.")
def manifest(*, socket_mode: bool) -> int:
    """Print the Slack app manifest, filled in for PUBLIC_URL."""
    click.echo(fill_in(public_url(), socket_mode=socket_mode), nl=False)
    return 0


@cli.group()
def webhooks() -> None:
    """Manage the webhooks registered at Volt."""


@webhooks.command("list")
def webhooks_list() -> int:
    """List what is registered."""
    registered = asyncio.run(list_all(_configured()))
    for webhook in registered:
        click.echo(f"{webhook.id}  {webhook.url}  {webhook.primary_phone or 'all numbers'}")
    if not registered:
        click.echo("Nothing is registered.", err=True)
    return 0


@webhooks.command("register")
def webhooks_register() -> int:
    """Register this bot; it must be running."""
    click.echo(asyncio.run(register(_configured())))
    return 0


@webhooks.command("delete")
@click.argument("webhook_id")
def webhooks_delete(webhook_id: str) -> int:
    """Delete a registration by its ID."""
    click.echo(asyncio.run(delete(_configured(), webhook_id)))
    return 0


def _moment(typed: str) -> datetime:
    """Read a date or a time, in UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise click.BadParameter(f'"{typed}" is no date. Write it like 2026-03-31 or 2026-03-31T18:00.') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cli.group(invoke_without_command=True)
@click.pass_context
def workspaces(context: click.Context) -> int:
    """List the workspaces, what each has connected, and whether it is healthy."""
    if context.invoked_subcommand is not None:
        return 0
    config = _configured()
    for line in asyncio.run(list_workspaces(config, open_operations(config.database_url))):
        click.echo(line)
    return 0


@workspaces.command("forget")
@click.argument("team_id")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def workspaces_forget(team_id: str, *, yes: bool) -> int:
    """Remove the workspace TEAM_ID with everything it holds; the bot must be stopped."""
    operations = _operations()
    found = find_workspace(operations, team_id)
    if not yes:
        name = found.installation.name or team_id
        click.confirm(
            f"Remove {name} with all its conversations, texts and tokens from {operations.location}?", abort=True
        )
    operations.forget(found.installation.workspace)
    click.echo(f"{team_id} is removed. Backups from before still hold it, and so do Slack and Volt.")
    return 0


@cli.group()
def keys() -> None:
    """Make and replace the keys that tokens are stored under."""


@keys.command("new")
def keys_new() -> int:
    """Print a fresh key for ENCRYPTION_KEYS."""
    click.echo(new_key())
    click.echo(WHAT_TO_DO, err=True)  # beside the key, so that a script gets the key alone
    return 0


@keys.command("rotate")
def keys_rotate() -> int:
    """Seal everything again under the newest key; the bot must be stopped."""
    click.echo(rotate(_configured()))
    return 0


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> int:
    """Write a consistent copy of the live database to FILE."""
    operations = _operations()
    operations.backup(file)
    click.echo(f"Wrote {file}: {counted(operations.count_texts(file), 'text')}, {_size(file)}.")
    return 0


def _operations() -> Operations:
    return open_operations(_configured().database_url)


def _size(file: Path) -> str:
    kilobytes = file.stat().st_size / 1_000
    return f"{kilobytes:,.0f} kB" if kilobytes < 1_000 else f"{kilobytes / 1_000:,.1f} MB"


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask first.")
def restore(file: Path, *, yes: bool) -> int:
    """Put the backup FILE in place of the database; the bot must be stopped, and the old file is kept."""
    operations = _operations()
    operations.check_backup(file)
    if not yes and sys.stdin.isatty():  # a script has decided already, and the old file is kept
        texts = counted(operations.count_texts(file), "text")
        click.confirm(f"Put {file} with its {texts} in place of {operations.location}?", abort=True)
    kept = operations.restore(file, at=datetime.now(UTC))
    click.echo(f"{file} is in place." + (f" The old database is kept as {kept}." if kept else ""))
    click.echo("Start the bot: it looks up what it owes before anything leaves.")
    return 0


@cli.command()
@click.option("--contact", help="Only this number, written like +15555550145.")
@click.option(
    "--since", type=_moment, metavar="TIME", help="Only texts from this time on (UTC), such as 2026-03-31T18:00."
)
@click.option("--until", type=_moment, metavar="TIME", help="Only texts before this time (UTC).")
@click.option("--workspace", metavar="TEAM_ID", help="Only this workspace, such as T0123ABCD.")
@click.option("--audit", is_flag=True, help="Who did what and when, instead of the texts.")
def export(
    contact: str | None, since: datetime | None, until: datetime | None, workspace: str | None, *, audit: bool
) -> int:
    """Print texts, or who did what, as JSON Lines; each export is noted in the audit trail."""
    if contact is not None:
        try:
            parse_e164(contact)
        except InvalidNumber as error:
            raise click.BadParameter(str(error), param_hint="--contact") from error
    operations = _operations()
    scope = None if workspace is None else _workspace(operations, workspace)
    wanted = {"workspace": workspace, "contact": contact, "since": since, "until": until}
    wanted |= {"what": "audit trail" if audit else "texts"}
    detail = ", ".join(f"{name} {value}" for name, value in wanted.items() if value)
    operations.note_export(_operator(), detail, at=datetime.now(UTC))
    read = operations.export_audit if audit else operations.export_texts
    for line in read(contact=contact, since=since, until=until, workspace=scope):
        click.echo(line)
    return 0


def _workspace(operations: Operations, team_id: str) -> WorkspaceId:
    found = operations.workspace_of(team_id)
    if found is None:
        raise click.BadParameter(
            f"No workspace has the id {team_id}. volt-bot workspaces lists them.", param_hint="--workspace"
        )
    return found


def _operator() -> str:
    """Name the user of this machine; in a container there may be a number only."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"


if __name__ == "__main__":
    run()
