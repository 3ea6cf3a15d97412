"""Who may change what concerns everybody: admins and owners of the workspace, as Slack names them."""

from bot.domain.errors import CallFailed
from bot.domain.ids import UserId
from bot.slack.context import Context, UserError

ONLY_ADMINS = "Only admins of the workspace can change this. Ask one of them."

_RIGHTS = ("is_admin", "is_owner", "is_primary_owner")


async def is_admin(context: Context, user: UserId) -> bool:
    """Tell whether somebody manages the workspace; where Slack does not say, they do not."""
    try:
        return await _manages(context, user)
    except CallFailed:
        return False


async def only_admins(context: Context, user: UserId) -> None:
    """Let admins pass. Raises Mistake, or CallFailed where Slack does not say who is one."""
    if not await _manages(context, user):
        raise UserError(ONLY_ADMINS, has_usage=False)


async def _manages(context: Context, user: UserId) -> bool:
    person = await context.ui.cached_user(user)
    return any(person.get(right) is True for right in _RIGHTS)
