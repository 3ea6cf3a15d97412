"""A channel of a contact's own: every message is a reply, the old thread points there, and nothing goes astray."""

from __future__ import annotations

from bot.sandbox.slack.state.model import Channel, Message
from bot.sandbox.slack.state.wire import envelope, message_event
from tests.harness.in_process import Relay
from tests.harness.posts import said, seen
from tests.harness.sight import Sight
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO
from tests.slack.features.test_threads import whispered

US = "<@U0BOT>"


def own_channels(bot: Sight) -> list[Channel]:
    """Return the channels that the bot has made."""
    return [one for one in bot.slack.channels.values() if one.creator]


def shown_in(bot: Sight, channel: Channel) -> list[str]:
    """Return what people read of the bot at the top level of a channel."""
    return [seen(one) for one in bot.posts(channel.id) if not one.is_reply]


def texts_in(bot: Sight, channel: Channel) -> list[str]:
    """Return the contact's texts at the top level of a channel."""
    return [text for one in bot.posts(channel.id) if one.username and not one.is_reply for text in said(one)]


async def opened(bot: Sight, thread: str, *, user: str = AVA) -> Channel:
    """Ask for a channel by a word in a thread, and wait until the conversation stands in it."""
    known = len(own_channels(bot))
    await bot.reply(thread, f"{US} channel", user)
    made = (await bot.slack.until(lambda: own_channels(bot)[known:]))[0]
    await bot.slack.until(lambda: any("to text back" in one for one in shown_in(bot, made)))
    await bot.slack.until(lambda: any("moved this conversation here" in one for one in shown_in(bot, made)))
    await bot.slack.until(lambda: pointers(bot, "It goes on in"))
    return made


def marks(bot: Sight, channel: Channel, ts: str) -> set[str]:
    """Return the bot's reactions on a message."""
    found = bot.slack.find(channel.id, ts)
    return set(found.reactions) if found else set()


def pointers(bot: Sight, words: str) -> list[Message]:
    """Return the lines of the shared channel that say this."""
    return [one for one in bot.posts() if words in seen(one)]


async def test_there_and_back(relay: Relay) -> None:
    """A conversation goes on in its own channel: texts, replies and receipts stand in it, and notes stay inside."""
    thread = await relay.open_thread()
    made = await opened(relay, thread)
    assert (made.name, made.is_private) == ("contact-0145", False)
    assert "(555) 555-0145" in made.topic
    await relay.slack.until(lambda: AVA in relay.slack.members(made) and BEN not in relay.slack.members(made))
    await relay.volt.text(DANA, "Are you there?")
    await relay.slack.until(lambda: texts_in(relay, made) == ["Are you there?"])
    first = await relay.slack.say(AVA, made.id, "Yes, I am")
    text = (await relay.receives("Yes, I am"))[0]
    await relay.volt.receipt(text, "delivered")
    await relay.slack.until(lambda: any("Delivered" in one for one in shown_in(relay, made)))
    await relay.slack.until(lambda: marks(relay, made, first))
    await relay.slack.say(BEN, made.id, "// she sounds upset")
    await relay.slack.say(BEN, made.id, "for colleagues", thread_ts=first)
    await relay.slack.say(BEN, CHANNEL, "what a day")
    await relay.slack.say(AVA, made.id, "What is it about?")
    await relay.receives("Yes, I am", "What is it about?")
    assert relay.texts() == ["Hello"]
    assert not [one for one in relay.posts(made.id) if one.is_reply]


async def test_the_old_thread_points_there(relay: Relay) -> None:
    """What is written in the old thread is not texted; a line under it says where to write, and a note has none."""
    thread = await relay.open_thread()
    made = await opened(relay, thread)
    await relay.line("It goes on in")
    assert "What is written here is not texted" in seen(relay.headers(DANA)[0])
    lost = await relay.reply(thread, "Here I am")
    await relay.slack.until(lambda: pointers(relay, "Not texted: this conversation goes on in"))
    assert made.id in seen(pointers(relay, "Not texted")[0])
    await relay.reply(thread, "// a note")
    await relay.slack.edit(CHANNEL, lost, "Here I am now")
    await relay.slack.say(AVA, made.id, "Now it counts")
    await relay.receives("Now it counts")
    assert len(pointers(relay, "Not texted")) == 1


async def test_private_like_its_thread(relay: Relay) -> None:
    """The channel is private where the thread's is, its mode is that of the thread's channel, and Ben is let in."""
    relay.slack.channels[CHANNEL].is_private = True
    await relay.slack.command(AVA, CHANNEL, "/volt", "mode confirm")
    thread = await relay.open_thread()
    await relay.reply(thread, f"{US} assign <@{BEN}>")
    await relay.line("gave this conversation to")
    await relay.reply(thread, f"{US} channel")
    made = (await relay.slack.until(lambda: own_channels(relay)))[0]
    await relay.slack.until(lambda: {AVA, BEN} <= set(relay.slack.members(made)))
    assert made.is_private
    await relay.slack.until(lambda: any("once somebody presses Send" in one for one in shown_in(relay, made)))
    await relay.slack.say(AVA, made.id, "Your order is ready")
    await relay.slack.until(lambda: any("[Send]" in one for one in shown_in(relay, made)))
    ask = next(one for one in relay.posts(made.id) if "[Send]" in seen(one))
    await relay.slack.press(BEN, made.id, ask.ts, "send_text")
    await relay.receives("Your order is ready")


