"""Key rotation: the public key in use and, for a week after a change, the one before it. Pure.

An address serves a new key when Volt changes it, and also when somebody else has got hold of the address. So a change
is never silent: it has a date, a fingerprint and words, and whoever runs the bot can keep to a fingerprint.
"""

import hashlib
import json
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.providers.volt import signature
from bot.providers.volt.signature import PublicKey

OVERLAP_S = 7 * 86_400.0
"""How long the key before is accepted beside a new one: webhooks on their way were signed with it."""

_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")


def fingerprint(key: PublicKey) -> str:
    """Name a key by the SHA-256 of its SPKI DER form, as `openssl pkey -pubin -outform der | sha256sum` prints it."""
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"sha256:{hashlib.sha256(spki).hexdigest()}"


def parts_of(setting: str) -> tuple[str, frozenset[str]]:
    """Part VOLT_WEBHOOK_KEY into an address and the fingerprints behind it. Raises ValueError."""
    address, *pins = setting.split()
    for pin in pins:
        if not _FINGERPRINT.fullmatch(pin.lower()):
            raise ValueError(
                "VOLT_WEBHOOK_KEY names a fingerprint that is none: behind the address write sha256: and 64 hex "
                "digits, as volt-bot doctor prints them."
            )
    return address, frozenset(pin.lower() for pin in pins)


@dataclass(frozen=True)
class KeysInUse:
    """Keys in use. `previous` is the one before the change at `changed_at`, a unix time; None where none counts."""

    current: PublicKey
    previous: PublicKey | None = None
    changed_at: float = 0.0

    def __contains__(self, key: object) -> bool:
        """Whether a key is one of these."""
        return key in (self.current, self.previous)

    def __iter__(self) -> Iterator[PublicKey]:
        """Yield the keys, the current one first."""
        yield self.current
        if self.previous is not None:
            yield self.previous

    @property
    def ends_at(self) -> float:
        """When the key before ends."""
        return self.changed_at + OVERLAP_S

    def at(self, now: float) -> "KeysInUse":
        """Give what is in use at a moment: the key before ends a week after the change."""
        return self if now < self.ends_at else replace(self, previous=None)

    def followed_by(self, key: PublicKey, now: float) -> "KeysInUse":
        """Give what is in use after a change. Of several changes within a week the oldest key stays beside."""
        return KeysInUse(key, self.at(now).previous or self.current, now)

    def only(self, pins: Container[str]) -> "KeysInUse | None":
        """Give what is left where only certain keys are accepted; None where nothing is."""
        kept = [key for key in self if fingerprint(key) in pins]
        return _in_use(kept, self.changed_at) if kept else None

    def verify(self, raw: bytes, header: str) -> str | None:
        """Name the form in which the header signs these bytes by one of the keys, or None."""
        return next((form for key in self if (form := signature.verify(key, raw, header))), None)

    def text(self, address: str) -> str:
        """Write the keys of an address, which `read_keys` reads again."""
        keys = [signature.key_text(key) for key in self]
        return json.dumps({"address": address, "keys": keys, "changed_at": self.changed_at})


def read_keys(text: str, address: str) -> KeysInUse | None:
    """Read the keys in use; None where they came from another address. Raises ValueError."""
    if not text.startswith("{"):  # as it was written before keys were kept beside each other
        of, _, key = text.partition("\n")
        return KeysInUse(signature.load_key(key)) if of == address else None
    stored = json.loads(text)
    try:
        keys = [signature.load_key(key) for key in stored["keys"]]
        return _in_use(keys, float(stored["changed_at"])) if stored["address"] == address else None
    except (LookupError, TypeError, AttributeError) as fault:
        raise ValueError("these are no keys") from fault


def _in_use(keys: Sequence[PublicKey], changed_at: float) -> KeysInUse:
    """Put together what is in use, the current key first."""
    return KeysInUse(keys[0], keys[1] if len(keys) > 1 else None, changed_at)


def day_of(moment: float) -> str:
    """Write the day of a unix time."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"
