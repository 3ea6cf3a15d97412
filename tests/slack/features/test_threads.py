"""Who looks after a conversation: the header's buttons, the shortcut, and words to the bot in a thread."""

from __future__ import annotations

import copy

import pytest

from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.sight import Sight
from tests.harness.windows import opened
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO


def standing(bot: Sight, contact: str = DANA) -> str:
    """Return the line of a header that says how things stand."""
    return seen(bot.headers(contact)[0]).split("\n")[0].partition(" — ")[2]


def menu(bot: Sight) -> list[str]:
    """List what the menu of a header offers."""
    options = bot.headers(DANA)[0].blocks[-1]["elements"][-1]["options"]
    return [one["text"]["text"] for one in options]


async def stands(bot: Sight, words: str, contact: str = DANA) -> None:
    """Wait until a header says this."""
    await bot.slack.until(lambda: standing(bot, contact) == words)


async def whispered(bot: Sight, words: str, user: str = AVA) -> dict[str, object]:
    """Wait until somebody was told this alone, and return it."""
    found = await bot.slack.until(
        lambda: [one for one in bot.slack.ephemerals if words in str(one.get("text")) and one["user"] == user]
    )
    return dict(found[-1])


async def test_a_new_conversation(handlers: Handlers) -> None:
    """A header says who it is, whose turn it is and what they wrote last; the first of all says how to answer."""
    await handlers.open_thread()
    assert seen(handlers.headers(DANA)[0]).split("\n") == [
        "(555) 555-0145 · new contact — Needs a reply",
        "Hello",
        "Write in this thread to text back from (555) 555-0123. Begin with // to keep a message in Slack.",
        "[Assign to me] [Save a name]",
    ]
    assert menu(handlers) == ["Close", "Assign to a colleague…", "Reply with a template…", "Snooze…", "More…"]
    await handlers.open_thread(MARCO, "Ciao")
    assert seen(handlers.headers(MARCO)[0]).split("\n") == [
        "(555) 555-0146 · new contact — Needs a reply",
        "Ciao",
        "[Assign to me] [Save a name]",
    ]


async def test_assign_to_me(handlers: Handlers) -> None:
    """Assign to me shows in the header and is said once; whoever presses the same button later is told who has it."""
    thread = await handlers.open_thread()
    old = copy.deepcopy(handlers.headers(DANA)[0].blocks)
    await handlers.slack.press(AVA, CHANNEL, thread, "assign")
    await stands(handlers, f"Needs a reply · <@{AVA}> has it")
    assert "[Close]" in seen(handlers.headers(DANA)[0])
    assert "Unassign" in menu(handlers)
    await handlers.line(f"<@{AVA}> took this conversation.")
    handlers.headers(DANA)[0].blocks = old
    await handlers.slack.press(AVA, CHANNEL, thread, "assign")
    await whispered(handlers, "It is yours already.")
    await handlers.slack.press(BEN, CHANNEL, thread, "assign")
    await whispered(handlers, f"<@{AVA}> has this conversation already.", BEN)
    assert len([one for one in handlers.thread(DANA) if "took this conversation" in seen(one)]) == 1


async def test_take_over(handlers: Handlers) -> None:
    """Behind More a conversation can be taken over from whoever has it, by the first who does."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "assign")
    await stands(handlers, f"Needs a reply · <@{AVA}> has it")
    await handlers.slack.press(BEN, CHANNEL, thread, "more", value="all:1")
    told = await whispered(handlers, "new contact", BEN)
    await handlers.slack.press(BEN, CHANNEL, str(told["message_ts"]), "assign")
    await stands(handlers, f"Needs a reply · <@{BEN}> has it")


async def test_unassign(handlers: Handlers) -> None:
    """Unassign in the menu, in the form and by a word leaves a conversation to nobody, and is said in the thread."""
    thread = await handlers.open_thread()
    us = f"<@{handlers.slack.bot_user_id}>"
    await handlers.slack.press(AVA, CHANNEL, thread, "assign")
    await stands(handlers, f"Needs a reply · <@{AVA}> has it")
    await handlers.slack.press(BEN, CHANNEL, thread, "more", value=f"unassign:{AVA}:1")
    await handlers.line(f"<@{BEN}> took this conversation from <@{AVA}>. Nobody has it now.")
    await stands(handlers, "Needs a reply")
    await handlers.slack.press(BEN, CHANNEL, thread, "assign")
    await stands(handlers, f"Needs a reply · <@{BEN}> has it")
    await handlers.slack.press(BEN, CHANNEL, thread, "more", value="assign_to:1")
    await handlers.slack.submit(BEN, await opened(handlers, BEN), {"nobody": {"nobody": ["nobody"]}})
    await handlers.line(f"<@{BEN}> unassigned this conversation. Nobody has it now.")
    await handlers.reply(thread, f"{us} unassign")
    await whispered(handlers, "It stands like that already.")


@pytest.mark.parametrize(("had", "words"), [("U0GONE", "<@{ava}> has this conversation by now"), ("", "")])
async def test_unassign_of_somebody_else(handlers: Handlers, had: str, words: str) -> None:
    """A menu that was drawn when another had the conversation takes it from nobody else."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "assign")
    await stands(handlers, f"Needs a reply · <@{AVA}> has it")
    handlers.headers(DANA)[0].blocks[-1]["elements"][-1]["options"][0]["value"] = f"unassign:{had}:1"
    await handlers.slack.press(BEN, CHANNEL, thread, "more", value=f"unassign:{had}:1")
    if words:
        await whispered(handlers, words.format(ava=AVA), BEN)
        assert standing(handlers) == f"Needs a reply · <@{AVA}> has it"
    else:
        await stands(handlers, "Needs a reply")


