"""Renewal of tokens that end, where the app at Slack rotates them: two hours before the end, one renewal at a time.

A refresh token works once. Both new tokens are stored in one transaction, however long the disk is full, before anybody
uses them. If the bot ends between Slack's answer and that COMMIT, the next start uses the old refresh token at once: it
works for a short while after its use, and the old token of the bot until its end. Where neither holds any more, an
admin has to install the app again; texts wait meanwhile.
Source: https://docs.slack.dev/authentication/using-token-rotation
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

import structlog
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.duties import step_on_duty
from bot.bridge.unit_of_work import UnitsOfWork
from bot.bridge.workspaces.installations import (
    installation_of,
    note_ended,
    rotating_installations,
    store_renewed_grant,
)
from bot.domain.duties import Duty
from bot.domain.errors import CallFailed, NotOnDuty, Rejected, WrongKey
from bot.domain.retry_policy import RENEW_AHEAD_S, RENEWAL_LOOK_S, delay_s
from bot.domain.timestamps import Micros, add_seconds
from bot.domain.workspaces import Installation, WorkspaceId
from bot.loops import PeriodicTask
from bot.ports.observer import Observer
from bot.ports.sealer import Sealer
from bot.slack.api.calls import SLACK_ERRORS
from bot.slack.api.errors import call_failed
from bot.slack.oauth.grants import opened_bot, sealed_grant
from bot.slack.oauth.settings import AppSettings

OnRenewed = Callable[[WorkspaceId, str], Awaitable[None]]
"""Called with the token that a workspace's clients use from now on."""

_WHENEVER_DUE = 1_000_000_000
"""Minutes before the end at which slack_sdk renews: whenever it is asked to, because we decide when."""

_log = structlog.get_logger(__name__)


class TokenKeeper:
    """Keeper of tokens that end; runs from start() to close(). `web` has no token, `units` are over all workspaces."""

    def __init__(
        self,
        app: AppSettings,
        web: AsyncWebClient,
        units: UnitsOfWork,
        sealer: Sealer,
        *,
        clock: Callable[[], Micros],
        on_renewed: OnRenewed,
        observer: Observer,
    ) -> None:
        self._rotator = AsyncTokenRotator(client_id=app.client_id, client_secret=app.client_secret, client=web)
        self._units, self._sealer, self._clock = units, sealer, clock
        self._on_renewed = on_renewed
        self._locks: defaultdict[WorkspaceId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._failures: dict[WorkspaceId, tuple[int, Micros]] = {}
        self._task = PeriodicTask(
            "renewal", step_on_duty(self._step, self._failures.clear), observer.on_bug, after_bug_s=RENEWAL_LOOK_S
        )

    async def start(self) -> None:
        """Start to renew; what is due is renewed at once."""
        self._task.start()

    async def close(self) -> None:
        """Let a renewal under way end: its answer is known only here."""
        await self._task.finish()

    def look_again(self) -> None:
        """Look now: there is a new installation."""
        self._task.wake()

    async def renew_expired(self, workspace: WorkspaceId, expired: str) -> str | None:
        """Give the token to use in place of one that Slack called expired or revoked; None where there is none so far.

        Many calls may meet the same end: the first one renews, the others get what it got.
        """
        async with self._locks[workspace]:
            installation = await self._units.run(installation_of, workspace)
            grant = installation.grant if installation else None
            if installation is None or grant is None:
                return None
            token = self._sealer.open(grant.token)
            if token != expired:
                return token
            if not grant.refresh_token or not self._may_try(workspace):
                return None
            try:
                with await self._units.check_duty(Duty.TOKENS):
                    return await self._renew(installation)
            except NotOnDuty:
                await self._units.run(note_ended, workspace, grant)
                return None  # the bot whose duty it is sees it at its next look; the call is tried again meanwhile

    async def _step(self) -> float:
        """Renew what is due; returns the seconds until the next look."""
        pauses = [RENEWAL_LOOK_S]
        for installation in await self._units.on_duty(Duty.TOKENS).run(rotating_installations):
            workspace = installation.workspace
            if self._is_due(installation) and self._may_try(workspace):
                async with self._locks[workspace]:
                    with await self._units.check_duty(Duty.TOKENS):
                        current = await self._units.run(installation_of, workspace)
                        if current is not None and current.grant == installation.grant:
                            await self._renew(current)
            if workspace in self._failures:
                pauses.append((self._failures[workspace][1] - self._clock()) / 1_000_000)
        return max(0.0, min(pauses))

    def _is_due(self, installation: Installation) -> bool:
        grant = installation.grant
        assert grant is not None
        return grant.expires_at is not None and self._clock() >= add_seconds(grant.expires_at, -RENEW_AHEAD_S)

    def _may_try(self, workspace: WorkspaceId) -> bool:
        """Tell whether the wait after a failure is over."""
        return self._clock() >= self._failures.get(workspace, (0, Micros(0)))[1]

    async def _renew(self, installation: Installation) -> str | None:
        """Renew and store both tokens; None where that failed, and is tried again later."""
        workspace, grant = installation.workspace, installation.grant
        assert grant is not None
        assert grant.refresh_token is not None
        try:
            renewed = await self._ask(opened_bot(installation, self._sealer))
        except (CallFailed, WrongKey) as error:
            self._note_failure(workspace, error)
            return None
        self._failures.pop(workspace, None)
        is_current = await self._units.run_until_written(
            store_renewed_grant, workspace, grant.refresh_token, sealed_grant(renewed, self._sealer, self._clock())
        )
        if not is_current:  # it was removed, or installed anew, which is told to the clients elsewhere
            return None
        _log.info("slack.token_renewed", workspace=workspace)
        await self._on_renewed(workspace, str(renewed.bot_token))
        return str(renewed.bot_token)

    async def _ask(self, bot: Bot) -> Bot:
        try:
            renewed = await self._rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=_WHENEVER_DUE)
        except SlackTokenRotationError as error:
            raise call_failed(error.api_error) from error
        except SLACK_ERRORS as error:
            raise call_failed(error) from error
        except (KeyError, TypeError, ValueError) as error:
            raise Rejected("bad_answer", "Slack's answer holds no token.") from error
        if renewed is None or not renewed.bot_token or not renewed.bot_refresh_token:
            raise Rejected("bad_answer", "Slack's answer holds no token.")
        return renewed

    def _note_failure(self, workspace: WorkspaceId, error: CallFailed | WrongKey) -> None:
        times = self._failures.get(workspace, (0, Micros(0)))[0] + 1
        self._failures[workspace] = times, add_seconds(self._clock(), delay_s(times))
        reason = error.code if isinstance(error, CallFailed) else "wrong_key"
        todo = {"todo": "install the app again at /slack/install"} if reason in _FINAL else {}
        _log.warning("slack.token_not_renewed", workspace=workspace, reason=reason, times=times, **todo)


_FINAL = frozenset({"invalid_refresh_token", "token_revoked", "account_inactive", "invalid_auth"})
"""Reasons that do not pass by themselves."""
