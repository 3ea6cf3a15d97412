"""Pieces: phone text in which some names are still to be looked up. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum


class RefKind(Enum):
    """The kind of reference that a name in a Slack message is."""

    USER = "user"
    CHANNEL = "channel"
    GROUP = "group"
    TEAM = "team"


BROADCASTS = frozenset({"here", "channel", "everyone", "group"})
"""Broadcasts: words that call many people in Slack at once, written "@here"."""


@dataclass(frozen=True)
class Ref:
    """A reference whose name has to be looked up: `id` is Slack's. `label` is what Slack already told us, or ""."""

    kind: RefKind
    id: str
    label: str = ""


Piece = str | Ref
"""A piece: plain text, or a name still to be filled in. A message is a tuple of pieces."""


_SIGNS = {RefKind.USER: "@", RefKind.CHANNEL: "#", RefKind.GROUP: "@", RefKind.TEAM: ""}


_NAMELESS = {RefKind.USER: "someone", RefKind.CHANNEL: "channel", RefKind.GROUP: "group", RefKind.TEAM: "the team"}


def written_out(pieces: Iterable[Piece], names: Mapping[Ref, str]) -> str:
    """Fill in the names ("@Name", "#name"); an unknown name becomes a word, never an id."""
    return "".join(piece if isinstance(piece, str) else _named(piece, names) for piece in pieces)


def _named(ref: Ref, names: Mapping[Ref, str]) -> str:
    known = (name.strip().lstrip("@#").strip() for name in (names.get(ref, ""), ref.label))
    return _SIGNS[ref.kind] + next(filter(None, known), _NAMELESS[ref.kind])


def written_pieces(pieces: tuple[Piece, ...]) -> list[str | list[str]]:
    """Encode pieces as plain values that JSON can hold: a text as it is, a name as [kind, id, label]."""
    return [piece if isinstance(piece, str) else [piece.kind.value, piece.id, piece.label] for piece in pieces]


def read_pieces(written: Iterable[str | list[str]]) -> tuple[Piece, ...]:
    """Decode what written_pieces encoded."""
    return tuple(piece if isinstance(piece, str) else Ref(RefKind(piece[0]), piece[1], piece[2]) for piece in written)
