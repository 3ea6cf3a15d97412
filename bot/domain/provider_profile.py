"""Provider profile: what is known of a provider without asking it. Its names, its limits and its rules. Pure.

Each provider fills in one of these in its own room; nothing else in the bot knows a provider by its name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.domain.opt_out import SMS_WORDS, OptOutWords
from bot.domain.own_numbers import marked, provider_of
from bot.domain.phone import E164
from bot.domain.segments import Segments, segments


@dataclass(frozen=True)
class CallRate:
    """Calls per second, and how many may leave at once after a rest."""

    per_s: float
    burst: float


@dataclass(frozen=True)
class FileLimits:
    """Limits of the files that go along with one text: their media types, how many, and the bytes of all of them.

    `endings` are those of the names that Slack lets people choose, also of pictures that are made into such files;
    `kinds` says in words which files they are, and `kinds_short` in fewer. `wordless` are the types that no text goes
    along with: it follows by itself. `picture_bytes` are those of one picture, where it may have fewer.
    """

    types: frozenset[str]
    count: int
    total_bytes: int
    endings: tuple[str, ...]
    kinds: str
    kinds_short: str
    wordless: frozenset[str] = frozenset()
    picture_bytes: int | None = None


@dataclass(frozen=True)
class ProviderLimits:
    """Limits of a provider: characters of one text, and how fast texts may leave and its record may be read."""

    longest_text: int = 1_600
    sends: CallRate = CallRate(50, 16)
    lookups: CallRate = CallRate(5, 10)


Measure = Callable[[str], Segments | None]
"""What a text costs; None where its length costs nothing."""


@dataclass(frozen=True)
class ProviderProfile:
    """Profile of a provider. The defaults are those of SMS.

    `code` is what is stored, and what logs and metrics say. `name` is the provider's for people, and `line` what they
    call a number that is connected through it: the kind of texts, and by whom. `webhook_route` is the path at which its
    webhooks come, before the secret of a connection; "" for none. `filters_short_links`: texts with links of public
    shorteners are taken for spam. `is_reach_limited`: which numbers may be texted is limited, because texting some of
    them costs. `marks_numbers`: our numbers there bear its code (own_numbers.py), as all but those of one provider do.
    `medium` is what its texts go over, as headers name it; "" for SMS, which needs no name. `remark` is what headers
    say of its lines besides. `token_setting` and those beside it name what an admin sets, `where_tokens_are` and
    `where_webhooks_are` say where people find them at the provider. `free_text_rule` says in a sentence how long a
    window is open, where the provider has one.
    """

    code: str
    name: str
    line: str
    limits: ProviderLimits = field(default_factory=ProviderLimits)
    opt_out_words: OptOutWords = SMS_WORDS
    measure: Measure = segments
    filters_short_links: bool = True
    medium: str = ""
    remark: str = ""
    is_reach_limited: bool = True
    marks_numbers: bool = True
    webhook_route: str = ""
    token_setting: str = ""
    address_setting: str = ""
    verify_setting: str = ""
    where_tokens_are: str = ""
    where_webhooks_are: str = ""
    free_text_rule: str = "Free text can be sent only for a time after the contact wrote."

    @property
    def capital_name(self) -> str:
        """The name, as it begins a sentence."""
        return self.name[:1].upper() + self.name[1:]

    def account_of(self, number: E164) -> E164:
        """Return what one of our numbers is stored as where it is connected by this provider."""
        return marked(self.code, number) if self.marks_numbers else number

    def owns(self, account: E164) -> bool:
        """Tell whether an account may be one of this provider's."""
        return provider_of(account) == (self.code if self.marks_numbers else "")


UNKNOWN_PROVIDER = ProviderProfile("", "the provider", "SMS")
"""Profile where a number is connected no more, so that nobody knows by which provider its texts went."""

Profiles = Mapping[str, ProviderProfile]
"""Profiles by the code of the provider."""
