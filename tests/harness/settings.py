"""The settings of a bot between the two stand-ins, as the environment of its process."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox import SlackStandIn, VoltStandIn


def settings_for(
    slack: SlackStandIn, volt: VoltStandIn, folder: Path, *, channel: str = "C0SUPPORT", **more: str
) -> dict[str, str]:
    """Return what it needs; `more` are settings in capital letters that come on top."""
    return {
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_CHANNEL": channel,
        "SLACK_API_URL": slack.api_url,
        "SLACK_POST_RATE": "100",
        "VOLT_API_TOKEN": volt.token,
        "VOLT_ACCOUNT_NUMBER": volt.account_number,
        "VOLT_API_URL": volt.graphql_url,
        "VOLT_WEBHOOK_KEY": volt.key_url,
        "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
        "UNDO_SECONDS": "0",
        "AGENT_TEXTS_PER_HOUR": "0",
    } | more
