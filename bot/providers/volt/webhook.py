"""Webhook endpoints of Volt: POST /volt/webhooks, or /volt/webhooks/SECRET where a connection has a secret.

Reads at most 256 KiB, checks the signature over the raw bytes, only then looks inside, records, answers. 200 means
stored durably, or a repeat, or of a kind that is not acted on; nothing else happens in the request. A stranger can
cause no 5xx but 503, no traceback, no log line beyond a short one, and no more memory than one body.

While the registration window is open, what does not verify is answered with 200 and not acted on. What verifies is
acted on as always; what cannot be verified because there is no key is still 503, so no text is lost.
Source: "Receiving message webhooks with the Volt GraphQL API", https://simonsays.atlassian.net/wiki/x/UYBl
"""

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.domain.errors import MalformedPayload, StoreUnavailable
from bot.domain.message import Inbound, Receipt
from bot.http_limits import BodyBroken, BodyLate, hung_up, read_body
from bot.providers.volt.pool_numbers import ForeignNumber
from bot.providers.volt.profile import WEBHOOK_PATH
from bot.providers.volt.public_keys import KeyUnavailable, PublicKeys
from bot.providers.volt.registration_window import ENDED_HEADER, REGISTRATION_HEADER, RegistrationWindow
from bot.providers.volt.verification import may_be_unverified
from bot.providers.volt.webhook_events import parse_webhook
from bot.time_of_day import unix_time

SIGNATURE_HEADER = "X-Respond-Flow-Signature"
PASSTHROUGH_HEADER = "X-Volt-Passthrough"

LONGEST_BODY_BYTES = 256 * 1024
"""A long text with ten media addresses is under 20 KiB."""

BODY_TIMEOUT_S = 10.0
"""Volt sends a body in one piece; a client that takes longer only means to occupy the connection."""

_RETRY_AFTER_BUG_S = 30

_log = structlog.get_logger()


def _uncounted(_outcome: str) -> None:
    """Count nothing; the default counter."""


async def _learn_nothing() -> None:
    """Learn nothing: there is no other bot."""


async def _unclosed() -> None:
    """Close nothing: no bare path is open."""


