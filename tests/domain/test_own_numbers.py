"""Our numbers, told apart by provider."""

import pytest

from bot.domain.errors import InvalidNumber
from bot.domain.own_numbers import marked, number_of, parse_account, provider_of
from bot.domain.phone import E164
from bot.domain.provider_profile import ProviderProfile
from bot.providers.profiles import PROFILES

NUMBER = E164("+15555550123")
WHATSAPP = ProviderProfile("kiosk", "Kiosk", "WhatsApp by Kiosk", is_reach_limited=False)
SMS = ProviderProfile("post", "Post", "SMS by Post", marks_numbers=False)


def test_one_number_at_two_providers() -> None:
    """A number is stored as two accounts, from each of which the number and the provider can be read."""
    by_sms, by_whatsapp = SMS.account_of(NUMBER), WHATSAPP.account_of(NUMBER)
    assert by_sms == NUMBER != by_whatsapp == marked("kiosk", NUMBER)
    assert [number_of(one) for one in (by_sms, by_whatsapp)] == [NUMBER, NUMBER]
    assert [provider_of(one) for one in (by_sms, by_whatsapp)] == ["", "kiosk"]
    assert [SMS.owns(by_sms), SMS.owns(by_whatsapp)] == [True, False]
    assert [WHATSAPP.owns(by_sms), WHATSAPP.owns(by_whatsapp)] == [False, True]


@pytest.mark.parametrize("account", ["+15555550123", "kiosk:+15555550123"])
def test_an_account_is_read_again(account: str) -> None:
    """What a button bears is read as the account that it is."""
    assert parse_account(account) == account


@pytest.mark.parametrize("account", ["", "kiosk:", "15555550123", "kiosk:15555550123"])
def test_what_is_no_account(account: str) -> None:
    """Anything else is refused."""
    with pytest.raises(InvalidNumber):
        parse_account(account)


def test_bare_numbers_are_of_one_provider() -> None:
    """Only one provider's numbers stand bare, and those are numbers for SMS; codes can be told from numbers."""
    (bare,) = (profile for profile in PROFILES.values() if not profile.marks_numbers)
    assert bare.is_reach_limited
    assert all(code.isidentifier() for code in PROFILES)
