"""Endpoint of all callback addresses: GET and POST /courier/callbacks/TOKEN.

A token that is not ours is answered with 404 before anything is read. Of the rest at most 64 KiB are read; whatever
they hold is stored, and 200 means stored durably, or a repeat. A stranger can cause no 5xx, no traceback, no log line
beyond a short one, and no more memory than one body; 503 is only for a database that takes nothing.
"""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.domain.errors import StoreUnavailable
from bot.http_limits import BodyBroken, BodyLate, hung_up, read_body
from bot.providers.courier.callbacks.address import CallbackSigner, CallbackTarget
from bot.providers.courier.callbacks.fields import RawCallback
from bot.providers.courier.profile import CALLBACK_PATH

LONGEST_BODY_BYTES = 64 * 1024
"""A long text with all that a carrier may add is under 10 KiB."""

BODY_TIMEOUT_S = 10.0
_RETRY_AFTER_BUG_S = 30

Take = Callable[[CallbackTarget, RawCallback], Awaitable[str]]
"""Store a callback, and return its outcome: accepted, repeat, hint or unreadable. Raises StoreUnavailable."""

_log = structlog.get_logger()


async def _learn_nothing() -> None:
    """Learn nothing: no other bot can change a line; the default."""


def _uncounted(_outcome: str) -> None:
    """Count nothing; the default counter."""


class CourierCallbacks:
    """Endpoint of the callbacks of all lines.

    `find` gives what takes the callbacks of a line, by its workspace and number; None where that is connected no more,
    or not yet: then `learn` takes in what other bots have changed, and raises StoreUnavailable where that cannot be
    told.
    `count` is told each outcome: accepted, repeat, hint, unreadable, unknown, gone, broken, too_large or unavailable.
    """

    def __init__(
        self,
        signer: CallbackSigner,
        find: Callable[[CallbackTarget], Take | None],
        *,
        learn: Callable[[], Awaitable[None]] = _learn_nothing,
        count: Callable[[str], None] = _uncounted,
        body_timeout_s: float = BODY_TIMEOUT_S,
    ) -> None:
        self._signer = signer
        self._find = find
        self._learn = learn
        self._count = count
        self._body_timeout_s = body_timeout_s

    def add_routes(self, app: web.Application, around: Callable[[Handler], Handler] = lambda handler: handler) -> None:
        """Mount the path, with `around` its handler."""
        handler = around(self.handle)
        app.router.add_get(f"{CALLBACK_PATH}{{token}}", handler, allow_head=False)
        app.router.add_post(f"{CALLBACK_PATH}{{token}}", handler)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request; never raises for anything a stranger can send."""
        target = self._signer.read(request.match_info["token"])
        if target is None:
            return self._refused(404, "unknown", "not found")
        try:
            take = await self._found(target)
        except StoreUnavailable as error:
            return self._unavailable(type(error).__name__, error.retry_after_s)
        if take is None:
            return self._refused(404, "gone", "not found")
        return await self._read(request, take, target)

    async def _read(self, request: web.Request, take: Take, target: CallbackTarget) -> web.Response:
        try:
            body = await read_body(request, max_bytes=LONGEST_BODY_BYTES, timeout_s=self._body_timeout_s)
        except web.HTTPRequestEntityTooLarge:
            return self._refused(413, "too_large", f"longer than {LONGEST_BODY_BYTES} bytes")
        except BodyLate:
            return await hung_up(request, self._refused(408, "broken", "the body did not arrive in time"))
        except BodyBroken:
            return await hung_up(request, self._refused(400, "broken", "the body is broken"))
        kind = request.headers.get("Content-Type", "")
        return await self._taken(take, target, RawCallback(request.method, request.query_string, kind, body))

    async def _found(self, target: CallbackTarget) -> Take | None:
        if (take := self._find(target)) is None:
            await self._learn()
            take = self._find(target)
        return take

    async def _taken(self, take: Take, target: CallbackTarget, raw: RawCallback) -> web.Response:
        try:
            outcome = await take(target, raw)
        except StoreUnavailable as error:
            return self._unavailable(type(error).__name__, error.retry_after_s)
        except Exception as error:  # noqa: BLE001 - the last resort: whatever is wrong, the callback may come again
            return self._unavailable(type(error).__name__, _RETRY_AFTER_BUG_S)
        self._count(outcome)
        return web.Response(text="taken")

    def _unavailable(self, reason: str, retry_after_s: int) -> web.Response:
        response = self._refused(503, "unavailable", reason)
        response.text = "unavailable"  # the reason is ours alone
        response.headers["Retry-After"] = str(retry_after_s)
        return response

    def _refused(self, status: int, outcome: str, reason: str) -> web.Response:
        self._count(outcome)
        _log.warning("courier_callback_refused", status=status, reason=reason)
        return web.Response(status=status, text=reason)
