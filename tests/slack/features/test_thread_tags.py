"""Tags from a contact's thread, by words and by the form; and what a second press, or a second person, does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.bridge.conversations.searches import save_search
from bot.domain.ids import UserId
from bot.sandbox.slack.ui.actions import Values
from tests.harness.handlers import Handlers
from tests.harness.windows import opened, window
from tests.harness.world import AVA, BEN, CHANNEL, DANA
from tests.slack.features.test_home import home, press, volt
from tests.slack.features.test_tags import rules_of, tags_of
from tests.slack.features.test_threads import whispered


@pytest.fixture(autouse=True)
def nothing_is_refused(handlers: Handlers) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert handlers.slack.refused == []


async def noted(bot: Handlers) -> list[tuple[str, str]]:
    """Read what the audit trail knows of tags on the first conversation, the newest first."""
    lines = await bot.store.run(lambda tx: tx.audit.of_conversation(tx.conversations.with_contact(DANA)[0].id, 20))
    return [(line.action, line.detail) for line in lines if line.action in ("tagged", "untagged")]


async def test_tags_by_a_word_in_the_thread(handlers: Handlers) -> None:
    """`@volt tag` and `@volt untag` change the tags of the thread's conversation, quietly, and say what is wrong."""
    thread = await handlers.open_thread()
    us = f"<@{handlers.slack.bot_user_id}>"
    await handlers.reply(thread, f"{us} tag VIP, late_order")
    await handlers.slack.until(lambda: "Tags: late-order, vip" in str(handlers.headers()[0]))
    await handlers.reply(thread, f"{us} untag late-order")
    await handlers.slack.until(lambda: "Tag: vip" in str(handlers.headers()[0]))
    await handlers.reply(thread, f"{us} untag late-order")
    await whispered(handlers, "It stands like that already.")
    await handlers.reply(thread, f"{us} tag a*b")
    await whispered(handlers, '"a*b" cannot be a tag')
    await handlers.reply(thread, f"{us} tag")
    await whispered(handlers, "Write the tag behind it, such as *@volt tag vip*.")
    assert await tags_of(handlers) == ["vip"]
    assert handlers.phone() == []


async def form(bot: Handlers, thread: str, user: str = AVA) -> str:
    """Open the form of the tags from the thread's menu, and return its id."""
    await bot.slack.press(user, CHANNEL, thread, "more", value="all:1")
    everything = await whispered(bot, "new contact", user)
    await bot.slack.press(user, CHANNEL, str(everything["message_ts"]), "tags")
    return await opened(bot, user)


async def test_tags_by_the_form(handlers: Handlers) -> None:
    """The form shows the tags, puts and takes what was changed in it, and leaves what others did meanwhile."""
    thread = await handlers.open_thread()
    await volt(handlers, f"tag {DANA} vip, late")
    await volt(handlers, "tag refund")
    view = await form(handlers, thread)
    assert "refund" in str(window(handlers))
    await volt(handlers, f"tag {DANA} urgent", BEN)
    await volt(handlers, f"tag {DANA} late off", BEN)
    chosen: Values = {"tags_chosen": {"tags_chosen": ["vip", "refund"]}, "tags_new": {"tags_new": "New one, new-one"}}
    await handlers.slack.submit(AVA, view, chosen)
    assert await tags_of(handlers) == ["new", "new-one", "one", "refund", "urgent", "vip"]
    view = await form(handlers, thread)
    answer = await handlers.slack.submit(AVA, view, {"tags_new": {"tags_new": "1 2 3 4 5"}})
    assert answer.body["errors"] == {"tags_new": "A conversation can have at most 10 tags. Take one off first."}
    answer = await handlers.slack.submit(AVA, view, {"tags_new": {"tags_new": "a*b"}})
    assert '"a*b" cannot be a tag' in answer.body["errors"]["tags_new"]
    await handlers.slack.submit(AVA, view, {"tags_chosen": {"tags_chosen": []}, "tags_new": {"tags_new": ""}})
    assert await tags_of(handlers) == []


async def test_the_same_twice_at_once(handlers: Handlers) -> None:
    """Two who tag at once put one tag, add one rule and keep one search; each is noted once."""
    for user in (AVA, BEN):
        handlers.slack.users[user].is_admin = True
    await handlers.open_thread()
    told = await asyncio.gather(*(volt(handlers, f"tag {DANA} vip", user) for user in (AVA, BEN, AVA)))
    assert sorted(line.split(",")[0] for line in told) == ["Done", *["It stands like that already"] * 2]
    assert await noted(handlers) == [("tagged", "vip")]
    told = await asyncio.gather(*(volt(handlers, "tag rule vip number +1 555 555 0123", user) for user in (AVA, BEN)))
    assert sorted("same rule" in line for line in told) == [False, True]
    assert len(await rules_of(handlers)) == 1
    told = await asyncio.gather(*(volt(handlers, "tag rule 1 off", user) for user in (AVA, BEN)))
    assert sorted("There is no rule 1." in line for line in told) == [False, True]


async def test_a_search_saved_and_deleted_twice(handlers: Handlers) -> None:
    """A form that is submitted twice keeps one search, and a second press on Delete deletes no other one."""
    await handlers.store.run(lambda tx: save_search(tx, UserId(AVA), "two", "is:closed", UserId(AVA)))
    await home(handlers)
    await press(handlers, "home_search", value="is:open")
    await handlers.slack.until(lambda: "Save this search" in str(handlers.slack.homes[AVA]))
    await press(handlers, "search_save")
    view = await opened(handlers)
    name: Values = {"search_name": {"search_name": "one"}}
    await asyncio.gather(*(handlers.slack.submit(AVA, view, name) for _ in range(2)))
    assert len(await handlers.store.run(lambda tx: tx.searches.of(UserId(AVA)))) == 2
    await press(handlers, "home_search", value="is:open")
    await handlers.slack.until(lambda: "Delete this search" in str(handlers.slack.homes[AVA]))
    await asyncio.gather(*(press(handlers, "search_drop") for _ in range(2)))
    await handlers.idle()
    kept = await handlers.store.run(lambda tx: tx.searches.of(UserId(AVA)))
    assert [search.name for search in kept] == ["two"]
