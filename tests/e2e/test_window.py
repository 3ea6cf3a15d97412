"""The window of a WhatsApp line: held when it is shut, whatever a reply is; templates; and all of it said in words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.config import Config
from bot.sandbox.glific.model import Template, Translation
from bot.sandbox.slack.state.model import Message as Post
from bot.sandbox.slack.state.model import SlashAnswer
from bot.sandbox.volt.pictures import draw
from tests.harness.posts import seen
from tests.harness.whatsapp import WhatsApp, wire
from tests.harness.windows import fill, opened, press_in_window, window, words
from tests.harness.world import AVA, BEN, CHANNEL, DANA
from tests.slack.features.test_send import volt

HELD = "[Choose a template] [Do not send]"
NOW = "[Send now] [Do not send]"
RULE = "Not sent. WhatsApp takes free text only for 24 hours after somebody wrote."
PNG = draw("parcel.png")

Kind = Callable[[WhatsApp, str], Awaitable[object]]


@pytest.fixture
async def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WhatsApp]:
    """Give a bot at whose address files can be fetched, in whose thread with Dana a text has left, and a day later."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    made = WhatsApp(tmp_path)
    made._settings["public_url"] = made.url
    async with made as running:
        await running.stream_is_open()
        yield running
    print(running.log)  # noqa: T201 - shown where a test fails
    running.forget_database()


async def shut(bot: WhatsApp) -> None:
    """Let a day and an hour pass at Glific."""
    await bot.glific.move_clock(hours=25)


def lines_with(bot: WhatsApp, buttons: str) -> list[Post]:
    """Return the lines of the thread with these buttons."""
    return [one for one in bot.thread() if buttons in seen(one)]


async def there_are(bot: WhatsApp, count: int, buttons: str) -> None:
    """Wait until so many lines have these buttons."""
    await bot.slack.until(lambda: len(lines_with(bot, buttons)) == count)


def says(text: str, user: str = AVA, **more: object) -> Kind:
    """Write a reply."""
    return lambda bot, thread: bot.reply(thread, text, user, **more)


def with_file(text: str) -> Kind:
    """Write a reply with a picture."""

    async def write(bot: WhatsApp, thread: str) -> None:
        picture = bot.slack.add_file(AVA, "parcel.png", "image/png", PNG)
        await bot.reply(thread, text, files=[picture])

    return write


async def by_command(bot: WhatsApp, _thread: str) -> None:
    """Text by `/volt send`."""
    await volt(bot, f"send {DANA} By command")


async def in_a_window(bot: WhatsApp, _thread: str) -> None:
    """Text by the window for a new text, which says that free text is over."""
    await bot.slack.shortcut(AVA, "new_text")
    await opened(bot)
    await bot.slack.suggest(AVA, "compose_to", DANA, view_id=window(bot)["id"])
    await press_in_window(bot, "compose_to", value="talk 1")
    await bot.slack.until(lambda: "Only templates can be sent until the contact writes again." in words(window(bot)))
    await fill(bot, compose_to="talk 1", compose_text="In a window")


async def of_a_note(bot: WhatsApp, thread: str) -> None:
    """Text a note by its shortcut."""
    ts = await bot.reply(thread, "//A note that is sent")
    await bot.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=ts)
    await opened(bot)
    await fill(bot, compose_text="A note that is sent")


async def of_the_team(bot: WhatsApp, thread: str) -> None:
    """Text a template of the team's."""
    await bot.slack.open_home(AVA)
    await bot.slack.until(lambda: "template_add" in str(bot.slack.homes.get(AVA)))
    await bot.slack.press_in_view(AVA, bot.slack.homes[AVA]["id"], "template_add")
    await opened(bot)
    await fill(bot, template_name="Hours", template_body="We are open from 9 to 5")
    await bot.slack.shortcut(AVA, "reply_with_template", channel=CHANNEL, message_ts=thread)
    await bot.slack.until(lambda: bot.slack.open_modals.get(AVA))
    await press_in_window(bot, "template_pick", value="1")
    await bot.slack.until(lambda: "template_words" in str(window(bot)))
    block = next(one for one in window(bot)["blocks"] if one["block_id"].startswith("template_words"))
    text = block["element"]["initial_value"]
    await bot.slack.submit(AVA, window(bot)["id"], {block["block_id"]: {block["block_id"]: text}})


async def edited(bot: WhatsApp, thread: str) -> None:
    """Write a reply and put it right."""
    ts = await bot.reply(thread, "Edietd")
    await bot.line("Edietd")
    await bot.slack.edit(CHANNEL, ts, "Edited")
    await bot.line("\nEdited")


async def to_be_confirmed(bot: WhatsApp, thread: str) -> None:
    """Write where every reply is asked about."""
    await volt(bot, "mode confirm")
    await bot.reply(thread, "To be confirmed")
    await bot.line("To be confirmed")
    await volt(bot, "mode auto")


async def marked(bot: WhatsApp, thread: str) -> None:
    """Write where only marked replies are texted."""
    await volt(bot, "mode explicit")
    await bot.reply(thread, "!Marked")
    await bot.line("Marked")
    await volt(bot, "mode auto")


