"""Time zone of a person, as Slack knows it."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.ids import UserId
from bot.slack.context import Context, UserError
from bot.slack.text.escaping import escape


async def zone_of(context: Context, user: UserId) -> ZoneInfo:
    """Look up a user's time zone in Slack. Raises UserError or CallFailed."""
    name = str((await context.ui.user(user)).get("tz") or "")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = "Slack does not say which time zone you are in. Set it in Slack under Preferences, Language & region."
        raise UserError(escape(words), has_usage=False) from None
