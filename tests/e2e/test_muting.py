"""The Mute button under the line about a contact who writes a lot, pressed over HTTP."""

from __future__ import annotations

from bot.bridge.messages import muting
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL, DANA


async def test_mute_and_unmute(relay: Relay) -> None:
    """Mute under the line keeps new texts out of the thread, the header counts them, and Unmute shows them."""
    thread = await relay.open_thread()
    for number in range(muting.MANY):
        await relay.volt.text(DANA, f"text {number}.")
    note = await relay.line("Texts are shown once a minute.")
    assert "[Mute]" in seen(note)
    await relay.slack.press(AVA, CHANNEL, note.ts, "mute")
    await relay.line("Texts are stored and not shown until somebody presses Unmute.")
    await relay.volt.text(DANA, "A muted text")
    await relay.slack.until(lambda: f"Muted by <@{AVA}> · 1 text not shown" in seen(relay.headers(DANA)[0]))
    assert not [post for post in relay.thread(DANA) if "A muted text" in seen(post)]
    await relay.slack.press(BEN, CHANNEL, note.ts, "unmute")
    await relay.line(f"<@{BEN}> unmuted this contact.")
    await relay.slack.until(lambda: "Muted by" not in seen(relay.headers(DANA)[0]))
    await relay.reply(thread, f"<@{relay.slack.bot_user_id}> mute")
    await relay.line(f"<@{AVA}> muted this contact.")
