"""App Home as people use it: who waits, search, templates, and what admins set; `/volt me`."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.slack_model import SlashAnswer
from tests.harness.in_process import Relay
from tests.harness.windows import fill, is_open, window, words
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO


@pytest.fixture(autouse=True)
def nothing_is_refused(relay: Relay) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert relay.slack.refused == []


async def home(relay: Relay, user: str = AVA) -> dict[str, Any]:
    """Open somebody's Home and return it."""
    before = relay.slack.homes.get(user, {}).get("hash")
    await relay.slack.open_home(user)
    await relay.slack.until(lambda: relay.slack.homes.get(user, {}).get("hash") not in (None, before))
    return relay.slack.homes[user]


async def press(relay: Relay, action_id: str, user: str = AVA, **more: Any) -> SlashAnswer:
    """Press something in somebody's Home."""
    answer = await relay.slack.press_in_view(user, relay.slack.homes[user]["id"], action_id, **more)
    assert answer.status == 200
    return answer


async def volt(relay: Relay, text: str, user: str = AVA) -> str:
    """Type a command and return its answer."""
    return str((await relay.slack.command(user, CHANNEL, "/volt", text)).body["text"])


async def test_an_empty_home_says_what_to_do(relay: Relay) -> None:
    """A Home with nothing in it says in words that nobody waits, and what the empty parts are for."""
    said = words(await home(relay, BEN))
    assert "Nobody waits for you." in said
    assert "Every conversation that needs a reply has somebody." in said
    assert "No templates yet." in said
    assert "Routes" not in said


async def test_who_waits_is_shown_and_taken(relay: Relay) -> None:
    """An unassigned conversation shows with its last text, is taken with one press, and is then among one's own."""
    await relay.volt.text(DANA, "Hello")
    await relay.shows(DANA, "Hello")
    thread = await relay.open_thread(DANA, "where is *my* <!channel> order?")
    view = await home(relay)
    said = words(view)
    assert "Unassigned (1)" in said
    assert "(555) 555-0145 — Needs a reply\nContact: where is *my* <!channel> order?" in said
    assert "2 unanswered texts, the first <!date^" in said
    links = [one["url"] for block in view["blocks"] for one in block.get("elements", ()) if one.get("url")]
    assert links == [f"https://sandbox.slack.com/archives/{CHANNEL}/p{thread.replace('.', '')}"]
    await press(relay, "home_open")
    await home(relay, BEN)
    await press(relay, "home_assign")
    await relay.slack.until(lambda: "Yours (1)" in words(relay.slack.homes[AVA]))
    assert "Unassigned (1)" not in words(relay.slack.homes[AVA])
    assert not is_open(relay)
    await press(relay, "home_assign", BEN)
    await relay.slack.until(lambda: is_open(relay, BEN))
    assert words(window(relay, BEN)) == f"<@{AVA}> has this conversation already."
    assert "Yours" in words(relay.slack.homes[BEN])
    assert "Yours (1)" not in words(relay.slack.homes[BEN])


async def test_what_needs_a_decision(relay: Relay) -> None:
    """A text that waits for somebody's word is in everybody's Home, with why and a way to its thread, until decided."""
    thread = await relay.open_thread(DANA, "Hello")
    await volt(relay, f"send {DANA} {'word ' * 100}")
    view = await home(relay, BEN)
    said = words(view)
    assert "Needs a decision (1)\n(555) 555-0145 — Needs a reply\nword word word" in said
    assert f"<@{AVA}> · Not sent yet. It is long: the phone gets it" in said
    links = [one["url"] for block in view["blocks"] for one in block.get("elements", ()) if one.get("url")]
    assert set(links) == {f"https://sandbox.slack.com/archives/{CHANNEL}/p{thread.replace('.', '')}"}
    assert (await volt(relay, "me")).endswith("1 text needs a decision.\nFind this in the Home of this app.")
    await relay.agree()
    await relay.volt.until(relay.phone)
    assert "Needs a decision" not in words(await home(relay, BEN))


async def test_many_who_wait_are_cut(relay: Relay) -> None:
    """More conversations than the Home has room for are counted in a line."""
    for number in range(8):
        await relay.volt.text(f"+1555555020{number}", f"Hello {number}")
    await relay.slack.until(lambda: len(relay.headers()) == 8)
    await relay.slack.until(lambda: len(relay.posts()) >= 16)
    view = await home(relay)
    assert "Unassigned (8)" in words(view)
    assert "and 2 more" in words(view)


