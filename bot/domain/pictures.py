"""Pictures that are made to fit: which kinds may be, and within which limits. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.media import Media
from bot.domain.thread_events import SlackFile

JPEG = "image/jpeg"
"""Type that every phone shows, and that others are made into."""

FITTABLE = frozenset({JPEG, "image/png", "image/gif", "image/webp", "image/heic"})
"""Types that can be opened here."""

MOST_READ_BYTES = 32_000_000
"""Limit of a picture that is opened; those of phones have a third of it."""


@dataclass(frozen=True)
class PictureLimit:
    """Limit of one picture that goes out: the types that may go as they are, and its bytes."""

    types: frozenset[str]
    most_bytes: int


ANY_PROVIDER = PictureLimit(frozenset({JPEG, "image/png"}), 1_000_000)
"""Limit that is within those of every provider."""


def may_be_fitted(kind: str, taken: frozenset[str]) -> bool:
    """Tell whether a picture of this type can be made into one that is taken."""
    return kind in FITTABLE and JPEG in taken


def share(limit: PictureLimit, left_bytes: int, left: int) -> PictureLimit:
    """Give the next of so many pictures its share of what is left of the bytes of a text."""
    return PictureLimit(limit.types, min(limit.most_bytes, left_bytes // left))


@dataclass(frozen=True)
class CheckedFiles:
    """Files of a reply that may go along, and by their number from 1 its pictures as they go."""

    files: tuple[SlackFile, ...]
    pictures: Mapping[int, Media] = field(default_factory=dict, repr=False)
