"""Signatures: right ones, wrong ones, and none. Right ones are made with the stand-ins' own secrets."""

import base64
import random
import time
from collections.abc import Callable

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.slack_delivery import sign

Header = tuple[bytes, bytes]
Seal = Callable[[random.Random, bytes], list[Header]]

SLACK_STAMP, SLACK_SEAL = b"X-Slack-Request-Timestamp", b"X-Slack-Signature"
VOLT_SEAL, PASSTHROUGH = b"X-Respond-Flow-Signature", b"X-Volt-Passthrough"

STAMPS = (b"soon", b"-1", b"0", b"1e9", b"1.5", b"9" * 400, "１２３".encode(), b"\xff\xfe", b"", b" ", b"9" * 12)
SEALS = (b"", b"v0=", b"v0=" + b"0" * 64, b"v1=" + b"0" * 64, b"\xff" * 64, b"q" * 6_000, "v0=é".encode(), b"sha256=")


def unsigned(_source: random.Random, _body: bytes) -> list[Header]:
    """Sign nothing."""
    return []


def slack_seal(slack: SlackStandIn) -> Seal:
    """Sign as Slack does."""

    def seal(_source: random.Random, body: bytes) -> list[Header]:
        return _pairs(sign(slack.signing_secret, body, int(time.time())))

    return seal


def slack_forger(slack: SlackStandIn) -> Seal:
    """Sign as Slack does, but for one thing that is wrong."""

    def seal(source: random.Random, body: bytes) -> list[Header]:
        now, secret = int(time.time()), slack.signing_secret
        good = dict(_pairs(sign(secret, body, now)))
        wrong = (
            good | {SLACK_STAMP: source.choice(STAMPS)},
            good | {SLACK_SEAL: source.choice(SEALS)},
            dict(_pairs(sign(secret, body + b" ", now))),
            dict(_pairs(sign(secret, body, now - 3_600))),
            dict(_pairs(sign(secret[::-1], body, now))),
            {SLACK_SEAL: good[SLACK_SEAL]},
            {SLACK_STAMP: good[SLACK_STAMP]},
        )
        pairs = list(source.choice(wrong).items())
        return [*_pairs(sign(secret[::-1], body, now)), *good.items()] if source.random() < 0.1 else pairs

    return seal


def volt_seal(volt: VoltStandIn, passthrough: str) -> Seal:
    """Sign as Volt does; half of the time with the passthrough of a real text, or with nonsense in its place."""

    def seal(source: random.Random, body: bytes) -> list[Header]:
        carried = source.choice((b"", b"", passthrough.encode(), b"%032x" % source.getrandbits(128), b"\xff\xfe" * 500))
        extra = [(PASSTHROUGH, carried)] if carried else []
        return [(VOLT_SEAL, volt._postman.sign(body).encode()), *extra]

    return seal


def volt_forger(volt: VoltStandIn) -> Seal:
    """Send a signature that is not of this body, or none at all."""

    def seal(source: random.Random, body: bytes) -> list[Header]:
        other = volt._postman.sign(body + b" ").encode()
        drawn = base64.b64encode(source.randbytes(256))
        wrong = (other, drawn, other[:-8], base64.b64decode(other).hex().encode(), b"sha256=" + other, *SEALS)
        return [(VOLT_SEAL, source.choice(wrong))] * source.choice((1, 1, 1, 2))

    return seal


def _pairs(headers: dict[str, str]) -> list[Header]:
    return [(name.encode(), text.encode()) for name, text in headers.items()]
