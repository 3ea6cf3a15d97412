"""Which account a number of our side belongs to.

An account has one primary number and perhaps a pool; webhooks name whichever number was used, and Volt lists no pools.
So a number that we do not know is asked about once and remembered, also across restarts. What Volt will not tell stays
its own account number, and is asked about again with the next text.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from bot.domain.errors import CallFailed
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164


class _Volt(Protocol):
    async def account_of(self, account: E164, number: E164, contact: E164, legacy_id: str) -> E164: ...


class PoolNumbers:
    """Knows our numbers. `recall` gives back what `remember` was given for a number."""

    def __init__(
        self,
        account: E164,
        volt: _Volt,
        *,
        recall: Callable[[str], Awaitable[str | None]],
        remember: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self.known: dict[str, E164] = {}
        self._account = account
        self._volt = volt
        self._recall = recall
        self._remember = remember

    async def at_account(self, event: Inbound | Receipt) -> Inbound | Receipt:
        """Give an event the account number of its conversation in place of the number that was used."""
        account = await self.account_of(event)
        return event if account == event.account else replace(event, account=account)

    async def account_of(self, event: Inbound | Receipt) -> E164:
        """Name the account number of an event's conversation."""
        number = event.account
        if number == self._account:
            return number
        if number not in self.known:
            home = await self._find(event)
            if home is None:
                return number
            self.known[number] = home
        return self.known[number]

    async def _find(self, event: Inbound | Receipt) -> E164 | None:
        fact = f"pool {event.account}"
        if remembered := await self._recall(fact):
            return E164(remembered)
        try:
            home = await self._volt.account_of(self._account, event.account, event.contact, event.legacy_id)
        except CallFailed:
            return None
        await self._remember(fact, home)
        return home
