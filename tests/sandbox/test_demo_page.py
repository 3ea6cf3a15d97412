"""The demo's page as a browser shows it; skipped where no Chromium is installed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.demo.demo import Demo
from bot.sandbox.demo.routes import TOKEN_HEADER
from bot.sandbox.demo.story import AVA, CHANNEL, DANA, LUIS, MEERA, PAT
from tests.sandbox.browser import Browser, Page, installed

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(installed() is None, reason="the page is looked at in a Chromium, and none is installed here"),
]
AXE = Path(__file__).parent / "axe" / "axe.min.js"
CUT = """[...document.querySelectorAll('.composer textarea')].filter((one) => {
  const ink = document.createElement('canvas').getContext('2d'), look = getComputedStyle(one);
  ink.font = look.font;
  const room = one.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
  return one.clientWidth && ink.measureText(one.placeholder).width > room;
}).map((one) => one.placeholder)"""
TOO_WIDE = """['body', 'header', '.rail', '.people', '.switches', '.verdict', '.quick', '.scroll'].filter((name) =>
  [...document.querySelectorAll(name)].some((one) => one.clientWidth && one.scrollWidth > one.clientWidth))"""
WAIT_S = 60.0
SIZES = {"wide": (1280, 800), "narrow": (390, 844)}
FINDINGS = "axe.run().then((all) => all.violations.map((one) => `${one.id}: ${one.nodes.map((each) => each.html)}`))"
FOCUS = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
MANY_NUMBERS = (DANA.number, LUIS.number, "+15555550171", "+15555550172")
"""Who write a hundred texts: two of them would come above sixty in ten minutes, with what other tests let them say, and
what is above that is shown once a minute.
"""
IS_OPEN = "!!document.querySelector('demo-modal dialog[open]')"


class Stage:
    """The demo, a browser, and the acts of people who have no page open."""

    def __init__(self, demo: Demo, browser: Browser, session: aiohttp.ClientSession) -> None:
        self.demo = demo
        self.browser = browser
        self.session = session

    async def open(self, size: str = "wide", *, dark: bool = False) -> Page:
        """Open the page, and wait until it shows the conversation that is going on."""
        width, height = SIZES[size]
        page = await self.browser.open(self.demo.url, width=width, height=height, dark=dark)
        await page.until("document.querySelectorAll('.channel .root').length > 1")
        return page

    async def act(self, path: str, **body: object) -> None:
        """Post what has to be accepted."""
        async with self.session.post(self.demo.url + path, json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def text(self, number: str, words: str) -> None:
        """Text from a customer's phone."""
        await self.act("/phone/text", number=number, text=words, picture=None)

    async def reply(self, number: str, words: str) -> None:
        """Answer in the newest thread of a customer, as Ava."""
        thread = self.demo.screen.timeline.roots(number)[-1].ts
        await self.act("/slack/say", user=AVA, channel=CHANNEL, thread_ts=thread, text=words)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A demo whose opening is over, and a browser."""
    folder = tmp_path_factory.mktemp("profile")
    async with (
        Demo(port=0) as demo,
        Browser(folder) as browser,
        aiohttp.ClientSession(headers={TOKEN_HEADER: demo.token}) as session,
    ):
        assert demo.story is not None
        await demo.story
        yield Stage(demo, browser, session)


async def press(page: Page, words: str, place: str = "body") -> None:
    """Press the newest button with these words, or this label, as soon as it is there."""
    is_it = f"(one) => (one.ariaLabel ?? one.innerText).trim() === '{words}' && one.offsetParent"
    named = f"[...document.querySelectorAll('{place} button')].findLast({is_it})"
    await page.until(f"!!{named}")
    await page.run(f"{{ const it = {named}; it.focus(); it.click(); }}")


def one(look: str) -> str:
    """Return the expression for the first element of that look."""
    return f"document.querySelector('{look}')"


async def findings(page: Page) -> list[str]:
    """Return what axe-core finds wrong with the page as it stands, as "rule: elements"."""
    found: list[str] = await page.run(FINDINGS)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_everybody_can_use_it(stage: Stage, size: str, dark: bool) -> None:  # noqa: FBT001 - a parameter
    """axe-core finds nothing wrong with the panes, a thread, the Home, a menu, a window, or a hop in full."""
    page = await stage.open(size, dark=dark)
    await page.run(f"{AXE.read_text(encoding='utf-8')}; undefined")
    assert await findings(page) == []
    for tab in ("phone", "wire", "slack") if size == "narrow" else ():
        await page.run(f"document.getElementById('tab-{tab}').click()")
        assert await findings(page) == [], tab
    await page.run("document.querySelector('.replies').click()")
    await press(page, "More actions", ".thread")
    assert await findings(page) == [], "thread"
    await page.key("Escape")
    await press(page, "Volt", ".rail")
    await page.until("!!document.querySelector('.home .btn')")
    assert await findings(page) == [], "Home"
    await page.run("document.querySelector('[data-act=workflows]').click(), document.getElementById('tour').click()")
    await page.until("!!document.querySelector('.workflows textarea')?.offsetParent")
    assert (await findings(page), await page.run(TOO_WIDE)) == ([], []), "workflows, and things to try"
    if size == "narrow":
        await page.run("document.getElementById('tab-wire').click()")
        assert (await findings(page), await page.run(TOO_WIDE)) == ([], []), "things to try"
        await page.run("document.getElementById('tab-slack').click()")
    await page.run("document.querySelector('demo-tour .icon').click()")
    await page.run("document.querySelector('.rail li button').click()")
    await press(page, "Shortcuts", ".channel")
    assert await findings(page) == [], "menu"
    await page.run("document.querySelector('[role=menuitem]').click()")
    await page.until(IS_OPEN)
    assert await findings(page) == [], "window"
    await page.key("Escape")
    await page.until(f"!{IS_OPEN}")
    await page.run("document.querySelector('.hop').click()")
    await page.until("!!document.querySelector('.drawer[open]')")
    assert await findings(page) == [], "a hop"
    await page.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_a_phone_on_whatsapp(stage: Stage, size: str, dark: bool) -> None:  # noqa: FBT001 - a parameter
    """It says what it takes before and after a day passes; axe-core finds nothing wrong, and nothing is cut."""
    page = await stage.open(size, dark=dark)
    await page.run(f"{AXE.read_text(encoding='utf-8')}; undefined")
    await page.run("document.getElementById('tab-phone').click()")
    await page.run(f"document.querySelector('.people [data-act=\"{MEERA.number}\"]').click()")
    await stage.text(MEERA.number, "Hello again")
    said = one(".window p") + ".textContent"
    await page.until(f"{said}.startsWith('Takes free text until ')")
    assert await findings(page) == []
    await press(page, "A day passes", "demo-phone")
    await page.until(f"{said} === '24 hours are over: templates only'")
    assert await findings(page) == []
    assert (await page.run(TOO_WIDE), await page.run(CUT)) == ([], [])
    await page.close()


@pytest.mark.parametrize("size", SIZES)
async def test_another_person_sits_down(stage: Stage, size: str) -> None:
    """Somebody of another company sees the shared channel alone, no app, and where to install it; nothing is cut."""
    page = await stage.open(size)
    await page.run(f"{AXE.read_text(encoding='utf-8')}; undefined")
    await page.run(f"document.querySelector('.agents [data-act={PAT}]').click()")
    await page.until("document.querySelector('.rail a')?.innerText === 'Install Volt…'")
    assert await page.run("[...document.querySelectorAll('.rail li')].map((one) => one.textContent)") == [
        "# support",
        "Install Volt…",
    ]
    assert await page.run(TOO_WIDE) == []
    assert await findings(page) == []
    await page.close()


async def test_a_window_opens_where_it_was_asked_for(stage: Stage) -> None:
    """A window opens in the tab where somebody pressed, in no other tab of the same person, and in none loaded anew."""
    here, there = await stage.open(), await stage.open()
    await press(here, "Shortcuts", ".channel")
    await here.run("document.querySelector('[role=menuitem]').click()")
    await here.until(IS_OPEN)
    await press(there, "Contact", ".channel")
    await there.until(IS_OPEN)
    titles = [await one.run("document.getElementById('modal-title').textContent") for one in (here, there)]
    assert titles == ["New text", "Contact"]
    await here.run("window.isOld = true")
    await here.call("Page.reload")
    await here.until("!window.isOld && document.querySelectorAll('.channel .root').length > 1")
    assert not await here.run(IS_OPEN)
    await there.key("Escape")
    await there.until(f"!{IS_OPEN}")
    await stage.demo.slack.until(lambda: not any(stage.demo.slack.open_modals.values()), WAIT_S)
    for page in (here, there):
        await page.close()


async def test_a_second_escape_does_nothing(stage: Stage) -> None:
    """Escape closes the window, and once more leaves everything as it is: no complaint, and the thread stays open."""
    page = await stage.open()
    await page.until("!!document.querySelector('demo-slack.reading')")
    await press(page, "Contact", ".thread")
    await page.until(IS_OPEN)
    await page.key("Escape")
    await page.key("Escape")
    await stage.demo.slack.until(lambda: not any(stage.demo.slack.open_modals.values()), WAIT_S)
    await page.key("Escape")
    assert await page.run("document.getElementById('toast').hidden && !!document.querySelector('demo-slack.reading')")
    assert await page.run(FOCUS) == "Contact"
    await page.close()


async def test_the_focus_after_undo(stage: Stage) -> None:
    """Once Undo is gone with its line, the focus is in the answer box of its thread."""
    page = await stage.open()
    await stage.reply(DANA.number, "Not yet")
    await press(page, "Undo", ".thread")
    await page.until("![...document.querySelectorAll('.thread .btn')].some((one) => one.innerText === 'Undo')")
    assert str(await page.run(FOCUS)).startswith("Reply in the thread")
    await page.close()


async def test_the_way_by_keyboard(stage: Stage) -> None:
    """The sixth Tab at the latest leads from the top into an answer box; the skip link leads into the thread's."""
    page = await stage.open()
    stops = []
    for _ in range(6):
        await page.key("Tab")
        stops.append(await page.run("document.activeElement.localName"))
    assert "textarea" in stops, stops
    await page.run("document.activeElement.blur()")
    await page.run("document.getElementById('skip').focus()")
    await page.key("Enter")
    assert str(await page.run(FOCUS)).startswith("Reply in the thread")
    await page.close()


