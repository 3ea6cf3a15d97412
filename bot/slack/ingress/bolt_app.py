"""Bolt app: events, `/volt`, buttons, forms and menus of all workspaces. The same listeners serve HTTP and Socket Mode.

Tells which workspace a request is for, and refuses what is for none. An event is stored before Bolt authorizes or
answers anything: by default Bolt answers 200 before a listener has run, and also after it has raised. Every setting of
Bolt is given, because it reads missing ones from the environment.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import StoreUnavailable
from bot.slack.features.kit import texts
from bot.slack.ingress.router import InteractionRouter
from bot.slack.ingress.workspace_ingress import WorkspaceIngress
from bot.slack.json_fields import dict_of, str_of

ANY = re.compile("", re.DOTALL)

STEP = "function_executed"
"""Event of a workflow step; Bolt has listeners of its own for it."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RequestOrigin:
    """Origin of a request: the installation that Slack names, and the bot that posted what was pressed, "" for none."""

    team_id: str = ""
    enterprise_id: str = ""
    is_org_wide: bool = False
    bot_id: str = ""


FindIngress = Callable[[RequestOrigin], WorkspaceIngress | None]
"""Finds the ingress of the workspace that a request is for; None where the app is not installed there.

Raises StoreUnavailable while that cannot be told.
"""


FindOthers = Callable[[WorkspaceIngress, Mapping[str, Any]], Awaitable[Sequence[WorkspaceIngress]]]
"""Finds who else has threads where an event happened, beside the workspace that it names. Raises StoreUnavailable."""


async def _nobody_else(_ingress: WorkspaceIngress, _body: Mapping[str, Any]) -> Sequence[WorkspaceIngress]:
    return ()


async def _learn_nothing() -> None:
    """Learn nothing: there is no other bot."""


TakeRemoval = Callable[[Mapping[str, Any]], Awaitable[bool]]


def origin_of(context: AsyncBoltContext, body: Mapping[str, Any]) -> RequestOrigin:
    """Read what a request says of its installation; Bolt knows where each kind of request says it."""
    message = dict_of(body.get("message"))
    return RequestOrigin(
        str_of(context.team_id),
        str_of(context.enterprise_id),
        bool(context.is_enterprise_install),
        str_of(message.get("bot_id")) if body.get("type") == "block_actions" else "",
    )


