"""Limits of every part of a payload: a text object, a length, a count, unique ids. Pure.

A fault is reported as Slack does, with a JSON pointer to its place. https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Fault = str


def text_object(
    value: Any, most: int, at: str, *, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")
) -> Iterator[Fault]:
    """Check a text object: of one of the types, with 1 to `most` characters."""
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield f"must be a text object of type {' or '.join(kinds)} [json-pointer:{at}]"
    elif not isinstance(value.get("text"), str) or not value["text"]:
        yield f"must be more than 0 characters [json-pointer:{at}/text]"
    else:
        yield from length(value["text"], most, f"{at}/text")


def length(value: Any, most: int, at: str, *, least: int = 0) -> Iterator[Fault]:
    """Check a string; with `least` it has to be there."""
    if value is None and not least:
        return
    if not isinstance(value, str):
        yield f"must be a string [json-pointer:{at}]"
    elif len(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{at}]"
    elif len(value) < least:
        yield f"must be more than {least - 1} characters [json-pointer:{at}]"


def counted(value: Any, most: int, at: str, *, least: int = 0) -> Iterator[Fault]:
    """Check that a list has so many items."""
    if not isinstance(value, list) or not least <= len(value) <= most:
        yield f"must have {least} to {most} items [json-pointer:{at}]"


def unique(ids: Iterable[Any], name: str, at: str) -> Iterator[Fault]:
    """Check that no id is given twice."""
    given = [one for one in ids if one]
    if len(set(given)) != len(given):
        yield f"{name} must be unique [json-pointer:{at}]"


def flag(holder: dict[str, Any], name: str, at: str) -> Iterator[Fault]:
    """Check that a field, where it is given, is true or false."""
    if name in holder and not isinstance(holder[name], bool):
        yield f"must be a boolean [json-pointer:{at}/{name}]"
