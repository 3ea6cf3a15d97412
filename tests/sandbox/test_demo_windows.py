"""Windows, the App Home, shortcuts and searches over the demo's own doors, with a small app in the bot's place."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.demo.actions import SILENCE
from bot.sandbox.demo.demo import Demo
from bot.sandbox.demo.routes import TOKEN_HEADER
from bot.sandbox.demo.shortcuts import OTHERWISE, read_shortcuts, shortcuts
from bot.sandbox.demo.story import AVA, BEN, CHANNEL

pytestmark = pytest.mark.asyncio(loop_scope="module")
PROGRAM = Path(__file__).with_name("window_app.py")
Json = dict[str, Any]


class Person:
    """Somebody at the page."""

    def __init__(self, demo: Demo, session: aiohttp.ClientSession, user: str = AVA) -> None:
        self.demo = demo
        self.session = session
        self.user = user

    async def post(self, path: str, **body: object) -> tuple[int, Json]:
        """Post JSON in the person's name and return the status and the answer."""
        async with self.session.post(self.demo.url + path, json={"user": self.user} | body) as answer:
            return answer.status, await answer.json()

    async def act(self, path: str, **body: object) -> Json:
        """Post what has to be accepted, and return what was said beside that."""
        status, answer = await self.post(path, **body)
        assert (status, answer.pop("ok", None)) == (200, True), answer
        return answer

    @property
    def windows(self) -> Json:
        """What the page shows this person."""
        shown: Json = self.demo.screen.snapshot()["windows"][self.user]
        return shown

    @property
    def modals(self) -> list[Json]:
        """Their windows in a tab without a name, the top one last."""
        shown: list[Json] = self.windows["modals"].get("", [])
        return shown

    @property
    def top(self) -> Json:
        """The window on top."""
        shown: Json = self.modals[-1]
        return shown

    async def open(self, callback_id: str = "new_text") -> Json:
        """Open a form by a shortcut, with nothing below it."""
        while self.modals:
            await self.act("/slack/view/close", view_id=self.top["id"])
            await self.demo.slack.server.pause(0)
        assert await self.act("/slack/shortcut", callback_id=callback_id) == {}
        return self.top

    def rows(self, view: Json) -> list[str]:
        """Return the ids of the blocks whose buttons share an action_id."""
        return [block["block_id"] for block in view["blocks"] if block.get("accessory")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ava() -> AsyncIterator[Person]:
    """Ava, at a demo whose bot is the small app."""
    async with (
        Demo(port=0, command=[sys.executable, str(PROGRAM)]) as demo,
        aiohttp.ClientSession(headers={TOKEN_HEADER: demo.token}) as session,
    ):
        yield Person(demo, session)


async def test_a_shortcut_opens_a_window(ava: Person) -> None:
    """A global shortcut opens a window for the person who used it, and for nobody else."""
    view = await ava.open()
    assert (view["title"]["text"], view["submit"]["text"], view["type"]) == ("new_text", "Save", "modal")
    assert ava.demo.screen.snapshot()["windows"][BEN] == {"modals": {}, "home": None}


async def test_tabs_do_not_share_windows(ava: Person) -> None:
    """A window belongs to the tab that asked for it: no other one acts on it, and it goes with its tab."""
    below = await ava.open()
    for tab in ("one", "two"):
        await ava.act("/slack/shortcut", callback_id="new_text", tab=tab)
    windows = ava.windows["modals"]
    assert {tab: len(stack) for tab, stack in windows.items()} == {"": 1, "one": 1, "two": 1}
    status, answer = await ava.post("/slack/view/close", view_id=windows["one"][0]["id"], tab="two")
    assert (status, answer) == (400, {"error": "this window is not on top"})
    await ava.act("/slack/view/close", view_id=windows["one"][0]["id"], tab="one")
    await ava.act("/slack/leave", tab="two")
    await ava.demo.slack.server.pause(0)
    assert ava.windows["modals"] == {"": [below]}


async def test_a_shortcut_of_a_message(ava: Person) -> None:
    """A message's shortcut needs a message that stands."""
    ts = await ava.demo.slack.say(BEN, CHANNEL, "Can somebody text this?")
    status, answer = await ava.post("/slack/shortcut", callback_id="send_as_text", channel=CHANNEL, ts="1.0")
    assert (status, answer) == (400, {"error": "this message is gone"})
    await ava.act("/slack/shortcut", callback_id="send_as_text", channel=CHANNEL, ts=ts)
    assert ava.top["title"]["text"] == "send_as_text"


async def test_what_is_wrong_with_a_form(ava: Person) -> None:
    """What the app says is wrong comes back by block, and the window stays open with what was typed."""
    view = await ava.open()
    answer = await ava.act("/slack/view/submit", view_id=view["id"], values={"name": {"name": "wrong"}})
    assert answer == {"errors": {"name": "Any name but this."}}
    assert ava.top["state"]["name"]["name"]["value"] == "wrong"


async def test_a_form_with_a_search_and_a_file(ava: Person) -> None:
    """A search answers with options that can be picked; a file is submitted as the file it is."""
    view = await ava.open()
    found = await ava.act("/slack/suggest", view_id=view["id"], action_id="who", typed="Dana")
    assert [one["value"] for one in found["options"]] == ["Dana and more"]
    async with ava.session.post(f"{ava.demo.url}/slack/file?user={AVA}&ready=lake.png") as answer:
        file_id = (await answer.json())["id"]
    values = {"name": {"name": "Hi"}, "who": {"who": "Dana and more"}, "pictures": {"pictures": [file_id]}}
    assert await ava.act("/slack/view/submit", view_id=view["id"], values=values) == {}
    assert ava.top["title"]["text"] == "Taken"
    assert ava.top["blocks"][0]["text"]["text"] == "Hi to Dana and more with lake.png"


async def test_a_search_with_too_few_letters(ava: Person) -> None:
    """What Slack would not ask the app is refused."""
    view = await ava.open()
    status, answer = await ava.post("/slack/suggest", view_id=view["id"], action_id="who", typed="D")
    assert (status, answer) == (400, {"error": "This has changed meanwhile. Please try again."})


@pytest.mark.parametrize(("place", "value"), [(0, "one"), (1, "two")])
async def test_rows_with_the_same_button(ava: Person, place: int, value: str) -> None:
    """Of buttons with the same action_id the one that was meant is pressed, and what was typed stays."""
    view = await ava.open()
    block = ava.rows(view)[place]
    values = {"name": {"name": "half a na"}}
    await ava.act("/slack/view/press", view_id=view["id"], block_id=block, action_id="row", values=values)
    assert (ava.top["id"], ava.top["title"]["text"]) == (view["id"], "Changed")
    assert ava.top["blocks"][-1]["text"]["text"] == f"pressed {value}, typed half a na"
    assert ava.top["state"]["name"]["name"]["value"] == "half a na"


async def test_windows_on_windows(ava: Person) -> None:
    """A window may lie on another; only the top one can be closed, and the lower one is there again after that."""
    view = await ava.open()
    await ava.act("/slack/view/submit", view_id=view["id"], values={"name": {"name": "more"}})
    assert [one["title"]["text"] for one in ava.modals] == ["new_text", "On top"]
    assert await ava.post("/slack/view/close", view_id=view["id"]) == (400, {"error": "this window is not on top"})
    await ava.act("/slack/view/close", view_id=ava.top["id"])
    await ava.demo.slack.until(lambda: ava.modals[-1:] and ava.top["id"] == view["id"])


async def test_a_form_that_is_done(ava: Person) -> None:
    """A form that the app takes is gone."""
    view = await ava.open()
    assert await ava.act("/slack/view/submit", view_id=view["id"], values={"name": {"name": "done"}}) == {}
    assert ava.modals == []


async def test_the_home(ava: Person) -> None:
    """Opening the Home shows what the app publishes for that person, and its buttons work."""
    await ava.act("/slack/home")
    home = await ava.demo.slack.until(lambda: ava.windows["home"])
    assert home["type"] == "home"
    await ava.act("/slack/view/press", view_id=home["id"], block_id=ava.rows(home)[1], action_id="row")
    pressed = [hop for hop in ava.demo.slack.wire if hop.label == "block_actions"][-1]
    assert '"value": "two"' in str(pressed.request).replace("'", '"')


async def test_an_app_that_is_gone(ava: Person) -> None:
    """Where nobody answers, the person is told so, in words, within the answer."""
    view = await ava.open()
    bot = ava.demo.bot
    assert bot is not None
    await bot.kill9()
    answer = await ava.act("/slack/view/submit", view_id=view["id"], values={"name": {"name": "done"}})
    assert answer == {"trouble": SILENCE}
    assert ava.top["id"] == view["id"]


MANIFEST = """
features:
  shortcuts:
    - name: New text # with search
      type: global
      callback_id: new_text
      description: Write a text
    - callback_id: send_as_text
      name: "Send as text"
      type: message
oauth_config:
  name: not a shortcut
"""


async def test_shortcuts_of_a_manifest() -> None:
    """The shortcuts are those that the manifest names, and those alone."""
    found = read_shortcuts(MANIFEST)
    assert [(one.name, one.kind, one.callback_id) for one in found] == [
        ("New text", "global", "new_text"),
        ("Send as text", "message", "send_as_text"),
    ]
    assert [one.description for one in found] == ["Write a text", ""]


async def test_without_a_manifest(tmp_path: Path) -> None:
    """Where no manifest lies, there is a list all the same."""
    assert shortcuts((tmp_path / "http.yaml",)) == OTHERWISE
