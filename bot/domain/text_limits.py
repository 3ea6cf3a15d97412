"""Text limits: which numbers may be texted, and how many texts one person may send in an hour. Pure.

Whoever gets hold of a login turns it into money by texting numbers that charge for it. So numbers with a price of
their own are never texted, and those of other countries only where the settings say so; a contact who wrote first is
no exception. The world's numbering plans stand in bot/parsing/reachable_numbers.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from bot.domain.hours import DaysOff, no_days_off
from bot.domain.own_numbers import provider_of
from bot.domain.phone import E164
from bot.domain.provider_profile import Profiles


class Unreachable(Enum):
    """Why a number may not be texted."""

    FOREIGN = "foreign"  # of a country that is not texted from here
    SATELLITE = "satellite"  # or another network of no country
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"


@dataclass(frozen=True)
class NumberRefusal:
    """Refusal of a number: why, the ISO code of its country ("" for none), and of those that may be texted."""

    why: Unreachable
    country: str = ""
    allowed: tuple[str, ...] = ()


def refuse_none(_account: E164, _contact: E164) -> NumberRefusal | None:
    """Let every number be texted."""
    return None


@dataclass(frozen=True)
class TextLimits:
    """Limits of a bot. `refuse` says why a number may not be texted from an account; None where it may.

    `per_hour` is how many texts one person may send in an hour without a manager's word; 0 for any number. `profiles`
    are those of the providers that texts go by, with limits of their own. `days_off` knows the holidays, on which an
    office is closed.
    """

    refuse: Callable[[E164, E164], NumberRefusal | None] = refuse_none
    per_hour: int = 0
    profiles: Profiles = field(default_factory=dict)
    days_off: DaysOff = no_days_off

    def refusal(self, account: E164, contact: E164) -> NumberRefusal | None:
        """Say why a number may not be texted from an account; None where it may, or its provider's are not limited."""
        profile = self.profiles.get(provider_of(account))
        return self.refuse(account, contact) if profile is None or profile.is_reach_limited else None


UNLIMITED = TextLimits()
