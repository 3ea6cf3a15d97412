"""The bot token of the settings: a database serves the workspace that it began with, and no other one by mistake."""

from __future__ import annotations

import pytest

from bot.config_errors import BadConfig
from bot.store.sealing import new_key
from tests.harness.in_process import Relay
from tests.harness.world import AVA, CHANNEL, DANA

OTHER = "T0OTHER"


def installed_elsewhere(relay: Relay) -> str:
    """Return the bot token of another workspace."""
    relay.slack.add_team(OTHER, "Other")
    return relay.slack.install(OTHER).token


async def test_a_token_of_another_workspace_stops_the_start(relay: Relay) -> None:
    """A token of another workspace starts nothing, and one line says what to set; the old one works again."""
    thread = await relay.open_thread()
    token = installed_elsewhere(relay)
    await relay.stop()
    with pytest.raises(BadConfig) as stopped:
        await relay.start(slack_bot_token=token)
    (fault,) = stopped.value.faults
    assert fault.startswith(f"SLACK_BOT_TOKEN  This database belongs to the workspace {relay.slack.team_id}.")
    await relay.start(slack_bot_token=relay.slack.bot_token)
    await relay.reply(thread, "Still here")
    await relay.volt.until(lambda: relay.phone(DANA) == ["Still here"])


async def test_a_new_token_while_slack_is_down(relay: Relay) -> None:
    """A token that is new is not used before Slack has said whose it is."""
    await relay.open_thread()
    token = installed_elsewhere(relay)
    await relay.stop()
    await relay.slack.close()
    with pytest.raises(BadConfig) as stopped:
        await relay.start(slack_bot_token=token)
    assert "Slack does not say now whose it is" in stopped.value.faults[0]


async def test_nobody_is_taken_for_the_own_workspace(relay: Relay) -> None:
    """While Slack has not told whose the bot's own token is, nothing is guessed: an event is brought again later."""
    await relay.stop()
    relay.forget_database()
    relay.slack.rules.down = True
    await relay.start(
        slack_client_id="1.2", slack_client_secret="s" * 32, encryption_keys=new_key(), public_url=relay.url
    )
    ts = await relay.slack.say(AVA, CHANNEL, "Hello?")
    assert relay.slack.deliveries[-1].status == 503
    answer = await relay.slack.command(AVA, CHANNEL, "/volt", "help")
    assert "I do not work in this workspace just now" in str(answer.body)
    relay.slack.rules.down = False
    await relay.slack.until(lambda: any(one.status == 200 for one in relay.slack.deliveries[-1:]), 20)
    assert relay.slack.find(CHANNEL, ts) is not None
