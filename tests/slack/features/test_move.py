"""Moving a conversation to another channel: by the menu, by `/volt route`, by a word to the bot."""

from __future__ import annotations

from bot.bridge.conversations.settings import set_channel_mode
from bot.domain.conversation import Mode
from bot.sandbox.slack.state.model import Message
from tests.harness.handlers import Handlers
from tests.harness.posts import said, seen
from tests.harness.sight import Sight
from tests.harness.windows import opened
from tests.harness.world import AVA, BEN, CHANNEL, DANA, shown
from tests.slack.features.test_send import volt
from tests.slack.features.test_threads import whispered

SALES, VIP = "C0SALES", "C0VIP"


US = "<@U0BOT>"


def heads(bot: Sight, channel: str, contact: str = DANA) -> list[Message]:
    """Return the headers of a contact in a channel."""
    roots = [one for one in bot.posts(channel) if not one.is_reply]
    return [one for one in roots if shown(contact) in seen(one).split("\n")[0]]


def under(bot: Sight, channel: str, contact: str = DANA) -> list[Message]:
    """Return the bot's posts under the contact's headers in a channel."""
    return [post for head in heads(bot, channel, contact) for post in bot.slack.thread(channel, head.ts)[1:]]


def texts(bot: Sight, channel: str, contact: str = DANA) -> list[str]:
    """Return the contact's texts as a channel shows them."""
    return [text for post in under(bot, channel, contact) if post.bot_id for text in said(post)]


async def shows(bot: Sight, channel: str, *wanted: str, contact: str = DANA, timeout_s: float = 10) -> None:
    """Wait until a channel shows exactly these texts of a contact, in one thread."""
    try:
        await bot.slack.until(lambda: tuple(texts(bot, channel, contact)) == wanted, timeout_s)
    except TimeoutError as error:
        raise TimeoutError(f"it shows {texts(bot, channel, contact)}; {error}") from None
    assert len(heads(bot, channel, contact)) == 1


async def line_in(bot: Sight, channel: str, words: str, contact: str = DANA, *, timeout_s: float = 10) -> Message:
    """Wait until a post under a contact's header in a channel says this."""

    def found() -> list[Message]:
        return [one for one in under(bot, channel, contact) if words in seen(one)]

    return (await bot.slack.until(found, timeout_s))[-1]


def link(channel: str, ts: str) -> str:
    """Write the address of a message."""
    return f"https://sandbox.slack.com/archives/{channel}/p{ts.replace('.', '')}"


def sales(bot: Sight) -> None:
    """Make two more channels, with the bot in them."""
    bot.slack.add_channel(SALES, "sales")
    bot.slack.add_channel(VIP, "vip")


async def moved(bot: Sight, thread: str) -> Message:
    """Wait until Dana's conversation has gone on from a thread in the first channel to #sales; return its header."""
    header = (await bot.slack.until(lambda: heads(bot, SALES)))[0]
    assert link(CHANNEL, thread) in seen(header)
    await line_in(bot, SALES, f"<@{AVA}> moved this conversation here from <#{CHANNEL}>.")
    goes_on = link(SALES, header.ts)
    await line_in(bot, CHANNEL, f"<@{AVA}> moved this conversation. It goes on in <#{SALES}>: <{goes_on}|")
    await bot.slack.until(lambda: f"Goes on in <#{SALES}>: <{goes_on}|" in seen(heads(bot, CHANNEL)[0]))
    assert "[Assign to me]" not in seen(heads(bot, CHANNEL)[0])
    return header


async def test_moved_by_the_menu(handlers: Handlers) -> None:
    """More moves a conversation to another channel: both threads say so, texts go on there, replies count in both."""
    thread = await handlers.open_thread()
    sales(handlers)
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="all:1")
    everything = await whispered(handlers, "new contact")
    await handlers.slack.press(AVA, CHANNEL, str(everything["message_ts"]), "more", value="move:1")
    view = await opened(handlers)
    refused = await handlers.slack.submit(AVA, view, {"move_channel": {"move_channel": CHANNEL}})
    assert refused.body["errors"] == {"move_channel": "The conversation is in this channel already."}
    await handlers.slack.submit(AVA, view, {"move_channel": {"move_channel": SALES}})
    header = await moved(handlers, thread)
    await handlers.hear(DANA, "again")
    await shows(handlers, SALES, "again")
    assert handlers.texts() == ["Hello"]
    await handlers.slack.say(BEN, SALES, "here", thread_ts=header.ts)
    await handlers.receives("here")
    ts = await handlers.reply(thread, "and there")
    await handlers.receives("here", "and there")
    await handlers.marked(ts, "outbox_tray")
    await line_in(handlers, SALES, f"<@{AVA}> texted:\nand there")


async def test_moved_to_where_more_is_texted(handlers: Handlers) -> None:
    """Only a manager moves a conversation to a channel from which more is texted."""
    thread = await handlers.open_thread()
    sales(handlers)
    await handlers.context.units.run(set_channel_mode, CHANNEL, Mode.ALERTS, AVA)
    await handlers.slack.say(BEN, CHANNEL, f"{US} move <#{SALES}>", thread_ts=thread)
    await whispered(handlers, "Only admins and owners of the workspace may do this.", BEN)
    assert heads(handlers, SALES) == []
    await handlers.slack.say(AVA, CHANNEL, f"{US} move <#{SALES}>", thread_ts=thread)
    await moved(handlers, thread)


async def test_moved_by_a_command(handlers: Handlers) -> None:
    """`/volt route` with a contact's number moves that contact's conversation."""
    thread = await handlers.open_thread()
    sales(handlers)
    answer = await volt(handlers, "route (555) 555-0145 #sales")
    assert answer == "The conversation with (555) 555-0145 goes on in <#C0SALES>."
    await moved(handlers, thread)
    assert await volt(handlers, "route (555) 555-0145 #sales") == "The conversation is in this channel already."
    assert "(555) 555-0145" not in await volt(handlers, "route")


async def test_moved_by_a_word(handlers: Handlers) -> None:
    """A word to the bot moves a thread; a channel that is archived, unknown, or private without it is refused."""
    thread = await handlers.open_thread()
    sales(handlers)
    handlers.slack.channels[SALES].is_archived = True
    handlers.slack.add_channel("C0PRIVATE", "private", private=True, members=False)
    for typed, words in (
        ("<#C0SALES>", "<#C0SALES> is archived."),
        ("#nowhere", "I see no channel #nowhere."),
        ("<#C0PRIVATE>", "I see no channel"),
        ("", "Write *@volt move #channel*."),
    ):
        await handlers.reply(thread, f"{US} move {typed}")
        await handlers.slack.until(
            lambda words=words: [one for one in handlers.slack.ephemerals if words in one["text"]]  # type: ignore[misc]
        )
    assert len(handlers.posts()) == 2
    await handlers.reply(thread, f"{US} move #vip")
    await handlers.slack.until(lambda: heads(handlers, VIP))
    await handlers.hear(DANA, "again")
    await shows(handlers, VIP, "again")
    assert (handlers.texts(), handlers.phone()) == (["Hello"], [])
