"""Public keys that webhooks are verified with: given as a text, a file, or an address.

A text or a file is read at start and has to hold a key then. An address is fetched, kept in memory and remembered
through the store, so that a restart works while the key's host is down. What no sender of requests can do:

- make us fetch more than once a minute: one clock for all requests, and those that fail together share one fetch;
- make us drop a good key: a key that differs waits as a candidate beside the one in use, and takes its place only when
  a request verifies with it; the one before is then accepted for a week more, and all that is said loudly
  (key_rotation.py). Nor can they use up the one fetch a minute to keep a new key out: the candidate is kept for later
  requests. Where there is no key at all the first one fetched is used.

An address may be followed by fingerprints: then no other key is ever accepted from it. What is signed with another one
that the address serves is not acted on, and shall come again: whoever runs the bot decides whose key that is.
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
from bot.providers.volt.key_rotation import KeysInUse, fingerprint, parts_of, read_keys
from bot.providers.volt.signature import PublicKey
from bot.time_of_day import unix_time

FETCH_TIMEOUT_S = 5.0
LONGEST_KEY_BYTES = 64 * 1024
FETCH_EVERY_S = 60.0
"""A key changes about once in years; a minute's delay then costs one redelivery."""

TODO = "ask Volt whether they have changed it; volt-bot doctor says how to keep to one key"

_log = structlog.get_logger()


class KeyUnavailable(VoltBotError):
    """No public key is available yet, so nothing can be verified. `retry_after_s` is when the next look is due."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("the public key of Volt's webhooks could not be fetched yet")
        self.retry_after_s = retry_after_s


class PublicKeys:
    """Public key in use, and how it is replaced.

    `setting` is VOLT_WEBHOOK_KEY; `session` fetches it and stays the caller's. `recall` returns what `remember`
    was given last, also across restarts. `clock` is monotonic, in seconds; `wall` gives unix time.
    """

    def __init__(
        self,
        setting: str,
        session: aiohttp.ClientSession,
        *,
        recall: Callable[[], Awaitable[str | None]],
        remember: Callable[[str], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = unix_time,
    ) -> None:
        self._setting = setting.strip()
        self._address, self._pins = "", frozenset[str]()
        self._session = session
        self._recall = recall
        self._remember = remember
        self._clock = clock
        self._wall = wall
        self._keys: KeysInUse | None = None
        self._candidate: PublicKey | None = None
        self._refused: PublicKey | None = None
        self._next_fetch_at = -math.inf
        self._fetching: asyncio.Task[None] | None = None

    @property
    def is_fetched(self) -> bool:
        """Whether the key comes from an address, and so may change while we run."""
        return self._setting.lower().startswith(("https://", "http://"))

    @property
    def is_available(self) -> bool:
        """Whether there is a key to verify with."""
        return self._keys is not None

    @property
    def served(self) -> PublicKey | None:
        """The key that was had from the setting, whether or not it is accepted."""
        return self._refused or (self._keys.current if self._keys else None)

    @property
    def is_refused(self) -> bool:
        """Whether the address serves a key whose fingerprint is none of those that were set."""
        return self._refused is not None

    @property
    def change(self) -> KeysInUse | None:
        """The keys in use while there are two of them, after a change; else None."""
        keys = self._keys.at(self._wall()) if self._keys else None
        return keys if keys is not None and keys.previous is not None else None

    async def start(self) -> None:
        """Get the key. An address that does not answer is no error here; it is tried again with the requests.

        Raises ValueError for a text or a file without a key; its sentence says what to do.
        """
        if not self.is_fetched:
            self._keys = KeysInUse(await asyncio.to_thread(_pinned_key, self._setting))
            return
        self._address, self._pins = parts_of(self._setting)
        self._keys = await self._recalled()
        if self._keys is None:
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
        if self._keys is None or (form is None and self._is_by_refused(raw, header)):
            raise KeyUnavailable(max(1, math.ceil(self._next_fetch_at - self._clock())))
        return form

    def _is_by_refused(self, raw: bytes, header: str) -> bool:
        return self._refused is not None and signature.verify(self._refused, raw, header) is not None

    async def _verified_now(self, raw: bytes, header: str) -> str | None:
        keys = self._keys.at(self._wall()) if self._keys else None
        if keys is not None and (form := keys.verify(raw, header)):
            return form
        candidate = self._candidate
        if keys is None or candidate is None or not (form := signature.verify(candidate, raw, header)):
            return None
        self._candidate = None
        await self._adopt(keys.followed_by(candidate, self._wall()))
        _log.warning("volt_key_changed", now=fingerprint(candidate), before=fingerprint(keys.current), todo=TODO)
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
            _log.warning("volt_key_not_fetched", reason=type(error).__name__, has_key=self.is_available)
            return
        self._candidate = self._refused = None  # what the address no longer serves counts no more
        if self._pins and fingerprint(key) not in self._pins:
            self._refused = key
            _log.error("volt_key_refused", served=fingerprint(key), todo="VOLT_WEBHOOK_KEY names other fingerprints")
        elif self._keys is None:
            await self._adopt(KeysInUse(key))
        elif key not in self._keys.at(self._wall()):  # the one before may come back after its week
            self._candidate = key

    async def _fetched_bytes(self) -> bytes:
        limit = aiohttp.ClientTimeout(total=FETCH_TIMEOUT_S)
        async with self._session.get(self._address, timeout=limit, raise_for_status=True) as response:
            if self._address.lower().startswith("https:") and response.url.scheme != "https":
                raise ValueError("redirected to an address that is not https")
            body = bytearray()
            async for chunk in response.content.iter_chunked(8192):
                body += chunk
                if len(body) > LONGEST_KEY_BYTES:
                    raise ValueError("the answer is too long to be a key")
            return bytes(body)

    async def _adopt(self, keys: KeysInUse) -> None:
        self._keys = keys
        try:
            await self._remember(keys.text(self._address))
        except VoltBotError as error:  # the keys still serve until the next start
            _log.warning("volt_key_not_remembered", reason=type(error).__name__)

    async def _recalled(self) -> KeysInUse | None:
        """Return the remembered keys, if they came from the address that is configured now, and may still be used."""
        try:
            text = await self._recall()
            keys = read_keys(text, self._address) if text else None
        except (VoltBotError, ValueError) as error:
            _log.warning("volt_key_not_recalled", reason=type(error).__name__)
            return None
        return keys.only(self._pins) if keys is not None and self._pins else keys


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
