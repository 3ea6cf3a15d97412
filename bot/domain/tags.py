"""Tags on conversations, and the rules that put them: how a tag is written, and which texts a rule is for. Pure.

A tag holds letters, digits and hyphens alone, so that none can be read as markup, wherever it is shown.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from bot.domain.approval import QuietHours
from bot.domain.phone import E164
from bot.domain.text import clean

MAX_TAG_CHARS = 30
MOST_TAGS = 10
"""Tags that a conversation may have."""

MOST_TEAM_TAGS = 100
"""Tags that a team may have: so many a menu of Slack's can offer."""

MOST_RULES = 50

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

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


@dataclass(frozen=True)
class TagRule:
    """Rule that puts a tag on the conversation of a text that fits; `subject` is written as its kind wants it."""

    id: int
    tag: str
    kind: RuleKind
    subject: str

    def fits(self, text: str, account: E164, at: datetime) -> bool:
        """Tell whether a text of a contact, written then to a number of ours, is one that the rule is for."""
        match self.kind:
            case RuleKind.KEYWORD:
                return f" {words_of(self.subject)} " in f" {words_of(text)} "
            case RuleKind.NUMBER:
                return account == self.subject
            case RuleKind.HOURS:
                return WeekHours.from_stored(self.subject).hold(at)


def words_of(text: str) -> str:
    """Write the words of a text with one space between them, in whatever case they were."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


@dataclass(frozen=True)
class WeekHours:
    """Hours of some days of the week in one time zone; those over midnight belong to the day on which they begin."""

    days: frozenset[int]
    hours: QuietHours
    zone: str

    def hold(self, at: datetime) -> bool:
        """Tell whether a moment lies in these hours."""
        local = at.astimezone(ZoneInfo(self.zone))
        is_whole_day = self.hours.start == self.hours.end
        if not is_whole_day and not self.hours.holds(local.time()):
            return False
        is_after_midnight = self.hours.start > self.hours.end and local.time() < self.hours.end
        return (local - timedelta(days=1) if is_after_midnight else local).weekday() in self.days

    def to_stored(self) -> str:
        """Write them as they are stored."""
        days = "".join(str(day) for day in sorted(self.days))
        return f"{days} {self.hours.start:%H:%M}-{self.hours.end:%H:%M} {self.zone}"

    @classmethod
    def from_stored(cls, stored: str) -> "WeekHours":
        """Read stored hours."""
        days, hours, zone = stored.split(" ", 2)
        start, _, end = hours.partition("-")
        return cls(frozenset(map(int, days)), QuietHours(time.fromisoformat(start), time.fromisoformat(end)), zone)
