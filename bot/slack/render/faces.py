"""Author of a post: a customer's texts show the customer's name and initials, so that they are never taken for ours.

Slack allows this with the permission `chat:write.customize`, and ignores name and icon silently without it. While the
grant is not known, a first line in bold names the author. A name is the customer's own text: it can neither format nor
show emoji, and never looks like the bot's name. Source: https://docs.slack.dev/reference/methods/chat.postMessage
"""

import unicodedata
from collections.abc import Mapping
from zlib import crc32

from bot.domain.phone import E164
from bot.domain.text import clean, ellipsized, is_blank
from bot.domain.thread_content import Speaker
from bot.parsing.phone_numbers import shown_number
from bot.slack.blocks.kit import Block, MessageBody, bold, rich_text_block
from bot.slack.text.escaping import escape

SCOPE = "chat:write.customize"
"""Permission to post under another name."""

SCOPES_HEADER = "x-oauth-scopes"
"""Header in each answer of Slack: what the token may do."""

PATH = "/face/"
"""Path under which the bot serves initials as a picture; see media/face_endpoint.py."""

COLOUR_COUNT = 8

MAX_USERNAME_CHARS = 80
"""Limit of `username`, in characters: the one Slack has for a bot's own name."""

DEFAULT_ICON = ":bust_in_silhouette:"
"""Icon of customers without initials, or while Slack cannot fetch a picture from us."""

CUSTOMER_SUFFIX = " (customer)"

_OWN_NAMES = ("volt", "slack")
_LOOK_ALIKE = {
    ord(other): letter
    for letter, others in {
        "a": "аα@",
        "c": "с",
        "k": "кκ",
        "l": "1|!iіӏɩı",
        "o": "0оοσ",
        "s": "$5ѕ",
        "t": "тτ",
        "v": "νѵ",
    }.items()
    for other in others
}
"""Letters of other scripts, digits and signs that look like a letter of those names; capital `i` looks like `l`."""

_LIKE_MARKUP = str.maketrans("<>:", "‹›∶")
_ODD_LETTERS = str.maketrans("ŁłØøĐđÞþÆæŒœßı", "LlOoDdTtAaOoSi")


class Faces:
    """Names and icons for the posts of one workspace.

    Without `public_url` Slack cannot fetch our pictures. `is_on` is the admin's setting. What Slack grants, and the
    bot's own name, are learned from Slack's answers.
    """

    def __init__(self, region: str, public_url: str | None = None, *, is_on: bool = True) -> None:
        self._region = region
        self._public_url = (public_url or "").rstrip("/")
        self._is_on = is_on
        self._scopes: frozenset[str] | None = None
        self.own_name = ""

    def learn(self, headers: Mapping[str, str]) -> None:
        """Read from an answer's headers what the token may do; keeps what is known if they do not say."""
        granted = scopes_in(headers)
        self._scopes = self._scopes if granted is None else granted

    @property
    def are_shown(self) -> bool:
        """Whether Slack is known to show name and icon."""
        return self._is_on and self._scopes is not None and SCOPE in self._scopes

    def arguments(self, speaker: Speaker | None) -> dict[str, str]:
        """Return the name and icon of a speaker as arguments of a call; none for the bot, or if not granted.

        As long as Slack has not said what it grants, it does no harm to ask.
        """
        if speaker is None or not self._is_on or (self._scopes is not None and SCOPE not in self._scopes):
            return {}
        face, letters = self.name_of(speaker), initials(speaker.name)
        if not letters or not self._public_url:
            return {"username": face, "icon_emoji": DEFAULT_ICON}
        return {"username": face, "icon_url": f"{self._public_url}{PATH}{letters}-{colour_of(speaker.contact)}.png"}

    def name_of(self, speaker: Speaker) -> str:
        """Write a contact's name on one line that does not look like the bot's name."""
        name = _line(speaker.name) or _line(shown_number(speaker.contact, self._region))
        if not self._is_like_ours(name):
            return name
        return ellipsized(name, MAX_USERNAME_CHARS - len(CUSTOMER_SUFFIX)) + CUSTOMER_SUFFIX

    def _is_like_ours(self, name: str) -> bool:
        looks = _skeleton(name)
        return any(own in looks for own in map(_skeleton, (*_OWN_NAMES, self.own_name)) if own)

    def with_name(self, body: MessageBody) -> MessageBody:
        """Put the speaker's name in front, where name and icon do not show it."""
        if body.speaker is None:
            return body
        name = self.name_of(body.speaker)
        if not body.blocks:
            return MessageBody(f"{escape(name)}:\n{body.text}", [], body.speaker)
        first: Block = rich_text_block([{"type": "rich_text_section", "elements": [bold(name)]}])
        return MessageBody(body.text, [first, *body.blocks], body.speaker)


def scopes_in(headers: Mapping[str, str]) -> frozenset[str] | None:
    """Read what a token may do from the headers of an answer; None if they do not say."""
    granted = next((value for name, value in headers.items() if name.lower() == SCOPES_HEADER), "")
    return frozenset(part.strip() for part in granted.split(",")) if granted else None


def initials(name: str) -> str:
    """Take one or two Latin letters from a name, of its first and last word; "" if there are none."""
    letters = [letter for word in clean(name).split() if (letter := _initial(word))]
    return "".join(letters if len(letters) < 2 else (letters[0], letters[-1]))


def _initial(word: str) -> str:
    """Take the first letter or digit of a word, without its accents, if it is a Latin letter."""
    first = next((char for char in word if char.isalnum()), "").translate(_ODD_LETTERS)
    plain = unicodedata.normalize("NFKD", first)[:1].upper()
    return plain if plain.isascii() and plain.isalpha() else ""


def colour_of(contact: E164) -> int:
    """Choose a colour by the contact's number."""
    return crc32(contact.encode()) % COLOUR_COUNT


def _line(words: str) -> str:
    """Write other people's words on one line without markup; "" if nothing of it could be seen."""
    words = " ".join(clean(words).translate(_LIKE_MARKUP).split())
    fitting = ellipsized(words, MAX_USERNAME_CHARS)
    return "" if is_blank(words) or fitting == "…" else fitting


def _skeleton(name: str) -> str:
    """Reduce a name to what it looks like at a glance."""
    folded = unicodedata.normalize("NFKD", name).casefold().translate(_LOOK_ALIKE)
    return "".join(char for char in folded if char.isalnum())
