"""Keys that are derived from a secret which is used for something else, too: one for each purpose.

What one key opens or signs another one does not. Source: https://www.rfc-editor.org/rfc/rfc5869
"""

import base64
from collections.abc import Iterable

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derived_key(secret: str, purpose: bytes) -> bytes:
    """Derive a key of 32 bytes."""
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def derived_fernet(secrets: Iterable[str], purpose: bytes) -> MultiFernet:
    """Derive what seals under the first secret, and opens what was sealed under any of them."""
    keys = (derived_key(secret, purpose) for secret in secrets)
    return MultiFernet(Fernet(base64.urlsafe_b64encode(key)) for key in keys)
