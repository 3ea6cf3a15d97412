"""Public keys that webhooks are verified with: given as a text, a file, or an address.

A text or a file is read at start and has to hold a key then. An address is fetched, kept in memory and remembered
through the store, so that a restart works while the key's host is down. What no sender of requests can do:

- make us fetch more than once a minute: one clock for all requests, and those that fail together share one fetch;
- make us drop a good key: a key that differs waits as a candidate beside the one in use, and takes its place only when
  a request verifies with it. Nor can they use up the one fetch a minute to keep a new key out: the candidate is kept
  for later requests. Where there is no key at all the first one fetched is used.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import structlog

from bot.domain.errors import VoltBotError
from bot.providers.volt import signature
from bot.providers.volt.signature import PublicKey

FETCH_TIMEOUT_S = 5.0
LONGEST_KEY_BYTES = 64 * 1024
FETCH_EVERY_S = 60.0
"""A key changes about once in years; a minute's delay then costs one redelivery."""

_log = structlog.get_logger()


class KeyUnavailable(VoltBotError):
    """No public key is available yet, so nothing can be verified. `retry_after_s` is when the next look is due."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("the public key of Volt's webhooks could not be fetched yet")
        self.retry_after_s = retry_after_s


class PublicKeys:
    """Public key in use, and how it is replaced.

    `setting` is VOLT_WEBHOOK_KEY; `session` fetches it and stays the caller's. `recall` returns what `remember`
    was given last, also across restarts. `clock` is monotonic, in seconds.
    """

    def __init__(
        self,
        setting: str,
        session: aiohttp.ClientSession,
        *,
        recall: Callable[[], Awaitable[str | None]],
        remember: Callable[[str], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._setting = setting.strip()
        self._session = session
        self._recall = recall
        self._remember = remember
        self._clock = clock
        self._key: PublicKey | None = None
        self._candidate: PublicKey | None = None
        self._next_fetch_at = -math.inf
        self._fetching: asyncio.Task[None] | None = None

    @property
    def is_fetched(self) -> bool:
        """Whether the key comes from an address, and so may change while we run."""
        return self._setting.lower().startswith(("https://", "http://"))

    @property
    def is_available(self) -> bool:
        """Whether there is a key to verify with."""
        return self._key is not None

    async def start(self) -> None:
        """Get the key. An address that does not answer is no error here; it is tried again with the requests.

        Raises ValueError for a text or a file without a key; its sentence says what to do.
        """
        if not self.is_fetched:
            self._key = await asyncio.to_thread(_pinned_key, self._setting)
            return
        self._key = await self._recalled()
        if self._key is None:
            await self._refresh()

    async def close(self) -> None:
        """Stop a fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def verified(self, raw: bytes, header: str) -> str | None:
        """Name the form in which the header signs these bytes, or None where it does not.

        Raises KeyUnavailable where no key is available yet.
        """
        form = await self._verified_now(raw, header)
        if form is None and self.is_fetched:
            await self._refresh()
            form = await self._verified_now(raw, header)
        if self._key is None:
            raise KeyUnavailable(max(1, math.ceil(self._next_fetch_at - self._clock())))
        return form

    async def _verified_now(self, raw: bytes, header: str) -> str | None:
        if self._key is not None and (form := signature.verify(self._key, raw, header)):
            return form
        candidate = self._candidate
        if candidate is None or not (form := signature.verify(candidate, raw, header)):
            return None
        self._candidate = None
        await self._adopt(candidate)
        _log.info("volt_key_replaced")
        return form

    async def _refresh(self) -> None:
        """Fetch, unless that was done within the minute; wait for a fetch that is under way."""
        if self._fetching is None:
            if self._clock() < self._next_fetch_at:
                return
            self._next_fetch_at = self._clock() + FETCH_EVERY_S
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._fetch_ended)
        # wait() leaves the task alone: one caller that goes away must not end the fetch for the others
        await asyncio.wait({self._fetching})

    def _fetch_ended(self, _task: asyncio.Task[None]) -> None:
        self._fetching = None

    async def _fetch(self) -> None:
        try:
            key = signature.load_key(await self._fetched_bytes())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            _log.warning("volt_key_not_fetched", reason=type(error).__name__, has_key=self._key is not None)
            return
        if self._key is None:
            await self._adopt(key)
        elif key != self._key:
            self._candidate = key

    async def _fetched_bytes(self) -> bytes:
        limit = aiohttp.ClientTimeout(total=FETCH_TIMEOUT_S)
        async with self._session.get(self._setting, timeout=limit, raise_for_status=True) as response:
            if self._setting.lower().startswith("https:") and response.url.scheme != "https":
                raise ValueError("redirected to an address that is not https")
            body = bytearray()
            async for chunk in response.content.iter_chunked(8192):
                body += chunk
                if len(body) > LONGEST_KEY_BYTES:
                    raise ValueError("the answer is too long to be a key")
            return bytes(body)

    async def _adopt(self, key: PublicKey) -> None:
        self._key = key
        try:
            await self._remember(f"{self._setting}\n{signature.key_text(key)}")
        except VoltBotError as error:  # the key still serves until the next start
            _log.warning("volt_key_not_remembered", reason=type(error).__name__)

    async def _recalled(self) -> PublicKey | None:
        """Return the remembered key, if it came from the address that is configured now."""
        try:
            address, _, text = (await self._recall() or "").partition("\n")
            return signature.load_key(text) if address == self._setting else None
        except (VoltBotError, ValueError) as error:
            _log.warning("volt_key_not_recalled", reason=type(error).__name__)
            return None


def _pinned_key(setting: str) -> PublicKey:
    """Read a key given as its text or as the path of its file."""
    try:
        return signature.load_key(setting)
    except ValueError as text_fault:
        path = Path(setting).expanduser()
        try:
            is_path = "\n" not in setting and path.is_file()
        except OSError:  # a text too long to be a path
            is_path = False
        if not is_path:
            raise ValueError(f"VOLT_WEBHOOK_KEY is neither a file nor an address. {text_fault}") from None
    if path.stat().st_size > LONGEST_KEY_BYTES:
        raise ValueError("VOLT_WEBHOOK_KEY names a file that is too long to be a key.")
    try:
        return signature.load_key(path.read_bytes())
    except OSError as fault:
        raise ValueError(f"VOLT_WEBHOOK_KEY names a file that cannot be read: {fault.strerror}.") from None
