"""Tapbacks: reactions of phones that come as texts, such as `Liked “See you at 6”`, and what they quote. Pure.

Apple's phones send such texts to whom they reach by SMS, and Google's do too. Only a text of exactly such a form is
one, and only where what it quotes is one text of the conversation: any other is shown as the text that it is. The
English forms are those that KDE's Spacebar knows (https://invent.kde.org/plasma-mobile/spacebar, channellogger.h). For
German, French and Spanish they are as people have told of them, and none of a removal; what is missing is a text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.text import clean, ellipsized, is_blank

HEART, LIKE, DISLIKE, LAUGH, EMPHASIS, QUESTION = "❤️", "👍", "👎", "😂", "‼️", "❓"

SHORTEST_BEGINNING = 10
"""Characters that a quote must have where it stands for a text that begins with them."""

LONGEST_QUOTE = 100
"""Characters of a text that are quoted; phones find the text by its beginning where the quote ends with an ellipsis."""

_ADDED = {
    HEART: ("Loved", "Liebt", "A adoré", "Le encantó"),
    LIKE: ("Liked", "Gefällt", "A aimé", "Le gustó"),
    DISLIKE: ("Disliked", "Gefällt nicht", "N’a pas aimé", "No le gustó"),
    LAUGH: ("Laughed at", "Lacht über", "A ri de", "Se rió de"),
    EMPHASIS: ("Emphasized", "Emphasised", "Betont", "A souligné", "Enfatizó"),
    QUESTION: ("Questioned", "Hinterfragt", "A questionné", "Cuestionó"),
}
_REMOVED = {
    HEART: ("Removed a heart from",),
    LIKE: ("Removed a like from",),
    DISLIKE: ("Removed a dislike from",),
    LAUGH: ("Removed a laugh from",),
    EMPHASIS: ("Removed an exclamation from", "Removed an emphasis from"),
    QUESTION: ("Removed a question mark from",),
}
_MEDIA = ("an image", "a photo", "a picture", "a movie", "a video", "an attachment", "a GIF")


def _plain(words: str) -> str:
    """Write words so that those of one text are equal however phones and carriers write them."""
    words = words.translate(_WRITTEN)
    return " ".join(words.split())


_WRITTEN = str.maketrans(
    {**dict.fromkeys("“”„«»‟", '"'), **dict.fromkeys("‘’‚", "'"), **dict.fromkeys("\u200b\u200e\ufeff")}
)


class _Form(NamedTuple):
    emoji: str
    is_removed: bool


_FORMS = {
    _plain(words): _Form(emoji, is_removed)
    for forms, is_removed in ((_ADDED, False), (_REMOVED, True))
    for emoji, phrases in forms.items()
    for words in phrases
}
_SHAPE = re.compile(
    r'(?P<phrase>[^"]+?) ?(?:"(?P<quoted>.+)"|(?P<media>(?<= )(?:' + "|".join(_MEDIA) + ")))", re.DOTALL
)
_EMOJI = r"(?P<emoji>[^\s\w\"'.,!?…-]{1,12}|[0-9#*]\ufe0f?\u20e3)"
_WITH_EMOJI = (
    (re.compile(f"(?:Reacted )?{_EMOJI} to"), False),
    (re.compile(f"Removed (?:an? )?{_EMOJI}(?: reaction)? from"), True),
)


@dataclass(frozen=True)
class Tapback:
    """Reaction of a phone. `quoted` is the text that it quotes, "" for a picture or film."""

    emoji: str
    quoted: str
    is_removed: bool = False


@dataclass(frozen=True)
class Quotable:
    """Text that may be quoted: its id, its words, and whether pictures or files came with it."""

    id: int
    words: str
    has_media: bool = False


def read_tapback(text: str) -> Tapback | None:
    """Read a text as a tapback; None where it is none."""
    shape = _SHAPE.fullmatch(_plain(text))
    if shape is None:
        return None
    form = _form_of(shape["phrase"])
    if form is None:
        return None
    return Tapback(form.emoji, (shape["quoted"] or "").strip(), form.is_removed)


def _form_of(phrase: str) -> _Form | None:
    known = _FORMS.get(phrase)
    if known is not None:
        return known
    for pattern, is_removed in _WITH_EMOJI:
        if match := pattern.fullmatch(phrase):
            return _Form(match["emoji"], is_removed)
    return None


def reaction_words(emoji: str, text: str) -> str:
    """Write a reaction on a text as phones do in English, such as `Liked “See you at 6”`; "" where they have none."""
    phrases, quoted = _ADDED.get(emoji), " ".join(clean(text).split())
    return f"{phrases[0]} “{ellipsized(quoted, LONGEST_QUOTE)}”" if phrases and not is_blank(quoted) else ""


def find_quoted(tapback: Tapback, texts: Iterable[Quotable]) -> int | None:
    """Find the one text that is quoted; None where there is none, or more than one."""
    found = [text.id for text in texts if _is_quoted(tapback, text)]
    return found[0] if len(found) == 1 else None


def _is_quoted(tapback: Tapback, text: Quotable) -> bool:
    if not tapback.quoted:
        return text.has_media
    words = _plain(text.words)
    if words == tapback.quoted:
        return True
    beginning = tapback.quoted.removesuffix("…").removesuffix("...").rstrip()
    is_cut = beginning != tapback.quoted and len(beginning) >= SHORTEST_BEGINNING
    return is_cut and words.startswith(beginning)


def shown_reaction(tapbacks: Sequence[Tapback]) -> str:
    """Return the reaction that a contact has on a text after these, the oldest first; "" for none.

    A phone has one on each text: a new one takes the place of the one before.
    """
    shown = ""
    for tapback in tapbacks:
        if not tapback.is_removed:
            shown = tapback.emoji
        elif tapback.emoji == shown:
            shown = ""
    return shown
