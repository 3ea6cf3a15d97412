"""Who looks after a conversation: the header's buttons, the shortcut, and words to the bot in a thread."""

from __future__ import annotations

import copy

import pytest

from tests.e2e.test_commands import volt
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.windows import opened
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO


def standing(relay: Relay, contact: str = DANA) -> str:
    """Return the line of a header that says how things stand."""
    return seen(relay.headers(contact)[0]).split("\n")[0].partition(" — ")[2]


def menu(relay: Relay) -> list[str]:
    """List what the menu of a header offers."""
    options = relay.headers(DANA)[0].blocks[-1]["elements"][-1]["options"]
    return [one["text"]["text"] for one in options]


async def stands(relay: Relay, words: str, contact: str = DANA) -> None:
    """Wait until a header says this."""
    await relay.slack.until(lambda: standing(relay, contact) == words)


async def whispered(relay: Relay, words: str, user: str = AVA) -> dict[str, object]:
    """Wait until somebody was told this alone, and return it."""
    found = await relay.slack.until(
        lambda: [one for one in relay.slack.ephemerals if words in str(one.get("text")) and one["user"] == user]
    )
    return dict(found[-1])


async def test_a_new_conversation(relay: Relay) -> None:
    """A header says who it is, whose turn it is and what they wrote last; the first of all says how to answer."""
    await relay.open_thread()
    assert seen(relay.headers(DANA)[0]).split("\n") == [
        "(555) 555-0145 · new contact — Needs a reply",
        "Hello",
        "Write in this thread to text back from (555) 555-0123. Begin with // to keep a message in Slack.",
        "[Assign to me] [Save a name]",
    ]
    assert menu(relay) == ["Close", "Assign to a colleague…", "Reply with a template…", "Schedule a text…", "More…"]
    await relay.open_thread(MARCO, "Ciao")
    assert seen(relay.headers(MARCO)[0]).split("\n") == [
        "(555) 555-0146 · new contact — Needs a reply",
        "Ciao",
        "[Assign to me] [Save a name]",
    ]


async def test_assign_to_me(relay: Relay) -> None:
    """Assign to me shows in the header and is said once; whoever presses the same button later is told who has it."""
    thread = await relay.open_thread()
    old = copy.deepcopy(relay.headers(DANA)[0].blocks)
    await relay.slack.press(AVA, CHANNEL, thread, "assign")
    await stands(relay, f"Needs a reply · <@{AVA}> has it")
    assert "[Close]" in seen(relay.headers(DANA)[0])
    assert "Unassign" in menu(relay)
    await relay.line(f"<@{AVA}> took this conversation.")
    relay.headers(DANA)[0].blocks = old
    await relay.slack.press(AVA, CHANNEL, thread, "assign")
    await whispered(relay, "It is yours already.")
    await relay.slack.press(BEN, CHANNEL, thread, "assign")
    await whispered(relay, f"<@{AVA}> has this conversation already.", BEN)
    assert len([one for one in relay.thread(DANA) if "took this conversation" in seen(one)]) == 1


async def test_take_over(relay: Relay) -> None:
    """Behind More a conversation can be taken over from whoever has it, by the first who does."""
    thread = await relay.open_thread()
    await relay.slack.press(AVA, CHANNEL, thread, "assign")
    await stands(relay, f"Needs a reply · <@{AVA}> has it")
    await relay.slack.press(BEN, CHANNEL, thread, "more", value="all:1")
    told = await whispered(relay, "new contact", BEN)
    await relay.slack.press(BEN, CHANNEL, str(told["message_ts"]), "assign")
    await stands(relay, f"Needs a reply · <@{BEN}> has it")


async def test_unassign(relay: Relay) -> None:
    """Unassign in the menu, in the form and by a word leaves a conversation to nobody, and is said in the thread."""
    thread = await relay.open_thread()
    us = f"<@{relay.slack.bot_user_id}>"
    await relay.slack.press(AVA, CHANNEL, thread, "assign")
    await stands(relay, f"Needs a reply · <@{AVA}> has it")
    await relay.slack.press(BEN, CHANNEL, thread, "more", value=f"unassign:{AVA}:1")
    await relay.line(f"<@{BEN}> took this conversation from <@{AVA}>. Nobody has it now.")
    await stands(relay, "Needs a reply")
    await relay.slack.press(BEN, CHANNEL, thread, "assign")
    await stands(relay, f"Needs a reply · <@{BEN}> has it")
    await relay.slack.press(BEN, CHANNEL, thread, "more", value="assign_to:1")
    await relay.slack.submit(BEN, await opened(relay, BEN), {"nobody": {"nobody": ["nobody"]}})
    await relay.line(f"<@{BEN}> unassigned this conversation. Nobody has it now.")
    await relay.reply(thread, f"{us} unassign")
    await whispered(relay, "It stands like that already.")


