"""Signatures: right ones, wrong ones, and none. Right ones are made with the stand-ins' own secrets."""

import base64
import random
import time
from collections.abc import Callable

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.slack.delivery.delivery import sign

Header = tuple[bytes, bytes]
Signer = Callable[[random.Random, bytes], list[Header]]

SLACK_STAMP, SLACK_SIGNATURE = b"X-Slack-Request-Timestamp", b"X-Slack-Signature"
VOLT_SIGNATURE, PASSTHROUGH = b"X-Respond-Flow-Signature", b"X-Volt-Passthrough"

STAMPS = (b"soon", b"-1", b"0", b"1e9", b"1.5", b"9" * 400, "１２３".encode(), b"\xff\xfe", b"", b" ", b"9" * 12)
SIGNATURES = (
    b"",
    b"v0=",
    b"v0=" + b"0" * 64,
    b"v1=" + b"0" * 64,
    b"\xff" * 64,
    b"q" * 6_000,
    "v0=é".encode(),
    b"sha256=",
)


def unsigned(_source: random.Random, _body: bytes) -> list[Header]:
    """Sign nothing."""
    return []


def slack_signer(slack: SlackStandIn) -> Signer:
    """Sign as Slack does."""

    def signer(_source: random.Random, body: bytes) -> list[Header]:
        return _pairs(sign(slack.signing_secret, body, int(time.time())))

    return signer


def slack_forger(slack: SlackStandIn) -> Signer:
    """Sign as Slack does, but for one thing that is wrong."""

    def signer(source: random.Random, body: bytes) -> list[Header]:
        now, secret = int(time.time()), slack.signing_secret
        good = dict(_pairs(sign(secret, body, now)))
        wrong = (
            good | {SLACK_STAMP: source.choice(STAMPS)},
            good | {SLACK_SIGNATURE: source.choice(SIGNATURES)},
            dict(_pairs(sign(secret, body + b" ", now))),
            dict(_pairs(sign(secret, body, now - 3_600))),
            dict(_pairs(sign(secret[::-1], body, now))),
            {SLACK_SIGNATURE: good[SLACK_SIGNATURE]},
            {SLACK_STAMP: good[SLACK_STAMP]},
        )
        pairs = list(source.choice(wrong).items())
        return [*_pairs(sign(secret[::-1], body, now)), *good.items()] if source.random() < 0.1 else pairs

    return signer


def volt_signer(volt: VoltStandIn, passthrough: str) -> Signer:
    """Sign as Volt does; half of the time with the passthrough of a real text, or with nonsense in its place."""

    def signer(source: random.Random, body: bytes) -> list[Header]:
        carried = source.choice((b"", b"", passthrough.encode(), b"%032x" % source.getrandbits(128), b"\xff\xfe" * 500))
        extra = [(PASSTHROUGH, carried)] if carried else []
        return [(VOLT_SIGNATURE, volt._postman.sign(body).encode()), *extra]

    return signer


def volt_forger(volt: VoltStandIn) -> Signer:
    """Send a signature that is not of this body, or none at all."""

    def signer(source: random.Random, body: bytes) -> list[Header]:
        other = volt._postman.sign(body + b" ").encode()
        drawn = base64.b64encode(source.randbytes(256))
        wrong = (other, drawn, other[:-8], base64.b64decode(other).hex().encode(), b"sha256=" + other, *SIGNATURES)
        return [(VOLT_SIGNATURE, source.choice(wrong))] * source.choice((1, 1, 1, 2))

    return signer


def _pairs(headers: dict[str, str]) -> list[Header]:
    return [(name.encode(), text.encode()) for name, text in headers.items()]
