"""Signature of what a Glific flow hands over: whether a request is the organisation's own, and how old it is. Pure.

The header is "t=<unix seconds>,v1=<hex>": HMAC-SHA256 over the seconds, a dot and the raw body, by the organisation's
signature phrase. A phrase that nobody set is published, so nothing is proved by it.
Source: https://github.com/glific/glific
"""

import hashlib
import hmac
import re

DEFAULT_PHRASE = "This is a dummy secret"
"""The phrase of an organisation that never set one."""

FRESH_S = 300.0
"""Seconds for which a signature counts, in both directions: it is made when the call is queued, and clocks differ."""

_HEADER = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")

NO_PHRASE = (
    "GLIFIC_FLOW_SECRET is the phrase that Glific publishes, so anybody could sign with it. Set a signature phrase of "
    "your own in Glific's settings of the organisation, and write the same here."
)


class Unproved(Exception):
    """A request whose signature is missing, stale or wrong; str() says which."""

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome


def check_phrase(phrase: str) -> None:
    """Refuse the phrase that everybody knows. Raises ValueError, whose words can be shown to whoever runs the bot."""
    if phrase.strip() == DEFAULT_PHRASE:
        raise ValueError(NO_PHRASE)


def verified(phrase: str, header: str, raw: bytes, now: float) -> str:
    """Return what the request is recognized by when it comes again. Raises Unproved."""
    if not header.strip():
        raise Unproved("unsigned", "no signature")
    found = _HEADER.fullmatch(header.strip())
    if found is None:
        raise Unproved("forged", "signature cannot be read")
    at, proof = found.groups()
    expected = hmac.new(phrase.encode(), at.encode() + b"." + raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(proof, expected):
        raise Unproved("forged", "signature does not match")
    if abs(now - int(at)) > FRESH_S:
        raise Unproved("stale", "signature is too old")
    return f"{at}:{proof}"