@pytest.mark.parametrize(("had", "words"), [("U0GONE", "<@{ava}> has this conversation by now"), ("", "")])
async def test_unassign_of_somebody_else(relay: Relay, had: str, words: str) -> None:
    """A menu that was drawn when another had the conversation takes it from nobody else."""
    thread = await relay.open_thread()
    await relay.slack.press(AVA, CHANNEL, thread, "assign")
    await stands(relay, f"Needs a reply · <@{AVA}> has it")
    relay.headers(DANA)[0].blocks[-1]["elements"][-1]["options"][0]["value"] = f"unassign:{had}:1"
    await relay.slack.press(BEN, CHANNEL, thread, "more", value=f"unassign:{had}:1")
    if words:
        await whispered(relay, words.format(ava=AVA), BEN)
        assert standing(relay) == f"Needs a reply · <@{AVA}> has it"
    else:
        await stands(relay, "Needs a reply")


async def test_assign_to_a_colleague(relay: Relay) -> None:
    """A conversation can be given to a colleague, who is mentioned in its thread."""
    thread = await relay.open_thread()
    await relay.slack.press(AVA, CHANNEL, thread, "more", value="assign_to:1")
    await relay.slack.submit(AVA, await opened(relay), {"user": {"user": BEN}})
    await stands(relay, f"Needs a reply · <@{BEN}> has it")
    await relay.line(f"<@{AVA}> gave this conversation to <@{BEN}>.")


@pytest.mark.parametrize(
    ("picked", "words"), [("", "Choose a colleague."), ("BOT", "This is an app"), ("USLACKBOT", "This is an app")]
)
async def test_assign_to_nobody(relay: Relay, picked: str, words: str) -> None:
    """A conversation cannot be given to nobody, nor to an app."""
    thread = await relay.open_thread()
    await relay.slack.press(AVA, CHANNEL, thread, "more", value="assign_to:1")
    user = relay.slack.bot_user_id if picked == "BOT" else picked
    answer = await relay.slack.submit(AVA, await opened(relay), {"user": {"user": user}})
    assert words in answer.body["errors"]["user"]
    assert standing(relay) == "Needs a reply"


async def test_turns(relay: Relay) -> None:
    """The header says whose turn it is: the contact's after a reply, ours after a text."""
    thread = await relay.open_thread()
    await relay.reply(thread, "How can we help?")
    await stands(relay, "Waiting for them")
    await relay.volt.text(DANA, "My order")
    await stands(relay, "Needs a reply")
    await relay.reply(thread, "// only among us")
    await relay.reply(thread, f"<@{BEN}> can you look?")
    await relay.line("Kept in Slack")
    assert standing(relay) == "Needs a reply"


async def test_close_and_the_next_text(relay: Relay) -> None:
    """Close shows in the header and can be taken back; the contact's next text opens the conversation again."""
    thread = await relay.open_thread()
    await relay.slack.press(AVA, CHANNEL, thread, "more", value="close:1")
    await stands(relay, "Closed")
    await relay.line(f"<@{AVA}> closed this conversation.")
    await relay.slack.press(BEN, CHANNEL, thread, "reopen")
    await stands(relay, "Needs a reply")
    await relay.slack.press(AVA, CHANNEL, thread, "more", value="close:1")
    await stands(relay, "Closed")
    await relay.volt.text(DANA, "One more thing")
    await stands(relay, "Needs a reply")


async def test_a_reply_in_a_closed_conversation(relay: Relay) -> None:
    """A closed conversation can be written in: the reply is texted, and it waits for an answer."""
    thread = await relay.open_thread()
    await relay.slack.press(AVA, CHANNEL, thread, "more", value="close:1")
    await relay.reply(thread, "We found your parcel")
    await relay.receives("We found your parcel")
    await stands(relay, "Waiting for them")


