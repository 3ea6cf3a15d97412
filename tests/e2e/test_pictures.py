"""Pictures from the phone into the thread, and from the thread to the phone."""

from __future__ import annotations

from bot.sandbox.slack_model import Message
from bot.sandbox.volt_pictures import draw
from tests.e2e.relay import CHANNEL, DANA, Relay, seen

SENT = "Sent a picture."


def told(message: Message) -> str:
    """Return what a post shows: its words, or the name of its file without what differs."""
    names = [f"[{file['name'].partition('-')[0]}.{file['name'].rpartition('.')[2]}]" for file in message.files]
    return "".join(names) or seen(message)


def story(relay: Relay, contact: str = DANA) -> list[str]:
    """Return everything in the contact's thread that the bot wrote, in order."""
    return [told(one) for one in relay.thread(contact)]


async def tells(relay: Relay, *wanted: str, timeout_s: float = 15) -> None:
    """Wait until the contact's thread is this."""
    try:
        await relay.slack.until(lambda: len(story(relay)) >= len(wanted), timeout_s)
    except TimeoutError as error:
        raise TimeoutError(f"the thread is {story(relay)}; {error}") from None
    assert story(relay) == list(wanted)


def pictures(relay: Relay, contact: str = DANA) -> list[bytes]:
    """Return the bytes of the files in the contact's thread."""
    return [relay.slack.files[file["id"]].data for one in relay.thread(contact) for file in one.files]


async def test_a_picture_from_the_phone_appears_in_the_thread(relay: Relay) -> None:
    """The picture itself stands behind its words, and between the texts around it."""
    await relay.open_thread()
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url("parcel.png")])
    await relay.volt.text(DANA, "after")
    await tells(relay, "Hello", "Look", "[picture.png]", "after")
    assert pictures(relay) == [draw("parcel.png")]
    assert relay.slack.find(CHANNEL, relay.thread()[2].ts).thread_ts == relay.headers(DANA)[0].ts
