"""Permissions: settings for everybody are for admins and owners of the workspace, as Slack names them."""

from bot.domain.errors import CallFailed
from bot.domain.ids import UserId
from bot.slack.context import Context, UserError

ONLY_ADMINS = "Only admins of the workspace can change this. Ask one of them."

_RIGHTS = ("is_admin", "is_owner", "is_primary_owner")


async def is_admin(context: Context, user: UserId) -> bool:
    """Tell whether a user manages the workspace; False if Slack does not say."""
    try:
        return await _manages(context, user)
    except CallFailed:
        return False


async def only_admins(context: Context, user: UserId) -> None:
    """Check that a user is an admin. Raises UserError, or CallFailed if Slack does not say."""
    if not await _manages(context, user):
        raise UserError(ONLY_ADMINS, has_usage=False)


async def _manages(context: Context, user: UserId) -> bool:
    person = await context.ui.cached_user(user)
    return any(person.get(right) is True for right in _RIGHTS)