async def test_refresh(relay: Relay) -> None:
    """Refresh shows what came since."""
    await home(relay)
    await relay.open_thread(DANA, "Hello")
    await press(relay, "home_refresh")
    await relay.slack.until(lambda: "Contact: Hello" in words(relay.slack.homes[AVA]))


async def test_search(relay: Relay) -> None:
    """The search finds contacts and texts, stays through a press in the Home, and goes when its words go."""
    await relay.open_thread(DANA, "my order number is 12-34")
    await relay.open_thread(MARCO, "Hello")
    await home(relay)
    await press(relay, "home_search", value="order num")
    await relay.slack.until(lambda: 'Found for "order num"' in words(relay.slack.homes[AVA]))
    assert "(555) 555-0145 — Needs a reply\nContact: my order number is 12-34" in words(relay.slack.homes[AVA])
    await relay.volt.text(MARCO, "another order nummer")
    await relay.shows(MARCO, "Hello", "another order nummer")
    await press(relay, "home_refresh")
    await relay.slack.until(
        lambda: "(555) 555-0146 — Needs a reply\nContact: another order nummer" in words(relay.slack.homes[AVA])
    )
    await press(relay, "home_search", value="0146")
    await relay.slack.until(
        lambda: 'Found for "0146"\n(555) 555-0146 — Needs a reply\n' in words(relay.slack.homes[AVA])
    )
    await press(relay, "home_search", value="<!channel> *")
    await relay.slack.until(lambda: 'Nothing found for "<!channel> *".' in words(relay.slack.homes[AVA]))
    await press(relay, "home_search", value="")
    await relay.slack.until(lambda: "ound for" not in words(relay.slack.homes[AVA]))


async def test_a_number_that_nobody_has_texted_with(relay: Relay) -> None:
    """A number that is searched for and has no conversation is offered itself, and opens a new text to it."""
    await home(relay)
    await press(relay, "home_search", value="555 555 0199")
    await relay.slack.until(lambda: "(555) 555-0199\nNo conversation yet" in words(relay.slack.homes[AVA]))
    await press(relay, "new_text_to")
    await relay.slack.until(lambda: is_open(relay))
    to = next(block["element"] for block in window(relay)["blocks"] if block.get("block_id") == "compose_to")
    assert to["initial_option"]["value"] == "number +15555550199"


async def test_templates_are_kept(relay: Relay) -> None:
    """A template is added, refused where it cannot be, changed, and deleted, by anybody; the Home shows each change."""
    await home(relay)
    await press(relay, "template_add")
    assert window(relay)["title"]["text"] == "Add a template"
    refused = await fill(relay, template_name="Hours", template_body="Hi {nmae}, we are open")
    words_of = refused.body["errors"]
    assert words_of == {
        "template_body": "{nmae} is no place that can be filled in. "
        "A template can hold {name}, {first_name} and {agent}."
    }
    assert (await fill(relay, template_body=" ")).body["errors"] == {"template_body": "A template needs words."}
    assert (await fill(relay, template_name=" ")).body["errors"] == {"template_name": "A template needs a name."}
    await fill(relay, template_name="Hours", template_body="Hi {name}, we are open till five.")
    assert not is_open(relay)
    assert "Hours\nHi {name}, we are open till five." in words(relay.slack.homes[AVA])
    await press(relay, "template_add")
    taken = await fill(relay, template_name="HOURS", template_body="Hello")
    assert taken.body["errors"] == {"template_name": "There is a template with this name already. Choose another name."}
    await relay.slack.close_view(AVA, window(relay)["id"])
    await press(relay, "template_edit")
    await fill(relay, template_name="Opening hours", template_body="Till six.")
    assert "Opening hours\nTill six." in words(relay.slack.homes[AVA])
    await home(relay, BEN)
    await press(relay, "template_edit", BEN)
    await relay.slack.press_in_view(BEN, window(relay, BEN)["id"], "template_delete")
    assert words(window(relay, BEN)) == "The template is deleted."
    assert "No templates yet." in words(relay.slack.homes[BEN])
    await press(relay, "template_edit")
    await relay.slack.until(lambda: is_open(relay))
    assert words(window(relay)) == "This template is gone: somebody deleted it."


async def test_many_templates_are_all_in_reach(relay: Relay) -> None:
    """Templates that the Home has no room for are chosen from a menu, and changed like the others."""
    await home(relay)
    for number in range(10):
        await press(relay, "template_add")
        await fill(relay, template_name=f"Reply {number}", template_body="Hello")
    assert "and 2 more" in words(relay.slack.homes[AVA])
    await press(relay, "template_edit_other", value="10")
    await fill(relay, template_body="Changed")
    assert not is_open(relay)


