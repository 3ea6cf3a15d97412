"""Command that prints figures: report, as CSV for a spreadsheet.

It names no contact. What a spreadsheet could take for a formula is written as text.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from bot.cli.database import operator, workspace_named
from bot.cli.root import cli
from bot.cli.root import operations as open_database
from bot.domain.figures import Figure, FiguresRead, Totals, by_account, by_day, by_person, spans_of
from bot.domain.workspaces import FROM_ENVIRONMENT, WorkspaceId
from bot.parsing.csv_files import as_words
from bot.ports.operations import Operations
from bot.time_of_day import utc_now

DAYS = 30
"""Days of a report that is asked for without dates."""

COLUMNS = (
    "texts_in",
    "texts_out",
    "first_answers",
    "first_answer_minutes_median",
    "first_answer_minutes_90_percent",
    "closed",
    "resolution_minutes_median",
    "resolution_minutes_90_percent",
    "missed_goals",
)


def _day(typed: str) -> date:
    """Read a day."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise click.BadParameter(f'"{typed}" is no day. Write it like 2026-03-31.') from None
    if not 2000 <= day.year <= 2100:
        raise click.BadParameter(f"{day} is too far away. Write a year from 2000 to 2100.")
    return day


def _zone(typed: str) -> ZoneInfo:
    """Read a time zone."""
    try:
        return ZoneInfo(typed)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f'"{typed}" is no time zone. Write it like Europe/Berlin.') from None


@cli.command()
@click.option("--from", "first", type=_day, metavar="DAY", help="First day, such as 2026-03-01; else 30 days ago.")
@click.option("--to", "last", type=_day, metavar="DAY", help="Last day, such as 2026-03-31; else today.")
@click.option("--by", type=click.Choice(["day", "account", "person"]), default="day", show_default=True)
@click.option("--zone", type=_zone, metavar="ZONE", default="UTC", show_default=True, help="Whose days are counted.")
@click.option("--workspace", metavar="TEAM_ID", help="Only this workspace, such as T0123ABCD.")
def report(first: date | None, last: date | None, by: str, zone: ZoneInfo, workspace: str | None) -> int:
    """Print figures as CSV: texts, first answers, resolutions and missed goals, a line for each day."""
    last = last or utc_now().astimezone(zone).date()
    first = first or last - timedelta(days=DAYS - 1)
    if first > last:
        raise click.BadParameter(f"It is after the last day, {last}.", param_hint="--from")
    operations = open_database()
    names = _names(operations, workspace)
    operations.note_use(operator(), "made a report", f"by {by}, {first} to {last}", at=utc_now())
    rows = csv.writer(sys.stdout, lineterminator="\n")
    several = ["workspace"] if len(names) > 1 else []
    rows.writerow([*several, by, *COLUMNS])
    for scope, name in names.items():
        read = operations.figures(scope, spans_of(first, last, zone))
        rows.writerows([as_words(one) for one in ([name] if several else []) + line] for line in _lines(read, by))
    return 0


def _names(operations: Operations, team_id: str | None) -> Mapping[WorkspaceId, str]:
    """List the workspaces that a report is of, with the ids by which Slack knows them."""
    if team_id is not None:
        return {workspace_named(operations, team_id): team_id}
    known = {
        one.installation.workspace: one.installation.team_id or one.installation.enterprise_id
        for one in operations.workspaces()
    }
    return known or {FROM_ENVIRONMENT: ""}


def _lines(read: FiguresRead, by: str) -> Iterator[list[str]]:
    for name, totals in sorted(_groups(read, by), key=itemgetter(0)):
        yield [name, *_values(totals)]


def _groups(read: FiguresRead, by: str) -> Iterable[tuple[str, Totals]]:
    if by == "account":
        return ((account, totals) for account, totals in by_account(read.by_owner).items())
    if by == "person":
        return ((person, totals) for person, totals in by_person(read.by_owner).items())
    return ((str(day), totals) for day, totals in by_day(read.by_day).items())


def _values(totals: Totals) -> list[str]:
    counts = totals.counts
    return [
        str(counts[Figure.TEXT_IN]),
        str(counts[Figure.TEXT_OUT]),
        str(counts[Figure.FIRST_ANSWER]),
        *_minutes(totals, Figure.FIRST_ANSWER),
        str(counts[Figure.RESOLUTION]),
        *_minutes(totals, Figure.RESOLUTION),
        str(counts[Figure.MISSED]),
    ]


def _minutes(totals: Totals, figure: Figure) -> list[str]:
    times = (totals.seconds(figure, share) for share in (0.5, 0.9))
    return ["" if seconds is None else f"{seconds / 60:.1f}" for seconds in times]
