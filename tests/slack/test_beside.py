"""What stands in a message beside its words is texted with them, or nothing is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import Edit, Ref, RefKind, Reply
from bot.slack.beside import whole_of
from bot.slack.mrkdwn import flatten
from bot.slack.wire import parse_event
from tests.slack.test_mrkdwn import JSON, rich, section
from tests.slack.test_slack_wire import change, message

TABLE = {
    "type": "table",
    "rows": [
        [{"type": "raw_text", "text": "Mon"}, {"type": "rich_text", "elements": [section("9 to\n5")]}],
        [{"type": "raw_text", "text": "Tue"}, {"type": "raw_number", "value": 8, "text": "8"}],
    ],
}
LINK = "https://acme.slack.com/archives/C9/p1"
FORWARDED = {
    "is_share": True,
    "is_msg_unfurl": True,
    "from_url": LINK,
    "author_name": "Ann",
    "author_id": "U111",
    "text": "on my *way*",
    "message_blocks": [{"message": {"blocks": rich(section("on my way\nsee you"))}}],
}


def whole(**fields: Any) -> str | None:
    """Read a message with what stands beside it."""
    pieces = whole_of(message(**fields)["event"])
    return None if pieces is None else flatten(pieces, {Ref(RefKind.USER, "U111"): "Ann"})


def without(name: str) -> dict[str, Any]:
    """Make the forwarded message without one of its fields."""
    return {key: value for key, value in FORWARDED.items() if key != name}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": "Hours:", "attachments": [{"blocks": [TABLE]}]}, "Hours:\nMon | 9 to 5\nTue | 8"),
        ({"blocks": [*rich(section("Hours:")), TABLE]}, "Hours:\nMon | 9 to 5\nTue | 8"),
        ({"text": "He says:", "attachments": [FORWARDED]}, "He says:\nFrom Ann:\n> on my way\n> see you"),
        ({"text": "", "attachments": [without("message_blocks")]}, "From Ann:\n> on my way"),
        ({"text": "x", "attachments": [without("author_name")]}, "x\nFrom @Ann:\n> on my way\n> see you"),
        ({"text": "x", "attachments": [without("is_share")]}, "x\nFrom Ann:\n> on my way\n> see you"),
        ({"text": "x", "attachments": [{"title": "T", "text": "words"}]}, "x\nT\nwords"),
        ({"text": f"see <{LINK}>", "attachments": [without("is_share")]}, f"see {LINK}"),
        ({"text": "see a.example", "attachments": [{"from_url": "https://a.example", "text": "A"}]}, "see a.example"),
        ({"text": "x", "attachments": [FORWARDED | {"files": [{"id": "F1"}]}]}, None),
        ({"text": "x", "attachments": [{"image_url": "https://a.example/a.png"}]}, None),
        ({"text": "x", "attachments": [{}]}, None),
    ],
)
def test_what_stands_beside_words(fields: dict[str, Any], expected: str | None) -> None:
    """Tables are rows of cells, forwarded words say whose they are, previews of links are not read."""
    assert whole(**fields) == expected


def test_with_what_cannot_be_texted_nothing_is() -> None:
    """A reply with something beside its words that has no words goes with none of its parts."""
    files = [{"id": "F1", "mimetype": "image/png", "name": "a.png", "size": 1, "url_private": "https://a.example"}]
    read = parse_event(message(text="x", files=files, attachments=[{}]), "B0WN", "A0WN")
    assert isinstance(read, Reply)
    assert (read.pieces, read.files, read.has_files) == ((), (), False)


def test_a_note_stays_one() -> None:
    """A note keeps what stands beside it inside as well."""
    for attachment in ({}, FORWARDED):
        read = parse_event(message(text="// look", attachments=[attachment]), "B0WN", "A0WN")
        assert isinstance(read, Reply)
        assert read.is_note


def test_an_edit_that_takes_a_forwarded_message_away() -> None:
    """What is taken away beside the words is an edit as much as a word."""
    read = parse_event(change({"text": "after", "attachments": [FORWARDED]}), "B0WN", "A0WN")
    assert isinstance(read, Edit)
    assert read.pieces == ("after",)


@given(st.lists(JSON, max_size=2))
def test_no_shape_raises(blocks: list[Any]) -> None:
    """Whatever Slack may put beside the words, reading it raises nothing."""
    whole_of({"text": "x", "attachments": blocks, "blocks": blocks})
    whole_of({"attachments": [FORWARDED | {"message_blocks": blocks, "author_name": blocks}]})
    whole_of({"blocks": [{"type": "table", "rows": blocks}, {"type": "table", "rows": [blocks]}]})