class _Refusal(Exception):
    """Refusal of a request: what to answer instead of 200, and what to count and log."""

    def __init__(self, status: int, outcome: str, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.outcome = outcome
        self.reason = reason
        self.headers = headers


class _BrokenBody(_Refusal):
    """Refusal after which the rest of the connection cannot be used."""


@dataclass(eq=False, repr=False)
class VoltWebhook:
    """Webhook endpoint of Volt: verifies, reads and records each event.

    `is_bare_open`: the path without the secret is answered, too, until an event of ours has come under the one with it;
    `close_bare` then notes that for good. `record` stores an event durably and says whether it is new (False: a
    repeat); StoreUnavailable becomes 503, and ForeignNumber, for what concerns another customer of Volt's, 200.
    `is_enforced` False (the first day of the setting "log"): texts that do not verify are acted on, with a warning,
    and are given to `record_unproven`, so that what they claim decides about no signed event.
    `count` is told each outcome: accepted, repeat, foreign, ignored, unsigned, forged, unreadable, too_large or
    unavailable. `clock` gives unix time.
    """

    keys: PublicKeys
    record: Callable[[Inbound | Receipt], Awaitable[bool]]
    _: KW_ONLY
    is_enforced: Callable[[], bool]
    path_secret: str | None
    is_bare_open: bool = False
    close_bare: Callable[[], Awaitable[None]] = _unclosed
    record_unproven: Callable[[Inbound | Receipt], Awaitable[bool]] | None = None
    registration: RegistrationWindow
    count: Callable[[str], None] = _uncounted
    clock: Callable[[], float] = unix_time
    body_timeout_s: float = BODY_TIMEOUT_S
    _last_form: str = field(default="", init=False)

    def is_at(self, secret: str) -> bool:
        """Whether this is the last segment of its path, "" for none."""
        if self.is_bare_open and not secret:
            return True
        return hmac.compare_digest(_bytes(secret), _bytes(self.path_secret or ""))

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request; never raises for anything a stranger can send."""
        try:
            if self.registration.is_proof(request.headers.get(REGISTRATION_HEADER, "")):
                return await self._answer_registrar(request)
            await self._check_head(request)
            raw = await _read_body(request, self.body_timeout_s)
            return await self._handle_body(raw, request)
        except _BrokenBody as refusal:
            return await hung_up(request, self._refused(refusal))
        except _Refusal as refusal:
            return self._refused(refusal)
        except (StoreUnavailable, KeyUnavailable) as error:
            return self._refused(_unavailable(type(error).__name__, error.retry_after_s))
        except Exception as error:  # noqa: BLE001 - the endpoint's last resort: whatever is wrong, Volt keeps the event and sends it again
            return self._refused(_unavailable(_place_of(error), _RETRY_AFTER_BUG_S))

    async def _answer_registrar(self, request: web.Request) -> web.Response:
        """Do what the program asks that registers this bot from another process."""
        if ENDED_HEADER in request.headers:
            await self.registration.end_for_other()
            return web.Response(text="ended")
        if await self.registration.open_for_other():
            return web.Response(text="open")
        return web.Response(status=409, text="busy")

    async def _check_head(self, request: web.Request) -> None:
        """Refuse before its body is read what is too long or, where nothing unsigned is awaited, not even signed."""
        length = request.content_length
        if (length or 0) > LONGEST_BODY_BYTES:
            raise _too_large()
        is_unsigned = not request.headers.get(SIGNATURE_HEADER, "").strip()
        if is_unsigned and length is not None and self.is_enforced() and not await self.registration.is_open():
            raise _Refusal(401, "unsigned", "no signature")

    async def _handle_body(self, raw: bytes, request: web.Request) -> web.Response:
        headers = request.headers
        is_enforced = self.is_enforced()
        refusal = await self._unverified(raw, headers.get(SIGNATURE_HEADER, "").strip(), is_enforced=is_enforced)
        if refusal is not None and is_enforced:
            return await self._unproven(refusal)
        event = await self._parsed(raw, headers.get(PASSTHROUGH_HEADER), is_verified=refusal is None)
        if event is None:
            return self._done("ignored")
        if refusal is not None:
            if not may_be_unverified(event):
                return await self._unproven(refusal)
            _log.warning("volt_webhook_not_verified", reason=refusal.reason, acted_on=True)
        record = self.record if refusal is None else self.record_unproven or self.record
        try:
            is_new = await record(event)
        except ForeignNumber:
            return self._done("foreign")
        if refusal is None and request.match_info.get("secret"):
            await self._settle_path()
        return self._done("accepted" if is_new else "repeat")

    async def _unproven(self, refusal: _Refusal) -> web.Response:
        """Refuse what does not verify; during a registration it is taken for the provider's probe.

        What cannot be verified yet is never taken for one: it may be an event of ours.
        """
        if refusal.status == 503 or not await self.registration.is_open():
            raise refusal
        await self.registration.note_probe()
        return self._done("ignored")

    async def _settle_path(self) -> None:
        """Stop answering the path without the secret: Volt has brought an event of ours under the one with it."""
        if self.is_bare_open:
            await self.close_bare()
            self.is_bare_open = False
            _log.info("volt_webhook_path_settled")

    async def _unverified(self, raw: bytes, header: str, *, is_enforced: bool) -> _Refusal | None:
        """Say why the body cannot be trusted; None where the signature holds. Raises KeyUnavailable if enforcing."""
        if not header:
            return _Refusal(401, "unsigned", "no signature")
        try:
            form = await self.keys.verified(raw, header)
        except KeyUnavailable as error:
            if is_enforced:
                raise
            return _unavailable("no key to verify with", error.retry_after_s)
        if form is None:
            return _Refusal(401, "forged", "signature does not match")
        if form != self._last_form:
            self._last_form = form
            _log.info("volt_signature_form", form=form)
        return None

    async def _parsed(self, raw: bytes, passthrough: str | None, *, is_verified: bool) -> Inbound | Receipt | None:
        now = datetime.fromtimestamp(self.clock(), UTC)
        try:
            return parse_webhook(raw, passthrough, now=now)
        except MalformedPayload as fault:
            if not is_verified and await self.registration.is_open():
                return None
            raise _Refusal(400, "unreadable", str(fault)) from None

    def _done(self, outcome: str) -> web.Response:
        self.count(outcome)
        return web.Response(text=outcome)

    def _refused(self, refusal: _Refusal) -> web.Response:
        self.count(refusal.outcome)
        _log.warning("volt_webhook_refused", status=refusal.status, reason=refusal.reason)
        # the reason of a 503 is ours alone; the others tell the caller what to mend
        text = refusal.outcome if refusal.status == 503 else refusal.reason
        return web.Response(status=refusal.status, text=text, headers=refusal.headers)


class VoltWebhookRoutes:
    """Routes of all webhook endpoints: which one a request is for, its path tells.

    `endpoints` gives those of now. `learn` takes in what other bots have changed, if any, before a path is nobody's.
    """

    def __init__(
        self, endpoints: Callable[[], Iterable[VoltWebhook]], learn: Callable[[], Awaitable[None]] = _learn_nothing
    ) -> None:
        self._endpoints, self._learn = endpoints, learn

    def add_routes(self, app: web.Application, around: Callable[[Handler], Handler] = lambda handler: handler) -> None:
        """Mount the paths, with `around` their handler; where no endpoint is, the answer is 404."""
        for path in (WEBHOOK_PATH, f"{WEBHOOK_PATH}/{{secret}}"):
            app.router.add_post(path, around(self._handle))

    async def _handle(self, request: web.Request) -> web.Response:
        secret = request.match_info.get("secret", "")
        if (endpoint := self._at(secret)) is None:
            try:
                await self._learn()
            except StoreUnavailable as error:
                return web.Response(status=503, text="unavailable", headers={"Retry-After": str(error.retry_after_s)})
            endpoint = self._at(secret)
        if endpoint is None:
            raise web.HTTPNotFound(text="not found")
        return await endpoint.handle(request)

    def _at(self, secret: str) -> VoltWebhook | None:
        return next((endpoint for endpoint in self._endpoints() if endpoint.is_at(secret)), None)


def _unavailable(reason: str, retry_after_s: int) -> _Refusal:
    return _Refusal(503, "unavailable", reason, {"Retry-After": str(retry_after_s)})


async def _read_body(request: web.Request, timeout_s: float) -> bytes:
    try:
        return await read_body(request, max_bytes=LONGEST_BODY_BYTES, timeout_s=timeout_s)
    except web.HTTPRequestEntityTooLarge:
        raise _too_large() from None
    except BodyLate:
        raise _BrokenBody(408, "unreadable", "the body did not arrive in time") from None
    except BodyBroken:
        raise _BrokenBody(400, "unreadable", "the body is broken") from None


def _too_large() -> _Refusal:
    return _Refusal(413, "too_large", f"longer than {LONGEST_BODY_BYTES} bytes")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _place_of(error: BaseException) -> str:
    """Name an unforeseen error by its class and line: its message and its traceback may hold a text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} in {where}"