async def test_assign_to_a_colleague(handlers: Handlers) -> None:
    """A conversation can be given to a colleague, who is mentioned in its thread."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="assign_to:1")
    await handlers.slack.submit(AVA, await opened(handlers), {"user": {"user": BEN}})
    await stands(handlers, f"Needs a reply · <@{BEN}> has it")
    await handlers.line(f"<@{AVA}> gave this conversation to <@{BEN}>.")


@pytest.mark.parametrize(
    ("picked", "words"), [("", "Choose a colleague."), ("BOT", "This is an app"), ("USLACKBOT", "This is an app")]
)
async def test_assign_to_nobody(handlers: Handlers, picked: str, words: str) -> None:
    """A conversation cannot be given to nobody, nor to an app."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="assign_to:1")
    user = handlers.slack.bot_user_id if picked == "BOT" else picked
    answer = await handlers.slack.submit(AVA, await opened(handlers), {"user": {"user": user}})
    assert words in answer.body["errors"]["user"]
    assert standing(handlers) == "Needs a reply"


async def test_assign_to_somebody_who_may_not(handlers: Handlers) -> None:
    """A conversation cannot be given to somebody who could not answer in it, by the form or by a word."""
    thread = await handlers.open_thread()
    handlers.slack.add_person("U0GIL", "Gil Guest", "guest", channels=[CHANNEL])
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="assign_to:1")
    answer = await handlers.slack.submit(AVA, await opened(handlers), {"user": {"user": "U0GIL"}})
    words = "They may not text from here, so nothing can be assigned to them."
    assert answer.body["errors"] == {"user": words}
    await handlers.slack.say(AVA, CHANNEL, "<@U0BOT> assign <@U0GIL>", thread_ts=thread)
    await whispered(handlers, words)
    assert standing(handlers) == "Needs a reply"


async def test_turns(handlers: Handlers) -> None:
    """The header says whose turn it is, the contact's after a reply, ours after a text; and that who replied has it."""
    thread = await handlers.open_thread()
    await handlers.reply(thread, "How can we help?")
    await stands(handlers, f"Waiting for them · <@{AVA}> has it")
    await handlers.hear(DANA, "My order")
    await stands(handlers, f"Needs a reply · <@{AVA}> has it")
    await handlers.reply(thread, "// only among us")
    await handlers.reply(thread, f"<@{BEN}> can you look?")
    await handlers.line("Kept in Slack")
    assert standing(handlers) == f"Needs a reply · <@{AVA}> has it"


async def test_close_and_the_next_text(handlers: Handlers) -> None:
    """Close shows in the header and can be taken back; the contact's next text opens the conversation again."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="close:1")
    await stands(handlers, "Closed")
    await handlers.line(f"<@{AVA}> closed this conversation.")
    await handlers.slack.press(BEN, CHANNEL, thread, "reopen")
    await stands(handlers, "Needs a reply")
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="close:1")
    await stands(handlers, "Closed")
    await handlers.hear(DANA, "One more thing")
    await stands(handlers, "Needs a reply")


async def test_a_reply_in_a_closed_conversation(handlers: Handlers) -> None:
    """A closed conversation can be written in: the reply is texted, and it waits for an answer."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="close:1")
    await handlers.reply(thread, "We found your parcel")
    await handlers.receives("We found your parcel")
    await stands(handlers, f"Waiting for them · <@{AVA}> has it")


