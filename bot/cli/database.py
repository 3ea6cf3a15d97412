"""Commands about the database: backup, restore, export."""

import os
import pwd
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.cli.root import cli
from bot.cli.root import operations as open_database
from bot.domain.errors import InvalidNumber
from bot.domain.ids import UserId
from bot.domain.phone import parse_e164
from bot.domain.text import counted
from bot.domain.workspaces import FROM_ENVIRONMENT, WorkspaceId
from bot.ports.operations import ErasureRequest, ErasureState, Operations
from bot.time_of_day import utc_now


def _moment(typed: str) -> datetime:
    """Read a date or a time, in UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise click.BadParameter(f'"{typed}" is no date. Write it like 2026-03-31 or 2026-03-31T18:00.') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> int:
    """Write a consistent copy of the live database to FILE."""
    operations = open_database()
    operations.check_backup_target(file)
    operations.note_use(operator(), "made a backup", f"to {file.name}", at=utc_now())
    operations.backup(file)
    click.echo(f"Wrote {file}: {counted(operations.count_texts(file), 'text')}, {_size(file)}.")
    return 0


def _size(file: Path) -> str:
    kilobytes = file.stat().st_size / 1_000
    return f"{kilobytes:,.0f} kB" if kilobytes < 1_000 else f"{kilobytes / 1_000:,.1f} MB"


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask first.")
def restore(file: Path, *, yes: bool) -> int:
    """Put the backup FILE in place of the database; the bot must be stopped, and the old file is kept."""
    operations = open_database()
    operations.check_backup(file)
    if not yes and sys.stdin.isatty():  # a script has decided already, and the old file is kept
        texts = counted(operations.count_texts(file), "text")
        click.confirm(f"Put {file} with its {texts} in place of {operations.location}?", abort=True)
    kept = operations.restore(file, at=utc_now())
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
@click.option("--verify", is_flag=True, help="With --audit: look whether a line was changed, removed or moved.")
def export(
    contact: str | None,
    since: datetime | None,
    until: datetime | None,
    workspace: str | None,
    *,
    audit: bool,
    verify: bool,
) -> int:
    """Print texts, or who did what, as JSON Lines; each export is noted in the audit trail."""
    if verify and not audit:
        raise click.BadParameter("It needs --audit.", param_hint="--verify")
    if verify and (contact or since or until):
        raise click.BadParameter("It looks at every line, so it takes --workspace only.", param_hint="--verify")
    if contact is not None:
        try:
            parse_e164(contact)
        except InvalidNumber as error:
            raise click.BadParameter(str(error), param_hint="--contact") from error
    operations = open_database()
    scope = None if workspace is None else workspace_named(operations, workspace)
    if verify:
        return _verify(operations, scope)
    shown = f"…{contact[-4:]}" if contact else None  # the note outlives the contact, who may be erased
    wanted = {"workspace": workspace, "contact": shown, "since": since, "until": until}
    wanted |= {"what": "audit trail" if audit else "texts"}
    detail = ", ".join(f"{name} {value}" for name, value in wanted.items() if value)
    operations.note_use(operator(), "exported", detail, at=utc_now())
    read = operations.export_audit if audit else operations.export_texts
    for line in read(contact=contact, since=since, until=until, workspace=scope):
        click.echo(line)
    return 0


def workspace_named(operations: Operations, team_id: str) -> WorkspaceId:
    """Find a workspace by its id in Slack. Raises click.BadParameter."""
    found = operations.workspace_of(team_id)
    if found is None:
        raise click.BadParameter(
            f"No workspace has the id {team_id}. volt-bot workspaces lists them.", param_hint="--workspace"
        )
    return found


@cli.command()
@click.argument("number")
@click.option("--workspace", metavar="TEAM_ID", help="Only in this workspace, such as T0123ABCD.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def erase(number: str, workspace: str | None, *, yes: bool) -> int:
    """Erase the person with NUMBER, written like +15555550145, from the database and from the bot's posts in Slack."""
    try:
        contact = parse_e164(number)
    except InvalidNumber as error:
        raise click.BadParameter(str(error), param_hint="NUMBER") from error
    operations = open_database()
    known = [one.installation.workspace for one in operations.workspaces()]
    scope = [workspace_named(operations, workspace)] if workspace is not None else sorted({FROM_ENVIRONMENT, *known})
    if not yes and sys.stdin.isatty():
        click.confirm(f"Erase all that is stored about {number} in {operations.location}?", abort=True)
    where = f", workspace {workspace}" if workspace else ""
    operations.note_use(operator(), "erased", f"contact …{number[-4:]}{where}", at=utc_now())
    state = operations.erase(ErasureRequest(contact, tuple(scope), UserId(operator())))
    for line in _erased_in_words(state, f"…{number[-4:]}"):
        click.echo(line)
    return 0 if state.is_done else 1


def _erased_in_words(state: ErasureState, who: str) -> Iterator[str]:
    """Say what was removed, what could not be, and who can."""
    result = state.result
    if not state.is_done:
        yield f"The bot has not erased {who} yet. It does so as soon as it can, also after a restart."
        return
    texts, conversations = counted(result.texts, "text"), counted(result.conversations, "conversation")
    yield f"Erased {who}: {texts} in {conversations}, and whatever else named this number."
    if result.conversations:
        when = "being removed now" if state.is_bot_running else "removed when the bot runs next"
        yield f"The bot's posts in Slack are {when}; the head of each thread says what Slack did not let it remove."
    if result.own:
        yield f"Not removed: {counted(result.own, 'message')} that people wrote in Slack. Only they or an admin can."
    if result.scheduled:
        yield f"Not removed: {counted(result.scheduled, 'text')} that Volt sends later. Cancel this at Volt."
    yield "Volt's own record and backups from before still hold this person."


def _verify(operations: Operations, workspace: WorkspaceId | None) -> int:
    faults, looked_at = operations.check_audit(workspace)
    for fault in faults:
        click.echo(fault)
    click.echo(f"Looked at {looked_at}: {'not as they were written' if faults else 'all as they were written'}.")
    return 1 if faults else 0


def operator() -> str:
    """Name the user of this machine, as the system knows them; in a container there may be a number only."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"
