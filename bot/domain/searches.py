"""Searches: what people look for among conversations, and the searches that they keep. Pure."""

from dataclasses import dataclass

from bot.domain.conversation import Stage
from bot.domain.ids import UserId
from bot.domain.timestamps import Micros

MAX_SEARCH_NAME_CHARS = 40
MOST_SAVED = 20
"""Searches that one person, or a team, may keep."""

BEGINNING = Micros(0)
ALL_TIME = Micros(2**62)


@dataclass(frozen=True)
class SearchFilter:
    """What a search is narrowed to: all of these tags, a person, a state, and a time from `since` until `until`.

    `person` has the conversation or wrote in it.
    """

    tags: tuple[str, ...] = ()
    person: UserId | None = None
    stage: Stage | None = None
    since: Micros = BEGINNING
    until: Micros = ALL_TIME

    @property
    def has_dates(self) -> bool:
        """Whether it is narrowed to a time."""
        return (self.since, self.until) != (0, ALL_TIME)

    @property
    def is_empty(self) -> bool:
        """Whether it leaves everything in."""
        return self == EVERYTHING


EVERYTHING = SearchFilter()


@dataclass(frozen=True)
class SavedSearch:
    """Search that is kept under a name; `owner` is None for one of the whole team."""

    id: int
    owner: UserId | None
    name: str
    query: str
