"""What stands in a message beside its words is texted with them, or nothing is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pieces import Ref, RefKind
from bot.domain.thread_events import Edit, Reply
from bot.slack.events.beside_text import all_pieces
from bot.slack.events.message_events import parse_event
from bot.slack.text.rich_text import flatten
from tests.slack.events.test_message_events import change, message
from tests.slack.text.test_rich_text import JSON, rich, section

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
    pieces = all_pieces(message(**fields)["event"])
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


def text_of(words: str, kind: str = "mrkdwn") -> dict[str, Any]:
    """Make a text object."""
    return {"type": kind, "text": words}


PICTURE = {"type": "image", "image_url": "https://a.example/a.png", "alt_text": "map"}
BUTTON = {"type": "button", "text": text_of("Pay", "plain_text"), "action_id": "pay"}
DAY = {"type": "raw_text", "text": "Wed"}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "section", "text": text_of("*Price* is &lt; 5 :wave:")}, "Price is < 5 👋"),
        ({"type": "section", "text": text_of("2 * 3 * 4 <@U111> &lt;", "plain_text")}, "2 * 3 * 4 <@U111> <"),
        ({"type": "section", "fields": [text_of("one"), text_of("two", "plain_text")]}, "one\ntwo"),
        ({"type": "section", "text": text_of("ask <@U111>"), "fields": [text_of("one")]}, "ask @Ann\none"),
        ({"type": "header", "text": text_of("Hours", "plain_text")}, "Hours"),
        ({"type": "context", "elements": [text_of("by Ann"), text_of("today", "plain_text")]}, "by Ann\ntoday"),
        ({"type": "divider"}, ""),
        (TABLE, "Mon | 9 to 5\nTue | 8"),
        ({"type": "data_table", "caption": "Hours", "rows": [[DAY]]}, "Hours\nWed"),
        ({"type": "table", "rows": [[DAY, {"type": "raw_number", "value": 7}]]}, "Wed | 7"),
        ({"type": "table", "rows": [[DAY, {"type": "raw_number", "value": 0}]]}, "Wed | 0"),
        ({"type": "table", "rows": [[DAY, {"type": "raw_number", "value": 7.5}]]}, "Wed | 7.5"),
        ({"type": "table", "rows": [[DAY, {"type": "raw_number", "value": 7.5, "text": "$7.50"}]]}, "Wed | $7.50"),
        ({"type": "table", "rows": [[DAY, {"type": "raw_text", "text": ""}, DAY]]}, "Wed |  | Wed"),
        ({"type": "table", "rows": [[DAY, {"type": "raw_number"}]]}, None),
        ({"type": "table", "rows": [[DAY, PICTURE]]}, None),
        ({"type": "table", "rows": [[DAY, "words"]]}, None),
        ({"type": "section", "text": text_of("Pay here"), "accessory": BUTTON}, None),
        ({"type": "context", "elements": [text_of("by Ann"), PICTURE]}, None),
        ({"type": "markdown", "text": "**secret** thing"}, None),
        (PICTURE, None),
        ({"type": "actions", "elements": [BUTTON]}, None),
        ({"type": "context_actions", "elements": [BUTTON]}, None),
        ({"type": "input", "label": text_of("Name", "plain_text")}, None),
        ({"type": "file", "external_id": "1", "source": "remote"}, None),
        ({"type": "call", "call_id": "R1"}, None),
        ({"type": "video", "alt_text": "film", "video_url": "https://a.example/v"}, None),
        ({"type": "task_card", "title": "Call"}, None),
        ({"type": "plan", "title": "Calls"}, None),
        ({"type": "alert", "text": text_of("Late")}, None),
        ({"type": "card", "title": text_of("Card")}, None),
        ({"type": "container", "elements": [{"type": "header", "text": text_of("x")}]}, None),
        ({"type": "carousel", "elements": [{"type": "card", "title": text_of("Card")}]}, None),
        ({"type": "of_tomorrow", "text": "words"}, None),
        (rich({"type": "rich_text_of_tomorrow", "elements": [{"type": "text", "text": "words"}]})[0], None),
        (rich({"type": "rich_text_list", "elements": [{"type": "rich_text_list", "elements": []}]})[0], None),
        (rich(section({"type": "of_tomorrow", "text": "words"}))[0], "words"),
        (rich(section({"type": "of_tomorrow", "file_id": "F1"}))[0], None),
        (rich(section({"type": "user", "user_id": "?"}))[0], None),
        (rich(section({"type": "broadcast", "range": "moon"}))[0], None),
        (rich(section({"type": "date"}))[0], None),
        (rich(section({"type": "text", "text": ""}))[0], ""),
    ],
)
def test_a_block_beside_the_words(block: dict[str, Any], expected: str | None) -> None:
    """A block of any kind is read with the words, or nothing is sent; never the words alone."""
    for blocks in ([*rich(section("Look")), block], [block, *rich(section("Look"))]):
        said = whole(text="Look", blocks=blocks)
        lines = (["Look", expected] if blocks[-1] is block else [expected, "Look"]) if expected is not None else []
        assert said == ("\n".join(filter(None, lines)) if lines else None)
        beside = whole(text="x", attachments=[FORWARDED | {"message_blocks": [{"message": {"blocks": blocks}}]}])
        assert (beside is None) == (expected is None)
        assert (whole(text="x", attachments=[{"blocks": blocks}]) is None) == (expected is None)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ({"text": "on my *way*"}, "x\nFrom Ann:\n> on my way"),
        ({"text": "on my way", "files": [{"id": "F1"}]}, None),
        (
            {"text": "on my way", "attachments": [{"title": "T", "text": "words"}]},
            "x\nFrom Ann:\n> on my way\n> T\n> words",
        ),
        ({"text": "on my way", "attachments": [{"fields": [{"title": "Price", "value": "5"}]}]}, None),
    ],
)
def test_what_stands_beside_forwarded_words(inner: dict[str, Any], expected: str | None) -> None:
    """A forwarded message is read as a whole as well, or nothing is sent."""
    assert whole(text="x", attachments=[FORWARDED | {"message_blocks": [{"message": inner}]}]) == expected


WORDS = re.compile(r"w\d+w|\b\d{4}\b")
LINES = ["rich_text_section", "rich_text_quote", "rich_text_preformatted"]
INSIDE = {
    "rich_text": [*LINES, "rich_text_list"],
    "rich_text_list": LINES[:1],
    **{key: ["text"] for key in LINES},
    **{key: ["mrkdwn", "plain_text"] for key in ["section", "header", "context"]},
    **{key: ["raw_text", "raw_number", "rich_text"] for key in ["table", "data_table"]},
}
"""What Slack puts into the blocks that are read, and their parts."""
FIELDS = {
    "section": ["text", "fields", "accessory"],
    "header": ["text"],
    "table": ["rows"],
    "data_table": ["rows", "caption"],
    "raw_number": ["value"],
    "of_tomorrow": ["text"],
}
BLOCK_KINDS = ["rich_text", "section", "header", "context", "table", "data_table"]


def of_kind(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a block or a part of one; here and there something is in it that nobody expects there."""
    words, fitting = st.integers(0, 999).map("w{}w".format), INSIDE.get(kind, [])
    inner = st.sampled_from([*fitting * 8, "raw_text", "of_tomorrow"]).flatmap(of_kind) if fitting else words
    many = st.lists(inner, max_size=3)
    values = {
        "elements": many,
        "fields": many,
        "rows": st.lists(many, max_size=3),
        "value": st.integers(1000, 9999),
        "caption": words,
        "accessory": st.sampled_from([None] * 8 + [PICTURE | {"alt_text": "w1w"}]),
    }
    names = FIELDS.get(kind, ["elements"] if fitting else ["text"])
    fields = {name: values.get(name, inner) for name in names}
    return st.fixed_dictionaries({"type": st.just(kind)}, optional=fields)


