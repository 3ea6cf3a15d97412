"""Numbers of ours: whether an event's number belongs to this connection, and to which of its accounts.

Volt signs for all its customers with one key, so a signature proves Volt and not the account. A number is ours where
it is connected, or where Volt confirms it when asked with our own token: it texts the contact from that number, it
keeps the text in our organization, or it opens the number's inbox to us (`account_of` of the client). Volt lists no
pools, so an unknown number is asked about once and remembered, also across restarts. One that Volt does not confirm is
foreign: refused, and not asked about again for a while. While Volt cannot be asked nothing is decided: the event shall
come again.
Source: https://docs.textvolt.com/v1.0/ ("Organization tied to the access token")
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from bot.domain.errors import CallFailed, StoreUnavailable, VoltBotError
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164

FOREIGN_FOR_S = 60.0
"""How long a number counts as foreign before Volt is asked again: the organization may have got it a moment ago."""

MAX_FOREIGN = 10_000
"""Foreign numbers that are remembered; beyond these the oldest answer is forgotten."""

MAX_LOOKUPS = 8
"""Numbers that are asked about at the same time; further events shall come again."""

_ASK_AGAIN_S = 30


class ForeignNumber(VoltBotError):
    """An event is about a number that is not of this connection."""


class _Volt(Protocol):
    async def account_of(self, account: E164, number: E164, contact: E164, legacy_id: str) -> E164 | None: ...


class PoolNumbers:
    """Numbers of a connection. `recall` returns what `remember` was given for a number. `clock` is in seconds."""

    def __init__(
        self,
        account: E164,
        volt: _Volt,
        *,
        recall: Callable[[str], Awaitable[str | None]],
        remember: Callable[[str, str], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
        max_foreign: int = MAX_FOREIGN,
    ) -> None:
        self._known: dict[E164, E164] = {account: account}
        self._account = account
        self._volt = volt
        self._recall = recall
        self._remember = remember
        self._clock = clock
        self._max_foreign = max_foreign
        self._foreign: dict[E164, float] = {}
        self._lookups: dict[E164, asyncio.Task[E164 | None]] = {}

    def add(self, number: E164) -> None:
        """Note that a number is an account of its own."""
        self._known[number] = number

    async def at_account(self, event: Inbound | Receipt) -> Inbound | Receipt:
        """Give an event the account number of its conversation in place of the number that was used.

        Raises ForeignNumber, or StoreUnavailable where it cannot be told yet.
        """
        number, account = event.account, await self._account_of(event)
        if isinstance(event, Receipt) and event.contact == self._account != number:
            # the organization texts itself: the conversation is that of the same two numbers
            return replace(event, account=self._account, contact=number)
        return event if account == number else replace(event, account=account)

    async def _account_of(self, event: Inbound | Receipt) -> E164:
        number = event.account
        if (known := self._known.get(number)) is not None:
            return known
        if self._clock() < self._foreign.get(number, 0.0):
            raise ForeignNumber
        owner = await self._looked_up(event)
        if owner is None:
            raise ForeignNumber
        return owner

    async def _looked_up(self, event: Inbound | Receipt) -> E164 | None:
        """Look a number up; those who ask about the same one share the answer."""
        lookup = self._lookups.get(event.account)
        if lookup is None:
            if len(self._lookups) >= MAX_LOOKUPS:
                raise StoreUnavailable("too many numbers are being asked about", retry_after_s=_ASK_AGAIN_S)
            lookup = self._lookups[event.account] = asyncio.create_task(self._look_up(event), name="whose number")
            lookup.add_done_callback(lambda ended: self._ended(event.account, ended))
        await asyncio.wait({lookup})  # one request that goes away must not end it for the others
        return lookup.result()

    def _ended(self, number: E164, lookup: asyncio.Task[E164 | None]) -> None:
        self._lookups.pop(number)
        if not lookup.cancelled():
            lookup.exception()  # whoever has asked may be gone

    async def _look_up(self, event: Inbound | Receipt) -> E164 | None:
        number = event.account
        name = f"own {self._account} {number}"
        if remembered := await self._recall(name):
            self._known[number] = E164(remembered)
            return self._known[number]
        try:
            owner = await self._volt.account_of(self._account, number, event.contact, event.legacy_id)
        except CallFailed as error:
            raise StoreUnavailable("Volt does not tell whose number this is", retry_after_s=_ASK_AGAIN_S) from error
        if owner is None:
            self._note_foreign(number)
        else:
            await self._remember(name, owner)
            self._known[number] = owner
        return owner

    def _note_foreign(self, number: E164) -> None:
        self._foreign.pop(number, None)  # the newest answer stands last
        if len(self._foreign) >= self._max_foreign:
            self._foreign.pop(next(iter(self._foreign)))
        self._foreign[number] = self._clock() + FOREIGN_FOR_S
