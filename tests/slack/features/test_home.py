"""App Home as people use it: who waits and search; `/volt me`."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.slack.state.model import SlashAnswer
from tests.harness.handlers import Handlers
from tests.harness.sight import Sight
from tests.harness.windows import is_open, window, words
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO


@pytest.fixture(autouse=True)
def nothing_is_refused(handlers: Handlers) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert handlers.slack.refused == []


async def home(bot: Sight, user: str = AVA) -> dict[str, Any]:
    """Open somebody's Home and return it."""
    before = bot.slack.homes.get(user, {}).get("hash")
    await bot.slack.open_home(user)
    await bot.slack.until(lambda: bot.slack.homes.get(user, {}).get("hash") not in (None, before))
    return bot.slack.homes[user]


async def press(bot: Sight, action_id: str, user: str = AVA, **more: Any) -> SlashAnswer:
    """Press something in somebody's Home."""
    answer = await bot.slack.press_in_view(user, bot.slack.homes[user]["id"], action_id, **more)
    assert answer.status == 200
    return answer


async def volt(bot: Sight, text: str, user: str = AVA) -> str:
    """Type a command and return its answer."""
    return str((await bot.slack.command(user, CHANNEL, "/volt", text)).body["text"])


async def test_an_empty_home_says_what_to_do(handlers: Handlers) -> None:
    """A Home with nothing in it says in words that nobody waits, and what the empty parts are for."""
    said = words(await home(handlers, BEN))
    assert "Nobody waits for you." in said
    assert "Every conversation that needs a reply has somebody." in said
    assert "No templates yet." in said
    assert "Routes" not in said


async def test_who_waits_is_shown_and_taken(handlers: Handlers) -> None:
    """An unassigned conversation shows with its last text, is taken with one press, and is then among one's own."""
    await handlers.hear(DANA, "Hello")
    await handlers.shows(DANA, "Hello")
    thread = await handlers.open_thread(DANA, "where is *my* <!channel> order?")
    view = await home(handlers)
    said = words(view)
    assert "Unassigned (1)" in said
    assert "(555) 555-0145 — Needs a reply\nContact: where is *my* <!channel> order?" in said
    assert "2 unanswered texts, the first <!date^" in said
    links = [one["url"] for block in view["blocks"] for one in block.get("elements", ()) if one.get("url")]
    assert links == [f"https://sandbox.slack.com/archives/{CHANNEL}/p{thread.replace('.', '')}"]
    await press(handlers, "home_open")
    await home(handlers, BEN)
    await press(handlers, "home_assign")
    await handlers.slack.until(lambda: "Yours (1)" in words(handlers.slack.homes[AVA]))
    assert "Unassigned (1)" not in words(handlers.slack.homes[AVA])
    assert not is_open(handlers)
    await press(handlers, "home_assign", BEN)
    await handlers.slack.until(lambda: is_open(handlers, BEN))
    assert words(window(handlers, BEN)) == f"<@{AVA}> has this conversation already."
    assert "Yours" in words(handlers.slack.homes[BEN])
    assert "Yours (1)" not in words(handlers.slack.homes[BEN])


async def test_a_reaction_is_no_unanswered_text(handlers: Handlers) -> None:
    """A reaction of a contact is neither counted among the texts that nobody has answered nor shown as the last one."""
    await handlers.open_thread(DANA, "Is it ready?")
    await handlers.hear(DANA, "Questioned “Is it ready?”")
    said = words(await home(handlers))
    assert "Contact: Is it ready?" in said
    assert "1 unanswered text," in said


async def test_what_needs_a_decision(handlers: Handlers) -> None:
    """A text that waits for somebody's word is in everybody's Home, with why and a way to its thread, until decided."""
    thread = await handlers.open_thread(DANA, "Hello")
    await volt(handlers, f"send {DANA} {'word ' * 100}")
    view = await home(handlers, BEN)
    said = words(view)
    assert "Needs a decision (1)\n(555) 555-0145 — Needs a reply\nword word word" in said
    assert f"<@{AVA}> · Not sent yet. It is long: the phone gets it" in said
    links = [one["url"] for block in view["blocks"] for one in block.get("elements", ()) if one.get("url")]
    assert set(links) == {f"https://sandbox.slack.com/archives/{CHANNEL}/p{thread.replace('.', '')}"}
    assert (await volt(handlers, "me")).endswith("1 text needs a decision.\nFind this in the Home of this app.")
    await handlers.agree()
    await handlers.volt.until(handlers.phone)
    assert "Needs a decision" not in words(await home(handlers, BEN))


