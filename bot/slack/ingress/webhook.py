"""Webhook of Slack: verifies the signature over the raw bytes, then passes the parsed body to Bolt.

Bolt's own aiohttp adapter answers 500 to a body that is not UTF-8, to an invalid timestamp and to broken JSON; a
stranger must not be able to cause that. Refuses unsigned and wrongly signed requests (401), and those that cannot be
read (400). Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import Clock, SignatureVerifier

from bot.http_limits import BodyBroken, BodyLate, read_body
from bot.slack.json_fields import dict_of, dicts_of
from bot.time_of_day import unix_time

BODY_TIMEOUT_S = 10.0
"""Timeout of a request's body: Slack sends it in one piece."""

MAX_UNSIGNED_BYTES = 4_096
"""Limit in bytes; only Slack's old check of the certificate is unsigned, and it is short."""


PATH = "/slack/events"
TIMESTAMP_HEADER = "X-Slack-Request-Timestamp"
SIGNATURE_HEADER = "X-Slack-Signature"

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")

_log = structlog.get_logger(__name__)


class _TimeOfDay(Clock):
    """The clock by which a request is too old."""

    def now(self) -> float:
        return unix_time()


class RequestRefused(Exception):
    """Refusal of a request, with a status and a short reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class SlackWebhook:
    """Webhook of Slack, POST /slack/events: events, commands and interactivity."""

    def __init__(self, bolt: AsyncApp, signing_secret: str, count: Callable[[str], None]) -> None:
        self._bolt = bolt
        self._verifier = SignatureVerifier(signing_secret, _TimeOfDay())
        self._count = count

    def add_routes(self, app: web.Application, around: Callable[[Handler], Handler]) -> None:
        """Add the route, its handler wrapped for telemetry."""
        app.router.add_post(PATH, around(self._handle))

    async def _handle(self, request: web.Request) -> web.Response:
        try:
            raw = await _read(request)
            if b"ssl_check=1" in raw.split(b"&"):
                return web.Response()
            bolt_request = _for_bolt(self._body(raw, request))
        except RequestRefused as refused:
            self._count("refused")
            _log.warning("slack.refused", reason=str(refused), status=refused.status)
            return web.Response(status=refused.status, text=str(refused))
        return await to_aiohttp_response(await self._bolt.async_dispatch(bolt_request))

    def _body(self, raw: bytes, request: web.Request) -> dict[str, Any]:
        stamp, signature = request.headers.get(TIMESTAMP_HEADER, ""), request.headers.get(SIGNATURE_HEADER, "")
        if not stamp or not signature:
            raise RequestRefused(401, "not signed")
        if not (stamp.isascii() and stamp.removeprefix("-").isdigit() and len(stamp) <= 12):
            raise RequestRefused(400, "the timestamp is no integer")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise RequestRefused(400, "the body is not UTF-8") from None
        if not signature.isascii() or not self._verifier.is_valid(text, stamp, signature):
            raise RequestRefused(401, "wrongly signed")
        return _parsed(text)


def _for_bolt(body: dict[str, Any]) -> AsyncBoltRequest:
    """Wrap a body for Bolt, which reads more of it than it checks."""
    try:
        # "socket_mode" means "already authenticated" to Bolt: only this endpoint may say it of a request.
        return AsyncBoltRequest(mode="socket_mode", body=body)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise RequestRefused(400, "the body has not the shape of a request from Slack") from None


async def _read(request: web.Request) -> bytes:
    """Read the body of a request whose headers do not refuse it by themselves."""
    if not request.headers.get(SIGNATURE_HEADER) and (request.content_length or 0) > MAX_UNSIGNED_BYTES:
        raise RequestRefused(401, "not signed")
    if request.headers.get(SIGNATURE_HEADER) and not _SIGNATURE.fullmatch(request.headers[SIGNATURE_HEADER]):
        raise RequestRefused(401, "wrongly signed")
    if (request.content_length or 0) > request.client_max_size:
        raise RequestRefused(413, "the body is too long")
    try:
        return await read_body(request, max_bytes=request.client_max_size, timeout_s=BODY_TIMEOUT_S)
    except BodyLate:
        raise RequestRefused(408, "the body did not arrive in time") from None
    except BodyBroken:
        raise RequestRefused(400, "the body cannot be read") from None


def _parsed(text: str) -> dict[str, Any]:
    """Parse JSON, or a form with or without a JSON payload."""
    try:
        if text.lstrip().startswith(("{", "[")):
            body = _json(text)
        else:
            form = dict(parse_qsl(text, keep_blank_values=True))
            body = _json(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        raise RequestRefused(400, "the body is not readable") from None
    if not isinstance(body, dict) or not body or not _is_sane(_without_odd_facts(body)):
        raise RequestRefused(400, "the body has not the shape of a request from Slack")
    return body


def _json(text: str) -> Any:
    body = json.loads(text)
    if "\\ud" in text.lower():  # half a surrogate pair, which no database takes, becomes a question mark
        body = json.loads(json.dumps(body, ensure_ascii=False).encode(errors="replace"))
    return body


def _without_odd_facts(body: dict[str, Any]) -> dict[str, Any]:
    """Remove invalid fields at which Bolt would fail and that nothing needs: no text is lost for it."""
    for part in (body, dict_of(body.get("event"))):
        for name in _FACTS:
            if not isinstance(part.get(name), str | dict | None):
                del part[name]
    if "authorizations" in body:
        body["authorizations"] = dicts_of(body["authorizations"]) or None
    return body


def _is_sane(body: dict[str, Any]) -> bool:
    """Check the fields whose type Bolt takes for granted; our own readers check all others."""
    if not isinstance(body.get("view"), dict | None):
        return False
    if body.get("type") in ("event_callback", "view_submission", "view_closed"):
        part = body.get("event" if body["type"] == "event_callback" else "view")
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            return False
    if body.get("type") == "block_actions" and not _are_actions(body.get("actions")):
        return False
    if not _is_named(body):
        return False
    event = body.get("event")
    parts = [body, event] if isinstance(event, dict) else [body]
    return all(isinstance(part.get(name), str | dict | None) for part in parts for name in _PLACES)


def _is_named(body: dict[str, Any]) -> bool:
    """Tell whether an interaction names its listener; Bolt matches that name against a pattern."""
    kind = body.get("type")
    if kind in ("view_submission", "view_closed"):
        return isinstance(body["view"].get("callback_id"), str)
    name = {"shortcut": "callback_id", "message_action": "callback_id", "block_suggestion": "action_id"}
    return not isinstance(kind, str) or kind not in name or isinstance(body.get(name[kind]), str)


_PLACES = ("user", "channel")
_FACTS = ("team", "enterprise")


def _are_actions(actions: object) -> bool:
    return (
        isinstance(actions, list)
        and bool(actions)
        and all(isinstance(action, dict) and isinstance(action.get("action_id"), str) for action in actions)
    )
