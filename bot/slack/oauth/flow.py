"""Flow of an installation: Bolt's, with our pages, our errors and our cookie. Every setting of Bolt is given.

Bolt would log Slack's code where Slack refuses it, and takes an answer for whole that is not.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import UserId
from bot.domain.retry_policy import delay_s
from bot.domain.workspaces import WorkspaceId
from bot.ports.observer import Observer
from bot.slack.api.calls import errors_mapped
from bot.slack.json_fields import dict_of
from bot.slack.oauth.admission import Admission
from bot.slack.oauth.outcomes import NO_CODE, InstallRefused, Outcome, outcome_of
from bot.slack.oauth.pages import install_page, outcome_page, success_page
from bot.slack.oauth.scopes import SCOPES
from bot.slack.oauth.settings import INSTALL_PATH, REDIRECT_PATH, AppSettings
from bot.slack.oauth.state import STATE_VALID_S, InstallStates, StateCookie

OnInstalled = Callable[[WorkspaceId, UserId], Awaitable[None]]
"""Called once an installation is stored, with the person who installed."""

IDENTITY_TRIES = 3
"""Attempts to learn who the bot is: Slack's code is used up by then, and cannot be exchanged again."""

_TEAM = re.compile(r"[TE][A-Z0-9]{1,30}")
_QUIET = logging.getLogger("slack_bolt")

_log = structlog.get_logger(__name__)


class OAuthClient(AsyncWebClient):
    """Web client of the flow: raises CallFailed, and Rejected for an answer that grants nothing."""

    async def oauth_v2_access(self, **arguments: Any) -> AsyncSlackResponse:
        """Exchange a code for a grant."""
        with errors_mapped():
            answer = await super().oauth_v2_access(**arguments)
        if not is_grant(dict_of(answer.data)):
            raise Rejected("bad_answer", "Slack's answer is no grant.")
        return answer

    async def auth_test(self, **arguments: Any) -> AsyncSlackResponse:
        """Ask who the bot is, again where Slack does not answer."""
        for attempt in range(1, IDENTITY_TRIES):
            try:
                return await self._identity(**arguments)
            except CallFailed as error:
                _log.warning("slack.identity_not_known", code=error.code)
                await asyncio.sleep(delay_s(attempt))
        return await self._identity(**arguments)

    async def _identity(self, **arguments: Any) -> AsyncSlackResponse:
        with errors_mapped():
            answer = await super().auth_test(**arguments)
        if not isinstance(dict_of(answer.data).get("bot_id"), str):
            raise Rejected("bad_answer", "Slack does not say who the bot is.")
        return answer


def is_grant(answer: Mapping[str, Any]) -> bool:
    """Tell whether an answer has all that a grant of a bot needs."""
    is_org_wide = answer.get("is_enterprise_install") is True
    place = dict_of(answer.get("enterprise" if is_org_wide else "team"))
    parts = (answer.get("access_token"), place.get("id"), answer.get("bot_user_id"))
    return all(isinstance(part, str) and part for part in parts) and answer.get("token_type") == "bot"


class InstallFlow(AsyncOAuthFlow):
    """Flow of an installation. Raises InstallRefused, CallFailed or StoreUnavailable where it comes to nothing."""

    def __init__(
        self,
        app: AppSettings,
        client: OAuthClient,
        states: InstallStates,
        admission: Admission,
        *,
        on_installed: OnInstalled,
        observer: Observer,
    ) -> None:
        self._app, self._states, self._admission = app, states, admission
        self._on_installed, self._observer = on_installed, observer
        cookie = StateCookie(app.cookie_path, is_https=app.is_https)
        settings = AsyncOAuthSettings(
            client_id=app.client_id,
            client_secret=app.client_secret,
            scopes=SCOPES,
            user_scopes=(),
            redirect_uri=app.redirect_url,
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            callback_options=AsyncCallbackOptions(self._show_success, self._show_failure),
            authorization_url=app.authorize_url,
            installation_store=admission,
            installation_store_bot_only=True,
            state_store=states,
            state_cookie_name=cookie.cookie_name,
            state_expiration_seconds=STATE_VALID_S,
            logger=_QUIET,
        )
        settings.state_utils = cookie
        super().__init__(client=client, logger=_QUIET, settings=settings)
        self.cookie = cookie

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        """Write Slack's address; `team` preselects a workspace there, and Bolt would pass on whatever it is given."""
        team = (request.query.get("team") or [""])[0]
        generator: AuthorizeUrlGenerator = self.settings.authorize_url_generator
        return generator.generate(state, team if _TEAM.fullmatch(team) else None)

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:  # noqa: ARG002 - Bolt's
        """Write the page that an admin opens."""
        return install_page(url)

    async def store_installation(self, request: AsyncBoltRequest, installation: SlackInstallation) -> None:  # noqa: ARG002
        """Check and store a grant, then tell the bot."""
        stored = await self._admission.async_save(installation)
        _log.info("slack.installed", workspace=stored.workspace, team=stored.team_id or stored.enterprise_id)
        try:
            await self._on_installed(stored.workspace, stored.installed_by)
        except Exception as error:  # noqa: BLE001 - the installation stands, and the next start takes it up
            self._observer.on_bug(error)

    async def _show_success(self, args: AsyncSuccessArgs) -> BoltResponse:
        return self._page(200, success_page(args.installation, self._app))

    async def _show_failure(self, args: AsyncFailureArgs) -> BoltResponse:
        if args.reason == "invalid_browser":
            raise InstallRefused(await self._states.fault((args.request.query.get("state") or [""])[0]))
        raise InstallRefused(NO_CODE if args.reason == "missing_code" else outcome_of(args.reason))

    def show(self, outcome: Outcome) -> BoltResponse:
        """Show an outcome that is no installation."""
        return self._page(outcome.status, outcome_page(outcome, self._app.install_url))

    def _page(self, status: int, html: str) -> BoltResponse:
        return BoltResponse(
            status=status, body=html, headers={"Set-Cookie": self.cookie.build_set_cookie_for_deletion()}
        )