async def while_away(bot: WhatsApp, thread: str) -> None:
    """Write while the bot is not there."""
    await bot.stop()
    await bot.reply(thread, "Written while you were away")
    await bot.start()
    await bot.stream_is_open()


async def correction(bot: WhatsApp, _thread: str) -> None:
    """Edit what left before, and send the correction."""
    sent = next(one for one in bot.slack.channels[CHANNEL].messages if one.text == "Frist")
    await bot.slack.edit(CHANNEL, sent.ts, "Corrected")
    line = await bot.line("[Send a correction]")
    await bot.slack.press(AVA, CHANNEL, line.ts, "send_correction")


KINDS: dict[str, Kind] = {
    "Are you there?": says("Are you there?"),
    "Second line": says("First line\nSecond line"),
    "👋": says("Hello :wave:"),
    "example.com/a": says("See <https://example.com/a?b=1&amp;c=2|our page>"),
    "ask @": says(f"I will ask <@{BEN}> about it"),
    "one of these": says("• one of these\n• another"),
    "as quoted": says("&gt; as quoted\n`code`"),
    "word word": says("word " * 1_200),
    "begins later": says(f"begins later\n<@{BEN}> knows"),
    "look at this": with_file("look at this"),
    "parcel.png": with_file(""),
    "By command": by_command,
    "In a window": in_a_window,
    "A note that is sent": of_a_note,
    "We are open": of_the_team,
    "Edited": edited,
    "for all to see": says("for all to see", subtype="thread_broadcast"),
    "by somebody else": says("by somebody else", BEN),
    "Are you there? ": says("Are you there?"),
    "To be confirmed": to_be_confirmed,
    "Marked": marked,
    "Corrected": correction,
    "while you were away": while_away,
}
"""Kinds of replies, by words that show in the line about each."""


async def test_every_kind_of_reply_is_held_and_none_is_lost(bot: WhatsApp) -> None:
    """Of more than twenty kinds of replies none leaves while free text is over; once Dana wrote, each does, once."""
    thread = await bot.open_thread()
    await bot.reply(thread, "Frist")
    await bot.gets("Frist")
    await shut(bot)
    for number, (shown, write) in enumerate(KINDS.items(), start=1):
        await write(bot, thread)
        await there_are(bot, number, HELD)
        assert any(shown.strip() in seen(one) for one in lines_with(bot, HELD)), shown
    assert len(KINDS) >= 20
    assert bot.phone() == ["Frist"]
    assert all(seen(one).startswith(RULE) for one in lines_with(bot, HELD))
    await bot.restart()
    await bot.stream_is_open()
    await bot.write(DANA, "I am back")
    await there_are(bot, len(KINDS), NOW)
    assert bot.phone() == ["Frist"]
    for number, line in enumerate(lines_with(bot, NOW), start=1):
        await bot.slack.press(AVA, CHANNEL, line.ts, "send_text_now")
        await there_are(bot, len(KINDS) - number, NOW)
    await bot.glific.until(lambda: len(bot.sent()) >= len(KINDS) + 2)  # the long one has two parts
    said = [message.shown for message in bot.sent()[1:]]
    assert len(said) == len(KINDS) + 1
    begun = [text for text in said if not text.startswith("(2/2)")]
    for shown, text in zip(KINDS, begun, strict=True):
        assert (text == "") if shown == "parcel.png" else (shown.strip() in text)


ORDER = "Dear {{1}}, your order {{2}} comes at {{3}}."
IN_GERMAN = "Liebe {{1}}, Ihre Bestellung {{2}} kommt um {{3}}."
PARAMS = {"1": "Dana", "2": "@17", "3": "9:30  in the\nmorning"}


async def choose(bot: WhatsApp, template: Template) -> None:
    """Choose a template under the line about what is held."""
    (line,) = lines_with(bot, HELD)
    await bot.slack.press(AVA, CHANNEL, line.ts, "choose_template")
    await pick(bot, template)


async def pick(bot: WhatsApp, template: Template) -> None:
    """Pick a template in the list that is about to open."""
    await bot.slack.until(lambda: bot.slack.open_modals.get(AVA) and window(bot).get("callback_id") == "approved_list")
    await press_in_window(bot, "approved_pick", value=str(template.id))
    await bot.slack.until(lambda: window(bot).get("callback_id") == "approved_form")


async def send(bot: WhatsApp, template: Template, **more: object) -> SlashAnswer:
    """Fill in the three blanks, and send."""
    blanks = {f"approved_blank {template.id} {number}": {"approved_blank": typed} for number, typed in PARAMS.items()}
    files = {f"approved_file {template.id}": {f"approved_file {template.id}": given} for given in more.values()}
    return await bot.slack.submit(AVA, window(bot)["id"], blanks | files)


async def held(bot: WhatsApp, locale: str = "en") -> None:
    """Let Dana, who agreed to be written to and speaks that language, be written to after a day."""
    bot.glific.add_contact(wire(DANA), "Dana", locale=locale, consents=True)
    thread = await bot.open_thread()
    await shut(bot)
    await bot.reply(thread, "Are you there?")
    await bot.line(HELD)


