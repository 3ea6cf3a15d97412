"""Kept aside: what a provider's stream brought and nobody could read, each once, as it came.

The provider brings none of it again after a while, so it stays here for a time, for a person or a later release to look
at. Bounded in number and length: the oldest makes room. A provider that asks for a webhook's answer keeps what it was
refused itself, and brings it again; of that nothing is kept.
"""

import hashlib
import json

from bot.domain.dedup import DedupScope
from bot.domain.timestamps import add_seconds
from bot.ports.storage import Transaction

ASIDE = "aside"
"""Kind of a parked event that is kept aside."""

MOST = 200
"""Events that are kept of a workspace."""

LONGEST = 16_384
"""Characters that are kept of each: a long text with all that the provider says about it has half as many."""

KEPT_S = 30 * 86_400.0


def keep_aside(tx: Transaction, source: str, event_id: str, brought: object) -> bool:
    """Keep what a stream brought; False where it came before, as it does while readings of a record overlap.

    What has no id, "", is known by its content.
    """
    text = json.dumps(brought, sort_keys=True)  # in ASCII: half a character is no text for a database
    proof = f"{source} {event_id or hashlib.sha256(text.encode()).hexdigest()}"
    if not tx.inbox.first_seen(DedupScope.UNREADABLE, proof):
        return False
    oldest = add_seconds(tx.now, -KEPT_S)
    tx.inbox.forget_seen(DedupScope.UNREADABLE, oldest)
    tx.inbox.drop_parked(ASIDE, oldest)
    tx.inbox.keep_newest(ASIDE, MOST - 1)
    tx.inbox.park(ASIDE, proof, text[:LONGEST])
    return True
