"""Rules that put tags: which texts each is for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.domain.hours import Span, WeeklyHours, no_days_off
from bot.domain.phone import E164
from bot.domain.tags import RuleKind, RuleSubject, TagRule
from bot.domain.timestamps import Micros, to_micros

OURS, OTHER = E164("+15555550100"), E164("+15555550101")
MONDAY = to_micros(datetime(2026, 11, 30, 9, tzinfo=UTC))
OFFICE = WeeklyHours((Span(0, 9 * 60, 17 * 60),), "UTC", "DE")


def fits(kind: RuleKind, subject: RuleSubject, text: str = "", at: Micros = MONDAY) -> bool:
    """Ask a rule about a text."""
    return TagRule(1, "vip", kind, subject).fits(text, OURS, at, no_days_off)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I want my MONEY  back!", True),
        ("money-back", True),
        ("My money. Back soon", True),
        ("money", False),
        ("moneyback", False),
        ("give money backwards", False),
        ("", False),
    ],
)
def test_a_rule_by_words(text: str, *, expected: bool) -> None:
    """A rule by words is for texts that have all of them, whole and one behind the other, whatever stands between."""
    assert fits(RuleKind.KEYWORD, "money back", text) is expected


def test_a_rule_by_number() -> None:
    """A rule by number is for every text to that number of ours, and for none to another."""
    assert fits(RuleKind.NUMBER, OURS, "whatever")
    assert not fits(RuleKind.NUMBER, OTHER, str(OTHER))


def test_a_rule_by_hours() -> None:
    """A rule by hours is for texts that were written in them, and for none on a holiday that they leave out."""
    rule = TagRule(1, "late", RuleKind.HOURS, OFFICE)
    assert rule.fits("", OURS, MONDAY, no_days_off)
    assert not rule.fits("", OURS, Micros(MONDAY - 1), no_days_off)
    assert not rule.fits("", OURS, MONDAY, lambda region, day: (region, day) == ("DE", date(2026, 11, 30)))
