"""Providers of a workspace by its numbers: what concerns a conversation goes by the connection of its number.

A number that belongs to none of them, because its connection was removed, is refused in words: nothing leaves by
another organization's token.
"""

from collections.abc import Mapping, Sequence

from bot.domain.errors import Rejected
from bot.domain.phone import E164
from bot.ports.messaging import Provider

NOT_CONNECTED = "not_connected"
_WORDS = "This number of ours is not connected any more. A manager can connect it again with /volt connect."


class ProvidersByAccount:
    """bot.ports.messaging.Providers over the connections of a workspace's numbers.

    `by_number` holds the provider of each of our numbers, `main` the one of the main number. `others` serves numbers
    of its own that are not among them: a connection of the environment is for all numbers of its organization.
    """

    def __init__(self, by_number: Mapping[E164, Provider], main: Provider, *, others: Provider | None = None) -> None:
        self._by_number, self._main, self._others = by_number, main, others

    @property
    def main(self) -> Provider:
        """The provider of the main number."""
        return self._main

    def of(self, account: E164) -> Provider:
        """Return the provider of one of our numbers. Raises Rejected."""
        if account in self._by_number:
            return self._by_number[account]
        if self._others is None or not self._others.profile.owns(account):
            raise Rejected(NOT_CONNECTED, _WORDS)
        return self._others

    def all(self) -> Sequence[Provider]:
        """List the providers, the main one first, each once."""
        found = (self._main, *self._by_number.values(), *([self._others] if self._others else []))
        return list({id(provider): provider for provider in found}.values())
