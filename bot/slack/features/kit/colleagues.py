"""Colleagues as Slack names them."""

from bot.domain.errors import CallFailed
from bot.domain.ids import UserId
from bot.slack.context import Context
from bot.slack.events.message_events import name_of


async def agent_name(context: Context, user: UserId) -> str:
    """Look up a user's name in Slack; "" if Slack gives none."""
    try:
        person = await context.ui.cached_user(user)
    except CallFailed:
        return ""
    return name_of(person)
