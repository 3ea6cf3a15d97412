"""Colleagues as Slack names them."""

from bot.domain.errors import CallFailed
from bot.domain.ids import UserId
from bot.slack.context import Context
from bot.slack.events.message_events import name_of


async def agent_name(context: Context, user: UserId) -> str:
    """Say how somebody is called in Slack; "" where Slack does not say."""
    try:
        person = await context.ui.cached_user(user)
    except CallFailed:
        return ""
    return name_of(person)
