"""Slack's errors: each is mapped to what the bridge must decide, and the default is "unknown"."""

import inspect
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import slack_sdk.errors
from aiohttp import client_exceptions, web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.slack.api.calls import call, errors_mapped
from bot.slack.api.errors import (
    CHANNEL_ERRORS,
    LAYOUT_ERRORS,
    MESSAGE_ERRORS,
    TEMPORARY_ERRORS,
    THREAD_ERRORS,
    WORKSPACE_ERRORS,
    call_failed,
)
from bot.slack.ingress.connection import web_client

NEVER_LEFT = {
    "ClientConnectorError",
    "ClientConnectorDNSError",
    "ClientConnectorSSLError",
    "ClientConnectorCertificateError",
    "ClientProxyConnectionError",
    "ClientSSLError",
    "ConnectionTimeoutError",
    "UnixClientConnectorError",
}
"""aiohttp's errors that come before anything was sent."""

AIOHTTP = [
    kind
    for _, kind in inspect.getmembers(client_exceptions, inspect.isclass)
    if issubclass(kind, aiohttp.ClientError) and kind.__module__.startswith("aiohttp")
]
SDK = [
    kind
    for _, kind in inspect.getmembers(slack_sdk.errors, inspect.isclass)
    if issubclass(kind, slack_sdk.errors.SlackClientError) and kind is not SlackApiError
]


def bare(kind: type[Exception]) -> Exception:
    """Make an error of a kind, whatever its constructor wants."""
    error = kind.__new__(kind)
    Exception.__init__(error)
    return error


@pytest.mark.parametrize("kind", AIOHTTP, ids=lambda kind: kind.__name__)
def test_every_aiohttp_error_is_known(kind: type[Exception]) -> None:
    """A connection that never stood is certain; whatever else breaks, now or in a later release, is unknown."""
    failure = call_failed(bare(kind))
    assert isinstance(failure, Retryable if kind.__name__ in NEVER_LEFT else OutcomeUnknown)


@pytest.mark.parametrize("error", [*map(bare, SDK), TimeoutError(), ConnectionResetError()], ids=repr)
def test_other_errors_are_unknown(error: Exception) -> None:
    """A timeout or a broken pipe says nothing about what Slack did."""
    assert isinstance(call_failed(error), OutcomeUnknown)


def test_a_bug_stays_a_bug() -> None:
    """An error that has nothing to do with the network is not dressed up as one."""
    with pytest.raises(KeyError):
        call_failed(KeyError("ts"))


class Answering:
    """A Slack that answers every call in one way."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, "", dict[str, str]()
        self.interaction = ""
        self.kind: str | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.interaction = await request.text()
        kind = self.kind or ("application/json" if self.body.startswith("{") else "text/html")
        return web.Response(status=self.status, text=self.body, headers=self.headers, content_type=kind)


@pytest.fixture
async def answering() -> AsyncIterator[tuple[Answering, AsyncWebClient]]:
    """Offer such a Slack and a client for it."""
    slack = Answering()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", slack.handle)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        base_url = str(server.make_url("/api/"))
        yield slack, web_client(base_url, session, "xoxb-1")


async def failure_of(client: AsyncWebClient) -> CallFailed:
    """Post, and return how it failed."""
    with pytest.raises(CallFailed) as caught:
        await call(client.chat_postMessage, channel="C1", text="x")
    return caught.value


async def test_a_call_that_went_well(answering: tuple[Answering, AsyncWebClient]) -> None:
    """A call returns what Slack answered, and what is None is not said to Slack at all."""
    slack, client = answering
    slack.body = json.dumps({"ok": True, "ts": "1700000000.000001"})
    assert await call(client.chat_postMessage, channel="C1", text="x", thread_ts=None) == json.loads(slack.body)
    assert "thread_ts" not in slack.interaction


def test_errors_beside_a_call() -> None:
    """What breaks on the way to Slack beside its methods means the same as in a call, and words of ours pass."""
    with pytest.raises(OutcomeUnknown), errors_mapped():
        raise aiohttp.ServerDisconnectedError
    with pytest.raises(Rejected, match="no"), errors_mapped():
        raise Rejected("no", "no")


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        (WORKSPACE_ERRORS, Retryable),
        (CHANNEL_ERRORS, Retryable),
        (TEMPORARY_ERRORS, Retryable),
        (LAYOUT_ERRORS, Rejected),
        (MESSAGE_ERRORS, Rejected),
        (THREAD_ERRORS, Rejected),
    ],
)
async def test_codes(
    answering: tuple[Answering, AsyncWebClient], codes: dict[str, str], kind: type[CallFailed]
) -> None:
    """Each code of the table is told apart: a token or a place holds, a fault of ours is refused."""
    slack, client = answering
    for code in codes:
        slack.body = json.dumps({"ok": False, "error": code})
        failure = await failure_of(client)
        assert type(failure) is kind
        assert failure.user_message.endswith(".") or failure.user_message.endswith("name.")
        if isinstance(failure, Retryable):
            assert failure.scope is (FailureScope.RATE_LIMIT if codes is TEMPORARY_ERRORS else FailureScope.DESTINATION)


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "something_new"])
async def test_unknown_codes(answering: tuple[Answering, AsyncWebClient], code: str) -> None:
    """A code that may mean "half done", or that nobody knows yet, counts as unknown."""
    slack, client = answering
    slack.body = json.dumps({"ok": False, "error": code})
    assert isinstance(await failure_of(client), OutcomeUnknown)


@pytest.mark.parametrize("body", ["", "<html>Bad gateway</html>", "[]", '"ok"', "null", "7", '{"ok": tru'])
@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/json", "application/gzip"])
@pytest.mark.parametrize("status", [200, 400, 502])
async def test_answers_without_json(
    answering: tuple[Answering, AsyncWebClient], status: int, kind: str, body: str
) -> None:
    """An answer from something before Slack says nothing about what Slack did, whatever it claims to be."""
    slack, client = answering
    slack.status, slack.kind, slack.body = status, kind, body
    assert isinstance(await failure_of(client), OutcomeUnknown)


@pytest.mark.parametrize(
    ("header", "expected"), [("7", 7.0), ("0.5", 0.5), ("soon", 1.0), ("-3", 0.0), ("99999", 3_600.0)]
)
async def test_retry_after(answering: tuple[Answering, AsyncWebClient], header: str, expected: float) -> None:
    """After "too many" we wait as long as we are told, within reason."""
    slack, client = answering
    slack.status, slack.body = 429, json.dumps({"ok": False, "error": "ratelimited"})
    slack.headers = {"Retry-After": header}
    failure = await failure_of(client)
    assert isinstance(failure, Retryable)
    assert failure.retry_after_s == expected