async def test_words_to_the_bot(relay: Relay) -> None:
    """What is said to the bot by its name in a thread is done, once, and never texted."""
    thread = await relay.open_thread()
    us = f"<@{relay.slack.bot_user_id}>"
    await relay.reply(thread, f"{us} assign")
    await stands(relay, f"Needs a reply · <@{AVA}> has it")
    await relay.reply(thread, f"{us} assign <@{BEN}>")
    await stands(relay, f"Needs a reply · <@{BEN}> has it")
    close = await relay.reply(thread, f"{us} close")
    await stands(relay, f"Closed · <@{BEN}> has it")
    await relay.reply(thread, f"{us} reopen")
    await stands(relay, f"Needs a reply · <@{BEN}> has it")
    await relay.slack.deliver(relay.event_of(close))
    await relay.slack.edit(CHANNEL, close, "close it, please")
    await relay.reply(thread, "after")
    await relay.receives("after")
    assert "Closed" not in standing(relay)


async def test_a_word_before_the_bot_knows_its_name(relay: Relay) -> None:
    """A word to the bot counts although Slack has not told it yet who it is: the request itself says so."""
    thread = await relay.open_thread()
    relay.slack.rules.errors = {"auth.test": ["fatal_error"] * 100}
    await relay.restart()
    await relay.reply(thread, f"<@{relay.slack.bot_user_id}> close")
    await stands(relay, "Closed")


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
async def test_words_the_bot_does_not_follow(relay: Relay, said: str, words: str) -> None:
    """What the bot cannot make sense of is answered to the one who said it, and not texted."""
    thread = await relay.open_thread()
    ts = f"{int(thread.split('.')[0]) + 1}.000001"
    event: dict[str, object] = {
        "type": "message",
        "channel": CHANNEL,
        "user": AVA,
        "ts": ts,
        "thread_ts": thread,
        "text": "",
    }
    us = {"type": "user", "user_id": relay.slack.bot_user_id}
    leaves = [us, {"type": "text", "text": f" {said}"}]
    section = {"type": "rich_text_section", "elements": leaves}
    blocks = [{"type": "rich_text", "elements": [section]}]
    whole = {
        "type": "event_callback",
        "event_id": "Ev1",
        "api_app_id": "A0SANDBOX",
        "event": event | {"blocks": blocks},
    }
    assert await relay.slack.deliver(whole) == 200
    await whispered(relay, words)
    await relay.reply(thread, "after")
    await relay.receives("after")


async def test_the_shortcut(relay: Relay) -> None:
    """The shortcut on any message of a thread offers the header's buttons there, to the one who used it."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Hello")
    await relay.slack.shortcut(BEN, "conversation", channel=CHANNEL, message_ts=ts)
    told = await whispered(relay, "new contact", BEN)
    await relay.slack.press(BEN, CHANNEL, str(told["message_ts"]), "assign")
    await stands(relay, f"Waiting for them · <@{BEN}> has it")


async def test_the_shortcut_elsewhere(relay: Relay) -> None:
    """Used on a message outside of a contact's thread the shortcut says where it belongs."""
    ts = await relay.slack.say(AVA, CHANNEL, "good morning all")
    await relay.slack.shortcut(AVA, "conversation", channel=CHANNEL, message_ts=ts)
    await whispered(relay, "This is not the thread of a contact.")


async def test_routes(relay: Relay) -> None:
    """New conversations show where their keyword or number leads, replies there are texted, and others stay."""
    relay.slack.add_channel("C0SALES", "sales")
    relay.slack.channels["C0SALES"].is_member = False
    answer = await volt(relay, 'route "order now" #sales')
    shown = 'New conversations that begin with "order now" show in <#C0SALES>.'
    assert answer == f"{shown} Conversations that exist stay where they are."
    assert relay.slack.channels["C0SALES"].is_member
    await relay.open_thread(MARCO, "orders are late")
    await relay.volt.text(DANA, "Order NOW please")
    await relay.slack.until(lambda: relay.posts("C0SALES")[1:])
    header = relay.posts("C0SALES")[0]
    await relay.slack.say(AVA, "C0SALES", "With pleasure", thread_ts=header.ts)
    await relay.receives("With pleasure")
    assert '"order now" → <#C0SALES>' in await volt(relay, "route")
    assert (await volt(relay, "route 'order now' off")).endswith("show in <#C0SUPPORT> again.")
    assert "sales" not in (await volt(relay, "route")).lower()


