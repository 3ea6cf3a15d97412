"""Admission of a new grant: whose it is, whether that workspace may install, whether the grant is enough.

What may not stay is given back to Slack and never stored. A grant of a workspace that works already is not given back:
Slack grants the same token again, and the workspace would lose it.
"""

from collections.abc import Callable

import structlog
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.unit_of_work import UnitsOfWork
from bot.bridge.workspaces.installations import installation_like, store_installation
from bot.domain.errors import CallFailed, StoreUnavailable
from bot.domain.timestamps import Micros
from bot.domain.workspaces import Installation
from bot.ports.sealer import Sealer
from bot.slack.api.calls import call
from bot.slack.oauth.grants import sealed_installation
from bot.slack.oauth.outcomes import FROM_ENVIRONMENT, NOT_STORED, InstallRefused, Outcome, not_allowed, without_scopes
from bot.slack.oauth.scopes import missing_scopes
from bot.slack.oauth.settings import AppSettings

_log = structlog.get_logger(__name__)


class Admission(AsyncInstallationStore):
    """Installation store of Bolt's flow, over ours. Bolt only saves: requests are authorized from memory."""

    def __init__(
        self,
        app: AppSettings,
        units: UnitsOfWork,
        sealer: Sealer,
        web: AsyncWebClient,
        clock: Callable[[], Micros],
    ) -> None:
        self._app, self._units, self._sealer, self._web, self._clock = app, units, sealer, web, clock

    async def async_save(self, installation: SlackInstallation) -> Installation:
        """Check a grant and store it. Raises InstallRefused; nothing is stored then."""
        granted = sealed_installation(installation, self._sealer, self._clock())
        try:
            known = await self._units.run(installation_like, granted)
        except StoreUnavailable:
            raise InstallRefused(NOT_STORED) from None  # whether the grant is in use is not known: it is left alone
        if known is not None and known.is_from_environment:
            raise InstallRefused(FROM_ENVIRONMENT)  # the token may be the one in the environment
        is_in_use = known is not None and known.grant is not None
        if refusal := self._refusal(granted, installation.team_id or ""):
            if refusal.status == 403 or not is_in_use:
                await self._give_back(installation)
            raise InstallRefused(refusal)
        return await self._store(granted, installation, is_in_use=is_in_use)

    def _refusal(self, granted: Installation, team_id: str) -> Outcome | None:
        if not self._app.may_install(team_id, granted.enterprise_id):
            return not_allowed(granted.name or "This workspace")
        missing = missing_scopes(granted.grant.scopes if granted.grant else ())
        return without_scopes(missing) if missing else None

    async def _store(self, granted: Installation, installation: SlackInstallation, *, is_in_use: bool) -> Installation:
        try:
            stored = await self._units.run(store_installation, granted)
        except StoreUnavailable:
            if not is_in_use:
                await self._give_back(installation)
            raise InstallRefused(NOT_STORED) from None
        if stored is None:
            raise InstallRefused(FROM_ENVIRONMENT)
        return stored

    async def _give_back(self, installation: SlackInstallation) -> None:
        """Revoke the token: nobody here uses it. Where that fails, it is forgotten all the same."""
        try:
            await call(self._web.auth_revoke, token=installation.bot_token)
        except CallFailed as error:
            _log.warning("slack.grant_not_given_back", team=installation.team_id, code=error.code)
