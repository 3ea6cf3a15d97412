"""Choosing a template: under a held reply, in the header or by command; blanks with a live preview; sent once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.provider_records import TemplateRecord
from bot.slack.features.approved_templates import view
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.windows import is_open, opened, press_in_window, window, words
from tests.harness.world import AVA, CHANNEL, DANA, MARCO
from tests.slack.features.test_send import volt
from tests.window.provider import WindowProvider
from tests.window.server import Taken, WindowServer

ORDER = TemplateRecord(
    "32", "Order update", "Dear {{1}}, your order {{2}} comes at {{3}}.", "en", 3, footer="Reply to talk to us"
)
HELLO = TemplateRecord("33", "Hello", "Namaste {{1}}", "hi", 1)
BARE = TemplateRecord("34", "Call us", "Please call us.", "en")
PICTURE = TemplateRecord("35", "Map", "Here we are, {{1}}.", "en", 1, kind="image")


@pytest.fixture
async def carrier() -> AsyncIterator[WindowServer]:
    """Give the carrier, with four templates; no contact has written to it."""
    made = WindowServer(templates=[asdict(one) for one in (ORDER, HELLO, BARE, PICTURE)])
    made.url = await made.start()
    yield made
    await made.close()


@pytest.fixture
async def bot(tmp_path: Path, carrier: WindowServer) -> AsyncIterator[Handlers]:
    """Give the handlers over that carrier; Slack takes every view."""
    provider = WindowProvider(carrier.url)
    await provider.start()
    async with Handlers(tmp_path, provider) as running:
        yield running
        assert running.slack.refused == []
    await provider.close()


def blank(number: int, template: TemplateRecord = ORDER) -> str:
    """Name the block of a blank."""
    return f"approved_blank {template.id} {number}"


def typed(*params: str, template: TemplateRecord = ORDER) -> dict[str, dict[str, Any]]:
    """Return what stands in the blanks."""
    return {blank(number, template): {"approved_blank": words} for number, words in enumerate(params, start=1)}


async def held(bot: Handlers) -> str:
    """Write a reply that is held; return the ts of the line that says so."""
    thread = await bot.open_thread()
    await bot.reply(thread, "Are you there?")
    return (await bot.line("[Choose a template] [Do not send]")).ts


async def choose(bot: Handlers, template: TemplateRecord = ORDER) -> dict[str, Any]:
    """Choose a template in the list that is open; return the form for it."""
    await opened(bot)
    await bot.slack.until(lambda: "Asking" not in words(window(bot)))
    await press_in_window(bot, "approved_pick", value=template.id)
    await bot.slack.until(lambda: window(bot).get("callback_id") == "approved_form")
    return window(bot)


async def send(bot: Handlers, *params: str, template: TemplateRecord = ORDER) -> Any:
    """Fill in the form and press Send."""
    answer = await bot.slack.submit(AVA, window(bot)["id"], typed(*params, template=template))
    await bot.idle()
    return answer


async def test_a_template_under_a_held_reply(bot: Handlers, carrier: WindowServer) -> None:
    """The button opens the templates of the contact's language; what is filled in shows at once, and is sent once."""
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    await opened(bot)
    await bot.slack.until(lambda: "Order update" in str(window(bot)))
    assert "Namaste" not in str(window(bot))
    form = await choose(bot)
    assert "Dear …, your order … comes at …." in words(form)
    assert "Reply to talk to us" in words(form)
    await press_in_window(bot, "approved_blank", value="Dana", block_id=blank(1))
    await bot.slack.until(lambda: "Dear Dana, your order … comes at …." in words(window(bot)))
    await press_in_window(bot, "approved_blank", value="17", block_id=blank(2))
    await bot.slack.until(lambda: "Dear Dana, your order 17 comes at …." in words(window(bot)))
    await send(bot, "Dana", "17", "9:30")
    assert carrier.taken == [Taken(DANA, "Dear Dana, your order 17 comes at 9:30.", "32", ("Dana", "17", "9:30"))]
    assert not is_open(bot)
    await bot.line(f"<@{AVA}> sent a template:")
    assert any("[Choose a template] [Do not send]" in line for line in bot.lines())


