"""Metadata of our posts: stamps by which a restored database recognizes them. Pure.

A stamp is one line of text with numbers, ids, and a digest of the words: the words stand in the post itself.
"""

import hashlib
from dataclasses import dataclass

from bot.bridge.matching import CLOCKS_APART, MICROSECOND, normalized
from bot.domain.conversation import Conversation
from bot.domain.message import Direction, Message
from bot.domain.phone import E164
from bot.domain.subject_codec import decode, encode
from bot.domain.subjects import Line

_HEADER, _LINE = "contact", "line"
_DIGITS = 16

OWN_STAMP = "own"
"""Stamp of a header beside its own: the channel is its conversation's own."""


@dataclass(frozen=True)
class TextStamp:
    """Stamp of one text in either direction; ids that were not known are empty. `rank` is its time."""

    direction: Direction
    provider_id: str
    legacy_id: str
    sort_key: int
    digest: str


def header_stamp(conversation: Conversation) -> str:
    """Encode whose header a post is."""
    return f"{_HEADER}|{conversation.account}|{conversation.contact}"


def line_stamp(line: Line) -> str:
    """Encode what a line is about."""
    return f"{_LINE}|{encode(line)}"


def text_stamp(message: Message) -> str:
    """Encode which text a post shows."""
    ids = (message.provider_id, message.legacy_id)
    parts = (message.direction.value, *ids, str(message.sort_key), digest_of(_words_of(message)))
    return "|".join(part.replace("|", "") for part in parts)


def _words_of(message: Message) -> str:
    return message.body or "".join(piece for piece in message.pieces if isinstance(piece, str))


def digest_of(words: str) -> str:
    """Return a digest of the words of a text, however they were tidied."""
    return hashlib.sha256(normalized(words).encode(errors="replace")).hexdigest()[:_DIGITS]


def read_header(stamp: str) -> tuple[E164, E164] | None:
    """Decode our number and the contact's; None for another stamp."""
    kind, _, rest = stamp.partition("|")
    account, _, contact = rest.partition("|")
    return (E164(account), E164(contact)) if kind == _HEADER and account and contact else None


def read_line(stamp: str) -> Line | None:
    """Decode what a line is about; None for another stamp."""
    kind, _, text = stamp.partition("|")
    subject = decode(text) if kind == _LINE else None
    return subject if isinstance(subject, Line) else None


def read_text(stamp: str) -> TextStamp | None:
    """Decode which text a post shows; None for another stamp."""
    kind, *rest = stamp.split("|")
    if kind not in (Direction.INBOUND.value, Direction.OUTBOUND.value) or len(rest) != 4 or not rest[2].isdecimal():
        return None
    return TextStamp(Direction(kind), rest[0], rest[1], int(rest[2]), rest[3])


def has_same_id(stamp: TextStamp, provider_id: str, legacy_id: str) -> bool:
    """Tell whether an id shows that a stamp is of the same text."""
    same = (stamp.provider_id and stamp.provider_id == provider_id, stamp.legacy_id and stamp.legacy_id == legacy_id)
    return any(same)


def is_stamp_of(stamp: TextStamp, message: Message) -> bool:
    """Tell whether a stamp of a post is of this text; a post may show several."""
    ids = ((stamp.provider_id, message.provider_id), (stamp.legacy_id, message.legacy_id))
    if any(all(pair) for pair in ids):
        return has_same_id(stamp, message.provider_id, message.legacy_id)
    return stamp.digest == digest_of(_words_of(message))


def is_about_then(stamp: TextStamp, at: int) -> bool:
    """Tell whether a stamp is of about that time."""
    return abs(stamp.sort_key - at) <= CLOCKS_APART / MICROSECOND