async def test_what_admins_set(relay: Relay) -> None:
    """An admin sees and sets routes, modes and the signature, and reads whether texts come and go."""
    relay.slack.users[AVA].is_admin = True
    said = words(await home(relay))
    assert "No routes" in said
    assert "All channels: *auto*. Every reply is texted; // keeps one in Slack." in said
    assert (
        "Last text from a phone: none yet\nLast text sent: none yet\nSlack and Volt have taken everything that was due."
        in said
    )
    await press(relay, "route_add")
    wrong = await fill(relay, route_subject="+1555", route_channel=CHANNEL)
    assert wrong.body["errors"]["route_subject"].startswith("+1555 is too short")
    wrong = await fill(relay, route_subject="!!!")
    assert wrong.body["errors"] == {"route_subject": "A keyword has 1 to 40 characters, such as order."}
    wrong = await fill(relay, route_subject="order", route_channel=None)
    assert wrong.body["errors"] == {"route_channel": "Choose a channel."}
    relay.slack.add_channel("C0SECRET", "secret", private=True, members=False)
    wrong = await fill(relay, route_channel="C0SECRET")
    assert wrong.body["errors"]["route_channel"].startswith("I cannot post there")
    await fill(relay, route_subject=" My  ORDER ", route_channel=CHANNEL)
    assert f"New conversations that begin with `my order` → <#{CHANNEL}>" in words(relay.slack.homes[AVA])
    await press(relay, "route_delete")
    assert "No routes" in words(relay.slack.homes[AVA])
    await press(relay, "route_add")
    await fill(relay, route_subject="(555) 555-0123", route_channel=CHANNEL)
    assert f"New conversations to (555) 555-0123 → <#{CHANNEL}>" in words(relay.slack.homes[AVA])
    await press(relay, "mode_change")
    assert (await fill(relay)).body["errors"] == {"mode_word": "Choose what is texted."}
    await fill(relay, mode_word="alerts")
    assert f"<#{CHANNEL}>: *alerts*. For reading only: nothing is texted." in words(relay.slack.homes[AVA])
    await press(relay, "signature_change")
    wrong = await fill(relay, signature_text="– {name}")
    assert wrong.body["errors"] == {"signature_text": "Only {agent} can be filled in here."}
    await fill(relay, signature_text="– {agent}")
    assert "Under each text stands: `– {agent}`" in words(relay.slack.homes[AVA])
    await press(relay, "signature_change")
    await fill(relay, signature_text="")
    assert "Texts carry no name of who wrote them." in words(relay.slack.homes[AVA])


async def test_only_admins_set_what_is_for_all(relay: Relay) -> None:
    """Somebody who is no admin any more, and presses what is still shown, is told whom to ask."""
    relay.slack.users[AVA].is_admin = True
    await home(relay)
    relay.slack.users[AVA].is_admin = relay.slack.users[AVA].is_owner = False
    await relay.restart()
    for button in ("route_add", "mode_change", "signature_change"):
        await press(relay, button)
        await relay.slack.until(lambda: is_open(relay))
        assert words(window(relay)) == "Only admins of the workspace can change this. Ask one of them."
        await relay.slack.close_view(AVA, window(relay)["id"])


async def test_health_tells_what_waits(relay: Relay) -> None:
    """An admin reads when the last texts came and went."""
    relay.slack.users[AVA].is_admin = True
    thread = await relay.open_thread(DANA, "Hello")
    ts = await relay.reply(thread, "Hi")
    await relay.marked(ts, "outbox_tray")
    said = words(await home(relay))
    assert "Last text from a phone: <!date^" in said
    assert "Last text sent: <!date^" in said


async def test_me(relay: Relay) -> None:
    """`/volt me` lists my open conversations with links, and says how many are nobody's."""
    assert await volt(relay, "me") == "Nobody waits for you.\nEvery conversation that needs a reply has somebody."
    await relay.open_thread(DANA, "Hello")
    await relay.open_thread(MARCO, "Hello")
    await home(relay)
    await press(relay, "home_assign")
    await relay.slack.until(lambda: "Yours (1)" in words(relay.slack.homes[AVA]))
    assert await volt(relay, "me") == (
        "*Yours that need a reply*\n• (555) 555-0145\n"
        "1 conversation needs a reply and nobody has it.\nFind this in the Home of this app."
    )
    link = relay.slack.ephemerals[-1]["blocks"][1]["elements"][0]["elements"][0]["elements"][0]
    assert link["url"].startswith(f"https://sandbox.slack.com/archives/{CHANNEL}/p")
    assert (await volt(relay, "me too")).startswith("There are words after the command.")
