"""Our numbers, told apart by provider: the same one may take SMS by one and WhatsApp by another. Pure.

What is stored as the account of a conversation, of a progress or of a route is the number with the provider's code in
front, such as "code:+15555550123". That of the one provider whose profile says so stands bare, "+15555550123". So the
two are never taken for one. Only accounts are read here: a contact may call themselves anything.
"""

from bot.domain.phone import E164, parse_e164

_BEHIND_CODE = ":"


def marked(code: str, number: E164) -> E164:
    """Put the code of a provider in front of one of our numbers."""
    return E164(f"{code}{_BEHIND_CODE}{number}")


def number_of(account: E164) -> E164:
    """Return the number of an account, as people and providers know it."""
    return E164(account.rpartition(_BEHIND_CODE)[2])


def provider_of(account: E164) -> str:
    """Return the code in front of a number; "" where it stands bare."""
    return account.rpartition(_BEHIND_CODE)[0]


def parse_account(text: str) -> E164:
    """Parse an account as it is stored. Raises InvalidNumber."""
    account = E164(text)
    parse_e164(number_of(account))
    return account