async def test_a_name_that_is_taken(relay: Relay) -> None:
    """A name that others have gets a number behind it; names of contacts are written as Slack wants them."""
    relay.volt.add_contact(DANA, "Zoë Müller-Öst")
    relay.slack.add_channel("C0TAKEN", "zoe-muller-ost", members=False, private=True)
    thread = await relay.open_thread()
    assert (await opened(relay, thread)).name == "zoe-muller-ost-2"


async def test_asked_twice(relay: Relay) -> None:
    """Two people who ask at the same time get one channel, and a repeated event makes none."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, f"{US} channel")
    await relay.reply(thread, f"{US} channel", BEN)
    await relay.slack.until(lambda: own_channels(relay))
    await relay.slack.deliver(relay.event_of(ts))
    made = own_channels(relay)[0]
    await relay.slack.until(lambda: len(shown_in(relay, made)) >= 1)
    await relay.slack.say(AVA, made.id, f"{US} channel")
    await whispered(relay, "has a channel already")
    assert len(own_channels(relay)) == 1


async def test_no_right_to_make_channels(relay: Relay) -> None:
    """Without the permission the thread says what to do; nothing has changed, and it works once it is granted."""
    relay.slack.scopes = [one for one in relay.slack.scopes if one not in ("channels:manage", "groups:write")]
    thread = await relay.open_thread()
    await relay.reply(thread, f"{US} channel")
    await relay.line("reinstall it; then press *Open a channel* again")
    await relay.reply(thread, "Still here")
    await relay.receives("Still here")
    assert not own_channels(relay)
    relay.slack.scopes = [*relay.slack.scopes, "channels:manage", "groups:write"]
    assert (await opened(relay, thread)).name == "contact-0145"


async def test_a_lost_answer_makes_no_second_channel(relay: Relay) -> None:
    """A channel that Slack made though its answer was lost is found again by its name, also where it was renamed."""
    thread = await relay.open_thread()
    relay.slack.rules.drops["conversations.create"] = 2
    await relay.reply(thread, f"{US} channel")
    made = (await relay.slack.until(lambda: own_channels(relay)))[0]
    made.previous_names, made.name = [made.name], "dana"
    await relay.slack.until(lambda: any("to text back" in one for one in shown_in(relay, made)))
    assert len(own_channels(relay)) == 1


async def test_never_public_for_a_private_thread(relay: Relay) -> None:
    """A public channel that Slack made before the thread's became private is not taken for it: another is made."""
    thread = await relay.open_thread()
    relay.slack.rules.drops["conversations.create"] = 10_000
    await relay.reply(thread, f"{US} channel")
    early = (await relay.slack.until(lambda: own_channels(relay)))[0]
    relay.slack.channels[CHANNEL].is_private = True
    relay.slack.rules.drops["conversations.create"] = 0
    made = await relay.slack.until(lambda: [one for one in own_channels(relay) if shown_in(relay, one)])
    assert [one.is_private for one in made] == [True]
    assert not early.is_private


async def test_archived_and_written_to(relay: Relay) -> None:
    """To archive the channel closes the conversation; the next text goes on in a thread of the channel from before.

    It comes back to the channel once somebody unarchives that, and what was written in the thread was texted.
    """
    thread = await relay.open_thread()
    made = await opened(relay, thread)
    await relay.slack.archive(AVA, made.id)
    await relay.volt.text(DANA, "One more thing")
    await relay.slack.until(lambda: relay.texts() == ["One more thing"])
    await relay.line("is archived, and Slack does not let the app open it again")
    again = relay.headers(DANA)[-1]
    assert again.ts != thread
    await relay.reply(again.ts, "Tell me")
    await relay.receives("Tell me")
    await relay.slack.unarchive(AVA, made.id)
    await relay.slack.until(lambda: [one for one in shown_in(relay, made) if "opened this channel again" in one])
    await relay.slack.say(AVA, made.id, "And here?")
    await relay.receives("Tell me", "And here?")
    await relay.volt.text(DANA, "Good")
    await relay.slack.until(lambda: texts_in(relay, made) == ["Good"])


async def test_archived_where_slack_lets_us(relay: Relay) -> None:
    """Where Slack lets the bot, the next text opens the archived channel again."""
    relay.slack.rules.bots_unarchive = True
    made = await opened(relay, await relay.open_thread())
    await relay.slack.archive(AVA, made.id)
    await relay.slack.until(lambda: [one for one in relay.slack.deliveries if one.status == 200][-1:])
    await relay.volt.text(DANA, "One more thing")
    await relay.slack.until(lambda: texts_in(relay, made) == ["One more thing"])
    assert not made.is_archived
    await relay.slack.say(AVA, made.id, "Tell me")
    await relay.receives("Tell me")


