"""Installing by OAuth: its pages, the renewal of tokens and uninstalling, for the runtimes. Part of the assembly."""

import aiohttp

from bot.bridge.unit_of_work import UnitsOfWork
from bot.clock import Clock
from bot.config import Config, secret
from bot.domain.ids import UserId
from bot.domain.workspaces import WorkspaceId
from bot.observability.telemetry import Telemetry
from bot.ports.sealer import Sealer
from bot.runtime.runtimes import Runtimes
from bot.slack.ingress.connection import web_client
from bot.slack.oauth.install_pages import InstallPages
from bot.slack.oauth.settings import AppSettings
from bot.slack.oauth.token_keeper import TokenKeeper
from bot.slack.oauth.uninstalls import Uninstalls


class OAuth:
    """Installing by OAuth. `units` are over all workspaces."""

    def __init__(
        self,
        config: Config,
        session: aiohttp.ClientSession,
        units: UnitsOfWork,
        sealer: Sealer,
        runtimes: Runtimes,
        clock: Clock,
        observer: Telemetry,
    ) -> None:
        app = _settings(config)
        client = web_client(config.slack_api_url, session, None)
        self.keeper = TokenKeeper(
            app, client, units, sealer, clock=clock.now, on_renewed=runtimes.use_token, observer=observer
        )
        self.pages = InstallPages(
            app, client, units, sealer, clock=clock.now, on_installed=self._on_installed, observer=observer
        )
        self.uninstalls = Uninstalls(units, runtimes.reload_soon)
        self._runtimes = runtimes

    async def _on_installed(self, workspace: WorkspaceId, _installer: UserId) -> None:
        await self._runtimes.greet(workspace)
        self.keeper.look_again()


def _settings(config: Config) -> AppSettings:
    assert config.slack_client_id is not None
    return AppSettings(
        client_id=config.slack_client_id,
        client_secret=secret(config.slack_client_secret),
        public_url=config.public_url or "",
        api_url=config.slack_api_url,
        allowed_teams=config.allowed_teams,
    )