class _NoneNeeded(AsyncAuthorize):
    """Authorization that asks nobody: our own calls bear the tokens that our own store knows.

    By default Bolt asks Slack at every request, and fails where Slack does.
    """

    def __init__(self) -> None:
        """Take nothing; Bolt's own has no types."""

    async def __call__(self, *, enterprise_id: str | None, team_id: str | None, **_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


class BoltApp:
    """Bolt app with its listeners; `count` is told the outcome of what no workspace takes.

    `take_removal` takes the events that end an installation, and says whether it took one. `oauth` is given where the
    app can be installed. In a channel of several workspaces Slack may tell an event once, as that of one of them:
    `find_others` gives the others that have threads there. While `is_outdated`, a workspace is being started, and an
    event for nobody is refused: Slack brings it again. `learn` takes in what other bots have changed, if any.
    """

    def __init__(  # noqa: PLR0913 - a door between many parts
        self,
        find: FindIngress,
        client: AsyncWebClient,
        count: Callable[[str], None],
        take_removal: TakeRemoval | None = None,
        oauth: AsyncOAuthSettings | None = None,
        *,
        is_outdated: Callable[[], bool] = lambda: False,
        find_others: FindOthers = _nobody_else,
        learn: Callable[[], Awaitable[None]] = _learn_nothing,
    ) -> None:
        self._find, self._find_others = find, find_others
        self._is_outdated, self._learn = is_outdated, learn
        self._count = count
        self._take_removal = take_removal
        self.bolt = AsyncApp(
            logger=logging.getLogger("slack_bolt"),
            client=client,
            name="bolt_app.py",  # the default; without it Bolt looks for it in the call stack
            signing_secret="checked at the door",  # noqa: S106 - HTTP requests are verified in webhook.py, before Bolt
            authorize=_NoneNeeded(),
            oauth_settings=oauth,  # Bolt would make its own, with files in the home directory
            before_authorize=self._store_first,
            process_before_response=True,
            request_verification_enabled=False,
            ignoring_self_events_enabled=False,
            attaching_function_token_enabled=False,  # the token in such an event lives for minutes only
        )
        self.bolt.command("/volt")(self._command)
        # one listener for each kind: Bolt tries them in turn, and does not answer what none of them takes
        self.bolt.action(ANY)(self._action)
        self.bolt.view(ANY)(self._submission)
        self.bolt.view_closed(ANY)(self._closed)
        self.bolt.shortcut(ANY)(self._shortcut)
        self.bolt.options(ANY)(self._search)
        self.bolt.function(ANY, auto_acknowledge=False)(self._step)

    # --- events

    async def _store_first(
        self,
        req: AsyncBoltRequest,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt names its arguments
    ) -> BoltResponse:
        kind = req.body.get("type")
        if kind == "event_callback" and dict_of(req.body.get("event")).get("type") != STEP:
            try:
                await self._take_event(req)
            except StoreUnavailable as error:  # not acknowledged, so Slack brings it again
                _log.warning("slack.event_not_stored", reason=str(error))
                return BoltResponse(status=503, headers={"Retry-After": str(error.retry_after_s)})
            return BoltResponse(status=200, body="")
        if kind == "app_rate_limited":  # Slack tells us that it dropped events; Bolt would answer 404
            _log.warning("slack.events_dropped", minute=req.body.get("minute_rate_limited"))
            return BoltResponse(status=200, body="")
        return await next()

    async def _take_event(self, req: AsyncBoltRequest) -> None:
        if self._take_removal is not None and await self._take_removal(req.body):
            self._count("accepted")
            return
        ingress = await self._ingress_for(req.context, req.body)
        if ingress is None:
            return
        await ingress.take_event(req.body)
        for other in await self._find_others(ingress, req.body):
            await other.take_event(other.as_its_own(req.body))

    async def _ingress_for(self, context: AsyncBoltContext, body: Mapping[str, Any]) -> WorkspaceIngress | None:
        """Find whose an event is; None where it is for nobody. Raises StoreUnavailable while that cannot be told."""
        ingress = await self._found(context, body)
        if ingress is None and self._is_outdated():
            raise StoreUnavailable("a workspace is being started")
        if ingress is None:
            self._count("ignored")
        return ingress

    async def _step(self, ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> BoltResponse | None:
        """Store the execution of a workflow step, then acknowledge it: Slack brings again what was not."""
        try:
            ingress = await self._ingress_for(context, body)
            if ingress is not None:  # else it was uninstalled, and there is no token left to tell Slack by
                await ingress.take_step(body)
        except StoreUnavailable as error:
            _log.warning("slack.event_not_stored", reason=str(error))
            return BoltResponse(status=503, headers={"Retry-After": str(error.retry_after_s)})
        await ack()
        return None

    # --- what people do

    async def _found(self, context: AsyncBoltContext, body: Mapping[str, Any]) -> WorkspaceIngress | None:
        """Find whose a request is; where it seems to be nobody's, another bot may have installed the app just now."""
        if (ingress := self._find(origin_of(context, body))) is not None:
            return ingress
        await self._learn()
        return self._find(origin_of(context, body))

    async def _router(self, context: AsyncBoltContext, body: Mapping[str, Any]) -> InteractionRouter | None:
        try:
            ingress = await self._found(context, body)
        except StoreUnavailable as error:
            _log.warning("slack.not_ready", reason=str(error))
            return None
        return ingress.router if ingress is not None else None

    async def _command(self, ack: AsyncAck, context: AsyncBoltContext, command: dict[str, Any]) -> None:
        if (router := await self._router(context, command)) is None:
            await ack(text=texts.NOT_INSTALLED, response_type="ephemeral")
        else:
            await router.command(ack, command)

    async def _action(
        self, ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any], action: dict[str, Any]
    ) -> None:
        if (router := await self._router(context, body)) is None:
            await ack()
        else:
            await router.action(ack, body, action)

    async def _shortcut(self, ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        if (router := await self._router(context, body)) is None:
            await ack()
        else:
            await router.shortcut(ack, body)

    async def _submission(self, ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        if (router := await self._router(context, body)) is None:
            await ack()
        else:
            await router.forms.submission(ack, body)

    async def _closed(self, ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        if (router := await self._router(context, body)) is not None:
            await router.closed(body)
        await ack()

    async def _search(self, ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        if (router := await self._router(context, body)) is None:
            await ack(options=[])
        else:
            await router.search(ack, body)
