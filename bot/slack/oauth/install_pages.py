"""Pages of the installation: GET /slack/install and GET /slack/oauth_redirect, for an admin's browser.

Whatever comes, the answer is a page in words and never a 5xx: strangers can open both. No secret, code or state is
logged.
"""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.errors import CallFailed, StoreUnavailable
from bot.domain.timestamps import Micros
from bot.ports.observer import Observer
from bot.ports.sealer import Sealer
from bot.slack.oauth.admission import Admission
from bot.slack.oauth.flow import InstallFlow, OAuthClient, OnInstalled
from bot.slack.oauth.outcomes import BROKEN, NOT_STORED, InstallRefused, Outcome, outcome_of
from bot.slack.oauth.pages import HEADERS
from bot.slack.oauth.settings import INSTALL_PATH, REDIRECT_PATH, AppSettings
from bot.slack.oauth.state import InstallStates

_log = structlog.get_logger(__name__)


class InstallPages:
    """Pages of the installation. `web_client` has no token; `units` are over the whole database."""

    def __init__(
        self,
        app: AppSettings,
        web_client: AsyncWebClient,
        units: UnitsOfWork,
        sealer: Sealer,
        *,
        clock: Callable[[], Micros],
        on_installed: OnInstalled,
        observer: Observer,
    ) -> None:
        client = OAuthClient(base_url=web_client.base_url, session=web_client.session, retry_handlers=[])
        states, admission = InstallStates(sealer, units, clock), Admission(app, units, sealer, client, clock)
        self._flow = InstallFlow(app, client, states, admission, on_installed=on_installed, observer=observer)
        self._observer = observer

    @property
    def settings(self) -> AsyncOAuthSettings:
        """Settings for Bolt's app, which would make some of its own from the environment."""
        return self._flow.settings

    def add_routes(self, app: web.Application, around: Callable[[Handler], Handler]) -> None:
        """Add both routes, their handlers wrapped for telemetry. HEAD is refused: it would use up what works once."""
        app.router.add_get(INSTALL_PATH, around(self._install), allow_head=False)
        app.router.add_get(REDIRECT_PATH, around(self._redirect), allow_head=False)

    async def _install(self, request: web.Request) -> web.Response:
        return await self._answer(self._flow.handle_installation, request)

    async def _redirect(self, request: web.Request) -> web.Response:
        return await self._answer(self._flow.handle_callback, request)

    async def _answer(
        self, handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]], request: web.Request
    ) -> web.Response:
        try:
            return _response(await handle(_for_bolt(request)))
        except InstallRefused as refused:
            return self._show(refused.outcome)
        except CallFailed as error:
            return self._show(outcome_of(error.code), reason=error.code)
        except StoreUnavailable as error:
            return self._show(NOT_STORED, reason=str(error))
        except Exception as error:  # noqa: BLE001 - a stranger's browser gets a page, whatever happens
            self._observer.on_bug(error)
            return self._show(BROKEN)

    def _show(self, outcome: Outcome, **fields: str) -> web.Response:
        _log.warning("slack.not_installed", outcome=outcome.code, **fields)
        return _response(self._flow.show(outcome))


def _for_bolt(request: web.Request) -> AsyncBoltRequest:
    """Wrap a request for Bolt; the body of a GET is nobody's."""
    cookies = request.headers.getall("Cookie", [])
    return AsyncBoltRequest(body="", query=request.rel_url.raw_query_string, headers={"cookie": cookies})


def _response(answer: BoltResponse) -> web.Response:
    """Write Bolt's answer with the headers of our pages; its own adapter drops what cookies say of SameSite."""
    response = web.Response(status=answer.status, text=answer.body, content_type="text/html", headers=HEADERS)
    for cookie in answer.headers.get("set-cookie", ()):
        response.headers.add("Set-Cookie", cookie)
    return response
