"""Stateless pagination of provider lists, ten items at a time. The cursor travels in the button's value.

It holds the provider's mark of the page, the position in it, and the marks of the pages before. There is no button if
the mark does not fit into its value, or if the marks repeat.
"""

import json
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from bot.domain.provider_profile import ProviderProfile
from bot.domain.provider_records import Page
from bot.slack.blocks.cards import MAX_VALUE_CHARS
from bot.slack.blocks.kit import Block, button, button_row, context_plain
from bot.slack.context import UserError
from bot.slack.json_fields import dict_of, int_of, str_of

T = TypeVar("T")

ROWS = 10

TOO_FAR = "Older ones cannot be shown here. Look at them in {name}."


@dataclass(frozen=True)
class Cursor:
    """Cursor: `mark` is the provider's for the page ("" the newest), `start` the position in it, -1 its last ten.

    `trail` holds the marks of the pages before, `number` counts tens.
    """

    mark: str = ""
    start: int = 0
    trail: tuple[str, ...] = ()
    number: int = 1


@dataclass(frozen=True)
class PageSlice(Generic[T]):
    """Slice of up to ten items, newest first, with the cursors before and after it."""

    items: tuple[T, ...]
    cursor: Cursor
    older: Cursor | None
    newer: Cursor | None


def slice_page(page: Page[T], cursor: Cursor) -> PageSlice[T]:
    """Slice ten items off a page of the provider's."""
    last = max(0, len(page.items) - 1) // ROWS * ROWS
    start = last if cursor.start < 0 else min(cursor.start, last)
    here = replace(cursor, start=start)
    return PageSlice(page.items[start : start + ROWS], here, _older(page, here), _newer(here))


def _older(page: Page[T], here: Cursor) -> Cursor | None:
    if here.start + ROWS < len(page.items):
        return replace(here, start=here.start + ROWS, number=here.number + 1)
    if page.older is None or page.older in (here.mark, *here.trail):
        return None
    return Cursor(page.older, 0, (*here.trail, here.mark), here.number + 1)


def _newer(here: Cursor) -> Cursor | None:
    if here.start:
        return replace(here, start=here.start - ROWS, number=max(1, here.number - 1))
    if here.trail:
        return Cursor(here.trail[-1], -1, here.trail[:-1], max(1, here.number - 1))
    return Cursor() if here.mark else None


def cursor_value(cursor: Cursor, subject: str) -> str | None:
    """Write a cursor as a button's value; a long trail is cut at its beginning and leads to the newest page.

    None if the mark alone is too long.
    """
    trail = cursor.trail
    while True:
        place = {"of": subject, "mark": cursor.mark, "start": cursor.start, "trail": trail, "number": cursor.number}
        value = json.dumps(place, ensure_ascii=False, separators=(",", ":"))
        if len(value) <= MAX_VALUE_CHARS:
            return value
        if not trail:
            return None
        trail = trail[1:]


def read_cursor(value: str) -> tuple[str, Cursor]:
    """Read a button's value: the subject and the cursor. Raises UserError."""
    try:
        place = dict_of(json.loads(value))
    except ValueError:
        place = {}
    start, number, trail = int_of(place.get("start")), int_of(place.get("number")), place.get("trail")
    if start is None or number is None or not isinstance(trail, list):
        raise UserError("This is out of date. Please type the command again.")
    return str_of(place.get("of")), Cursor(str_of(place.get("mark")), start, tuple(map(str_of, trail)), number)


def page_buttons(leaf: PageSlice[T], names: tuple[str, str], subject: str, by: ProviderProfile) -> list[Block]:
    """Buttons to the newer and older page; words in their place if a cursor does not fit into a button."""
    newer = _leaf_button("Newer", names[0], subject, leaf.newer)
    older = _leaf_button("Older", names[1], subject, leaf.older)
    is_stuck = leaf.older is not None and older is None
    return button_row(newer, older) + ([context_plain(TOO_FAR.format(name=by.name))] if is_stuck else [])


def _leaf_button(label: str, name: str, subject: str, spot: Cursor | None) -> Block | None:
    value = cursor_value(spot, subject) if spot else None
    return button(label, name, value) if value else None
