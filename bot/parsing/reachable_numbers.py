"""Reachable numbers: of which country a number is, and whether texting it costs its owner's price.

Knows the numbering plans of the library phonenumbers. Numbers of one country code that several countries share, as +1,
are told apart where the plan says whose they are; one that no plan knows counts as of the first of them.
"""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ShortNumberCost

from bot.domain.own_numbers import number_of
from bot.domain.phone import E164, can_be_texted
from bot.domain.text_limits import NumberRefusal, TextLimits, Unreachable
from bot.parsing.phone_numbers import parse_number, region_of

ALL_COUNTRIES = "*"

_NO_COUNTRY = "001"
"""Region of networks that are of no country: satellites, ships, shared numbers of the world."""

_PRICED = {
    PhoneNumberType.PREMIUM_RATE: Unreachable.PREMIUM,
    PhoneNumberType.SHARED_COST: Unreachable.SHARED_COST,
}


def text_limits(texts_to: str, per_hour: int) -> TextLimits:
    """Make the limits from the settings: countries with commas between them, "" for the account's own, "*" for all."""
    countries = tuple(part for part in texts_to.split(",") if part)

    def refusal(account: E164, contact: E164) -> NumberRefusal | None:
        return refusal_of(account, contact, countries)

    return TextLimits(refusal, per_hour)


def refusal_of(account: E164, contact: E164, countries: tuple[str, ...]) -> NumberRefusal | None:
    """Tell why a contact's number may not be texted from an account; None where it may, or is no number."""
    if not can_be_texted(contact):
        return None
    is_short, home = not contact.startswith("+"), region_of(number_of(account))
    country, allowed = home if is_short else region_of(contact), countries or (home,)
    number = _short_code(contact, home) if is_short else parse_number(contact)
    why = _price(number, country, is_short=is_short) if number is not None else None
    if why is not None:
        return NumberRefusal(why, country, allowed)
    if ALL_COUNTRIES in allowed or country in allowed:
        return None
    return NumberRefusal(Unreachable.FOREIGN, country, allowed)


def unknown_countries(codes: list[str]) -> list[str]:
    """List those codes that are of no country with phone numbers."""
    return [code for code in codes if code not in phonenumbers.SUPPORTED_REGIONS]


def _price(number: PhoneNumber, country: str, *, is_short: bool) -> Unreachable | None:
    if is_short:
        cost = phonenumbers.expected_cost_for_region(number, country)
        return Unreachable.PREMIUM if cost == ShortNumberCost.PREMIUM_RATE else None
    kind = phonenumbers.number_type(number)
    if kind in _PRICED:
        return _PRICED[kind]
    return Unreachable.SATELLITE if country == _NO_COUNTRY else None


def _short_code(contact: E164, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(contact, region)
    except NumberParseException:
        return None