async def test_author_changes(relay: Relay) -> None:
    """Edits, deletions and undos of a message in the channel do what they do in a thread."""
    await relay.restart(undo_seconds=2)
    made = await opened(relay, await relay.open_thread())
    for text in ("first", "second", "third"):
        await relay.slack.say(AVA, made.id, text)
    first, second, third = [one for one in made.messages if one.user == AVA and not one.subtype]
    await relay.slack.edit(made.id, first.ts, "first, in better words")
    await relay.slack.delete(made.id, second.ts)
    await relay.slack.add_reaction(AVA, made.id, third.ts, "leftwards_arrow_with_hook")
    await relay.receives("first, in better words")


async def test_a_new_id(relay: Relay) -> None:
    """The channel stays the contact's own under another id of Slack's; a late event under the old one counts once."""
    made = await opened(relay, await relay.open_thread())
    old = made.id
    await relay.slack.say(AVA, made.id, "Before")
    await relay.receives("Before")
    before = next(one for one in made.messages if one.text == "Before")
    event = envelope(message_event(made, before))
    await relay.slack.change_id(made.id, "C0OTHER")
    await relay.slack.deliver(event)
    await relay.slack.say(AVA, "C0OTHER", "After")
    await relay.receives("Before", "After")
    assert old not in relay.slack.channels


async def test_missed_while_stopped(relay: Relay) -> None:
    """What was written in the channel while the bot was away is read from its history and texted, once."""
    made = await opened(relay, await relay.open_thread())
    await relay.stop()
    relay.slack.subscribed.discard("message")  # Slack gives up telling of it
    await relay.slack.say(AVA, made.id, "Nobody listens")
    await relay.start()
    await relay.receives("Nobody listens")


async def test_no_other_conversation_in_it(relay: Relay) -> None:
    """No other contact's conversation can be moved into it."""
    made = await opened(relay, await relay.open_thread())
    thread = await relay.open_thread(MARCO)
    await relay.reply(thread, f"{US} move <#{made.id}>")
    await whispered(relay, "one contact's own channel")


async def test_people_who_may_not_text(relay: Relay) -> None:
    """Guests and people of another company who are let into the channel are not texted for, and are told so."""
    relay.slack.add_person("U0GIL", "Gil", "guest")
    relay.slack.add_person("U0PAT", "Pat", "partner")
    made = await opened(relay, await relay.open_thread())
    made.invited = {AVA, "U0GIL", "U0PAT"}
    await relay.slack.connect_channel(made.id, relay.slack.users["U0PAT"].team_id)
    await relay.slack.say("U0GIL", made.id, "I am a guest")
    await relay.slack.say("U0PAT", made.id, "I am of another company")
    await relay.slack.until(lambda: len([one for one in shown_in(relay, made) if "Not texted" in one]) == 2)
    await relay.slack.say(AVA, made.id, "Hello")
    await relay.receives("Hello")


async def test_pictures(relay: Relay) -> None:
    """A picture from the phone stands in the channel itself."""
    made = await opened(relay, await relay.open_thread())
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url("parcel.png")])
    await relay.slack.until(lambda: [one for one in relay.posts(made.id) if one.files and not one.is_reply])


async def test_left_for_another_channel(relay: Relay) -> None:
    """A conversation can be moved away again; then what is written in its own channel is not texted, and says so."""
    relay.slack.add_channel("C0SALES", "sales")
    made = await opened(relay, await relay.open_thread())
    await relay.slack.say(AVA, made.id, f"{US} move <#C0SALES>")
    head = (await relay.slack.until(lambda: [one for one in relay.posts("C0SALES") if not one.is_reply]))[0]
    await relay.slack.until(lambda: [one for one in shown_in(relay, made) if "It goes on in" in one])
    ts = await relay.slack.say(AVA, made.id, "Am I heard?")
    await relay.slack.until(lambda: [one for one in relay.posts(made.id) if "Not texted" in seen(one)])
    assert relay.slack.thread(made.id, ts)[-1].thread_ts == ts
    await relay.slack.say(AVA, "C0SALES", "Here I am", thread_ts=head.ts)
    await relay.receives("Here I am")
    again = await relay.slack.say(AVA, "C0SALES", f"{US} channel", thread_ts=head.ts)
    assert again
    await relay.slack.until(lambda: [one.name for one in own_channels(relay)] == ["contact-0145", "contact-0145-2"])


async def test_a_button_of_a_line(relay: Relay) -> None:
    """The menu More of the header, and a shortcut on any message of the channel, are about its contact."""
    made = await opened(relay, await relay.open_thread())
    ts = await relay.slack.say(AVA, made.id, "Hello")
    await relay.receives("Hello")
    await relay.slack.shortcut(AVA, "conversation", channel=made.id, message_ts=ts)
    offered = await whispered(relay, "(555) 555-0145")
    assert "Open a channel" not in str(offered)
