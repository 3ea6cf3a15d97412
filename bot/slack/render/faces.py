"""Who speaks: a customer's words bear the customer's name and a face of their own, so that nobody takes them for ours.

Slack lets an app do so with the permission `chat:write.customize`, and without it ignores name and face in silence. So
where it is not known to be granted, a first line in bold says who speaks. A name is a stranger's words: it can neither
format nor show emoji, and never reads like the bot's own. Source: https://docs.slack.dev/reference/methods/chat.postMessage
"""

import unicodedata
from collections.abc import Mapping
from zlib import crc32

from bot.domain.phone import E164
from bot.domain.text import clean, ellipsized, is_blank
from bot.domain.thread_content import Speaker
from bot.parsing.phone_numbers import shown_number
from bot.slack.blocks.kit import Block, MessageBody, bold, rich
from bot.slack.text.escaping import escape

SCOPE = "chat:write.customize"
"""The permission to speak under another name."""

SCOPES_HEADER = "x-oauth-scopes"
"""In each answer of Slack: what the token may do."""

PATH = "/face/"
"""Where the bot serves initials as a picture; see face_door.py."""

COLOURS = 8

LONGEST_NAME = 80
"""Characters of `username`: what Slack lets a bot's own name have."""

SOMEBODY = ":bust_in_silhouette:"
"""The face of those who have no initials, or where Slack cannot fetch a picture from us."""

CUSTOMER = " (customer)"

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
"""Letters of other scripts, digits and signs that pass for a letter of those names; `i` passes for `l` in capitals."""

_LIKE_MARKUP = str.maketrans("<>:", "‹›∶")
_ODD_LETTERS = str.maketrans("ŁłØøĐđÞþÆæŒœßı", "LlOoDdTtAaOoSi")


class Faces:
    """Names and faces for the posts of one workspace.

    Without `public_url` Slack could fetch no picture of ours. `is_on` is what an admin wants. What Slack grants, and
    how it calls the bot, is learned from its answers.
    """

    def __init__(self, region: str, public_url: str | None = None, *, is_on: bool = True) -> None:
        self._region = region
        self._public_url = (public_url or "").rstrip("/")
        self._is_on = is_on
        self._scopes: frozenset[str] | None = None
        self.own_name = ""

    def learn(self, headers: Mapping[str, str]) -> None:
        """Read in an answer of Slack's what the token may do; nothing is forgotten where it does not say."""
        granted = scopes_in(headers)
        self._scopes = self._scopes if granted is None else granted

    @property
    def are_shown(self) -> bool:
        """Whether name and face are known to be shown."""
        return self._is_on and self._scopes is not None and SCOPE in self._scopes

    def looks(self, speaker: Speaker | None) -> dict[str, str]:
        """Say under which name and face somebody speaks, as arguments of a call; none for the bot, or if not granted.

        As long as Slack has not said what it grants, it does no harm to ask.
        """
        if speaker is None or not self._is_on or (self._scopes is not None and SCOPE not in self._scopes):
            return {}
        face, letters = self.name_of(speaker), initials(speaker.name)
        if not letters or not self._public_url:
            return {"username": face, "icon_emoji": SOMEBODY}
        return {"username": face, "icon_url": f"{self._public_url}{PATH}{letters}-{colour_of(speaker.contact)}.png"}

    def name_of(self, speaker: Speaker) -> str:
        """Say how a contact is called, in one line that cannot be taken for the bot's name."""
        name = _line(speaker.name) or _line(shown_number(speaker.contact, self._region))
        if not self._is_like_ours(name):
            return name
        return ellipsized(name, LONGEST_NAME - len(CUSTOMER)) + CUSTOMER

    def _is_like_ours(self, name: str) -> bool:
        looks = _skeleton(name)
        return any(own in looks for own in map(_skeleton, (*_OWN_NAMES, self.own_name)) if own)

    def named(self, view: MessageBody) -> MessageBody:
        """Put in front who speaks, where name and face do not say it."""
        if view.speaker is None:
            return view
        name = self.name_of(view.speaker)
        if not view.blocks:
            return MessageBody(f"{escape(name)}:\n{view.text}", [], view.speaker)
        first: Block = rich([{"type": "rich_text_section", "elements": [bold(name)]}])
        return MessageBody(view.text, [first, *view.blocks], view.speaker)


def scopes_in(headers: Mapping[str, str]) -> frozenset[str] | None:
    """Read what a token may do from the headers of an answer; None where they do not say."""
    granted = next((value for name, value in headers.items() if name.lower() == SCOPES_HEADER), "")
    return frozenset(part.strip() for part in granted.split(",")) if granted else None


def initials(name: str) -> str:
    """Take one or two Latin letters from a name: of its first word and its last; "" where there are none."""
    letters = [letter for word in clean(name).split() if (letter := _initial(word))]
    return "".join(letters if len(letters) < 2 else (letters[0], letters[-1]))


def _initial(word: str) -> str:
    """Take the first letter or digit of a word, without its accents, if that is a Latin letter."""
    first = next((char for char in word if char.isalnum()), "").translate(_ODD_LETTERS)
    plain = unicodedata.normalize("NFKD", first)[:1].upper()
    return plain if plain.isascii() and plain.isalpha() else ""


def colour_of(contact: E164) -> int:
    """Choose one of the colours, always the same for one contact."""
    return crc32(contact.encode()) % COLOURS


def _line(words: str) -> str:
    """Make one inert line of a stranger's words; "" where nothing could be seen of it."""
    words = " ".join(clean(words).translate(_LIKE_MARKUP).split())
    fitting = ellipsized(words, LONGEST_NAME)
    return "" if is_blank(words) or fitting == "…" else fitting


def _skeleton(name: str) -> str:
    """Reduce a name to what it looks like at a glance."""
    folded = unicodedata.normalize("NFKD", name).casefold().translate(_LOOK_ALIKE)
    return "".join(char for char in folded if char.isalnum())
