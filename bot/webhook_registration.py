"""Webhook registration at Volt: by the running bot itself, or from the command line while `serve` runs elsewhere.

Volt probes the address, and the running bot answers the probe only while its registration window is open. It opens the
window itself; another process asks it to, by a request to the webhook route that proves knowledge of the Volt token.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import aiohttp

from bot.bridge.duties import OnDuty
from bot.config import Config, secret
from bot.config_errors import BadConfig
from bot.domain.duties import Duty
from bot.domain.errors import NotOnDuty, Retryable, StoreUnavailable
from bot.domain.provider_records import WebhookRecord
from bot.domain.timestamps import Micros, add_seconds
from bot.domain.workspaces import webhook_address
from bot.ports.capabilities import WebhookRegistry
from bot.ports.storage import Store, Transaction
from bot.providers.volt.client import VoltClient
from bot.providers.volt.profile import PROFILE, WEBHOOK_PATH
from bot.providers.volt.registration_window import ENDED_HEADER, REGISTRATION_HEADER, registration_proof
from bot.slack.features.kit.provider_calls import OURS, change_at_provider, read_from_provider
from bot.slack.features.webhooks.view import is_older
from bot.store.storage import open_operations
from bot.time_of_day import unix_time

T = TypeVar("T")

_AT_IT = "Another manager registers this bot just now. Look again in a minute."

_LOOK_FIRST = "Look first: volt-bot webhooks list"


TURN_S = 60.0
"""Seconds after which the turn to register is free again, where whoever took it has not said that it has ended."""

_TAKEN_UNTIL = "registering until"
"""Name of the stored moment until which somebody has the turn."""


class RegistrationTurn:
    """Turn to register the address of a workspace (bot.providers.volt.registration_window.Turn), as all bots see it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self) -> bool:
        """Take the turn; see the protocol."""
        return await self._store.run(_take_turn)

    async def end(self) -> None:
        """End it; see the protocol."""
        await self._store.run(lambda tx: tx.settings.set_value(_TAKEN_UNTIL, ""))


def _take_turn(tx: Transaction) -> bool:
    until, longest = Micros(int(tx.settings.value(_TAKEN_UNTIL) or 0)), add_seconds(tx.now, TURN_S)
    if tx.now < until <= longest:  # a moment beyond that is of a clock that was set since
        return False
    tx.settings.set_value(_TAKEN_UNTIL, str(longest))
    return True


class WebhookRegistrar:
    """Webhook registrar of the running bot: one registration at a time, whatever bots and commands there are.

    Two would register the address twice.
    """

    def __init__(
        self, url: str, registry: WebhookRegistry, open_window: Callable[[], Awaitable[None]], store: Store
    ) -> None:
        self._url = url
        self._registry = registry
        self._open_window = open_window
        self._store, self._on_duty = store, OnDuty(store, Duty.REGISTRATION)
        self._turn, self._here = RegistrationTurn(store), asyncio.Lock()

    async def register(self) -> WebhookRecord | None:
        """Register the bot's address; None where it is there already. Raises CallFailed or StoreUnavailable."""
        async with self._here:
            try:
                return await self._in_turn()
            except NotOnDuty:
                raise Retryable(OURS, _AT_IT) from None
            finally:
                with contextlib.suppress(StoreUnavailable):  # then the end of this bot leaves it to others
                    await self._store.run(lambda tx: tx.end_duty(Duty.REGISTRATION))

    async def _in_turn(self) -> WebhookRecord | None:
        await self._on_duty.check()
        if not await self._turn.take():  # a command registers from another process
            raise Retryable(OURS, _AT_IT)
        try:
            return await self._register()
        finally:
            with contextlib.suppress(StoreUnavailable):  # then its time ends it
                await self._turn.end()

    async def _register(self) -> WebhookRecord | None:
        if _is_among(await self._registry.webhooks(), self._url):
            return None
        await self._open_window()
        with await self._on_duty.check():
            return await self._registry.register_webhook(self._url)


