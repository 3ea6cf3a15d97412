"""What admins set in App Home: routes, modes and the signature."""

from __future__ import annotations

from tests.harness.handlers import Handlers
from tests.harness.windows import fill, words
from tests.harness.world import AVA, CHANNEL
from tests.slack.features.test_home import home, press


async def test_what_admins_set(handlers: Handlers) -> None:
    """An admin sees and sets routes, modes and the signature, and reads whether texts come and go."""
    handlers.slack.users[AVA].is_admin = True
    said = words(await home(handlers))
    assert "No routes" in said
    assert "All channels: *auto*. Every reply is texted; // keeps one in Slack." in said
    assert (
        "Last text from a phone: none yet\nLast text sent: none yet\nSlack and Volt have taken everything that was due."
        in said
    )
    await press(handlers, "route_add")
    wrong = await fill(handlers, route_subject="+1555", route_channel=CHANNEL)
    assert wrong.body["errors"]["route_subject"].startswith("+1555 is too short")
    wrong = await fill(handlers, route_subject="!!!")
    assert wrong.body["errors"] == {"route_subject": "A keyword has 1 to 40 characters, such as order."}
    wrong = await fill(handlers, route_subject="order", route_channel=None)
    assert wrong.body["errors"] == {"route_channel": "Choose a channel."}
    handlers.slack.add_channel("C0SECRET", "secret", private=True, members=False)
    wrong = await fill(handlers, route_channel="C0SECRET")
    assert wrong.body["errors"]["route_channel"].startswith("I cannot post there")
    await fill(handlers, route_subject=" My  ORDER ", route_channel=CHANNEL)
    assert f"New conversations that begin with `my order` → <#{CHANNEL}>" in words(handlers.slack.homes[AVA])
    await press(handlers, "route_delete")
    assert "No routes" in words(handlers.slack.homes[AVA])
    await press(handlers, "route_add")
    await fill(handlers, route_subject="(555) 555-0123", route_channel=CHANNEL)
    assert f"New conversations to (555) 555-0123 → <#{CHANNEL}>" in words(handlers.slack.homes[AVA])
    await press(handlers, "mode_change")
    assert (await fill(handlers)).body["errors"] == {"mode_word": "Choose what is texted."}
    await fill(handlers, mode_word="alerts")
    assert f"<#{CHANNEL}>: *alerts*. For reading only: nothing is texted." in words(handlers.slack.homes[AVA])
    await press(handlers, "signature_change")
    wrong = await fill(handlers, signature_text="– {name}")
    assert wrong.body["errors"] == {"signature_text": "Only {agent} can be filled in here."}
    await fill(handlers, signature_text="– {agent}")
    assert "Under each text stands: `– {agent}`" in words(handlers.slack.homes[AVA])
    await press(handlers, "signature_change")
    await fill(handlers, signature_text="")
    assert "Texts carry no name of who wrote them." in words(handlers.slack.homes[AVA])
