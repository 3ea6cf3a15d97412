"""Lines: our numbers as people know them, by which provider they are connected, and what can be done there."""

from dataclasses import dataclass

from bot.domain.errors import Rejected
from bot.domain.phone import E164
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.ports.capabilities import Capabilities, Capability
from bot.ports.messaging import Provider, Providers


@dataclass(frozen=True)
class Lines:
    """Lines of a workspace; `providers` is None while nothing is connected. No account means the main one."""

    providers: Providers | None = None

    def profile(self, account: E164 | None = None) -> ProviderProfile:
        """Return the profile of a number's provider; that of an unknown one where it is connected no more."""
        provider = self._provider(account)
        return provider.profile if provider is not None else UNKNOWN_PROVIDER

    def capabilities(self, account: E164 | None = None) -> Capabilities | None:
        """Return what a number can do besides sending; None where it is connected no more."""
        provider = self._provider(account)
        return provider.capabilities if provider is not None else None

    def offers(self, capability: Capability, account: E164 | None = None) -> bool:
        """Tell whether to offer something for a number: of one that is connected no more, its handler says so."""
        can = self.capabilities(account)
        return can is None or can.has(capability)

    def any_offers(self, capability: Capability) -> bool:
        """Tell whether to offer something that may be had by any of our numbers."""
        everybody = self.providers.all() if self.providers is not None else ()
        return not everybody or any(provider.capabilities.has(capability) for provider in everybody)

    def _provider(self, account: E164 | None) -> Provider | None:
        if self.providers is None:
            return None
        try:
            return self.providers.main if account is None else self.providers.of(account)
        except Rejected:
            return None
