"""Figures view: the Home of a manager who looks at figures, as charts and, the same numbers, as words. Pure.

Stays under Slack's 100 blocks: numbers and people beyond the most active ones are counted.
Limits: https://docs.slack.dev/reference/block-kit/blocks/image-block
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.figures import Figure, FiguresRead, Totals, by_account, by_day, by_person, totals
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.text import counted
from bot.slack.blocks import cards
from bot.slack.blocks.kit import Block, button, button_row, context_plain, section, section_plain
from bot.slack.blocks.modals import Modal, Option, option_object
from bot.slack.features.kit.action_ids import CONVERSATIONS, FIGURES, WEEKLY
from bot.slack.render.chart import Chart, Series
from bot.slack.render.figure_words import HALF, MOST, duration, totals_in_words
from bot.slack.text.escaping import escape

SPAN, THEME, SHOWN = "figures_span", "figures_theme", "figures_shown"
SPANS = {7: "7 days", 30: "30 days", 90: "90 days", 365: "A year"}
BY_WEEK_FROM = 365
"""Days from which a chart has a point for each week: nobody can read more."""

MOST_LISTED = 10
"""Limit of our numbers, and of people, that are listed."""


@dataclass(frozen=True)
class Look:
    """What a person chose to see: how many days until today, and charts for a dark background."""

    days: int = 30
    is_dark: bool = False

    @property
    def days_together(self) -> int:
        """How many days a point of a chart stands for."""
        return 7 if self.days >= BY_WEEK_FROM else 1

    def written(self) -> str:
        """Write it, for the value of a button."""
        return f"{self.days} {'dark' if self.is_dark else 'light'}"

    @classmethod
    def read(cls, value: str) -> "Look":
        """Read it; what makes no sense is the usual look."""
        days, _, theme = value.partition(" ")
        return cls(int(days) if days.isdecimal() and int(days) in SPANS else 30, theme == "dark")


@dataclass(frozen=True)
class Shown:
    """What is shown: the figures, and whose days they are."""

    look: Look
    last: date
    zone: str
    read: FiguresRead


def figures_home(shown: Shown, line: Callable[[E164], str], chart_url: Callable[[Chart], str] | None) -> Modal:
    """Build the Home; `line` names one of our numbers, `chart_url` gives the address of a chart, None where none is."""
    blocks = [
        *button_row(
            button("Conversations", CONVERSATIONS, "home"),
            button("Refresh", FIGURES, shown.look.written()),
            button("Weekly summary", WEEKLY, shown.look.written()),
        ),
        cards.header_block("Figures"),
        _choices(shown.look, has_charts=chart_url is not None),
        section("\n".join(totals_in_words(totals(shown.read.by_owner)))),
        *(_images(shown, chart_url) if chart_url is not None else ()),
        *_accounts(shown, line),
        *_people(shown),
        context_plain(f"Days of {shown.zone}. Times are right within 10 %."),
    ]
    return {"type": "home", "blocks": blocks}


def summary(read: FiguresRead, span: str) -> str:
    """Write the figures of a span in a few lines, in mrkdwn."""
    return "\n".join([f"*Figures of the last {span}*", *totals_in_words(totals(read.by_owner))])


def _choices(look: Look, *, has_charts: bool) -> Block:
    options = {str(days): Option(words, str(days)) for days, words in SPANS.items()}
    menu = {
        "type": "static_select",
        "action_id": SPAN,
        "options": [option_object(option) for option in options.values()],
        "initial_option": option_object(options[str(look.days)]),
    }
    other = Look(look.days, not look.is_dark)
    words = "Charts for light" if look.is_dark else "Charts for dark"
    theme = [button(words, THEME, other.written())] if has_charts else []
    block = f"{SHOWN} {'dark' if look.is_dark else 'light'}"
    return {"type": "actions", "block_id": block, "elements": [menu, *theme]}


# --- charts


def _images(shown: Shown, chart_url: Callable[[Chart], str]) -> list[Block]:
    labels, groups = _points(shown)
    counts = [
        Series(name, [one.counts[figure] for one in groups])
        for name, figure in (("In", Figure.TEXT_IN), ("Out", Figure.TEXT_OUT))
    ]
    texts = Chart("Texts", labels, counts, is_dark=shown.look.is_dark)
    found = [_image(texts, chart_url)]
    if any(one.counts[Figure.FIRST_ANSWER] for one in groups):
        times = [
            Series(name, [_minutes(one, share) for one in groups]) for name, share in (("Half", HALF), ("90 %", MOST))
        ]
        waits = Chart("Time to the first answer", labels, times, is_of_times=True, is_dark=shown.look.is_dark)
        found.append(_image(waits, chart_url))
    return found


def _points(shown: Shown) -> tuple[list[str], list[Totals]]:
    """List the points of a chart: each day, or each week under its first day."""
    step, found = shown.look.days_together, by_day(shown.read.by_day)
    lasts = [shown.last - timedelta(days=back) for back in range(0, shown.look.days, step)][::-1]
    first = shown.last - timedelta(days=shown.look.days - 1)
    begins = [max(first, last - timedelta(days=step - 1)) for last in lasts]
    return [f"{day.day} {day:%b}" for day in begins], [found.get(last, Totals()) for last in lasts]


def _minutes(found: Totals, share: float) -> float | None:
    seconds = found.seconds(Figure.FIRST_ANSWER, share)
    return None if seconds is None else seconds / 60


def _image(chart: Chart, chart_url: Callable[[Chart], str]) -> Block:
    return {"type": "image", "image_url": chart_url(chart), "alt_text": alt_text(chart)}


def alt_text(chart: Chart) -> str:
    """Say what a chart shows, for who hears it: its newest points, at most 2,000 characters."""
    said = [f"{chart.title}, newest first."]
    for number in range(len(chart.labels) - 1, -1, -1):
        values = [(one.name, one.values[number]) for one in chart.series]
        words = [f"{name} {_value(value, is_time=chart.is_of_times)}" for name, value in values if value is not None]
        line = f"{chart.labels[number]}: {', '.join(words)}." if words else ""
        if sum(map(len, said)) + len(line) + len(said) > 1_900:
            break
        said.append(line)
    return " ".join(filter(None, said))


def _value(value: float, *, is_time: bool) -> str:
    return duration(value * 60) if is_time else f"{value:,.0f}"


# --- by number, by person


def _accounts(shown: Shown, line: Callable[[E164], str]) -> list[Block]:
    found = by_account(shown.read.by_owner)
    if len(found) < 2:
        return []
    ordered = sorted(found.items(), key=lambda item: -item[1].counts.total())
    lines = [f"*{escape(line(account))}*: {_short(one)}" for account, one in ordered[:MOST_LISTED]]
    return [cards.header_block("By number"), section("\n".join(lines)), *_more(ordered)]


def _people(shown: Shown) -> list[Block]:
    found = by_person(shown.read.by_owner)
    if not found:
        return [cards.header_block("By person"), section_plain("Nobody has texted in these days.")]
    ordered = sorted(found.items(), key=lambda item: -item[1].counts.total())
    lines = [f"{_who(person)}: {_short(one)}" for person, one in ordered[:MOST_LISTED]]
    return [cards.header_block("By person"), section("\n".join(lines)), *_more(ordered)]


def _who(person: UserId) -> str:
    return f"<@{person}>"


def _short(found: Totals) -> str:
    counts = found.counts
    words = [f"{counts[Figure.TEXT_IN]:,} in"] if counts[Figure.TEXT_IN] else []
    words.append(f"{counts[Figure.TEXT_OUT]:,} out")
    half = found.seconds(Figure.FIRST_ANSWER, HALF)
    if half is not None:
        words.append(f"{counted(counts[Figure.FIRST_ANSWER], 'first answer')}, half within {duration(half)}")
    if counts[Figure.RESOLUTION]:
        words.append(f"{counts[Figure.RESOLUTION]:,} closed")
    if counts[Figure.MISSED]:
        words.append(f"{counted(counts[Figure.MISSED], 'goal')} missed")
    return ", ".join(words)


def _more(ordered: Sequence[object]) -> list[Block]:
    left = len(ordered) - MOST_LISTED
    return [context_plain(f"and {left:,} more")] if left > 0 else []
