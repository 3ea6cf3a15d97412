"""Uninstalling: what Slack says of an installation that ended, by `app_uninstalled` and `tokens_revoked`, in any order.

Tokens are wiped before Slack hears that the event arrived; conversations stay. Sources:
https://docs.slack.dev/reference/events/app_uninstalled and https://docs.slack.dev/reference/events/tokens_revoked
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.bridge.unit_of_work import UnitsOfWork
from bot.bridge.workspaces.installations import remove_installation
from bot.domain.ids import UserId
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId
from bot.slack.json_fields import dict_of, dicts_of, int_of, str_of

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Removal:
    """Removal of an installation, as an event tells it; `revoked` is None where the whole app was uninstalled.

    `team_id` is "" where it concerns an organisation-wide installation. `happened_at` is the end of the second that
    Slack names.
    """

    team_id: str
    enterprise_id: str
    happened_at: Micros
    revoked: frozenset[UserId] | None


def removal_in(body: Mapping[str, Any]) -> Removal | None:
    """Read the removal that an event is about; None for every other event."""
    event = dict_of(body.get("event"))
    kind = event.get("type")
    if body.get("type") != "event_callback" or kind not in ("app_uninstalled", "tokens_revoked"):
        return None
    granted = next(iter(dicts_of(body.get("authorizations"))), {})
    is_org_wide = granted.get("is_enterprise_install") is True
    bots = dict_of(event.get("tokens")).get("bot")
    users = bots if isinstance(bots, list) else []
    return Removal(
        team_id="" if is_org_wide else str_of(body.get("team_id")),
        enterprise_id=str_of(body.get("enterprise_id")) or str_of(granted.get("enterprise_id")),
        happened_at=Micros((int_of(body.get("event_time")) or 0) * 1_000_000 + 999_999),
        revoked=None if kind == "app_uninstalled" else frozenset(UserId(user) for user in users if str_of(user)),
    )


class Uninstalls:
    """Uninstalling. `units` are over the whole database; `on_removed` is called at each event, once tokens are gone."""

    def __init__(self, units: UnitsOfWork, on_removed: Callable[[WorkspaceId], Awaitable[None]]) -> None:
        self._units, self._on_removed = units, on_removed

    async def take(self, body: Mapping[str, Any]) -> bool:
        """Take an event that tells of a removal; False for every other event. Raises StoreUnavailable."""
        removal = removal_in(body)
        if removal is None:
            return False
        workspace = await self._units.run(
            remove_installation, removal.team_id, removal.enterprise_id, removal.happened_at, removal.revoked
        )
        if workspace is not None:
            _log.info("slack.uninstalled", workspace=workspace, team=removal.team_id or removal.enterprise_id)
            await self._on_removed(workspace)
        return True