BLOCK = st.sampled_from([*BLOCK_KINDS * 4, "of_tomorrow"]).flatmap(of_kind)


@given(st.lists(BLOCK, max_size=2))
def test_no_words_disappear(blocks: list[dict[str, Any]]) -> None:
    """Whatever blocks a message is made of, all their words are read or none is sent."""
    said = whole(text="", blocks=[*rich(section("Look")), *blocks])
    assert said is None or sorted(WORDS.findall(said)) == sorted(WORDS.findall(json.dumps(blocks)))


def test_with_what_cannot_be_texted_nothing_is() -> None:
    """A reply with something beside its words that has no words goes with none of its parts."""
    files = [{"id": "F1", "mimetype": "image/png", "name": "a.png", "size": 1, "url_private": "https://a.example"}]
    unread: list[dict[str, Any]] = [{"attachments": [{}]}, {"blocks": [*rich(section("x")), PICTURE]}]
    for beside in unread:
        read = parse_event(message(text="x", files=files, **beside), "B0WN", "A0WN")
        assert isinstance(read, Reply)
        assert (read.pieces, read.files, read.has_files) == ((), (), False)


def test_a_note_stays_one() -> None:
    """A note keeps what stands beside it inside as well."""
    for attachment in ({}, FORWARDED):
        read = parse_event(message(text="// look", attachments=[attachment]), "B0WN", "A0WN")
        assert isinstance(read, Reply)
        assert read.is_note
    read = parse_event(message(text="// look", blocks=[*rich(section("// look")), PICTURE]), "B0WN", "A0WN")
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
    all_pieces({"text": "x", "attachments": blocks, "blocks": blocks})
    all_pieces({"attachments": [FORWARDED | {"message_blocks": blocks, "author_name": blocks}]})
    all_pieces({"blocks": [{"type": "table", "rows": blocks}, {"type": "table", "rows": [blocks]}]})