async def test_a_list_is_one_stop(stage: Stage) -> None:
    """In a list of messages Tab reaches one control; the arrow keys walk to the others and stop at the ends."""
    page = await stage.open()
    all_stops = "document.querySelectorAll('.channel .scroll :is(button, a, select):not([tabindex=\"-1\"])')"
    stops = f"{all_stops}.length"
    assert await page.run(stops) == 1
    await page.run(f"{all_stops}[0].focus()")
    await page.key("ArrowDown")
    last = await page.run(FOCUS)
    await page.key("ArrowDown")
    assert await page.run(FOCUS) == last
    await page.run("document.querySelector('.channel .scroll button').focus()")
    await page.key("ArrowRight")
    assert await page.run(f"({FOCUS}) !== null && document.activeElement.tabIndex === 0 && {stops} === 1")
    await page.close()


async def test_marks_read_as_words(stage: Stage) -> None:
    """A mark on a message is read as what it means, and by whom it is."""
    page = await stage.open()
    await stage.reply(DANA.number, "It is wrapped up")
    said = await page.until("[...document.querySelectorAll('.reaction')].map((one) => one.ariaLabel).at(-1)")
    assert said.endswith(", by Volt")
    assert said.removesuffix(", by Volt") in {"Waiting to be sent", "Sent", "Delivered", "Taken back"}
    await page.close()


