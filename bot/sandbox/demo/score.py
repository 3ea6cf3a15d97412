"""Score: compares what was sent on one side with what was shown on the other. Pure.

Texts are compared as lines, because several may share one post; replies by their letters and digits, because a phone
shows plain text where Slack shows marks, links and emoji.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe0e\ufe0f\ufeff]")
CODE = re.compile(r":[a-z0-9_+'-]+:|<[@#!][^>]*>")
ADDRESS = re.compile(r"<([^|>]+)(?:\|([^>]*))?>")
PART = re.compile(r"^\((\d+)/(\d+)\)\s*")

Lines = tuple[str, ...]


class Pairing(NamedTuple):
    """Pairing: for each expected item whether it was found, and how many were found once too often."""

    found: list[bool]
    extra: int


class Score(NamedTuple):
    """Score of the badge. `waiting` is under way; `let_in` counts forgeries that were accepted."""

    lost: int = 0
    twice: int = 0
    waiting: int = 0
    texts: int = 0
    replies: int = 0
    refused: int = 0
    let_in: int = 0


def lines_of(text: str) -> Lines:
    """Return the lines that are not empty, without invisible characters and outer space."""
    lines = (" ".join(line.split()) for line in INVISIBLE.sub("", text).splitlines())
    return tuple(line for line in lines if line)


def pair_texts(wanted: Sequence[str], shown: Sequence[str]) -> Pairing:
    """Find each text, as whole consecutive lines, in one of the posts; each place counts for one text only.

    Two orders are tried, the given one and the longest first, because a short text may also be part of a long one.
    """
    asked = [lines_of(one) for one in wanted]
    longest_first = sorted(range(len(asked)), key=lambda at: -len(asked[at]))
    ways = [_pair(asked, shown, range(len(asked)), in_order=True), _pair(asked, shown, longest_first, in_order=False)]
    return max(ways, key=lambda one: (sum(one.found), -one.extra))


def _pair(asked: Sequence[Lines], shown: Sequence[str], turns: Sequence[int], *, in_order: bool) -> Pairing:
    stream: list[str | None] = [line for post in shown for line in (*lines_of(post), None)]
    found = [not lines for lines in asked]
    start = 0
    for may_start_anywhere in (not in_order, True):
        for at in turns:
            place = None if found[at] else _place(asked[at], stream, 0 if may_start_anywhere else start)
            if place is not None:
                found[at], start = True, _take(place, len(asked[at]), stream)
    return Pairing(found, sum(_count_left(lines, stream) for lines in sorted(set(asked), key=len, reverse=True)))


def _place(lines: Lines, stream: list[str | None], start: int) -> int | None:
    while lines and lines[0] in stream[start:]:
        start = stream.index(lines[0], start)
        if tuple(stream[start : start + len(lines)]) == lines:
            return start
        start += 1
    return None


def _take(place: int, size: int, stream: list[str | None]) -> int:
    stream[place : place + size] = [None] * size
    return place + size


def _count_left(lines: Lines, stream: list[str | None]) -> int:
    count = 0
    while lines and (place := _place(lines, stream, 0)) is not None:
        _take(place, len(lines), stream)
        count += 1
    return count


def key_of(text: str) -> str:
    """Return the comparison key of a reply and its text: letters and digits, in lower case."""
    bare = ADDRESS.sub(lambda found: found[2] or found[1], CODE.sub("", text))
    return "".join(letter for letter in html.unescape(bare).casefold() if letter.isalnum())


def join_parts(bodies: Iterable[str]) -> list[str]:
    """Join texts that were split, "(1/3) …" and so on."""
    whole: list[str] = []
    open_parts: list[str] = []
    for body in bodies:
        part = PART.match(body)
        if part is None:
            whole.append(body)
            continue
        open_parts = [*([] if part[1] == "1" else open_parts), body[part.end() :]]
        if part[1] == part[2]:
            whole.append(" ".join(open_parts))
    return whole


def pair_replies(wanted: Sequence[frozenset[str]], shown: Iterable[str], spare: Iterable[frozenset[str]]) -> Pairing:
    """Find each reply, given as the keys it may have, among the keys on the phone.

    `spare` are keys that may be on the phone but need not: a deleted reply, a correction, a text by command.
    """
    left = Counter(shown)
    found = [_take_key(left, keys) for keys in wanted]
    for keys in spare:
        _take_key(left, keys)
    known: frozenset[str] = frozenset().union(*wanted)
    return Pairing(found, sum(count for key, count in left.items() if key in known))


def _take_key(left: Counter[str], keys: frozenset[str]) -> bool:
    for key in keys:
        if left[key] > 0:
            left[key] -= 1
            return True
    return False


def words_of(text: str, blocks: Sequence[dict[str, Any]]) -> str:
    """Return a message as plain lines: its blocks, or its text if it has none."""
    if not blocks:
        return html.unescape(ADDRESS.sub(lambda found: found[2] or found[1], text))
    return "\n".join(_words(block) for block in blocks)


def _words(node: Any) -> str:
    if not isinstance(node, dict):
        return ""
    if isinstance(node.get("text"), dict):
        inner = node["text"]
        return words_of(inner["text"], []) if inner.get("type") == "mrkdwn" else str(inner["text"])
    if node.get("type") == "mrkdwn":
        return words_of(str(node["text"]), [])
    if node.get("type") == "image":
        return str(node.get("image_url", ""))
    if "elements" in node:
        inline = node.get("type") in {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}
        return ("" if inline else "\n").join(_words(one) for one in node["elements"])
    return _leaf(node)


def _leaf(node: dict[str, Any]) -> str:
    if node.get("type") == "emoji":
        points = str(node.get("unicode", "")).split("-")
        return "".join(chr(int(point, 16)) for point in points) if node.get("unicode") else f":{node['name']}:"
    return str(node.get("text") or node.get("url") or "")
