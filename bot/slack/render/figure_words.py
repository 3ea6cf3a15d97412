"""Figures in words, and the weekly summary. Pure.

Names no person and no contact: whoever is in the channel may read it.
"""

from datetime import timedelta

from bot.domain.figures import Figure, Totals
from bot.domain.text import counted
from bot.domain.thread_content import WeekFigures
from bot.slack.blocks.kit import MessageBody, context_block, section

HALF, MOST = 0.5, 0.9
"""Shares of answers whose time is told."""


def render_week(content: WeekFigures) -> MessageBody:
    """Render the weekly summary, with the counts of the week before for comparison."""
    first, last = content.day - timedelta(days=7), content.day - timedelta(days=1)
    title = f"Figures of the week, {first.day} {first:%B} to {last.day} {last:%B}"
    lines = totals_in_words(content.week)
    before = content.before.counts
    small = f"The week before: {counted(before[Figure.TEXT_IN], 'text')} in, {before[Figure.TEXT_OUT]:,} out."
    blocks = [section("\n".join([f"*{title}*", *lines])), context_block(f"{small} Days of {content.zone}.")]
    return MessageBody(" ".join([f"{title}.", *lines]), blocks)


def totals_in_words(found: Totals) -> list[str]:
    """Write figures in a few lines, in mrkdwn."""
    counts = found.counts
    lines = [f"{counted(counts[Figure.TEXT_IN], 'text')} in, {counts[Figure.TEXT_OUT]:,} out."]
    answers, closed = counts[Figure.FIRST_ANSWER], counts[Figure.RESOLUTION]
    if answers:
        lines.append(f"{counted(answers, 'first answer')}: {_times(found, Figure.FIRST_ANSWER)}.")
    if closed:
        lines.append(f"{counted(closed, 'conversation')} closed: {_times(found, Figure.RESOLUTION)}.")
    if counts[Figure.MISSED]:
        lines.append(f"{counted(counts[Figure.MISSED], 'goal')} missed.")
    return lines


def _times(found: Totals, figure: Figure) -> str:
    half, most = found.seconds(figure, HALF), found.seconds(figure, MOST)
    assert half is not None
    assert most is not None
    return f"half within {duration(half)}, 90 % within {duration(most)}"


def duration(seconds: float) -> str:
    """Write a time as people say it."""
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest and hours < 10 else f"{round(minutes / 60)} h"
    return counted(round(minutes / 1_440), "day")