async def test_it_opens_at_the_newest(stage: Stage) -> None:
    """Every pane opens at its end, and stays there while texts arrive."""
    page = await stage.open()
    for at in range(12):
        await stage.text(DANA.number, f"Line {at} of a longer story that Dana has to tell us today")
    for again in (page, await stage.open()):
        await again.until("document.querySelector('.thread').textContent.includes('Line 11')")
        for box in (".channel .scroll", ".thread .scroll", ".bubbles", ".tape"):
            newest = "it.lastElementChild.getBoundingClientRect().top < it.getBoundingClientRect().bottom"
            await again.until(f"((it) => it.scrollWidth - it.clientWidth - it.scrollLeft < 2 && {newest})({one(box)})")
        await again.close()


@pytest.mark.parametrize("width", [390, 1000, 1280, 1920])
async def test_nothing_is_cut(stage: Stage, width: int) -> None:
    """No answer box cuts its words, no pane is wider than its place, and the page never scrolls sideways."""
    page = await stage.browser.open(stage.demo.url, width=width, height=844)
    await page.until("document.querySelectorAll('.channel .root').length > 1")
    for tab in ("slack", "phone", "wire"):
        await page.run(f"document.getElementById('tab-{tab}').click()")
        assert await page.run(CUT) == [], tab
        assert await page.run(TOO_WIDE) == [], tab
    await page.close()


