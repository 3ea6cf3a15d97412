"""Connection to Slack: clients for its Web API, the bot's identity, and Socket Mode.

Slack is asked again until it answers; nothing else of the bot waits for that.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.call_deadline import leaving_by
from bot.domain.destination import Destination
from bot.domain.errors import CallFailed
from bot.loops import PeriodicTask
from bot.ports.observer import Observer
from bot.slack.api.client import SlackClient
from bot.slack.api.errors import call_failed, code_of
from bot.slack.context import Context
from bot.slack.events.message_events import teams_of

RETRY_CONNECT_S = 15.0
"""Pause between attempts to reach Slack at the start."""

_ENDED = ("token_expired", "token_revoked")
"""Errors of a token that was renewed: where two are alive, Slack revokes the older one."""

_QUIET = logging.getLogger("slack_sdk")

_log = structlog.get_logger(__name__)


Renew = Callable[[str], Awaitable[str | None]]
"""Gives the token to use in place of one that has ended; None where there is none."""


class WorkspaceWebClient(AsyncWebClient):
    """Client of the Web API for one workspace; where its token has ended, it makes the call with the new one."""

    renew: Renew | None = None

    async def api_call(self, *args: Any, **kwargs: Any) -> AsyncSlackResponse:
        """Make a call; once more where Slack did not make it because the token had ended."""
        used = self.token
        try:
            return await super().api_call(*args, **kwargs)
        except SlackApiError as error:
            if code_of(error) not in _ENDED or self.renew is None or used is None:
                raise
            with leaving_by(None):  # a fresh token is everybody's, and not held to the deadline of this call
                renewed = await self.renew(used)
            if renewed is None:
                raise
            self.token = renewed
        return await super().api_call(*args, **kwargs)

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        """Make the request; an answer that is no JSON object counts as an empty one.

        Every answer of our methods is one, and slack_sdk fails by an error of its own where it is not.
        """
        try:
            answer: dict[str, Any] = await super()._request(http_verb=http_verb, api_url=api_url, req_args=req_args)
        except SlackApiError as error:  # no JSON although its head says so; slack_sdk gives aiohttp's response then
            raw = error.response
            return {"data": {}, "headers": raw.headers, "status_code": raw.status}
        return answer if isinstance(answer["data"], dict) else {**answer, "data": {}}


def web_client(api_url: str, session: aiohttp.ClientSession, token: str | None) -> WorkspaceWebClient:
    """Build a client of the Web API that never retries by itself."""
    base_url = api_url.rstrip("/") + "/"
    return WorkspaceWebClient(token=token, base_url=base_url, session=session, retry_handlers=[], logger=_QUIET)


OnKnown = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Takes the identity of the bot, as Slack told it."""


def identity_task(context: Context, slack: SlackClient, observer: Observer, on_known: OnKnown) -> PeriodicTask:
    """Background task that asks Slack for the bot's identity, for links and to know our own posts."""

    async def ask() -> float | None:
        try:
            identity = await slack.identity()
        except CallFailed as error:
            observer.on_failure(Destination.SLACK, error)
            return RETRY_CONNECT_S
        context.bot_id = str(identity.get("bot_id") or "")
        context.bot_user_id = str(identity.get("user_id") or "")
        context.team_id = str(identity.get("team_id") or "")
        context.team_url = str(identity.get("url") or "")
        context.team_ids = teams_of(identity)
        observer.on_success(Destination.SLACK)
        _log.info("slack.connected", team=identity.get("team_id"))
        await on_known(identity)
        return None

    return PeriodicTask("identity", ask, observer.on_bug, after_bug_s=RETRY_CONNECT_S)


class SocketMode:
    """Socket Mode connection, from start() to close(); once connected, slack_bolt reconnects by itself."""

    def __init__(self, bolt: AsyncApp, app_token: str, observer: Observer) -> None:
        self._handler = AsyncSocketModeHandler(bolt, app_token, logger=_QUIET)
        self._observer = observer
        self._connecting = PeriodicTask("connect", self._connect, observer.on_bug, after_bug_s=RETRY_CONNECT_S)

    async def start(self) -> None:
        """Start to connect."""
        self._connecting.start()

    async def close(self) -> None:
        """Stop connecting, and disconnect."""
        await self._connecting.stop()
        await self._handler.close_async()  # type: ignore[no-untyped-call]

    async def _connect(self) -> float | None:
        try:
            await self._handler.connect_async()  # type: ignore[no-untyped-call]
        except (SlackClientError, aiohttp.ClientError, OSError) as error:
            self._observer.on_failure(Destination.SLACK, call_failed(error))
            return RETRY_CONNECT_S
        self._observer.on_success(Destination.SLACK)
        return None
