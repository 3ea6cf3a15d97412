"""Endpoint that Glific's flows call: POST /glific/flows.

Reads at most 64 KiB, checks the signature over the raw bytes and its age, only then looks inside, records, answers. 200
with a flat JSON object, which the flow takes for success, means stored durably or a repeat. Everything else makes the
flow go on by its branch of failure: Glific calls once. A stranger can cause no 5xx but 503, no traceback, no log line
beyond a short one, and no more memory than one body.
"""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot.domain.errors import MalformedPayload, StoreUnavailable
from bot.http_limits import BodyBroken, BodyLate, hung_up, read_body
from bot.providers.glific.flows.events import FlowHandOver, read_hand_over
from bot.providers.glific.flows.signature import Unproved, check_phrase, verified
from bot.time_of_day import unix_time

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

FLOWS_PATH = "/glific/flows"
SIGNATURE_HEADER = "X-Glific-Signature"

LONGEST_BODY_BYTES = 64 * 1024
"""A contact with a hundred fields and as many results is under 40 KiB."""

BODY_TIMEOUT_S = 5.0
"""Glific itself waits about as long for the answer."""

_log = structlog.get_logger()


def _uncounted(_outcome: str) -> None:
    """Count nothing; the default counter."""


class FlowWebhook:
    """Endpoint of one organisation, by its signature phrase. Raises ValueError for the phrase that everybody knows.

    `record` stores a hand-over durably and says whether it is new (False: a repeat); StoreUnavailable becomes 503.
    `count` is told each outcome: accepted, repeat, unsigned, stale, forged, unreadable, too_large or unavailable.
    `clock` gives unix time.
    """

    def __init__(
        self,
        phrase: str,
        record: Callable[[FlowHandOver], Awaitable[bool]],
        *,
        count: Callable[[str], None] = _uncounted,
        clock: Callable[[], float] = unix_time,
        body_timeout_s: float = BODY_TIMEOUT_S,
    ) -> None:
        check_phrase(phrase)
        self._phrase = phrase
        self._record = record
        self._count = count
        self._clock = clock
        self._body_timeout_s = body_timeout_s

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request; never raises for anything a stranger can send."""
        try:
            raw = await read_body(request, max_bytes=LONGEST_BODY_BYTES, timeout_s=self._body_timeout_s)
        except web.HTTPRequestEntityTooLarge:
            return self._refused(413, "too_large", f"longer than {LONGEST_BODY_BYTES} bytes")
        except BodyLate:
            return await hung_up(request, self._refused(408, "unreadable", "the body did not arrive in time"))
        except BodyBroken:
            return await hung_up(request, self._refused(400, "unreadable", "the body is broken"))
        return await self._handle_body(raw, request.headers.get(SIGNATURE_HEADER, ""))

    async def _handle_body(self, raw: bytes, header: str) -> web.Response:
        try:
            proof = verified(self._phrase, header, raw, self._clock())
            is_new = await self._record(read_hand_over(raw, proof))
        except Unproved as refusal:
            return self._refused(401, refusal.outcome, str(refusal))
        except MalformedPayload as fault:
            return self._refused(400, "unreadable", str(fault))
        except StoreUnavailable:
            return self._refused(503, "unavailable", "unavailable")
        outcome = "accepted" if is_new else "repeat"
        self._count(outcome)
        return web.json_response({"status": outcome})

    def _refused(self, status: int, outcome: str, reason: str) -> web.Response:
        self._count(outcome)
        _log.warning("glific_flow_refused", status=status, reason=reason)
        return web.Response(status=status, text=reason)


class FlowRoute:
    """Route of the endpoint: `endpoint` gives that of now, None while nothing is connected."""

    def __init__(self, endpoint: Callable[[], FlowWebhook | None]) -> None:
        self._endpoint = endpoint

    def add_routes(self, app: web.Application, around: Callable[[Handler], Handler] = lambda handler: handler) -> None:
        """Mount the path, with `around` its handler."""
        app.router.add_post(FLOWS_PATH, around(self._handle))

    async def _handle(self, request: web.Request) -> web.Response:
        endpoint = self._endpoint()
        return await endpoint.handle(request) if endpoint is not None else web.Response(status=503, text="unavailable")