async def test_a_form_that_is_sent_twice(bot: Handlers, carrier: WindowServer) -> None:
    """Slack may deliver a form twice: the template goes out once."""
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    form = await choose(bot, BARE)
    await bot.slack.submit(AVA, form, {})
    bot.slack.open_modals.setdefault(AVA, []).append(form["id"])
    await bot.slack.submit(AVA, form, {})
    await bot.idle()
    assert carrier.phone(DANA) == ["Please call us."]


async def test_every_blank_needs_words(bot: Handlers, carrier: WindowServer) -> None:
    """A blank without words is named at its input, and nothing is sent."""
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    await choose(bot)
    answer = await send(bot, "Dana", " \u200b", "9:30")
    assert answer.body["errors"] == {blank(2): "Every blank needs words."}
    assert carrier.taken == []


async def test_another_template(bot: Handlers) -> None:
    """The form leads back to the list."""
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    await choose(bot)
    await press_in_window(bot, "approved_other")
    await bot.slack.until(lambda: window(bot).get("callback_id") == "approved_list")
    assert "Please call us." in words(await choose(bot, BARE))


async def test_a_template_that_is_gone(bot: Handlers, carrier: WindowServer) -> None:
    """A template that was taken away meanwhile is said to be, and the list can be used again."""
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    await opened(bot)
    await bot.slack.until(lambda: window(bot).get("callback_id") == "approved_list")
    carrier.templates.pop(0)
    await press_in_window(bot, "approved_pick", value="32")
    await bot.slack.until(lambda: "This template is not approved any more" in words(window(bot)))


async def test_a_template_that_changes_before_it_is_sent(bot: Handlers, carrier: WindowServer) -> None:
    """A template that was changed after it was shown is shown anew with what was typed, and sent when that is sent."""
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    await choose(bot)
    now = replace(ORDER, body="Dear {{1}}, your order {{2}} was lost at {{3}}.")
    carrier.templates[0] = asdict(now)
    await send(bot, "Dana", "17", "9:30")
    assert carrier.taken == []
    assert "The template has changed, or the contact's language has." in words(window(bot))
    assert "Dear Dana, your order 17 was lost at 9:30." in words(window(bot))
    await send(bot, "Dana", "17", "9:30")
    assert [one.body for one in carrier.taken] == ["Dear Dana, your order 17 was lost at 9:30."]


async def test_a_template_that_is_gone_before_it_is_sent(bot: Handlers, carrier: WindowServer) -> None:
    """A template that was taken away after it was shown is not sent, and the form says why."""
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    await choose(bot, BARE)
    carrier.templates[:] = [one for one in carrier.templates if one["id"] != BARE.id]
    await send(bot, template=BARE)
    assert carrier.taken == []
    assert "This template is not approved any more" in words(window(bot))


async def test_the_language_changes_before_it_is_sent(bot: Handlers, carrier: WindowServer) -> None:
    """Where the contact's language was changed after the preview its translation is shown, and nothing sent unseen."""
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    await choose(bot, BARE)
    carrier.templates[2] = asdict(replace(BARE, body="Bitte rufen Sie an.", language="de"))
    carrier.language = "de"
    await send(bot, template=BARE)
    assert carrier.taken == []
    assert "Bitte rufen Sie an." in words(window(bot))
    await send(bot, template=BARE)
    assert carrier.phone(DANA) == ["Bitte rufen Sie an."]