def own_address(config: Config) -> str | None:
    """Name the address of the environment's connection, with its secret; None without PUBLIC_URL.

    It ends with a slash where no secret is configured and the bot, which then makes one, has not run yet.
    """
    if config.volt_webhook_path_secret is not None:
        return _address(config, secret(config.volt_webhook_path_secret))
    try:
        workspaces = open_operations(config.database_url).workspaces()
    except StoreUnavailable:
        workspaces = []
    environment = (one for one in workspaces if one.installation.is_from_environment)
    connections = (connection for one in environment for connection in one.connections)
    stored = next((one.path_secret for one in connections if one.provider == PROFILE.code), "")
    bare = _address(config, "")
    return _address(config, stored) if stored or bare is None else f"{bare}/"


def _address(config: Config, path_secret: str) -> str | None:
    return None if config.public_url is None else webhook_address(config.public_url, WEBHOOK_PATH, path_secret)


async def list_all(config: Config) -> Sequence[WebhookRecord]:
    """List the registrations of the organization. Raises CallFailed."""
    return await _with_client(config, lambda client: read_from_provider(PROFILE, client.webhooks()))


async def register(config: Config) -> str:
    """Register the bot's address unless it is there already; returns a sentence. Raises BadConfig or CallFailed."""
    url = own_address(config)
    if url is None:
        raise BadConfig(["PUBLIC_URL  missing. The https address at which Volt reaches this bot."])

    if url.endswith("/"):
        raise _not_running()

    async def register_once(client: VoltClient) -> str:
        known = await read_from_provider(PROFILE, client.webhooks())
        if not _is_among(known, url):
            async with _window(config, url):
                known = await read_from_provider(PROFILE, client.webhooks())  # a manager may have been faster
                if not _is_among(known, url):
                    webhook = await change_at_provider(PROFILE, client.register_webhook(url), _LOOK_FIRST)
                    return _with_older(f"Registered as {webhook.id}.", known, url)
        return _with_older("This bot is registered already.", known, url)

    return await _with_client(config, register_once)


def _is_among(known: Sequence[WebhookRecord], url: str) -> bool:
    return any(webhook.url == url for webhook in known)


def _with_older(words: str, known: Sequence[WebhookRecord], url: str) -> str:
    """Add what to do with older registrations of this bot."""
    return " ".join([words, *(_delete_older(webhook.id) for webhook in known if is_older(webhook.url, url))])


def _delete_older(webhook_id: str) -> str:
    return (
        f"An older registration has no secret in its address and is not answered any more once a text has come under "
        f"the new one: volt-bot webhooks delete {webhook_id}"
    )


async def delete(config: Config, webhook_id: str) -> str:
    """Delete a registration; returns a sentence. Raises CallFailed."""
    is_deleted = await _with_client(
        config, lambda client: change_at_provider(PROFILE, client.delete_webhook(webhook_id), _LOOK_FIRST)
    )
    return f"Deleted {webhook_id}." if is_deleted else f"There is no registration {webhook_id}."


async def _with_client(config: Config, call: Callable[[VoltClient], Awaitable[T]]) -> T:
    if not config.has_volt:
        raise BadConfig(["VOLT_API_TOKEN  missing: without a line at Volt no webhook is registered there."])
    client = VoltClient(config.volt_api_url, secret(config.volt_api_token))
    await client.start()
    try:
        return await call(client)
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def _window(config: Config, url: str) -> AsyncIterator[None]:
    """Have the running bot open its window, on this machine or else at its public address, and end our turn after it.

    Raises Retryable.
    """
    path = url.removeprefix((config.public_url or "").rstrip("/"))
    token = secret(config.volt_api_token)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        for address in (f"http://{config.host}:{config.port}{path}", url):
            status = await _status_of(session, address, {REGISTRATION_HEADER: registration_proof(token, unix_time())})
            if status == 409:
                raise Retryable(OURS, _AT_IT)
            if status == 200:
                break
        else:
            raise _not_running()
        try:
            yield
        finally:
            proof = registration_proof(token, unix_time())
            await _status_of(session, address, {REGISTRATION_HEADER: proof, ENDED_HEADER: "1"})


def _not_running() -> Retryable:
    return Retryable(
        "not_running", "The bot does not answer. Start it (volt-bot serve) and check PUBLIC_URL, then try again."
    )


async def _status_of(session: aiohttp.ClientSession, address: str, headers: dict[str, str]) -> int:
    """Ask the running bot for something; gives the status of its answer, 0 for none."""
    try:
        async with session.post(address, headers=headers) as answer:
            return answer.status
    except (aiohttp.ClientError, TimeoutError, OSError):
        return 0
