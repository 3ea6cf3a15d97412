"""The HTTP door for Slack: checks the signature over the raw bytes, then hands a parsed body to Bolt.

Bolt's own aiohttp adapter answers 500 to a body that is not UTF-8, to a timestamp that is no number, to broken JSON;
a stranger must not be able to cause that. Refuses unsigned and wrongly signed requests (401), and what cannot be read
(400). Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.domain.errors import StoreUnavailable

PATH = "/slack/events"
TIMESTAMP_HEADER = "X-Slack-Request-Timestamp"
SIGNATURE_HEADER = "X-Slack-Signature"

_log = structlog.get_logger(__name__)


class Refused(Exception):
    """A request that is answered with a status and a short reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class SlackDoor:
    """POST /slack/events: events, commands and interactivity."""

    def __init__(self, bolt: AsyncApp, signing_secret: str, count: Callable[[str], None]) -> None:
        self._bolt = bolt
        self._verifier = SignatureVerifier(signing_secret)
        self._count = count

    def add_routes(self, app: web.Application) -> None:
        """Mount the door."""
        app.router.add_post(PATH, self._handle)

    async def _handle(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if b"ssl_check=1" in raw.split(b"&"):
            return web.Response()
        try:
            body = self._body(raw, request)
        except Refused as refused:
            self._count("refused")
            _log.warning("slack.refused", reason=str(refused), status=refused.status)
            return web.Response(status=refused.status, text=str(refused))
        try:
            # "socket_mode" means "already authenticated" to Bolt: only this function may say it of a request.
            answer = await self._bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        except StoreUnavailable as error:
            return _unavailable(error)
        return await to_aiohttp_response(answer)

    def _body(self, raw: bytes, request: web.Request) -> dict[str, Any]:
        stamp, signature = request.headers.get(TIMESTAMP_HEADER, ""), request.headers.get(SIGNATURE_HEADER, "")
        if not stamp or not signature:
            raise Refused(401, "not signed")
        if not (stamp.isascii() and stamp.removeprefix("-").isdigit() and len(stamp) <= 12):
            raise Refused(400, "the timestamp is no integer")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(400, "the body is not UTF-8") from None
        if not signature.isascii() or not self._verifier.is_valid(text, stamp, signature):
            raise Refused(401, "wrongly signed")
        return _parsed(text)


def _parsed(text: str) -> dict[str, Any]:
    """Read JSON, or a form with or without a JSON payload."""
    try:
        if text.lstrip().startswith(("{", "[")):
            body = json.loads(text)
        else:
            form = dict(parse_qsl(text, keep_blank_values=True))
            body = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not readable") from None
    if not isinstance(body, dict) or not body:
        raise Refused(400, "the body is not an object")
    return body


def _unavailable(error: StoreUnavailable) -> web.Response:
    return web.Response(status=503, text="cannot be stored now", headers={"Retry-After": str(error.retry_after_s)})