@pytest.mark.parametrize("longest", ["x" * 3_000, '"\\' * 600, "😀" * 1_500])
async def test_the_longest_template(bot: Handlers, carrier: WindowServer, longest: str) -> None:
    """A template that is longer than a form can keep is read anew for its preview, and sent as it is."""
    long = replace(BARE, name="n" * 512, body=f"{{{{1}}}} {longest}", blanks=1, media=f"https://x.example/{'m' * 900}")
    carrier.templates[2] = asdict(long)
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    form = await choose(bot, long)
    assert len(form["private_metadata"].encode("utf-16-le")) // 2 <= 3_000
    await press_in_window(bot, "approved_blank", value="Dana", block_id=blank(1, long))
    await bot.slack.until(lambda: f"Dana {longest[:20]}" in words(window(bot)))
    await send(bot, "Dana", template=long)
    assert carrier.phone(DANA) == [f"Dana {longest}"]


@given(body=st.text(max_size=5_000), media=st.text(max_size=2_500), name=st.text(max_size=600))
def test_metadata_keeps_slacks_limit(body: str, media: str, name: str) -> None:
    """Whatever a template says the metadata of its form is short enough, and names it."""
    template = replace(BARE, body=body, media=media, name=name)
    written = view.Chosen(7, template).to_metadata()
    assert len(written) <= 3_000
    read = view.read_metadata(written)
    assert (read.conversation_id, read.template_id, read.digest) == (7, BARE.id, view.digest_of(template))
    assert read.template in (template, None)


async def test_none_is_there(bot: Handlers, carrier: WindowServer) -> None:
    """Where nobody has made a template the window says who has to, and how."""
    carrier.templates.clear()
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    await bot.slack.until(lambda: is_open(bot) and "There is no approved template yet." in words(window(bot)))


async def test_more_templates_than_a_menu_takes(bot: Handlers, carrier: WindowServer) -> None:
    """Of hundreds of templates each can be chosen: they stand in groups."""
    carrier.templates += [asdict(TemplateRecord(str(n), f"Name {n}", f"Body {n}.", "en")) for n in range(100, 350)]
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    assert "Body 349." in words(await choose(bot, TemplateRecord("349", "", "")))


async def test_by_the_header(bot: Handlers, carrier: WindowServer) -> None:
    """While free text is over the header has the button, in place of the contact's, which moves into the menu."""
    await held(bot)
    await bot.wait(30)
    (header,) = bot.headers(DANA)
    assert "[Assign to me] [Choose a template]" in seen(header)
    await bot.slack.press(AVA, CHANNEL, header.ts, "approved_template")
    await choose(bot, BARE)
    await send(bot, template=BARE)
    assert carrier.phone(DANA) == ["Please call us."]


async def test_by_command(bot: Handlers, carrier: WindowServer) -> None:
    """`/volt template NUMBER` opens the same form; without a conversation it says what to do first."""
    await bot.open_thread()
    assert (await volt(bot, f"template {DANA}")).startswith("The form is open.")
    await choose(bot, BARE)
    await send(bot, template=BARE)
    assert carrier.phone(DANA) == ["Please call us."]
    assert "Open it first: `/volt open`." in await volt(bot, f"template {MARCO}")
    assert "There are words after the number." in await volt(bot, f"template {DANA} hello")
    assert "`/volt template" in await volt(bot, "help")


async def test_a_picture_is_needed(bot: Handlers, carrier: WindowServer) -> None:
    """A template that needs a picture is not sent without one."""
    await bot.slack.press(AVA, CHANNEL, await held(bot), "choose_template")
    await choose(bot, PICTURE)
    answer = await send(bot, "Dana", template=PICTURE)
    assert "needs a file of its kind: image." in str(answer.body)
    assert carrier.taken == []


async def test_send_now(bot: Handlers, carrier: WindowServer) -> None:
    """Once the contact has written, the button sends what was held; a second press does nothing more."""
    line = await held(bot)
    carrier.heard[DANA] = carrier.clock()
    await bot.hear(DANA, "Yes")
    await bot.line("[Send now] [Do not send]")
    await bot.slack.press(AVA, CHANNEL, line, "send_text_now")
    await bot.idle()
    assert carrier.phone(DANA) == ["Are you there?"]
