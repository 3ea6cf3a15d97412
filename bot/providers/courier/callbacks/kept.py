"""Kept callback: a callback as it came, with what was made of it, and how it is written down. Pure.

What callbacks look like is a guess until Carium has shown one, so each is kept whole, also those that were read. Their
bodies hold texts of people: they are stored where texts are, erased with them, and never logged.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.ids import MessageKey
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.providers.courier.callbacks.address import CallbackTarget
from bot.providers.courier.callbacks.fields import RawCallback
from bot.providers.courier.callbacks.reading import Meaning, Unreadable

LONGEST_BODY = 20_000
"""Characters of a body that are kept; all of a callback that we know how to read is under two thousand."""


@dataclass(frozen=True)
class KeptCallback:
    """Callback that is kept. `reason` is why it could not be read, "" where it was; `text` its words, where any."""

    account: E164
    contact: E164
    key: MessageKey
    kind: str
    at: datetime
    reason: str
    text: str = field(repr=False)
    method: str
    content_type: str
    query: str = field(repr=False)
    body: str = field(repr=False)

    @property
    def is_unreadable(self) -> bool:
        """Whether managers have to be shown it."""
        return bool(self.reason)

    @property
    def identity(self) -> str:
        """Name it by all that came, so that it is known again where it comes again."""
        came = (self.account, self.contact, self.key, self.kind, self.method, self.content_type, self.query, self.body)
        return hashlib.sha256("\0".join(came).encode(errors="replace")).hexdigest()[:32]

    def written(self) -> str:
        """Write it, which `read_kept` reads again."""
        return json.dumps(
            {
                "account": self.account,
                "contact": self.contact,
                "key": self.key,
                "kind": self.kind,
                "at": self.at.isoformat(),
                "reason": self.reason,
                "text": self.text,
                "method": self.method,
                "content_type": self.content_type,
                "query": self.query,
                "body": self.body,
            }
        )


def kept(raw: RawCallback, target: CallbackTarget, meaning: Meaning, now: datetime) -> KeptCallback:
    """Keep a callback that came at an address of ours."""
    return KeptCallback(
        target.number,
        target.contact,
        target.key,
        target.kind.name.lower(),
        now,
        meaning.reason if isinstance(meaning, Unreadable) else "",
        meaning.text if isinstance(meaning, (Unreadable, Inbound)) else "",
        raw.method,
        raw.content_type[:200],
        raw.query[:LONGEST_BODY],
        raw.text[:LONGEST_BODY],
    )


def read_kept(text: str) -> KeptCallback:
    """Read a callback that was written down. Raises ValueError."""
    try:
        stored = json.loads(text)
        return KeptCallback(
            E164(stored["account"]),
            E164(stored["contact"]),
            MessageKey(stored["key"]),
            stored["kind"],
            datetime.fromisoformat(stored["at"]),
            stored["reason"],
            stored["text"],
            stored["method"],
            stored["content_type"],
            stored["query"],
            stored["body"],
        )
    except (LookupError, TypeError):
        raise ValueError("this is no callback that was kept") from None
