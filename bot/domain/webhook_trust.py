"""Webhook trust: what weakens, for a while, the proof that a webhook is the provider's. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class WebhookTrust:
    """Webhook trust at a moment; aware UTC, None where nothing weakens it.

    `two_keys_until`: the provider's key has changed, and the one before is accepted beside it. `unverified_until`:
    texts are taken in without a proof, to see how a new account signs.
    """

    two_keys_until: datetime | None = None
    unverified_until: datetime | None = None
