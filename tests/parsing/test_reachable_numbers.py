"""Which numbers may be texted: those of the countries that the settings name, and none that has a price of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.phone import E164
from bot.domain.provider_profile import ProviderProfile
from bot.domain.text_limits import Unreachable
from bot.parsing.reachable_numbers import refusal_of, text_limits
from tests.harness.world import ACCOUNT

LONDON = E164("+442079460123")


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        ("+15555550145", None),
        ("+14155552671", None),
        ("+18005551234", None),
        ("12345", None),
        ("Bank of Nowhere", None),
        ("~", None),
        ("+19002345678", Unreachable.PREMIUM),
        ("+19005550145", Unreachable.PREMIUM),
        ("+449098790123", Unreachable.PREMIUM),
        ("+979123456789", Unreachable.PREMIUM),
        ("+80812345678", Unreachable.SHARED_COST),
        ("+39848123456", Unreachable.SHARED_COST),
        ("+870773111632", Unreachable.SATELLITE),
        ("+881612345678", Unreachable.SATELLITE),
        ("+88213123456", Unreachable.SATELLITE),
        ("+8835100123456", Unreachable.SATELLITE),
        ("+80012345678", Unreachable.SATELLITE),
        ("+18765550145", Unreachable.FOREIGN),
        ("+18092345678", Unreachable.FOREIGN),
        ("+14165550145", Unreachable.FOREIGN),
        ("+447400123456", Unreachable.FOREIGN),
        ("+33140205050", Unreachable.FOREIGN),
        ("+5350123456", Unreachable.FOREIGN),
        ("+2525012345", Unreachable.FOREIGN),
        ("+999123456789", Unreachable.FOREIGN),
        ("+2101234567", Unreachable.FOREIGN),
    ],
)
def test_numbers_of_our_country_alone(contact: str, why: Unreachable | None) -> None:
    """Without a setting only numbers of the account's country may be texted, and none that costs a price of its own."""
    found = refusal_of(ACCOUNT, E164(contact), ())
    assert (found.why if found else None) is why


@pytest.mark.parametrize(
    ("countries", "contact", "is_texted"),
    [
        (("US", "CA"), "+14165550145", True),
        (("US", "CA"), "+447400123456", False),
        (("GB",), "+15555550145", False),
        (("*",), "+447400123456", True),
        (("*",), "+999123456789", True),
        (("*",), "+19002345678", False),
        (("*",), "+881612345678", False),
        (("US", "IT"), "+39848123456", False),
    ],
)
def test_numbers_of_the_countries_that_are_named(countries: tuple[str, ...], contact: str, *, is_texted: bool) -> None:
    """The named countries take the place of our own, and none of them makes up for a price."""
    assert (refusal_of(ACCOUNT, E164(contact), countries) is None) is is_texted


def test_the_country_is_that_of_the_account_of_the_conversation() -> None:
    """An account in London texts Britain and not the United States."""
    assert refusal_of(LONDON, E164("+447400123456"), ()) is None
    refused = refusal_of(LONDON, E164("+14155552671"), ())
    assert refused is not None
    assert (refused.country, refused.allowed) == ("US", ("GB",))


def test_lines_that_are_no_sms() -> None:
    """Countries and prices are those of SMS: another line of the same number may write to any number."""
    line = ProviderProfile("kiosk", "Kiosk", "WhatsApp by Kiosk", is_reach_limited=False)
    limits = replace(text_limits("", 0), profiles={line.code: line})
    abroad = E164("+447400123456")
    assert limits.refusal(ACCOUNT, abroad) is not None
    assert limits.refusal(line.account_of(ACCOUNT), abroad) is None


def test_a_marked_line_for_sms() -> None:
    """The country of a number counts, whichever provider it is connected by."""
    line = ProviderProfile("post", "Post", "SMS by Post")
    limits = replace(text_limits("", 0), profiles={line.code: line})
    assert limits.refusal(line.account_of(ACCOUNT), ACCOUNT) is None
    refused = limits.refusal(line.account_of(ACCOUNT), E164("+447400123456"))
    assert refused is not None
    assert refused.allowed == ("US",)
