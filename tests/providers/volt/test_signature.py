import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.volt.signature import key_text, load_key, verify

PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = PRIVATE.public_key()
BODY = '{"type": "messaging", "text": "Grüße"}'.encode()

OPENSSH = PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + b" volt@callbacks"
SPKI_PEM = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PKCS1_PEM = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.PKCS1)
SPKI_DER = PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
PKCS1_DER = PUBLIC.public_bytes(Encoding.DER, PublicFormat.PKCS1)


def certificate() -> bytes:
    """Make a certificate of the key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "volt")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(PUBLIC).serial_number(1)
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=1))
    return builder.sign(PRIVATE, hashes.SHA256()).public_bytes(Encoding.PEM)


KEY_FORMS: dict[str, str | bytes] = {
    "openssh": OPENSSH.decode(),
    "spki pem": SPKI_PEM.decode(),
    "pkcs1 pem": PKCS1_PEM.decode(),
    "base64 der": base64.b64encode(SPKI_DER).decode(),
}
MORE_KEY_FORMS: dict[str, str | bytes] = {
    "certificate": certificate().decode(),
    "base64 pkcs1 der": base64.b64encode(PKCS1_DER).decode(),
    "wrapped base64 der": base64.encodebytes(SPKI_DER).decode(),
    "raw der": SPKI_DER,
    "raw pkcs1 der": PKCS1_DER,
    "pem in one line of an environment file": SPKI_PEM.decode().replace("\n", "\\n"),
    "pem with blank space around": f"\n  {SPKI_PEM.decode()}\n\n",
    "pem as bytes": SPKI_PEM,
}
HASHES: dict[str, hashes.HashAlgorithm] = {"sha256": hashes.SHA256(), "sha512": hashes.SHA512()}
PADDINGS: dict[str, Callable[[hashes.HashAlgorithm], AsymmetricPadding]] = {
    "pkcs1v15": lambda _: padding.PKCS1v15(),
    "pss maximum": lambda h: padding.PSS(padding.MGF1(h), padding.PSS.MAX_LENGTH),
    "pss digest": lambda h: padding.PSS(padding.MGF1(h), padding.PSS.DIGEST_LENGTH),
}
ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "base64": lambda s: base64.b64encode(s).decode(),
    "base64url": lambda s: base64.urlsafe_b64encode(s).decode().rstrip("="),
    "hex": lambda s: s.hex(),
    "sha256=hex": lambda s: f"sha256={s.hex()}",
}


def signed(body: bytes = BODY, *, pad: str = "pkcs1v15", algorithm: str = "sha256", encoding: str = "base64") -> str:
    """Sign in one of the forms."""
    chosen = HASHES[algorithm]
    return ENCODINGS[encoding](PRIVATE.sign(body, PADDINGS[pad](chosen), chosen))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("pad", PADDINGS)
@pytest.mark.parametrize("algorithm", HASHES)
@pytest.mark.parametrize("form", KEY_FORMS)
def test_every_key_form_verifies_every_signature_form(form: str, algorithm: str, pad: str, encoding: str) -> None:
    """Each key form with each hash, padding and encoding verifies, is named, and fails once a byte is added."""
    key = load_key(KEY_FORMS[form])
    header = signed(pad=pad, algorithm=algorithm, encoding=encoding)
    found = verify(key, BODY, header)
    assert found is not None
    named_encoding, scheme = found.split(" ")
    assert scheme == f"{pad.split(maxsplit=1)[0]}-{algorithm}"
    # a base64url text may happen to have neither of its own two letters
    assert named_encoding == encoding.rpartition("=")[2] or {named_encoding, encoding} == {"base64", "base64url"}
    assert verify(key, BODY + b" ", header) is None


@pytest.mark.parametrize("form", MORE_KEY_FORMS)
def test_further_key_forms_are_the_same_key(form: str) -> None:
    """Certificates, bare DER and texts that went through an environment file give the same key."""
    assert load_key(MORE_KEY_FORMS[form]) == PUBLIC


def test_key_text_is_read_again() -> None:
    """A key that was written down is the same key when read."""
    assert load_key(key_text(PUBLIC)) == PUBLIC


@pytest.mark.parametrize("prefix", ["sha512=", "SHA256=", "rsa-sha256=", "RSA-SHA512="])
def test_prefix_is_dropped(prefix: str) -> None:
    """A header may name its hash in front, in any case, and have blank space around."""
    assert verify(PUBLIC, BODY, f"  {prefix}{signed()} ") == "base64 pkcs1v15-sha256"


def test_padding_of_base64_may_be_missing() -> None:
    """Base64 without its equals signs verifies."""
    assert verify(PUBLIC, BODY, signed().rstrip("=")) == "base64 pkcs1v15-sha256"


def test_padding_of_base64_of_a_long_key() -> None:
    """A signature of 4096 bits ends in one equals sign as base64: with it and without it verifies."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=4096)
    signature = private.sign(BODY, padding.PKCS1v15(), hashes.SHA256())
    text = base64.b64encode(signature).decode()
    url = base64.urlsafe_b64encode(signature).decode()
    assert text.endswith("=")
    assert not text.endswith("==")
    for header in (text, text.rstrip("="), f"sha256={text}"):
        assert verify(private.public_key(), BODY, header) == "base64 pkcs1v15-sha256"
    for header in (url, url.rstrip("=")):
        assert verify(private.public_key(), BODY, header) == "base64url pkcs1v15-sha256"
    for header in (text[:-2], text[1:], f"A{text}"):
        assert verify(private.public_key(), BODY, header) is None