async def test_private_answers_fold_away(stage: Stage) -> None:
    """Of the answers that one person sees the newest is unfolded; each can be folded, unfolded and dismissed."""
    page = await stage.open()
    for command in ("help", "status"):
        await stage.act("/slack/command", user=AVA, channel=CHANNEL, text=command)
        await page.until(f"document.querySelectorAll('.private').length === {1 if command == 'help' else 2}")
    folds = "[...document.querySelectorAll('.private [aria-expanded]')].map((one) => one.ariaExpanded)"
    dismissals = "[...document.querySelectorAll('.private button')].filter((one) => one.innerText === 'Dismiss')"
    assert await page.until(f"({folds}).join() === 'false,true' && ({folds})")
    await page.run("document.querySelector('.private [aria-expanded]').click()")
    assert await page.run(folds) == ["true", "true"]
    for _ in range(2):
        await page.run(f"{dismissals}[0].click()")
    assert await page.run(folds) == []
    await page.close()


async def test_only_what_is_new_is_drawn(stage: Stage) -> None:
    """However many texts arrive: each hop is drawn once, and each bubble no more often than its words change."""
    page = await stage.open()
    await page.run("""{
      window.drawn = { hop: {}, bubble: {} };
      new MutationObserver((all) => {
        for (const one of all.flatMap((each) => [...each.addedNodes])) {
          const kind = ['hop', 'bubble'].find((name) => one.classList?.contains(name));
          if (kind) drawn[kind][one.dataset.key] = (drawn[kind][one.dataset.key] ?? 0) + 1;
        }
      }).observe(document.body, { childList: true, subtree: true });
    }""")
    for at in range(100):
        await stage.text(MANY_NUMBERS[at % len(MANY_NUMBERS)], f"Quick text {at}")
    is_there = "one.body.startsWith('Quick text') && one.status === 'delivered'"
    await page.until(
        f"import('/store.js').then((known) => known.store.state.texts.filter((one) => {is_there}).length === 100)"
    )
    hops: dict[str, int] = await page.run("drawn.hop")
    bubbles: dict[str, int] = await page.run("drawn.bubble")
    assert len(hops) > 100
    assert set(hops.values()) == {1}
    assert max(bubbles.values()) < 8, (
        bubbles
    )  # sending, sent, delivered; the newest, no longer the newest; another phone
    await page.close()


async def test_the_people_live_by_the_viewers_clock(stage: Stage) -> None:
    """Both people at the keyboard are in the time zone of the browser; one that does not exist is refused."""
    page = await stage.browser.open("about:blank")
    await page.call("Emulation.setTimezoneOverride", timezoneId="Asia/Tokyo")
    await page.call("Page.navigate", url=stage.demo.url)
    await stage.demo.slack.until(lambda: stage.demo.slack.users[AVA].tz == "Asia/Tokyo", WAIT_S)
    async with stage.session.post(f"{stage.demo.url}/zone", json={"zone": "Mars/Olympus"}) as answer:
        assert (answer.status, await answer.json()) == (400, {"error": "there is no such time zone"})
    await page.close()
