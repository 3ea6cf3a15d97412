"""Doubt: a call whose answer says less than it seems to, and what proves the truth afterwards."""

from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, CHANNEL, DANA


async def test_receipt_stops_a_retry(relay: Relay) -> None:
    """A text that Volt took while it answered "unavailable" is not sent again once a receipt proves that it left."""
    thread = await relay.open_thread()
    relay.volt.receipts = "auto"
    relay.volt.rules.statuses, relay.volt.rules.acts_first = [(503, 2)], True
    await relay.reply(thread, "It is ready")
    await relay.line("Delivered")
    assert len(relay.sends()) == 1
    relay.volt.receipts = "manual"
    await relay.reply(thread, "last")
    await relay.receives("It is ready", "last")


async def test_text_is_shown_where_slack_cannot_be_looked_at(relay: Relay) -> None:
    """Where the thread may not be read, a post of unknown outcome is made again, marked, and holds up nothing else."""
    await relay.open_thread()
    relay.slack.rules.errors = {
        "conversations.replies": ["missing_scope"] * 50,
        "chat.postMessage": ["fatal_error"],
    }
    await relay.volt.text(DANA, "in doubt")
    doubtful = await relay.line("in doubt", timeout_s=30)
    assert "This may be here twice" in seen(doubtful)
    await relay.volt.text(DANA, "and on")
    assert seen(await relay.line("and on")) == "and on"


async def test_own_words_without_marks_are_not_texted(relay: Relay) -> None:
    """A message of the bot's own user is not texted, even where Slack leaves the marks of a bot out."""
    thread = await relay.open_thread()
    await relay.slack.say(relay.slack.bot_user_id, CHANNEL, "I am the bot", thread_ts=thread)
    await relay.reply(thread, "I am not")
    await relay.receives("I am not")


async def test_deletion_before_its_message(relay: Relay) -> None:
    """A message that was deleted before its own event came, late or after a retry, is not texted."""
    thread = await relay.open_thread()
    relay.slack.events_url, door = None, relay.slack.events_url
    ts = await relay.slack.say(AVA, CHANNEL, "taken back", thread_ts=thread)
    relay.slack.events_url = door
    await relay.slack.delete(CHANNEL, ts)
    assert await relay.slack.deliver(relay.event_of(ts)) == 200
    await relay.reply(thread, "last")
    await relay.receives("last")


async def test_edit_before_its_message(relay: Relay) -> None:
    """A message that was edited before its own event came is texted in its newest words."""
    thread = await relay.open_thread()
    relay.slack.events_url, door = None, relay.slack.events_url
    ts = await relay.slack.say(AVA, CHANNEL, "old words", thread_ts=thread)
    original = relay.event_of(ts)
    relay.slack.events_url = door
    await relay.slack.edit(CHANNEL, ts, "new words")
    assert await relay.slack.deliver(original) == 200
    await relay.receives("new words")
