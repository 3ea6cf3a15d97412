"""Pool numbers: which account a number of ours belongs to.

An account has one primary number and perhaps a pool; webhooks name the number that was used, and Volt lists no pools.
So an unknown number is looked up once and remembered, also across restarts. Where Volt does not tell, the number counts
as an account of its own, and is looked up again with the next text.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from bot.domain.errors import CallFailed, StoreUnavailable
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164


class _Volt(Protocol):
    async def account_of(self, account: E164, number: E164, contact: E164, legacy_id: str) -> E164: ...


class PoolNumbers:
    """Pool numbers that are known. `recall` returns what `remember` was given for a number.

    `is_strict`: a number whose account Volt does not tell is none of ours yet, and StoreUnavailable is raised.
    """

    def __init__(
        self,
        account: E164,
        volt: _Volt,
        *,
        recall: Callable[[str], Awaitable[str | None]],
        remember: Callable[[str, str], Awaitable[None]],
        is_strict: bool = False,
    ) -> None:
        self.known: dict[str, E164] = {}
        self._account = account
        self._volt = volt
        self._recall = recall
        self._remember = remember
        self._is_strict = is_strict

    def add(self, number: E164) -> None:
        """Note that a number is an account of its own."""
        self.known[number] = number

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
            owner = await self._find(event)
            if owner is None and self._is_strict:
                raise StoreUnavailable("Volt does not tell whose number this is", retry_after_s=30)
            if owner is None:
                return number
            self.known[number] = owner
        return self.known[number]

    async def _find(self, event: Inbound | Receipt) -> E164 | None:
        name = f"pool {event.account}"
        if remembered := await self._recall(name):
            return E164(remembered)
        try:
            owner = await self._volt.account_of(self._account, event.account, event.contact, event.legacy_id)
        except CallFailed:
            return None
        await self._remember(name, owner)
        return owner
