"""Signature check of webhooks by Volt's public key. Pure: bytes and text in, an answer out.

Volt documents the header X-Respond-Flow-Signature, RSA, and where the public key is, but neither the key's file format,
nor the encoding, padding or hash of a signature. So every form a standard library would write is read: keys as OpenSSH,
PEM, certificate or DER; signatures as base64, base64url or hex, PKCS#1 v1.5 or PSS, SHA-256 or SHA-512. Trying a fixed
set of forms with one public key does not weaken it. SHA-1 is refused: senders choose the text, so collisions count.
Source: https://docs.textvolt.com/v1.0/ (Webhooks).
"""

import base64
import binascii
import re

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding

PublicKey = rsa.RSAPublicKey
"""Public key as the other modules know it, without naming the library."""

SMALLEST_KEY_BITS = 2048
"""Shorter RSA keys can be broken, and no one issues them any more."""

_LONGEST_HEADER = 4200
"""Characters: the hex of a signature by a key of 16,384 bits, the longest OpenSSL takes, and a prefix."""

_FORMATS = "an OpenSSH line, a PEM block, a PEM certificate or base64 DER"
_BEGINNINGS = re.compile(rb"-----BEGIN |(?:^|\n)\s*(?:ssh|ecdsa|sk)-")
"""Where a key begins, in the forms in which several of them may stand below each other."""

_PREFIX = re.compile(r"(?:sha(?:256|512)|rsa-sha[0-9-]{1,7})=", re.IGNORECASE | re.ASCII)
_HEX = re.compile(r"[0-9a-fA-F]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")

_HASHES: tuple[tuple[str, hashes.HashAlgorithm], ...] = (("sha256", hashes.SHA256()), ("sha512", hashes.SHA512()))
_SCHEMES: tuple[tuple[str, AsymmetricPadding, hashes.HashAlgorithm], ...] = tuple(
    (f"{name}-{hash_name}", pad, algorithm)
    for hash_name, algorithm in _HASHES
    for name, pad in (
        ("pkcs1v15", padding.PKCS1v15()),
        ("pss", padding.PSS(mgf=padding.MGF1(algorithm), salt_length=padding.PSS.AUTO)),
    )
)


def load_key(text: str | bytes) -> rsa.RSAPublicKey:
    """Read a public RSA key in any of the usual forms.

    Raises ValueError, whose sentence says what to do, also for a private key, another kind of key, and a short one.
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if not raw.strip():
        raise ValueError(f"The key is empty: give {_FORMATS}.")
    if b"PRIVATE KEY" in raw:
        raise ValueError(f"This is a private key, which belongs to its owner alone: give the public one as {_FORMATS}.")
    if len(_BEGINNINGS.findall(raw)) > 1:
        raise ValueError(f"There is more than one key here: give the one that Volt signs with, as {_FORMATS}.")
    try:
        key = _parsed(raw)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # the library's own words may quote the input, and say nothing about what to do
        raise ValueError(f"This cannot be read as a public key: give {_FORMATS}.") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError(f"This key is not RSA: give Volt's RSA public key as {_FORMATS}.")  # noqa: TRY004 - bad input
    if key.key_size < SMALLEST_KEY_BITS:
        raise ValueError(f"This RSA key has {key.key_size} bits: ask Volt for one of {SMALLEST_KEY_BITS} or more.")
    return key


def _parsed(raw: bytes) -> object:
    """Tell the forms apart by their first bytes."""
    if raw[:2] == b"\x30\x82":  # DER: a sequence of 256 bytes or more, before anything is stripped off its end
        return serialization.load_der_public_key(raw)
    # an environment file can only hold a PEM block with its line ends written as \n
    body = raw.strip().replace(b"\\n", b"\n")
    if body.startswith(b"-----BEGIN CERTIFICATE"):
        from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - 2 MB that a bare key needs not

        return load_pem_x509_certificate(body).public_key()
    if body.startswith(b"-----BEGIN"):
        return serialization.load_pem_public_key(body)
    if body.startswith((b"ssh-", b"ecdsa-", b"sk-")):
        return serialization.load_ssh_public_key(body)
    return serialization.load_der_public_key(base64.b64decode(b"".join(body.split()), validate=True))


def key_text(key: rsa.RSAPublicKey) -> str:
    """Write a key as SPKI PEM, which load_key reads again."""
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, spki).decode("ascii")


def verify(key: rsa.RSAPublicKey, raw: bytes, header: str) -> str | None:
    """Name the form in which the header signs exactly these bytes, such as "base64 pkcs1v15-sha256", or None.

    Never raises, whatever the header holds.
    """
    candidate = _candidate(header, (key.key_size + 7) // 8)
    if candidate is None:
        return None
    encoding, signature = candidate
    matching = (name for name, pad, algorithm in _SCHEMES if _matches(key, signature, raw, (pad, algorithm)))
    scheme = next(matching, None)
    return scheme and f"{encoding} {scheme}"


def _candidate(header: str, length: int) -> tuple[str, bytes] | None:
    """Decode the header, if that gives exactly as many bytes as the modulus has."""
    if len(header) > _LONGEST_HEADER:
        return None
    text = header.strip()
    text = text[prefix.end() :] if (prefix := _PREFIX.match(text)) else text
    if len(text) == 2 * length and _HEX.fullmatch(text):
        return "hex", bytes.fromhex(text)
    if not _BASE64.fullmatch(text):
        return None
    encoding = "base64url" if "-" in text or "_" in text else "base64"
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return None
    return (encoding, decoded) if len(decoded) == length else None


def _matches(
    key: rsa.RSAPublicKey, signature: bytes, raw: bytes, how: tuple[AsymmetricPadding, hashes.HashAlgorithm]
) -> bool:
    try:
        key.verify(signature, raw, *how)
    except InvalidSignature:
        return False
    return True
