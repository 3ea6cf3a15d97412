"""Who is writing, as people see it in the forms in which they write to a contact."""

from __future__ import annotations

import time

from bot.bridge.conversations.writing import others_writing
from bot.domain.ids import ConversationId, UserId
from tests.harness.handlers import Handlers
from tests.harness.windows import fill, opened, press_in_window, window, words
from tests.harness.world import AVA, BEN, CHANNEL
from tests.slack.features.test_compose import add_template
from tests.slack.features.test_threads import whispered

BENS = f"<@{BEN}> is writing to this contact: they opened a form "
AVAS = f"<@{AVA}> is writing to this contact: they opened a form "


async def writing(handlers: Handlers, but: UserId = AVA) -> list[UserId]:
    """Return who has a form open, but for one."""
    found = await handlers.store.run(lambda tx: others_writing(tx, ConversationId(1), but))
    return [form.user for form in found]


async def use_template(handlers: Handlers, user: UserId, thread: str) -> str:
    """Open the form for a template, and return its id."""
    await handlers.slack.shortcut(user, "reply_with_template", channel=CHANNEL, message_ts=thread)
    return await opened(handlers, user)


async def test_two_reply_with_a_template(handlers: Handlers) -> None:
    """The second form names the first one's author, the first the second's once something is done in it; no post does.

    It ends by sending, and by closing.
    """
    await add_template(handlers, "Hours", "Till five")
    thread = await handlers.open_thread()
    posts = len(handlers.slack.channels[CHANNEL].messages)
    await use_template(handlers, BEN, thread)
    assert "is writing" not in words(window(handlers, BEN))
    view = await use_template(handlers, AVA, thread)
    assert BENS in words(window(handlers, AVA))
    await press_in_window(handlers, "template_pick", BEN, value="1")
    assert AVAS in words(window(handlers, BEN))
    assert (len(handlers.slack.channels[CHANNEL].messages), handlers.slack.ephemerals) == (posts, [])
    await handlers.slack.close_view(AVA, view)
    assert await writing(handlers, BEN) == []
    assert await writing(handlers, AVA) == [BEN]
    await fill(handlers, BEN, **{"template_words 1": "Till six"})
    await handlers.receives("Till six")
    assert await writing(handlers, AVA) == []
    assert handlers.slack.refused == []


async def test_send_as_text_and_later(handlers: Handlers) -> None:
    """Forms of other kinds tell of each other, also where a preview or a question has taken their place."""
    thread = await handlers.open_thread()
    await handlers.slack.shortcut(BEN, "conversation", channel=CHANNEL, message_ts=thread)
    card = await whispered(handlers, "", BEN)
    assert "is writing" not in words(card)
    await handlers.slack.press(BEN, CHANNEL, str(card["message_ts"]), "schedule")
    await opened(handlers, BEN)
    ts = await handlers.slack.say(AVA, CHANNEL, "// Friday suits us", thread_ts=thread)
    await handlers.slack.shortcut(AVA, "send_as_text", channel=CHANNEL, message_ts=ts)
    await opened(handlers, AVA)
    assert BENS in words(window(handlers, AVA))
    await handlers.slack.shortcut(BEN, "conversation", channel=CHANNEL, message_ts=thread)
    await handlers.slack.until(lambda: len(handlers.slack.ephemerals) == 2)
    assert AVAS in words(await whispered(handlers, "", BEN))
    await fill(handlers, BEN, text="Friday at nine", when=int(time.time()) + 7_200)
    assert window(handlers, BEN)["callback_id"] == "schedule_confirm"
    assert await writing(handlers, AVA) == [BEN]
    await fill(handlers, BEN)
    assert await writing(handlers, AVA) == []
    await press_in_window(handlers, "compose_preview", AVA)
    assert await writing(handlers, BEN) == [AVA]
    await fill(handlers, AVA, compose_text="Friday suits us")
    assert await writing(handlers, BEN) == []
    assert handlers.slack.refused == []


async def test_a_form_that_cannot_be_opened(handlers: Handlers) -> None:
    """A form that Slack did not open is told to nobody."""
    await add_template(handlers, "Hours", "Till five")
    thread = await handlers.open_thread()
    handlers.slack.rules.errors["views.open"] = ["expired_trigger_id"]
    await handlers.slack.shortcut(BEN, "reply_with_template", channel=CHANNEL, message_ts=thread)
    await handlers.slack.until(lambda: handlers.slack.ephemerals)
    assert await writing(handlers, AVA) == []
