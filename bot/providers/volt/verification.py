"""Verification of webhooks: refused without a good signature, or acted on for a first day (the setting "log").

That day begins when the setting is first seen, and the moment is stored: a restart does not begin it anew. Another
setting forgets it. Even then only texts are acted on: a receipt, and the words that end or begin somebody's consent,
always need a signature, for the catch-up finds them in Volt's own record.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog

from bot.domain.message import Inbound, Receipt
from bot.domain.opt_out import is_opt_in, is_opt_out
from bot.domain.webhook_trust import WebhookTrust
from bot.providers.volt.public_keys import PublicKeys
from bot.time_of_day import unix_time

LOG = "log"
LOG_MODE_S = 86_400.0
LOG_MODE_SINCE = "webhooks unverified since"
"""Name under which the moment is stored, as unix time."""

_MOMENT = "%Y-%m-%d %H:%M UTC"

TODO = "set VOLT_WEBHOOK_VERIFY=enforce"

_log = structlog.get_logger()


class Verification:
    """Verification as it is set. `since` is when the setting "log" was first seen, None where it is not set."""

    def __init__(self, since: float | None, clock: Callable[[], float] = unix_time) -> None:
        self._since = since
        self._clock = clock

    @property
    def is_enforced(self) -> bool:
        """Whether what does not verify is refused."""
        return self.ends_at is None

    @property
    def ends_at(self) -> float | None:
        """When what does not verify is refused again, a unix time; None while it is refused."""
        if self._since is None or not 0 <= self._clock() - self._since < LOG_MODE_S:
            return None
        return self._since + LOG_MODE_S


async def begun(
    setting: str,
    recall: Callable[[str], Awaitable[str | None]],
    remember: Callable[[str, str], Awaitable[None]],
    clock: Callable[[], float] = unix_time,
) -> Verification:
    """Begin to verify as VOLT_WEBHOOK_VERIFY says. `recall` returns what `remember` was given for a name."""
    stored = log_mode_since(await recall(LOG_MODE_SINCE))
    if setting != LOG:
        if stored is not None:
            await remember(LOG_MODE_SINCE, "")
        return Verification(None, clock)
    if stored is None:
        stored = clock()
        await remember(LOG_MODE_SINCE, str(stored))
    verification = Verification(stored, clock)
    _log.warning("volt_webhooks_unverified", is_over=verification.is_enforced, hours=LOG_MODE_S / 3_600, todo=TODO)
    return verification


def log_mode_since(stored: str | None) -> float | None:
    """Read the stored moment; None where there is none."""
    try:
        return float(stored) if stored else None
    except ValueError:
        return None


def may_be_unverified(event: Inbound | Receipt) -> bool:
    """Tell whether an event may be acted on without a proof, on the first day: a text that changes nobody's consent."""
    return isinstance(event, Inbound) and not is_opt_out(event.text) and not is_opt_in(event.text)


def trust_of(keys: PublicKeys, verification: Verification) -> WebhookTrust:
    """Tell what weakens the proof of webhooks now."""
    change = keys.change
    return WebhookTrust(_moment(change.ends_at if change else None), _moment(verification.ends_at))


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def trust_notes(trust: WebhookTrust) -> list[str]:
    """Write what weakens the proof of webhooks, one line each."""
    notes = []
    if trust.unverified_until is not None:
        notes.append(f"VOLT_WEBHOOK_VERIFY=log: unsigned texts are acted on until {trust.unverified_until:{_MOMENT}}")
    if trust.two_keys_until is not None:
        notes.append(f"Volt's key has changed: the one before is accepted until {trust.two_keys_until:{_MOMENT}}")
    return notes
