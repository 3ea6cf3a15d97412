"""The command that moves a database from an SQLite file into PostgreSQL."""

from collections.abc import Iterator

import click

from bot.cli.database import operator
from bot.cli.root import cli
from bot.domain.database_address import DatabaseAddress, Engine, address_in
from bot.domain.text import counted
from bot.observability import logs
from bot.ports.move import Contents, Move, Moved
from bot.store.storage import open_move, undo_move

_EXAMPLE = "volt-bot move sqlite:///volt-bot.db postgresql://USER:PASSWORD@HOST/DATABASE"

_PARTS = 10
"""How often at most it is said how far the copy is."""


@cli.command()
@click.argument("sqlite_url")
@click.argument("postgres_url", required=False)
@click.option("--dry-run", is_flag=True, help="Only look whether it can be done, and say what would be copied.")
@click.option("--undo", is_flag=True, help="Let a bot run on the file SQLITE_URL again.")
def move(sqlite_url: str, postgres_url: str | None, *, dry_run: bool, undo: bool) -> int:
    """Copy the database SQLITE_URL into the empty database POSTGRES_URL; the bot must be stopped."""
    source = _address(sqlite_url, Engine.SQLITE, "SQLITE_URL")
    if undo:
        logs.configure("error", "console", ())
        _undo(source)
        return 0
    if postgres_url is None:
        raise click.UsageError(f"Say where to: {_EXAMPLE}")
    target = _address(postgres_url, Engine.POSTGRES, "POSTGRES_URL")
    logs.configure("error", "console", target.secrets)
    ours = open_move(source, target)
    for line in _planned(ours) if dry_run else _moved(ours):
        click.echo(line)
    return 0


def _address(written: str, engine: Engine, name: str) -> DatabaseAddress:
    try:
        address = address_in(written)
    except ValueError as error:
        raise click.BadParameter(f"It {error}. Write: {_EXAMPLE}", param_hint=name) from None
    if address.engine is not engine:
        raise click.BadParameter(f"The file stands first, the server second: {_EXAMPLE}", param_hint=name)
    return address


def _planned(ours: Move) -> Iterator[str]:
    """Look, and say what would be done."""
    plan = ours.look()
    yield f"{ours.source} can be moved: {_in_words(plan.contents)}."
    yield from _remarks(plan.contents)
    if plan.rows_there:
        yield f"{ours.target} holds {counted(plan.rows_there, 'row')} of it: it would go on there."
    else:
        yield f"{ours.target} is empty, and will do."
    yield "Nothing was changed. To move, run the same without --dry-run."


def _moved(ours: Move) -> Iterator[str]:
    """Move, and say how to go on."""
    moved = ours.run(operator(), _Told())
    if moved.had_been:
        yield f"{ours.source} was moved to {ours.target} before. There is nothing left to do."
    else:
        yield f"Compared {counted(moved.tables, 'table')}: the same rows, with the same checksums, are on both sides."
        yield f"Moved {ours.source} to {ours.target}: {_in_words(moved.contents)}."
        yield from _remarks(moved.contents)
    yield from _how_to_go_on(ours, moved)


class _Told:
    """Says how far the copy is, a few times."""

    def __init__(self) -> None:
        self._said = 0

    def __call__(self, rows: int, of: int) -> None:
        """Be told of each part."""
        if rows * _PARTS // max(of, 1) > self._said:
            self._said = rows * _PARTS // of
            click.echo(f"Copied {rows:,} of {of:,} rows.")


def _in_words(contents: Contents) -> str:
    texts, conversations = counted(contents.texts, "text"), counted(contents.conversations, "conversation")
    return f"{texts} in {conversations}, {counted(contents.rows, 'row')} in all, {contents.size / 1_000_000:,.1f} MB"


def _remarks(contents: Contents) -> Iterator[str]:
    """Say what is not as everywhere."""
    if contents.waiting:
        yield f"Waiting there: {counted(contents.waiting, 'call')} to Slack or the provider, which the bot will make."
    if contents.in_doubt:
        yield (
            f"Under way when the bot ended: {counted(contents.in_doubt, 'call')}. Nobody knows whether they arrived, so"
            " the bot looks before anything is repeated."
        )
    if contents.cleaned:
        yield (
            f"Left out in {counted(contents.cleaned, 'value')}: characters that PostgreSQL takes in no text (NUL, or"
            " half a character), as it is done today where a text comes in."
        )
    if contents.details:
        yield (
            f"Of these, {counted(contents.details, 'detail')} of the audit trail became an erased one, so that the"
            " trail can still be verified. The old file has it."
        )


def _how_to_go_on(ours: Move, moved: Moved) -> Iterator[str]:
    if moved.has_faulty_notes:
        yield (
            f"Not moved: the notes of exports and backups beside {ours.source}, which were changed"
            " (volt-bot export --audit --verify). They stay where they are."
        )
    yield "Go on: set DATABASE_URL to the PostgreSQL address, and start the bot."
    if moved.contents.secrets:
        yield "Keep ENCRYPTION_KEYS as they are: the tokens there are still sealed by them."
    yield (
        f"{ours.source} stays as it was, and no bot starts on it any more. Remove it, and the files beside it whose"
        " names begin like its own, once the bot runs well and PostgreSQL is backed up (pg_dump)."
    )


def _undo(source: DatabaseAddress) -> None:
    undone = undo_move(source)
    click.echo(f"A bot may run on {source.location} again.")
    if undone.was_done:
        click.echo(
            f"Stop every bot on {undone.to} and remove that database first: two bots would each send what waits."
            " What was written there since the move is not in the file."
        )
    else:
        click.echo(f"What was copied to {undone.to} is of no use any more: remove it, and name an empty database.")
