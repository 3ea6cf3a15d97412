"""Connection to Volt: the client of one organization, and the endpoint at which its webhooks come."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.providers.volt.client import VoltClient
from bot.providers.volt.pool_numbers import ForeignNumber, PoolNumbers
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.registration_window import RegistrationWindow, Turn
from bot.providers.volt.verification import Verification
from bot.providers.volt.webhook import VoltWebhook

Keep = Callable[[Inbound | Receipt], Awaitable[bool]]
"""Store an event; False where it is a repeat. Raises StoreUnavailable."""


@dataclass(frozen=True)
class VoltAccess:
    """Access to Volt as it is configured. `is_shared`: texts to other numbers of the organization are not ours.

    `path_secret` is the last segment of the path of its webhooks, "" for none; `is_bare_open`: the path without it is
    answered as well, until `close_bare` is called.
    """

    url: str
    token: str = field(repr=False)
    numbers: Sequence[E164]
    path_secret: str = field(repr=False)
    is_shared: bool
    is_bare_open: bool


@dataclass(frozen=True)
class VoltSurroundings:
    """What a connection to Volt uses of the bot. `recall` returns what `remember` was given for a name.

    `turn` is taken by whoever registers from another process.
    """

    keys: PublicKeys
    verification: Verification
    keep: Keep
    recall: Callable[[str], Awaitable[str | None]]
    remember: Callable[[str, str], Awaitable[None]]
    close_bare: Callable[[], Awaitable[None]]
    count: Callable[[str], None]
    turn: Turn


class VoltConnection:
    """Connection to one organization of Volt, from start() to close(). `open_window` lets Volt try our address."""

    def __init__(self, access: VoltAccess, around: VoltSurroundings) -> None:
        self.provider = VoltClient(access.url, access.token)
        self._keep = around.keep
        self._only = frozenset(access.numbers if access.is_shared else ())
        self.webhook = VoltWebhook(
            around.keys,
            partial(self._record, self._pools(access, around)),
            record_unproven=partial(self._record, self._pools(access, around)),
            is_enforced=partial(_is_enforced, around.verification),
            path_secret=access.path_secret or None,
            is_bare_open=access.is_bare_open,
            close_bare=around.close_bare,
            registration=_window(access, around),
            count=around.count,
        )
        self.open_window = self.webhook.registration.open

    async def start(self) -> None:
        """Open the session."""
        await self.provider.start()

    async def close(self) -> None:
        """Close the session."""
        await self.provider.close()

    def _pools(self, access: VoltAccess, around: VoltSurroundings) -> PoolNumbers:
        pools = PoolNumbers(access.numbers[0], self.provider, recall=around.recall, remember=around.remember)
        for number in access.numbers:
            pools.add(number)
        return pools

    async def _record(self, pools: PoolNumbers, event: Inbound | Receipt) -> bool:
        """Store an event; False where it is a repeat.

        Raises ForeignNumber for what is about no number of ours, or about one that another workspace may have.
        """
        event = await pools.at_account(event)
        if self._only and event.account not in self._only:
            raise ForeignNumber
        return await self._keep(event)


def _window(access: VoltAccess, around: VoltSurroundings) -> RegistrationWindow:
    stored = f"registration of {access.numbers[0]}"
    return RegistrationWindow(
        access.token, around.turn, recall=partial(around.recall, stored), remember=partial(around.remember, stored)
    )


def _is_enforced(verification: Verification) -> bool:
    return verification.is_enforced
