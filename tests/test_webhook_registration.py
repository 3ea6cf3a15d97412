"""The address at which Volt calls the bot of the environment, as commands know it beside the bot."""

from pathlib import Path

from bot.config import load
from bot.slack.features.webhooks.view import is_older
from bot.webhook_registration import own_address

BARE = "https://bot.acme.example/volt/webhooks"


def test_before_the_bot_has_run(tmp_path: Path) -> None:
    """Where the bot has made no secret yet, a registration without one is an older one and not the bot's own."""
    workspace = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "5" * 32, "slack_channel": "C0SUPPORT"}
    account = {"volt_api_token": "token", "volt_account_number": "+15555550123"}
    places = {"public_url": "https://bot.acme.example", "database_url": f"sqlite:///{tmp_path}/bot.db"}
    url = own_address(load(**workspace, **account, **places))
    assert url is not None
    assert url != BARE
    assert is_older(BARE, url)
