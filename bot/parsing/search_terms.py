"""The language of searches: words, and what they are narrowed to, such as `refund tag:vip with:@ava is:open`. Pure.

What is no term of the language is a word; what begins like one and is not is refused with a sentence that says what to
write.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.domain.conversation import Stage
from bot.domain.errors import VoltBotError
from bot.domain.tags import MAX_TAG_CHARS, read_tag
from bot.domain.text import clean, truncate

MOST_TAGS_SOUGHT = 5

_TERM = re.compile(r"(tag|with|is|from|to):(.*)", re.IGNORECASE | re.DOTALL)


class UnreadableSearch(VoltBotError):
    """A search that cannot be read; str() says in plain text why, and what to write."""


@dataclass(frozen=True)
class SearchTerms:
    """Search as it was typed: words, and terms. `person` is a mention or a name, "" for none; `until` is included."""

    words: str = ""
    tags: tuple[str, ...] = ()
    person: str = ""
    stage: Stage | None = None
    since: date | None = None
    until: date | None = None


@dataclass
class _Found:
    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    single: dict[str, str] = field(default_factory=dict)


def read_search(typed: str, today: date) -> SearchTerms:
    """Read a search. Raises UnreadableSearch."""
    found = _Found()
    for token in clean(typed).split():
        term = _TERM.fullmatch(token)
        if term is None:
            found.words.append(token)
        else:
            _note(found, term[1].lower(), term[2])
    since, until = (_day(found.single, name, today) for name in ("from", "to"))
    if since is not None and until is not None and since > until:
        raise UnreadableSearch(f"from:{since} is after to:{until}. Write the earlier day after from:.")
    return SearchTerms(
        " ".join(found.words),
        tuple(dict.fromkeys(found.tags)),
        found.single.get("with", ""),
        _stage(found.single.get("is")),
        since,
        until,
    )


def _note(found: _Found, name: str, value: str) -> None:
    if not value:
        raise UnreadableSearch(f"There is nothing after {name}:. Write it without a space, such as {_EXAMPLES[name]}.")
    if name != "tag":
        if name in found.single:
            raise UnreadableSearch(f"{name}: can stand in a search only once.")
        found.single[name] = value
        return
    tag = read_tag(value)
    if tag is None:
        raise UnreadableSearch(f"{_echo(value)} cannot be a tag: {TAG_RULE}")
    found.tags.append(tag)
    if len(found.tags) > MOST_TAGS_SOUGHT:
        raise UnreadableSearch(f"A search can name at most {MOST_TAGS_SOUGHT} tags.")


TAG_RULE = f"a tag has letters, digits and hyphens, at most {MAX_TAG_CHARS} of them."

_EXAMPLES = {
    "tag": "tag:vip",
    "with": "with:@ava",
    "is": "is:open",
    "from": "from:2026-11-01",
    "to": "to:2026-11-30",
}


def _stage(typed: str | None) -> Stage | None:
    if typed is None:
        return None
    try:
        return Stage(typed.lower())
    except ValueError:
        raise UnreadableSearch(f"I do not know is:{_echo(typed)}. Write is:open, is:waiting or is:closed.") from None


def _day(single: dict[str, str], name: str, today: date) -> date | None:
    typed = single.get(name)
    if typed is None:
        return None
    named: dict[str, Callable[[], date]] = {"today": lambda: today, "yesterday": lambda: today - timedelta(days=1)}
    if typed.lower() in named:
        return named[typed.lower()]()
    try:
        day = datetime.strptime(typed, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise UnreadableSearch(
            f"{_echo(typed)} is no day that I know. Write {name}:2026-11-30, {name}:today or {name}:yesterday."
        ) from None
    if not 2000 <= day.year <= 2100:
        raise UnreadableSearch(f"{_echo(typed)} is no day that I know. Write a year from 2000 to 2100.")
    return day


def _echo(typed: str) -> str:
    return truncate(typed, 40)
