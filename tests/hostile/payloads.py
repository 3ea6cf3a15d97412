"""What is asked of a route: a method, a path, and a body that is unsigned, wrongly signed, or truly signed nonsense."""

import json
import random

from tests.hostile import signatures
from tests.hostile.bodies import Body, slack_body, volt_body
from tests.hostile.counts import DOORS
from tests.hostile.nonsense import noise
from tests.hostile.requests import Request
from tests.hostile.target import Target

ROUTES = (*DOORS, "media", "healthz", "readyz", "metrics", "other")
METHODS = (b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"HEAD", b"X")
OTHERS = (b"/", b"/slack", b"/slack/", b"/volt/webhooks/wrong-secret", b"/volt/webhooks/", b"/media/x", b"/favicon.ico")
_PATHS = {"slack": b"/slack/events", "healthz": b"/healthz", "readyz": b"/readyz", "metrics": b"/metrics"}


def path_of(target: Target, route: str) -> bytes:
    """Return a route's path; for "other" one that leads nowhere."""
    return target.path.encode() if route in ("volt", "secret") else _PATHS.get(route, b"/")


def draw_request(target: Target, route: str, source: random.Random) -> tuple[Request, bool]:
    """Draw what is asked, and say whether it is truly signed."""
    body, kind, signer, is_signed = _signed(target, route, source)
    headers = (*signer(source, body), (b"Content-Type", kind.encode()))  # of two of a name the first one counts
    if route in DOORS:
        return Request(b"POST", path_of(target, route), headers, body), is_signed
    if route == "media":
        tokens = (noise(source, 40).hex(), "A" * source.choice((1, 72, 4_000)), "%2e%2e%2f", "..", "%00", "ü")
        link = f"/media/{source.choice(tokens)}".encode()
        return Request(source.choice((b"GET", b"HEAD", b"POST")), link, headers, body), is_signed
    if route == "other":
        drawn = b"/" + noise(source, 40).hex().encode()
        path = source.choice((*OTHERS, drawn, target.path.encode(), *_PATHS.values()))
        return Request(source.choice(METHODS), path, headers, body), is_signed
    return Request(b"GET", path_of(target, route), (), source.choice((b"", b"", body))), is_signed


def long_request(target: Target, route: str, source: random.Random, size: int) -> Request:
    """Request with a long body, truly signed where the route wants that."""
    body = json.dumps({"type": "nothing", "text": "w" * size}).encode()
    good, _ = _signers(target, is_slack=route == "slack")
    headers = good(source, body) if route in DOORS else []
    return Request(b"POST", path_of(target, route), tuple(headers), body)


def _signers(target: Target, *, is_slack: bool) -> tuple[signatures.Signer, signatures.Signer]:
    if is_slack:
        return signatures.slack_signer(target.slack), signatures.slack_forger(target.slack)
    return signatures.volt_signer(target.volt, target.known.sent.passthrough or ""), signatures.volt_forger(target.volt)


def _signed(target: Target, route: str, source: random.Random) -> tuple[bytes, str, signatures.Signer, bool]:
    is_slack = route == "slack" or (route not in DOORS and source.random() < 0.5)
    body, kind = _body(target, source, is_slack=is_slack)
    drawn = source.random()
    if drawn < 0.2:
        return body, kind, signatures.unsigned, False
    good, bad = _signers(target, is_slack=is_slack)
    return body, kind, good if drawn >= 0.4 else bad, drawn >= 0.4


def _body(target: Target, source: random.Random, *, is_slack: bool) -> Body:
    draw = slack_body if is_slack else volt_body
    raw, kind = draw(source, target.known)
    return raw, source.choice(("text/plain", "application/xml", "")) if source.random() < 0.1 else kind