async def test_a_route_for_a_number(relay: Relay) -> None:
    """Texts to one of our numbers show in its channel, and replies leave from that number."""
    other = "+15555550199"
    relay.volt.add_account(other, "Sales")
    relay.slack.add_channel("C0SALES", "sales")
    await volt(relay, "route (555) 555-0199 <#C0SALES|sales>")
    await relay.volt.text(DANA, "Hello sales", to=other)
    await relay.slack.until(lambda: relay.posts("C0SALES")[1:])
    await relay.slack.say(AVA, "C0SALES", "Hello Dana", thread_ts=relay.posts("C0SALES")[0].ts)
    await relay.receives("Hello Dana")
    assert [send.variables["from"] for send in relay.sends()] == [other]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("route #sales", "Say what goes where"),
        ("route order sales", '"sales" is no channel.'),
        ("route order #nowhere", "I see no channel #nowhere."),
        ("route !!! #support", "A keyword has 1 to 40 characters"),
        (f"route {'x' * 41} #support", "A keyword has 1 to 40 characters"),
        ("route 12345 #support", "is too short to be a phone number"),
        ("route order off", 'There is no route for "order".'),
        ("route <!channel> #nowhere", "I see no channel #nowhere."),
        ("mode loud", 'I do not know the mode "loud".'),
        ("mode <!here>", 'I do not know the mode "&lt;!here&gt;".'),
        ("mode auto #nowhere", "I see no channel #nowhere."),
        ("mode auto tomorrow", '"tomorrow" is no channel.'),
    ],
)
async def test_routes_and_modes_typed_wrong(relay: Relay, typed: str, words: str) -> None:
    """What cannot be a route or a mode is answered with the reason."""
    assert words in await volt(relay, typed)
    await relay.open_thread()


async def test_a_private_channel(relay: Relay) -> None:
    """A channel that the bot cannot join by itself is refused in words that say what to do."""
    relay.slack.add_channel("C0OTHER", "other")
    relay.slack.channels["C0OTHER"].is_member = False
    relay.slack.rules.errors["conversations.join"] = ["method_not_supported_for_channel_type"]
    assert "Invite me there: /invite @volt" in await volt(relay, "route order #other")
    assert "all others" in await volt(relay, "route")


async def test_what_is_texted_from_a_channel(relay: Relay) -> None:
    """`/volt mode` alone says how a channel is set, and what else there is."""
    await volt(relay, "mode explicit")
    answer = await volt(relay, "mode")
    assert "`/volt mode explicit` – Only what begins with ! is texted (as it is now)" in answer
    assert all(f"/volt mode {word}" in answer for word in ("auto", "confirm", "alerts"))


async def test_the_contact_from_the_header(relay: Relay) -> None:
    """Contact in the header opens the form; a name saved there shows in the header."""
    thread = await relay.open_thread()
    await relay.slack.press(AVA, CHANNEL, thread, "contact")
    view = await relay.slack.until(
        lambda: [one for one in relay.slack.views.values() if one["type"] == "modal" and one.get("submit")]
    )
    name = next(block for block in view[-1]["blocks"] if block["type"] == "input")
    typed = {name["block_id"]: {name["element"]["action_id"]: "Dana Whitfield"}}
    await relay.slack.submit(AVA, view[-1]["id"], typed)
    await relay.slack.until(lambda: seen(relay.headers(DANA)[0]).startswith("Dana Whitfield · (555) 555-0145"))


async def test_earlier_texts_from_the_header(relay: Relay) -> None:
    """Earlier texts behind More shows Volt's record, to the one who asked."""
    thread = await relay.open_thread()
    await relay.slack.press(BEN, CHANNEL, thread, "more", value="all:1")
    everything = await whispered(relay, "new contact", BEN)
    await relay.slack.press(BEN, CHANNEL, str(everything["message_ts"]), "more", value="history:1")
    told = await relay.slack.until(lambda: [one for one in relay.slack.ephemerals if one["user"] == BEN][1:])
    assert "Hello" in str(told[-1]["blocks"])


@pytest.mark.parametrize("value", ["", "mode", "mode:x", "frobnicate:1", "mode:-1"])
async def test_a_menu_out_of_date(relay: Relay, value: str) -> None:
    """A button that carries what we did not put there is answered in words."""
    thread = await relay.open_thread()
    header = relay.headers(DANA)[0]
    menu = next(one for block in header.blocks if block["type"] == "actions" for one in block["elements"][-1:])
    menu["options"][0]["value"] = value
    await relay.slack.press(AVA, CHANNEL, thread, "more", value=value)
    await whispered(relay, "is out of date")
