"""Tags on conversations, and the rules that put them: how a tag is written, and which texts a rule is for. Pure.

A tag holds letters, digits and hyphens alone, so that none can be read as markup, wherever it is shown.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from bot.domain.hours import DaysOff, WeeklyHours, is_open
from bot.domain.phone import E164
from bot.domain.text import clean
from bot.domain.timestamps import Micros

MAX_TAG_CHARS = 30
MOST_TAGS = 10
"""Tags that a conversation may have."""

MOST_TEAM_TAGS = 100
"""Tags that a team may have: so many a menu of Slack's can offer."""

MOST_RULES = 50

_BETWEEN = re.compile(r"[\s_-]+")
_WORD = re.compile(r"[^\W_]+")


def read_tag(typed: str) -> str | None:
    """Read a tag as people write it, small and with hyphens for spaces; None where it cannot be one."""
    plain = unicodedata.normalize("NFKC", clean(typed)).strip().removeprefix("#").casefold()
    tag = _BETWEEN.sub("-", plain).strip("-")
    is_one = 0 < len(tag) <= MAX_TAG_CHARS and all(_may_stand(letter) for letter in tag)
    return tag if is_one and any(letter.isalnum() for letter in tag) else None


def _may_stand(letter: str) -> bool:
    return letter == "-" or unicodedata.category(letter)[0] in "LMN"


class RuleKind(Enum):
    """What a rule looks at."""

    KEYWORD = "keyword"  # the words of the text
    NUMBER = "number"  # the number of ours that it came to
    HOURS = "hours"  # when it was written


RuleSubject = str | WeeklyHours
"""What a rule is about: the words, the number of ours, or the hours."""


@dataclass(frozen=True)
class TagRule:
    """Rule that puts a tag on the conversation of a text that fits; its subject is what its kind looks at."""

    id: int
    tag: str
    kind: RuleKind
    subject: RuleSubject

    @property
    def version(self) -> str:
        """A digest of the rule: a change counts for the one that its author saw."""
        return sha256(repr((self.tag, self.kind.value, self.subject)).encode()).hexdigest()[:12]

    def fits(self, text: str, account: E164, at: Micros, days_off: DaysOff) -> bool:
        """Tell whether a text of a contact, written then to a number of ours, is one that the rule is for."""
        if isinstance(self.subject, WeeklyHours):
            return is_open(self.subject, at, days_off)
        if self.kind is RuleKind.NUMBER:
            return account == self.subject
        return f" {words_of(self.subject)} " in f" {words_of(text)} "


def words_of(text: str) -> str:
    """Write the words of a text with one space between them, in whatever case they were."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))
