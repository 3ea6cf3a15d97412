"""Provider rules in a unit of work: a conversation knows its provider by the connection of its account number."""

from bot.domain.phone import E164
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.text_limits import NumberRefusal
from bot.ports.storage import Transaction


def profile_of(tx: Transaction, account: E164) -> ProviderProfile:
    """Return the profile of the provider of one of our numbers.

    Of a number that is connected no more it is the one provider that there is, or an unknown one of several.
    """
    profiles = tx.limits.profiles
    if len(profiles) == 1:
        return next(iter(profiles.values()))
    connection = next((known.connection for known in tx.connections.accounts() if known.number == account), None)
    found = tx.connections.get(connection) if connection is not None else None
    return profiles.get(found.provider, UNKNOWN_PROVIDER) if found is not None else UNKNOWN_PROVIDER


def refusal_of(tx: Transaction, account: E164, contact: E164) -> NumberRefusal | None:
    """Tell why a contact's number may not be texted from an account; None where it may."""
    return tx.limits.refusal(account, contact) if profile_of(tx, account).is_reach_limited else None