def test_upper_case_hex_verifies() -> None:
    """Hex is read in either case."""
    assert verify(PUBLIC, BODY, signed(encoding="hex").upper()) == "hex pkcs1v15-sha256"


def test_sha1_is_refused() -> None:
    """A SHA-1 signature does not verify though it is genuine: the sender of a text chooses what is signed."""
    header = base64.b64encode(PRIVATE.sign(BODY, padding.PKCS1v15(), hashes.SHA1())).decode()  # noqa: S303 - refused
    assert verify(PUBLIC, BODY, header) is None


def test_stale_key_does_not_verify() -> None:
    """A signature of another key of the same length is no match."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    assert verify(other, BODY, signed()) is None


@given(position=st.integers(0, 255), flip=st.integers(1, 255))
def test_tampered_signature_does_not_verify(position: int, flip: int) -> None:
    """A signature with any one byte changed is no match."""
    signature = bytearray(base64.b64decode(signed()))
    signature[position] ^= flip
    assert verify(PUBLIC, BODY, base64.b64encode(signature).decode()) is None


@given(position=st.integers(0, len(BODY) - 1), flip=st.integers(1, 255))
def test_tampered_body_does_not_verify(position: int, flip: int) -> None:
    """A body with any one byte changed is no match."""
    body = bytearray(BODY)
    body[position] ^= flip
    assert verify(PUBLIC, bytes(body), signed()) is None


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "=",
        "sha256=",
        "sha256=sha256=" + signed(),
        "A" * 1_000_000,
        "f" * 512,
        "/" * 342 + "==",
        "é" * 344,
        "\udc80" * 344,
        "１" * 512,
        signed() + "\n",
        signed()[:-8] + "====" + signed()[:4],
        signed()[:-4],
        signed() + "AAAA",
        "0" * 512,
    ],
)
def test_odd_headers_are_answered(header: str) -> None:
    """Empty, huge, non-ASCII and nearly right headers are an answer, never an exception."""
    assert verify(PUBLIC, BODY, header) in {None, "base64 pkcs1v15-sha256"}
    assert verify(PUBLIC, BODY + b".", header) is None


@given(header=st.text(max_size=800) | st.from_regex(r"[0-9a-f]{512}", fullmatch=True) | st.binary().map(bytes.hex))
def test_no_header_raises_or_verifies(header: str) -> None:
    """Whatever the header holds, a body nobody signed is not verified and nothing is raised."""
    assert verify(PUBLIC, b"never signed", header) is None


@given(signature=st.binary(min_size=256, max_size=256))
def test_random_bytes_of_the_right_length_do_not_verify(signature: bytes) -> None:
    """Bytes as long as the modulus, even beyond it in value, are no signature."""
    assert verify(PUBLIC, BODY, base64.b64encode(signature).decode()) is None


def private_pem() -> bytes:
    """Write the private half, which nobody should configure."""
    return PRIVATE.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        (b"", "empty"),
        ("not a key", "cannot be read"),
        ("<html>404</html>", "cannot be read"),
        ("ssh-rsa AAAA", "cannot be read"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "cannot be read"),
        (b"\x30\x82\x01\x22 nonsense", "cannot be read"),
        ("é" * 20, "cannot be read"),
        (private_pem(), "private key"),
        (ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH), "RSA"),
        (
            ec.generate_private_key(ec.SECP256R1())
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "not RSA",
        ),
    ],
    ids=range(12),
)
def test_what_is_no_key_is_refused_with_advice(text: str | bytes, words: str) -> None:
    """What is no public RSA key is refused in a sentence that says what to do and quotes none of it."""
    with pytest.raises(ValueError, match=words) as caught:
        load_key(text)
    assert str(caught.value).endswith(".")
    assert "give" in str(caught.value)
    assert caught.value.__cause__ is None


def test_short_key_is_refused() -> None:
    """An RSA key under 2048 bits is refused with its size."""
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()  # noqa: S505 - to be refused
    with pytest.raises(ValueError, match="1024 bits"):
        load_key(short.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))


@given(text=st.text() | st.binary())
def test_load_key_raises_nothing_but_value_error(text: str | bytes) -> None:
    """Whatever is given as a key, the only exception is ValueError."""
    with pytest.raises(ValueError, match=r"\.$"):
        load_key(text)
