"""What people write to the bot itself: a file of contacts becomes an import, anything else gets one answer."""

from __future__ import annotations

import pytest

from bot.sandbox.slack.web_api.places import direct_message
from tests.e2e.test_imports import TABLE, card_says, columns
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, DANA


def direct(bot: Relay, user: str = AVA) -> str:
    """Return the channel of somebody's messages with the bot."""
    return direct_message(bot.slack, bot.slack.users[user]).id


def answers(bot: Relay, channel: str) -> list[str]:
    """Return what the bot has answered there."""
    return [seen(one) for one in bot.posts(channel) if one.bot_id]


async def test_a_file_put_there_is_imported(relay: Relay) -> None:
    """A CSV file is offered for import, its card stands there, and the file of what was refused below it."""
    channel = direct(relay)
    file = relay.slack.add_file(AVA, "spring.csv", "text/csv", TABLE.encode())
    await relay.slack.say(AVA, channel, "", files=[file])
    await relay.slack.until(lambda: answers(relay, channel))
    (offer,) = (one for one in relay.posts(channel) if one.bot_id)
    assert "Import contacts from spring.csv?" in seen(offer)
    await relay.slack.press(AVA, channel, offer.ts, "import_offered")
    assert (await columns(relay))["response_action"] == "update"
    ts = await card_says(relay, "3 contacts* can be imported.", channel)
    await relay.slack.press(AVA, channel, ts, "import_go")
    await card_says(relay, "The rows that were refused are in the file below.", channel)
    assert "Spring" in relay.volt.contacts[DANA].lists
    (report,) = [held for held in relay.slack.files.values() if "not-imported" in held.shape["name"]]
    assert report.shape["name"].endswith(".csv")


@pytest.mark.parametrize(
    ("user", "name", "words"),
    [
        (AVA, "", "Nothing that you write here is texted to anybody."),
        (AVA, "cat.png", "This is no file of contacts, and nothing was done with it."),
        (AVA, "people.xlsx", "This is no file of contacts, and nothing was done with it."),
        (BEN, "spring.csv", "Guests cannot use this."),
        (BEN, "", "Guests cannot use this."),
    ],
)
async def test_anything_else_is_answered_once(relay: Relay, user: str, name: str, words: str) -> None:
    """One sentence says what to do, however often Slack tells of the message; an edit gets none, nobody is texted."""
    channel = direct(relay, user)
    relay.slack.users[BEN].is_restricted = True
    files = [relay.slack.add_file(user, name, "application/octet-stream", b"x")] if name else None
    ts = await relay.slack.say(user, channel, "Hello", files=files)
    await relay.slack.until(lambda: answers(relay, channel))
    await relay.slack.deliver(relay.event_of(ts))
    await relay.slack.edit(channel, ts, "Hello there")
    await relay.slack.say(user, channel, "And")
    await relay.slack.until(lambda: len(answers(relay, channel)) == 2)
    assert words in answers(relay, channel)[0]
    assert relay.volt.messages == []