async def test_a_template_with_three_blanks_and_a_picture(bot: WhatsApp) -> None:
    """A template goes out as one, in the contact's language, with its blanks and the picture that was chosen for it."""
    await held(bot, "de")
    media = bot.glific.add_media(bot.glific.picture_url("lake.png"))
    german = {3: Translation(IN_GERMAN)}
    template = bot.glific.add_template("Order", ORDER, type="IMAGE", media=media, translations=german)
    bot.glific.add_template("Only English", "Hello")
    await choose(bot, template)
    assert "Only English" not in str(window(bot))
    blank = f"approved_blank {template.id} 1"
    await press_in_window(bot, "approved_blank", value="Dana", block_id=blank)
    await bot.slack.until(lambda: "Liebe Dana, Ihre Bestellung … kommt um …." in words(window(bot)))
    await send(bot, template, file=[bot.slack.add_file(AVA, "parcel.png", "image/png", PNG)])
    await bot.glific.until(bot.sent)
    (message,) = bot.sent()
    assert (message.is_hsm, message.template_id, message.type) == (True, template.id, "IMAGE")
    assert [param.replace("\u200b", "") for param in message.params or ()] == ["Dana", "@17", "9:30 in the morning"]
    assert message.media is not None
    assert message.media.url.startswith(f"{bot.url}/media/")
    fetched = await bot.glific.until(lambda: message.fetched)
    assert fetched is not None
    assert fetched.data == PNG
    await bot.line("Liebe Dana, Ihre Bestellung @17 kommt um 9:30 in the morning.")
    assert len(lines_with(bot, HELD)) == 1


async def test_the_picture_that_was_approved(bot: WhatsApp) -> None:
    """Where no picture is chosen the one goes along that was approved with the template."""
    await held(bot)
    media = bot.glific.add_media(bot.glific.picture_url("lake.png"))
    template = bot.glific.add_template("Order", ORDER, type="IMAGE", media=media)
    await choose(bot, template)
    await send(bot, template)
    await bot.glific.until(bot.sent)
    (message,) = bot.sent()
    assert message.media is not None
    assert message.media.url == media.url


async def test_a_lost_answer_sends_no_second_template(bot: WhatsApp) -> None:
    """A template whose answer is lost is found on record, and leaves once; it may be sent at any time."""
    bot.glific.add_contact(wire(DANA), "Dana", consents=True)
    await bot.open_thread()
    template = bot.glific.add_template("Order", ORDER)
    await volt(bot, f"template {DANA}")
    await pick(bot, template)
    bot.glific.rules.only, bot.glific.rules.drop_answers = ("createAndSendMessage",), 1
    await send(bot, template)
    await bot.line("has not confirmed yet", timeout_s=60)
    assert len(bot.sent()) == 1


async def test_who_has_not_agreed_gets_no_template(bot: WhatsApp) -> None:
    """A contact who never agreed to be written to gets none, and the window says so before anything is filled in."""
    thread = await bot.open_thread()
    await shut(bot)
    await bot.reply(thread, "Are you there?")
    line = await bot.line(HELD)
    await bot.slack.press(AVA, CHANNEL, line.ts, "choose_template")
    await bot.slack.until(
        lambda: bot.slack.open_modals.get(AVA) and "has not agreed to be written to" in words(window(bot))
    )


async def test_the_header_says_until_when(bot: WhatsApp) -> None:
    """The header of a WhatsApp thread says until when free text may be sent, and after that how to go on."""
    thread = await bot.open_thread()
    until = r"Free text until <!date\^\d+\^\{date_short_pretty\} at \{time\}"
    await bot.slack.until(lambda: re.search(until, seen(bot.headers()[0])))
    await shut(bot)
    await bot.reply(thread, "Are you there?")
    await bot.slack.until(lambda: "Only templates can be sent until the contact writes" in seen(bot.headers()[0]))
    assert "[Choose a template]" in seen(bot.headers()[0])


async def test_a_line_without_a_window_stays_as_it_is(bot: WhatsApp) -> None:
    """Beside it a line for SMS says nothing of windows, and its replies leave while WhatsApp's wait."""
    bot.has_volt = True
    await bot.restart()
    await bot.volt.text(DANA, "By SMS")
    await bot.slack.until(lambda: any("By SMS" in seen(one) for one in bot.posts()))
    await bot.write(DANA, "By WhatsApp")
    await bot.slack.until(lambda: len(bot.headers()) == 2)
    await shut(bot)
    sms, chat = sorted(bot.headers(), key=lambda header: "WhatsApp" in seen(header).split("\n")[0])
    assert "Free text" not in seen(sms)
    assert "Only templates" not in seen(sms)
    await bot.reply(chat.ts, "Held")
    await bot.reply(sms.ts, "Sent")
    await bot.volt.until(lambda: [one.body for one in bot.volt.outbound(DANA)] == ["Sent"])
    await bot.slack.until(lambda: any(HELD in seen(one) for one in bot.posts()))
    assert bot.sent() == []