async def test_many_who_wait_are_cut(handlers: Handlers) -> None:
    """More conversations than the Home has room for are counted in a line."""
    for number in range(8):
        await handlers.hear(f"+1555555020{number}", f"Hello {number}")
    await handlers.slack.until(lambda: len(handlers.headers()) == 8)
    await handlers.slack.until(lambda: len(handlers.posts()) >= 16)
    view = await home(handlers)
    assert "Unassigned (8)" in words(view)
    assert "and 2 more" in words(view)


async def test_refresh(handlers: Handlers) -> None:
    """Refresh shows what came since."""
    await home(handlers)
    await handlers.open_thread(DANA, "Hello")
    await press(handlers, "home_refresh")
    await handlers.slack.until(lambda: "Contact: Hello" in words(handlers.slack.homes[AVA]))


async def test_search(handlers: Handlers) -> None:
    """The search finds contacts and texts, stays through a press in the Home, and goes when its words go."""
    await handlers.open_thread(DANA, "my order number is 12-34")
    await handlers.open_thread(MARCO, "Hello")
    await home(handlers)
    await press(handlers, "home_search", value="order num")
    await handlers.slack.until(lambda: 'Found for "order num"' in words(handlers.slack.homes[AVA]))
    assert "(555) 555-0145 — Needs a reply\nContact: my order number is 12-34" in words(handlers.slack.homes[AVA])
    await handlers.hear(MARCO, "another order nummer")
    await handlers.shows(MARCO, "Hello", "another order nummer")
    await press(handlers, "home_refresh")
    await handlers.slack.until(
        lambda: "(555) 555-0146 — Needs a reply\nContact: another order nummer" in words(handlers.slack.homes[AVA])
    )
    await press(handlers, "home_search", value="0146")
    await handlers.slack.until(
        lambda: 'Found for "0146"\n(555) 555-0146 — Needs a reply\n' in words(handlers.slack.homes[AVA])
    )
    await press(handlers, "home_search", value="<!channel> *")
    await handlers.slack.until(lambda: 'Nothing found for "<!channel> *".' in words(handlers.slack.homes[AVA]))
    await press(handlers, "home_search", value="")
    await handlers.slack.until(lambda: "ound for" not in words(handlers.slack.homes[AVA]))


async def test_a_number_that_nobody_has_texted_with(handlers: Handlers) -> None:
    """A number that is searched for and has no conversation is offered itself, and opens a new text to it."""
    await home(handlers)
    await press(handlers, "home_search", value="555 555 0199")
    await handlers.slack.until(lambda: "(555) 555-0199\nNo conversation yet" in words(handlers.slack.homes[AVA]))
    await press(handlers, "new_text_to")
    await handlers.slack.until(lambda: is_open(handlers))
    to = next(block["element"] for block in window(handlers)["blocks"] if block.get("block_id") == "compose_to")
    assert to["initial_option"]["value"] == "number +15555550199"


async def test_health_tells_what_waits(handlers: Handlers) -> None:
    """An admin reads when the last texts came and went."""
    handlers.slack.users[AVA].is_admin = True
    thread = await handlers.open_thread(DANA, "Hello")
    ts = await handlers.reply(thread, "Hi")
    await handlers.marked(ts, "outbox_tray")
    said = words(await home(handlers))
    assert "Last text from a phone: <!date^" in said
    assert "Last text sent: <!date^" in said


async def test_me(handlers: Handlers) -> None:
    """`/volt me` lists my open conversations with links, and says how many are nobody's."""
    assert await volt(handlers, "me") == "Nobody waits for you.\nEvery conversation that needs a reply has somebody."
    await handlers.open_thread(DANA, "Hello")
    await handlers.open_thread(MARCO, "Hello")
    await home(handlers)
    await press(handlers, "home_assign")
    await handlers.slack.until(lambda: "Yours (1)" in words(handlers.slack.homes[AVA]))
    assert await volt(handlers, "me") == (
        "*Yours that need a reply*\n• (555) 555-0145\n"
        "1 conversation needs a reply and nobody has it.\nFind this in the Home of this app."
    )
    link = handlers.slack.ephemerals[-1]["blocks"][1]["elements"][0]["elements"][0]["elements"][0]
    assert link["url"].startswith(f"https://sandbox.slack.com/archives/{CHANNEL}/p")
    assert (await volt(handlers, "me too")).startswith("There are words after the command.")
