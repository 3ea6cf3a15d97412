"""Grants of Slack, as slack_sdk writes them and as we store them: tokens are sealed here, and opened for slack_sdk."""

from typing import Any

from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store import Installation as SlackInstallation

from bot.domain.ids import UserId
from bot.domain.text import clean
from bot.domain.timestamps import Micros, add_seconds
from bot.domain.workspaces import Grant, Installation, WorkspaceId
from bot.ports.sealer import Sealer
from bot.time_of_day import unix_time

MAX_NAME_CHARS = 80
_NEW = WorkspaceId(0)


def sealed_installation(granted: SlackInstallation, sealer: Sealer, now: Micros) -> Installation:
    """Turn what Slack granted into what is stored."""
    is_org_wide = granted.is_enterprise_install
    name = granted.enterprise_name if is_org_wide else granted.team_name
    return Installation(
        workspace=_NEW,
        team_id="" if is_org_wide else granted.team_id or "",
        enterprise_id=granted.enterprise_id or "",
        is_org_wide=is_org_wide,
        name=clean(name or "")[:MAX_NAME_CHARS],
        url=granted.enterprise_url or "",
        app_id=granted.app_id or "",
        bot_id=granted.bot_id or "",
        bot_user_id=granted.bot_user_id or "",
        installed_by=UserId(granted.user_id or ""),
        grant=sealed_grant(granted, sealer, now),
    )


def sealed_grant(granted: SlackInstallation | Bot, sealer: Sealer, now: Micros) -> Grant:
    """Seal the tokens of a grant; slack_sdk counts from the time of day, which may not be that of our clock."""
    refresh_token, expires_at = granted.bot_refresh_token, granted.bot_token_expires_at
    return Grant(
        token=sealer.seal(granted.bot_token or ""),
        scopes=tuple(granted.bot_scopes or ()),
        refresh_token=sealer.seal(refresh_token) if refresh_token else None,
        expires_at=add_seconds(now, expires_at - unix_time()) if expires_at else None,
    )


def opened_bot(installation: Installation, sealer: Sealer) -> Bot:
    """Open the tokens of an installation for slack_sdk. Raises WrongKey."""
    grant = installation.grant
    assert grant is not None
    tokens: dict[str, Any] = {
        "bot_token": sealer.open(grant.token),
        "bot_refresh_token": sealer.open(grant.refresh_token) if grant.refresh_token else None,
        "bot_token_expires_at": grant.expires_at // 1_000_000 if grant.expires_at else None,
    }
    return Bot(
        app_id=installation.app_id,
        enterprise_id=installation.enterprise_id,
        team_id=installation.team_id,
        bot_id=installation.bot_id,
        bot_user_id=installation.bot_user_id,
        bot_scopes=list(grant.scopes),
        is_enterprise_install=installation.is_org_wide,
        installed_at=installation.installed_at / 1_000_000,
        **tokens,
    )
