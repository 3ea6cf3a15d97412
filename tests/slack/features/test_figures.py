"""Figures as managers see them in App Home and by command, and who sees none."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from bot.domain.figures import EPOCH, Figure, FigureRow, FiguresRead, bucket_of
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.slack.features.figures.view import Look, Shown, alt_text, figures_home
from bot.slack.render.chart import Chart, Series
from bot.slack.render.figure_words import duration
from tests.harness.handlers import Handlers
from tests.harness.windows import fill, opened, window, words
from tests.harness.world import AVA, BEN, CHANNEL, DANA
from tests.slack.features.test_home import home, press

TODAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def nothing_is_refused(handlers: Handlers) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert handlers.slack.refused == []


async def until(handlers: Handlers, part: str, user: str = AVA) -> str:
    """Wait until somebody's Home says this, and return all that it says."""
    await handlers.slack.until(lambda: part in words(handlers.slack.homes[user]))
    return words(handlers.slack.homes[user])


async def test_from_home_and_back(handlers: Handlers) -> None:
    """A press shows the figures in place of the conversations, another one leads back."""
    thread = await handlers.open_thread(DANA, "Hello")
    await handlers.slack.say(BEN, CHANNEL, "Hi", thread)
    await home(handlers)
    await press(handlers, "figures")
    said = await until(handlers, "By person")
    assert "1 text in" in said
    await press(handlers, "figures_span", value="365")
    await handlers.slack.until(lambda: handlers.slack.homes[AVA]["hash"] and "A year" in str(handlers.slack.homes[AVA]))
    await press(handlers, "figures_back")
    assert "Unassigned" in await until(handlers, "Unassigned")


async def test_for_managers_alone(handlers: Handlers) -> None:
    """Who is no manager is offered no figures, and gets none by the command."""
    assert "Figures" not in words(await home(handlers, BEN))
    said = str((await handlers.slack.command(BEN, CHANNEL, "/volt", "figures")).body["text"])
    assert "texts in" not in said
    assert "admin" in said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("figures", r"\*Figures of the last 30 days\*\n0 texts in, 0 out\."),
        ("figures 365", r"\*Figures of the last year\*"),
        ("figures 12", r"I show the figures of the last 7, 30, 90 or 365 days\."),
        ("figures yesterday", r"I show the figures of the last 7, 30, 90 or 365 days\."),
    ],
)
async def test_by_command(handlers: Handlers, asked: str, said: str) -> None:
    """The command says the figures of so many days, and what it takes where it is given anything else."""
    assert re.search(said, str((await handlers.slack.command(AVA, CHANNEL, "/volt", asked)).body["text"]))


def shown(read: FiguresRead, look: Look | None = None) -> Shown:
    """Make what is shown on a day."""
    return Shown(look or Look(), TODAY, "Europe/Berlin", read)


def blocks_of(what: Shown, *, has_charts: bool = True) -> list[dict[str, Any]]:
    """Build the Home, with charts at an address that says their title."""
    return list(figures_home(what, str, (lambda chart: f"https://x/{chart.title}") if has_charts else None)["blocks"])


def test_charts_say_their_numbers() -> None:
    """Each chart is there for who hears it as well; without a public address there is none, and words say it."""
    day = (TODAY - EPOCH).days
    rows = [FigureRow(Figure.TEXT_IN, 3, day), FigureRow(Figure.FIRST_ANSWER, 2, day, bucket_of(600))]
    what = shown(FiguresRead(rows, []))
    texts, waits = (block for block in blocks_of(what) if block["type"] == "image")
    assert texts["alt_text"].startswith("Texts, newest first. 30 Nov: In 3, Out 0. 29 Nov: In 0, Out 0.")
    assert waits["alt_text"] == "Time to the first answer, newest first. 30 Nov: Half 10 min, 90 % 10 min."
    assert not [block for block in blocks_of(what, has_charts=False) if block["type"] == "image"]


def test_a_year_has_a_point_a_week() -> None:
    """The chart of a year has 53 points, each under its first day, and the first of them has a single day."""
    last = (TODAY - EPOCH).days
    weeks = [FigureRow(Figure.TEXT_IN, back + 1, last - 7 * back) for back in range(53)]
    found: list[Chart] = []
    figures_home(shown(FiguresRead(weeks, []), Look(365)), str, lambda chart: found.append(chart) or "https://x")  # type: ignore[func-returns-value]
    (chart,) = found
    assert [*chart.labels[:2], chart.labels[-1]] == ["1 Dec", "2 Dec", "24 Nov"]
    assert chart.series[0].values == list(range(53, 0, -1))


