"""Who looks after a conversation: the header's buttons, the shortcut, and words to the bot in a thread."""

from __future__ import annotations

from tests.harness.in_process import Relay
from tests.harness.world import AVA, DANA
from tests.slack.features.test_send import volt
from tests.slack.features.test_threads import stands


async def test_a_word_before_the_bot_knows_its_name(relay: Relay) -> None:
    """A word to the bot counts although Slack has not told it yet who it is: the request itself says so."""
    thread = await relay.open_thread()
    relay.slack.rules.errors = {"auth.test": ["fatal_error"] * 100}
    await relay.restart()
    await relay.reply(thread, f"<@{relay.slack.bot_user_id}> close")
    await stands(relay, "Closed")


async def test_a_route_for_a_number(relay: Relay) -> None:
    """Texts to one of our numbers show in its channel, and replies leave from that number."""
    other = "+15555550199"
    relay.volt.add_account(other, "Sales")
    relay.slack.add_channel("C0SALES", "sales")
    await volt(relay, "route (555) 555-0199 <#C0SALES|sales>")
    await relay.volt.text(DANA, "Hello sales", to=other)
    await relay.slack.until(lambda: relay.posts("C0SALES")[1:])
    await relay.slack.say(AVA, "C0SALES", "Hello Dana", thread_ts=relay.posts("C0SALES")[0].ts)
    await relay.receives("Hello Dana")
    assert [send.variables["from"] for send in relay.sends()] == [other]