async def test_words_to_the_bot(handlers: Handlers) -> None:
    """What is said to the bot by its name in a thread is done, once, and never texted."""
    thread = await handlers.open_thread()
    us = f"<@{handlers.slack.bot_user_id}>"
    await handlers.reply(thread, f"{us} assign")
    await stands(handlers, f"Needs a reply · <@{AVA}> has it")
    await handlers.reply(thread, f"{us} assign <@{BEN}>")
    await stands(handlers, f"Needs a reply · <@{BEN}> has it")
    close = await handlers.reply(thread, f"{us} close")
    await stands(handlers, f"Closed · <@{BEN}> has it")
    await handlers.reply(thread, f"{us} reopen")
    await stands(handlers, f"Needs a reply · <@{BEN}> has it")
    await handlers.slack.deliver(handlers.event_of(close))
    await handlers.slack.edit(CHANNEL, close, "close it, please")
    await handlers.reply(thread, "after")
    await handlers.receives("after")
    assert "Closed" not in standing(handlers)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("clsoe", "Did you mean *close*?"),
        ("frobnicate", "I do not know *frobnicate*."),
        ("close*<!channel>", "I do not know *close*&lt;!channel&gt;*."),
        ("assign Ben", "Mention whom to give it to"),
        ("mode loud", "Write *mode auto*"),
        ("mode channel", "It stands like that already."),
        ("reopen", "It stands like that already."),
        ("", "new contact"),
        ("help", "new contact"),
    ],
)
async def test_words_the_bot_does_not_follow(handlers: Handlers, said: str, words: str) -> None:
    """What the bot cannot make sense of is answered to the one who said it, and not texted."""
    thread = await handlers.open_thread()
    ts = f"{int(thread.split('.')[0]) + 1}.000001"
    event: dict[str, object] = {
        "type": "message",
        "channel": CHANNEL,
        "user": AVA,
        "ts": ts,
        "thread_ts": thread,
        "text": "",
    }
    us = {"type": "user", "user_id": handlers.slack.bot_user_id}
    leaves = [us, {"type": "text", "text": f" {said}"}]
    section = {"type": "rich_text_section", "elements": leaves}
    blocks = [{"type": "rich_text", "elements": [section]}]
    whole = {
        "type": "event_callback",
        "event_id": "Ev1",
        "api_app_id": "A0SANDBOX",
        "event": event | {"blocks": blocks},
    }
    assert await handlers.slack.deliver(whole) == 200
    await whispered(handlers, words)
    await handlers.reply(thread, "after")
    await handlers.receives("after")


async def test_the_shortcut(handlers: Handlers) -> None:
    """The shortcut on any message of a thread offers the header's buttons there, to the one who used it."""
    thread = await handlers.open_thread()
    ts = await handlers.reply(thread, "// Who takes this one?")
    await handlers.slack.shortcut(BEN, "conversation", channel=CHANNEL, message_ts=ts)
    told = await whispered(handlers, "new contact", BEN)
    await handlers.slack.press(BEN, CHANNEL, str(told["message_ts"]), "assign")
    await stands(handlers, f"Needs a reply · <@{BEN}> has it")


async def test_the_shortcut_elsewhere(handlers: Handlers) -> None:
    """Used on a message outside of a contact's thread the shortcut says where it belongs."""
    ts = await handlers.slack.say(AVA, CHANNEL, "good morning all")
    await handlers.slack.shortcut(AVA, "conversation", channel=CHANNEL, message_ts=ts)
    await whispered(handlers, "This is not the thread of a contact.")


async def test_the_contact_from_the_header(handlers: Handlers) -> None:
    """Contact in the header opens the form; a name saved there shows in the header."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "contact")
    view = await handlers.slack.until(
        lambda: [one for one in handlers.slack.views.values() if one["type"] == "modal" and one.get("submit")]
    )
    name = next(block for block in view[-1]["blocks"] if block["type"] == "input")
    typed = {name["block_id"]: {name["element"]["action_id"]: "Dana Whitfield"}}
    await handlers.slack.submit(AVA, view[-1]["id"], typed)
    await handlers.slack.until(lambda: seen(handlers.headers(DANA)[0]).startswith("Dana Whitfield · (555) 555-0145"))


async def test_earlier_texts_from_the_header(handlers: Handlers) -> None:
    """Earlier texts behind More shows Volt's record, to the one who asked."""
    thread = await handlers.open_thread()
    await handlers.slack.press(BEN, CHANNEL, thread, "more", value="all:1")
    everything = await whispered(handlers, "new contact", BEN)
    await handlers.slack.press(BEN, CHANNEL, str(everything["message_ts"]), "more", value="history:1")
    told = await handlers.slack.until(lambda: [one for one in handlers.slack.ephemerals if one["user"] == BEN][1:])
    assert "Hello" in str(told[-1]["blocks"])


@pytest.mark.parametrize("value", ["", "mode", "mode:x", "frobnicate:1", "mode:-1"])
async def test_a_menu_out_of_date(handlers: Handlers, value: str) -> None:
    """A button that carries what we did not put there is answered in words."""
    thread = await handlers.open_thread()
    header = handlers.headers(DANA)[0]
    menu = next(one for block in header.blocks if block["type"] == "actions" for one in block["elements"][-1:])
    menu["options"][0]["value"] = value
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value=value)
    await whispered(handlers, "is out of date")
