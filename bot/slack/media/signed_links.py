"""Signed links to an agent's file, for Volt: the token names the text, the file's number and the expiry.

Pure: the moment is an argument. Refuses, without a reason, every token that was altered, made up or has expired.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from bot.domain.ids import MessageKey
from bot.domain.timestamps import Micros, add_seconds

LINK_VALID_S = 3_600.0
"""Validity of a token: Volt fetches when it takes the text, and an hour covers a slow carrier."""

PATH = "/media/"

_KEY, _NUMBER, _UNTIL, _SEAL = 16, 1, 5, 32
_WHOLE = _KEY + _NUMBER + _UNTIL + _SEAL
_LETTERS = _WHOLE // 3 * 4  # a multiple of three, so that each token can be written in one way only
_PURPOSE = b"volt-bot: link to the file of a text, 1"


@dataclass(frozen=True)
class LinkTarget:
    """Target of a token: the file `number`, counted from 1, of the text with this key."""

    key: MessageKey
    number: int


class LinkSigner:
    """Signer of tokens; its key is derived from a secret, so that it survives a restart."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)

    def token(self, key: MessageKey, number: int, now: Micros) -> str:
        """Make a token that is valid for GOOD_FOR_S. `key` is 32 hex digits, `number` 1 to 255."""
        until = add_seconds(now, LINK_VALID_S) // 1_000_000
        payload = bytes.fromhex(key) + number.to_bytes(_NUMBER) + until.to_bytes(_UNTIL)
        return base64.urlsafe_b64encode(payload + self._seal(payload)).decode()

    def read(self, token: str, now: Micros) -> LinkTarget | None:
        """Read a token; None if it is not ours, or has expired."""
        raw = _bytes_of(token)
        if raw is None or not hmac.compare_digest(raw[-_SEAL:], self._seal(raw[:-_SEAL])):
            return None
        number, until = raw[_KEY], int.from_bytes(raw[_KEY + _NUMBER : -_SEAL])
        return LinkTarget(MessageKey(raw[:_KEY].hex()), number) if now < until * 1_000_000 else None

    def _seal(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, hashlib.sha256)


_OTHERS = frozenset("+/")


def _bytes_of(token: str) -> bytes | None:
    """Decode a token; the library would accept + and / beside the characters that replace them."""
    if len(token) != _LETTERS or not token.isascii() or not _OTHERS.isdisjoint(token):
        return None
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == _WHOLE else None
