"""Pages of a provider's list, ten things at a time: where a button leads, and what it refuses."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.provider_records import Page
from bot.slack.blocks.cards import MAX_VALUE_CHARS
from bot.slack.context import UserError
from bot.slack.features.kit.pagination import Cursor, PageSlice, cursor_value, read_cursor, slice_page

MARKS = ("", "b", "c")

text = partial(st.text, st.characters(codec="utf-8", exclude_characters="\0"))
"""Texts without NUL, which is taken out of everything that Slack sends."""


def page_at(mark: str) -> Page[int]:
    """Give one of three pages of 25 numbers each."""
    place = MARKS.index(mark)
    older = MARKS[place + 1] if place + 1 < len(MARKS) else None
    return Page(tuple(range(place * 25, place * 25 + 25)), older)


def down() -> list[PageSlice[int]]:
    """Go to the end."""
    leaves = [slice_page(page_at(""), Cursor())]
    while (spot := leaves[-1].older) is not None:
        leaves.append(slice_page(page_at(spot.mark), spot))
    return leaves


def test_to_the_end_and_back() -> None:
    """Older leads through every page once, ten at most at a time and counted; Newer leads the same way back."""
    leaves = down()
    assert [one for leaf in leaves for one in leaf.items] == list(range(75))
    assert max(len(leaf.items) for leaf in leaves) == 10
    assert [leaf.cursor.number for leaf in leaves] == list(range(1, 10))
    back = [leaves[-1]]
    while (spot := back[-1].newer) is not None:
        back.append(slice_page(page_at(spot.mark), spot))
    assert [leaf.items for leaf in back] == [leaf.items for leaf in reversed(leaves)]


def test_marks_that_go_round_in_circles_end() -> None:
    """A page whose mark was met before leads nowhere."""
    assert slice_page(Page((1,), "b"), Cursor("b", trail=("",))).older is None
    assert slice_page(Page((1,), ""), Cursor("b", trail=("",))).older is None


def test_an_empty_page() -> None:
    """A page without anything has nothing, and no way on."""
    leaf = slice_page(Page[int]((), None), Cursor())
    assert (leaf.items, leaf.older, leaf.newer) == ((), None, None)


def test_a_page_that_has_shrunk() -> None:
    """A button that leads behind the end of its page shows the last things of it."""
    assert slice_page(Page((1, 2, 3), None), Cursor(start=40)).items == (1, 2, 3)


@given(text(max_size=40), text(max_size=80), st.integers(-1, 90), st.lists(text(max_size=80), max_size=4))
def test_a_button_carries_where_it_leads(subject: str, mark: str, start: int, trail: list[str]) -> None:
    """What is written into a button is read again as it was, as long as it fits."""
    spot = Cursor(mark, start, tuple(trail), 7)
    value = cursor_value(spot, subject)
    assert value is not None
    assert len(value) <= MAX_VALUE_CHARS
    assert read_cursor(value) == (subject, spot)


def test_a_long_trail_loses_its_beginning() -> None:
    """Where not all marks fit into a button the oldest go, and where not even one does there is no button."""
    marks = tuple(f"{number}" * 300 for number in range(9))
    value = cursor_value(Cursor("here", 0, marks), "x")
    assert value is not None
    _, spot = read_cursor(value)
    assert spot.trail == marks[-len(spot.trail) :]
    assert 0 < len(spot.trail) < 9
    assert cursor_value(Cursor("m" * MAX_VALUE_CHARS), "x") is None


@pytest.mark.parametrize(
    "value", ["", "x", "[]", "{}", '{"start":"0","number":1,"trail":[]}', '{"start":0,"number":1}']
)
def test_a_button_of_another_version(value: str) -> None:
    """A button that carries something else is out of date."""
    with pytest.raises(UserError, match="out of date"):
        read_cursor(value)
