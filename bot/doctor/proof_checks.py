"""Checks of what proves that a webhook is Volt's: its public key, and whether a signature is asked for. Read only."""

from collections.abc import Awaitable, Callable

import aiohttp

from bot.config import Config
from bot.doctor.check_failed import CheckFailed
from bot.providers.volt.key_rotation import KeysInUse, day_of, fingerprint, parts_of, read_keys
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.verification import LOG, LOG_MODE_SINCE, Verification, log_mode_since
from bot.store.storage import open_operations
from bot.time_of_day import unix_time


class ProofChecks:
    """Proof checks in order, each with its name; a check returns a sentence, or raises with one."""

    def __init__(self, config: Config, session: aiohttp.ClientSession) -> None:
        self._config = config
        self._session = session
        self._operations = open_operations(config.database_url)

    def all(self) -> list[tuple[str, Callable[[], Awaitable[str]]]]:
        """List the checks; that of the signatures only where they are not asked for."""
        checks: list[tuple[str, Callable[[], Awaitable[str]]]] = [("Volt public key", self._key)]
        return [*checks, ("Volt signatures", self._signatures)] if self._config.volt_webhook_verify == LOG else checks

    async def _key(self) -> str:
        async def nothing() -> str | None:
            return None

        async def forget(_: str) -> None:
            return None

        keys = PublicKeys(self._config.volt_webhook_key, self._session, recall=nothing, remember=forget)
        try:
            await keys.start()
        except ValueError as error:
            raise CheckFailed(str(error)) from error
        try:
            return self._words_about(keys)
        finally:
            await keys.close()

    def _words_about(self, keys: PublicKeys) -> str:
        if keys.served is None:
            raise CheckFailed(
                "cannot be fetched. Check the network, or set VOLT_WEBHOOK_KEY to a file or the key's text."
            )
        served = fingerprint(keys.served)
        if keys.is_refused:
            raise CheckFailed(
                f"is {served} now, which VOLT_WEBHOOK_KEY does not name. Ask Volt whether that is theirs: if so, write "
                "it there; until then what is signed with it waits at Volt."
            )
        self._check_change(served)
        return f"is readable, {served}"

    def _check_change(self, served: str) -> None:
        """Say that the key has changed, unless its fingerprint is set."""
        stored = self._stored_keys()
        if stored is None:
            return
        address, pins = parts_of(self._config.volt_webhook_key)
        current = fingerprint(stored.current)
        if current in pins:
            return
        keep = f"Ask Volt whether they changed it. If so: VOLT_WEBHOOK_KEY={address} {served}"
        if current != served and all(fingerprint(key) != served for key in stored):
            raise CheckFailed(f"is {served} now, and the bot uses {current} until something is signed with it. {keep}")
        if stored.at(unix_time()).previous is not None:
            day, end = day_of(stored.changed_at), day_of(stored.ends_at)
            raise CheckFailed(f"has changed on {day} to {current}; the one before counts until {end}. {keep}")

    def _stored_keys(self) -> KeysInUse | None:
        """Read what the bot has fetched; None for a key that is set as a text or a file, and before the first one."""
        text = self._operations.value("webhook key")
        try:
            return read_keys(text, parts_of(self._config.volt_webhook_key)[0]) if text else None
        except ValueError:
            return None

    async def _signatures(self) -> str:
        since = log_mode_since(self._operations.value(LOG_MODE_SINCE)) or unix_time()
        todo = "Set VOLT_WEBHOOK_VERIFY=enforce, or leave it out."
        ends_at = Verification(since).ends_at
        if ends_at is None:
            raise CheckFailed(f"VOLT_WEBHOOK_VERIFY=log has ended after 24 hours, and they are asked for. {todo}")
        raise CheckFailed(
            f"VOLT_WEBHOOK_VERIFY=log: texts without a good signature are acted on, until 24 hours after "
            f"{day_of(since)}. {todo}"
        )