def test_a_large_team_fits() -> None:
    """A hundred numbers and people are listed within Slack's limits, the most active first, the others counted."""
    one = E164("+15555550001")
    people = [FigureRow(Figure.TEXT_OUT, n, account=one, person=UserId(f"U{n}")) for n in range(1, 101)]
    accounts = [FigureRow(Figure.TEXT_IN, n, account=E164(f"+1555555{n:04}")) for n in range(1, 101)]
    blocks = blocks_of(shown(FiguresRead([], [*accounts, *people])))
    assert len(blocks) <= 100
    said = str(blocks)
    assert "<@U100>: 100 out" in said
    assert "<@U1>" not in said
    assert said.count("and 90 more") == 2


def test_an_alternative_text_is_never_too_long() -> None:
    """What stands for a chart has at most 2,000 characters."""
    series = [Series(name, [1_000_000.0] * 92) for name in ("In", "Out")]
    assert len(alt_text(Chart("Texts", ["30 Nov"] * 92, series))) <= 2_000


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3, "1 min"),
        (89, "1 min"),
        (3_540, "59 min"),
        (3_600, "1 h"),
        (5_400, "1 h 30 min"),
        (90_000, "25 h"),
        (260_000, "3 days"),
    ],
)
def test_times_in_words(seconds: float, said: str) -> None:
    """A time is said as people say it."""
    assert duration(seconds) == said


@pytest.mark.parametrize("value", ["", "home", "31 light", "-7 dark", "7", "٣٠ dark"])
def test_a_look_that_makes_no_sense(value: str) -> None:
    """A value of a button that makes no sense is the usual look."""
    look = Look.read(value)
    assert look.days in (7, 30)
    assert Look.read(look.written()) == look


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("weekly", "No weekly summary is posted."),
        ("weekly off", "No weekly summary is posted."),
        ("weekly nowhere", "is no channel. Write it like #support."),
        ("weekly #nowhere", "I see no channel #nowhere."),
        ("weekly #support someday", "Write a day of the week and a time, such as monday 9:00."),
        ("weekly #support monday 9", "Write the time with its minutes, such as 9:00."),
    ],
)
async def test_weekly_mistakes(handlers: Handlers, asked: str, said: str) -> None:
    """What makes no plan is answered by what to write, and nothing is set."""
    body = (await handlers.slack.command(AVA, CHANNEL, "/volt", f"figures {asked}")).body
    assert said in str(body["text"])
    assert "No weekly" in str((await handlers.slack.command(AVA, CHANNEL, "/volt", "figures weekly")).body["text"])


async def test_weekly_set_and_ended(handlers: Handlers) -> None:
    """A manager sets the weekly summary, is told what is set, and ends it; who is no manager does not."""
    said = [
        str((await handlers.slack.command(AVA, CHANNEL, "/volt", f"figures weekly{words}")).body["text"])
        for words in (f" <#{CHANNEL}> friday 16:30", "", " off", "")
    ]
    assert f"are posted in <#{CHANNEL}> every Friday at 16:30" in said[0]
    assert said[1] in said[0]
    assert said[2] == "The weekly summary has ended."
    assert said[3].startswith("No weekly summary is posted.")
    assert "admin" in str((await handlers.slack.command(BEN, CHANNEL, "/volt", "figures weekly off")).body["text"])


async def test_weekly_by_form(handlers: Handlers) -> None:
    """The form sets the summary, shows what is set, names what is wrong in it, and ends the summary."""
    await home(handlers)
    await press(handlers, "figures")
    await until(handlers, "By person")
    await press(handlers, "figures_weekly", value="365 dark")
    await opened(handlers)
    assert "As the clock is in " in words(window(handlers))
    assert (await fill(handlers, weekly_whether="on")).body["errors"] == {"weekly_channel": "Choose a channel."}
    await fill(handlers, weekly_whether="on", weekly_channel=CHANNEL, weekly_day="4", weekly_time="16:30")
    assert "A year" in str(handlers.slack.homes[AVA])
    told = str((await handlers.slack.command(AVA, CHANNEL, "/volt", "figures weekly")).body["text"])
    assert f"are posted in <#{CHANNEL}> every Friday at 16:30" in told
    await press(handlers, "figures_weekly")
    await opened(handlers)
    await fill(handlers)
    assert told == str((await handlers.slack.command(AVA, CHANNEL, "/volt", "figures weekly")).body["text"])
    await press(handlers, "figures_weekly")
    await opened(handlers)
    await fill(handlers, weekly_whether="off")
    told = str((await handlers.slack.command(AVA, CHANNEL, "/volt", "figures weekly")).body["text"])
    assert told.startswith("No weekly summary is posted.")
