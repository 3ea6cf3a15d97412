"""What is asked of a route: a method, a path, and a body that is unsigned, wrongly signed, or truly signed nonsense."""

import json
import random

from tests.hostile import seals
from tests.hostile.bodies import Body, slack_body, volt_body
from tests.hostile.counts import DOORS
from tests.hostile.house import House
from tests.hostile.knocks import Ask
from tests.hostile.nonsense import noise

ROUTES = (*DOORS, "media", "healthz", "readyz", "metrics", "other")
METHODS = (b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"HEAD", b"X")
OTHERS = (b"/", b"/slack", b"/slack/", b"/volt/webhooks/wrong-secret", b"/volt/webhooks/", b"/media/x", b"/favicon.ico")
_PATHS = {"slack": b"/slack/events", "healthz": b"/healthz", "readyz": b"/readyz", "metrics": b"/metrics"}


def path_of(house: House, route: str) -> bytes:
    """Return a route's path; for "other" one that leads nowhere."""
    return house.path.encode() if route in ("volt", "secret") else _PATHS.get(route, b"/")


def draw_ask(house: House, route: str, source: random.Random) -> tuple[Ask, bool]:
    """Draw what is asked, and say whether it is truly signed."""
    body, kind, seal, is_signed = _sealed(house, route, source)
    headers = (*seal(source, body), (b"Content-Type", kind.encode()))  # of two of a name the first one counts
    if route in DOORS:
        return Ask(b"POST", path_of(house, route), headers, body), is_signed
    if route == "media":
        tokens = (noise(source, 40).hex(), "A" * source.choice((1, 72, 4_000)), "%2e%2e%2f", "..", "%00", "ü")
        link = f"/media/{source.choice(tokens)}".encode()
        return Ask(source.choice((b"GET", b"HEAD", b"POST")), link, headers, body), is_signed
    if route == "other":
        drawn = b"/" + noise(source, 40).hex().encode()
        path = source.choice((*OTHERS, drawn, house.path.encode(), *_PATHS.values()))
        return Ask(source.choice(METHODS), path, headers, body), is_signed
    return Ask(b"GET", path_of(house, route), (), source.choice((b"", b"", body))), is_signed


def long_ask(house: House, route: str, source: random.Random, size: int) -> Ask:
    """Ask with a long body, truly signed where the route wants that."""
    body = json.dumps({"type": "nothing", "text": "w" * size}).encode()
    good, _ = _seals(house, is_slack=route == "slack")
    headers = good(source, body) if route in DOORS else []
    return Ask(b"POST", path_of(house, route), tuple(headers), body)


def _seals(house: House, *, is_slack: bool) -> tuple[seals.Seal, seals.Seal]:
    if is_slack:
        return seals.slack_seal(house.slack), seals.slack_forger(house.slack)
    return seals.volt_seal(house.volt, house.known.sent.passthrough or ""), seals.volt_forger(house.volt)


def _sealed(house: House, route: str, source: random.Random) -> tuple[bytes, str, seals.Seal, bool]:
    is_slack = route == "slack" or (route not in DOORS and source.random() < 0.5)
    body, kind = _body(house, source, is_slack=is_slack)
    drawn = source.random()
    if drawn < 0.2:
        return body, kind, seals.unsigned, False
    good, bad = _seals(house, is_slack=is_slack)
    return body, kind, good if drawn >= 0.4 else bad, drawn >= 0.4


def _body(house: House, source: random.Random, *, is_slack: bool) -> Body:
    draw = slack_body if is_slack else volt_body
    raw, kind = draw(source, house.known)
    return raw, source.choice(("text/plain", "application/xml", "")) if source.random() < 0.1 else kind
