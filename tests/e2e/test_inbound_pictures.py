"""Pictures from the phone appear in the thread, in order and once; what cannot be shown is said in words."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.slack.state.model import Message
from bot.sandbox.volt.pictures import CARD_TEXT, draw
from bot.store.sqlite.connection import open_for_reading
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import DANA, MARCO

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SENT = "Sent a picture."
NOT_SHOWN = "A picture or file from the contact could not be shown: "
PICTURE = "[picture.png]"
COMPLETE = "files.completeUploadExternal"


def told(message: Message) -> str:
    """Return what a post shows: its words, or the names of its files without what differs."""
    names = [f"[{file['name'].partition('-')[0]}.{file['name'].rpartition('.')[2]}]" for file in message.files]
    return "".join(names) or seen(message)


def story(relay: Relay, contact: str = DANA) -> list[str]:
    """Return everything in the contact's thread that the bot wrote, in order."""
    return [told(one) for one in relay.thread(contact)]


async def tells(relay: Relay, *wanted: str, contact: str = DANA, timeout_s: float = 15) -> None:
    """Wait until the contact's thread is this."""
    try:
        await relay.slack.until(lambda: len(story(relay, contact)) >= len(wanted), timeout_s)
    except TimeoutError as error:
        raise TimeoutError(f"the thread is {story(relay, contact)}; {error}") from None
    assert story(relay, contact) == list(wanted)


def pictures(relay: Relay, contact: str = DANA) -> list[bytes]:
    """Return the bytes of the files in the contact's thread."""
    return [relay.slack.files[file["id"]].data for one in relay.thread(contact) for file in one.files]


async def fetched(relay: Relay, count: int) -> None:
    """Wait until the pictures of so many texts are fetched and kept; the bot goes on knocking at Slack meanwhile."""
    await relay.slack.until(lambda: relay.log.count("kind=fetch") >= count)


async def test_a_picture_is_shown_without_a_face_that_slack_refuses(relay: Relay) -> None:
    """A picture is completed under the contact's name; where Slack refuses that, under the bot's, and once."""
    await relay.open_thread()
    relay.slack.rules.errors = {COMPLETE: ["invalid_arguments"]}
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url("parcel.png")])
    await tells(relay, "Hello", "Look", PICTURE)
    calls = [call.args for call in relay.slack.calls if call.method == COMPLETE]
    assert [call.get("username") for call in calls] == ["(555) 555-0145", None]


async def test_a_picture_between_texts(relay: Relay) -> None:
    """The picture itself stands in the thread behind its words, and between the texts around it."""
    await relay.open_thread()
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url("parcel.png")])
    await relay.volt.text(DANA, "after")
    await tells(relay, "Hello", "Look", PICTURE, "after")
    assert pictures(relay) == [draw("parcel.png")]
    assert {one.thread_ts for one in relay.thread()} == {relay.headers(DANA)[0].ts}


async def test_pictures_alone(relay: Relay) -> None:
    """Pictures without words are announced in small words, and appear each in a post of its own, in order."""
    await relay.volt.text(DANA, "", media=[relay.volt.picture_url("parcel.png")])
    await relay.volt.text(DANA, "", media=[relay.volt.picture_url("lake.png"), relay.volt.picture_url("sunset.png")])
    await tells(relay, SENT, PICTURE, "Sent 2 pictures.", PICTURE, PICTURE)
    assert pictures(relay) == [draw("parcel.png"), draw("lake.png"), draw("sunset.png")]
    assert relay.thread()[0].blocks[0]["type"] == "context"


async def test_a_contact_card(relay: Relay) -> None:
    """A contact card appears as a file that can be opened."""
    await relay.volt.text(DANA, "", media=[relay.volt.picture_url("dana.vcf")])
    await tells(relay, "Sent a file.", "[card.vcf]")
    assert pictures(relay) == [CARD_TEXT.encode()]


async def test_no_picture_is_linked_from_elsewhere(relay: Relay) -> None:
    """No post of a text from the phone makes Slack fetch a picture from where the contact's carrier put it."""
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url()])
    await tells(relay, "Look", PICTURE)
    assert [block["type"] for one in relay.posts() for block in one.blocks if block["type"] == "image"] == []
    assert all(relay.volt.server.url not in str(one.blocks) + one.text for one in relay.posts())


async def test_a_picture_is_fetched_while_slack_is_down(relay: Relay) -> None:
    """A picture is fetched at once, also while Slack is down, and shown from what was kept once Slack is back."""
    await relay.open_thread()
    relay.slack.rules.down = True
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url()])
    await fetched(relay, 1)
    await relay.volt.close()  # where it lay is gone
    relay.slack.rules.down = False
    await tells(relay, "Hello", "Look", PICTURE)
    assert pictures(relay) == [draw("parcel.png")]


async def test_a_restart_between_fetching_and_showing(relay: Relay) -> None:
    """A picture that was fetched outlives a restart, and is shown once, in its place."""
    await relay.open_thread()
    relay.slack.rules.down = True
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url()])
    await relay.volt.text(DANA, "after")
    await fetched(relay, 1)
    await relay.restart()
    relay.slack.rules.down = False
    await tells(relay, "Hello", "Look", PICTURE, "after")


async def test_an_upload_whose_answer_is_lost(relay: Relay) -> None:
    """An upload that Slack completed without our learning of it is found in the thread, and shown once."""
    await relay.open_thread()
    relay.slack.rules.drops = {COMPLETE: 1}
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url()])
    await relay.volt.text(DANA, "after")
    await tells(relay, "Hello", "Look", PICTURE, "after")


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "upload"])
async def test_an_upload_that_breaks_off_before_it_is_visible(relay: Relay, step: str) -> None:
    """What is lost before the last step has shown nothing: the upload is simply made again, and shown once."""
    await relay.open_thread()
    relay.slack.rules.drops = {step: 1}
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url()])
    await relay.volt.text(DANA, "after")
    await tells(relay, "Hello", "Look", PICTURE, "after")


@pytest.mark.parametrize(
    ("method", "error", "words"),
    [
        ("files.getUploadURLExternal", "missing_scope", "the app lacks the permission files:write."),
        ("files.getUploadURLExternal", "file_uploads_disabled", "this workspace does not allow files."),
        (COMPLETE, "storage_limit_reached", "the workspace's storage is full."),
        (COMPLETE, "restricted_action", "Slack did not take it."),
    ],
)
async def test_slack_takes_no_files(relay: Relay, method: str, error: str, words: str) -> None:
    """Where Slack refuses a file the thread says so and why, the words are shown, and texts go on."""
    await relay.open_thread()
    relay.slack.rules.errors = {method: [error]}
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url()])
    await relay.volt.text(DANA, "after")
    await relay.line(NOT_SHOWN + words)
    await relay.shows(DANA, "Look", "after")
    assert pictures(relay) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("huge.png", "it is larger than 10 MB."),
        ("page.html", "its address leads to a web page and not to a picture."),
        ("nothing.png", "it is not there any more."),
    ],
)
async def test_pictures_that_cannot_be_had(relay: Relay, name: str, words: str) -> None:
    """What is too large, no picture, or not there is said in words, and holds up nothing."""
    address = relay.volt.picture_url().replace("parcel.png", name)
    await relay.volt.text(DANA, "Look", media=[address])
    await relay.volt.text(DANA, "after")
    await relay.line(NOT_SHOWN + words)
    await relay.shows(DANA, "Look", "after")
    assert name not in str([one.blocks for one in relay.posts()])  # no address that is not public is given to people


async def test_good_and_bad_pictures_in_one_text(relay: Relay) -> None:
    """Of several pictures those that can be shown are shown; one line tells of all others."""
    here = relay.volt.picture_url()
    gone = [here.replace("parcel", name) for name in ("one", "two")]
    await relay.volt.text(DANA, "Look", media=[gone[0], here, gone[1]])
    line = await relay.line("2 pictures or files from the contact could not be shown:")
    assert seen(line).split("\n")[1:] == ["• It is not there any more."] * 2
    await relay.slack.until(lambda: len(story(relay)) == 3)
    assert pictures(relay) == [draw("parcel.png")]


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[int, list[bytes]]]:
    """Listen on this machine; gives the port and what connected."""
    heard: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


INSIDE = [
    "http://127.0.0.1:{port}/a.png",
    "http://localhost:{port}/a.png",
    "http://2130706433:{port}/a.png",
    "http://0x7f000001:{port}/a.png",
    "http://0x7f.1:{port}/a.png",
    "http://0177.0.0.1:{port}/a.png",
    "http://127.1:{port}/a.png",
    "http://0.0.0.0:{port}/a.png",
    "http://[::1]:{port}/a.png",
    "http://[::ffff:127.0.0.1]:{port}/a.png",
    "http://10.0.0.1/a.png",
    "http://192.168.1.1/a.png",
    "https://169.254.169.254/latest/meta-data/a.png",
    "http://[fd00::1]/a.png",
    "http://metadata.google.internal/a.png",
]


@pytest.mark.parametrize("address", INSIDE)
async def test_addresses_inside_are_not_asked(relay: Relay, address: str) -> None:
    """An address that is not on the public internet is refused in words, not shown, and never connected to."""
    async with listener() as (port, heard):
        await relay.volt.text(DANA, "Look", media=[address.format(port=port)])
        await relay.line("its address does not lead to the public internet, so it was not opened")
    assert heard == []
    assert "a.png" not in str([one.blocks for one in relay.posts()])


@pytest.mark.parametrize("address", ["http://u:p@example.com/a.png", "http://:0/a.png", "http://exämple.com/a.png"])
async def test_addresses_that_are_none(relay: Relay, address: str) -> None:
    """An address that cannot be read, or has a password in it, is not asked, and the thread says so."""
    await relay.volt.text(DANA, "Look", media=[address])
    await relay.line(NOT_SHOWN + "its address cannot be read.")


async def test_one_contacts_pictures_hold_up_nobody_else(relay: Relay) -> None:
    """While a picture cannot be had, another contact's texts and pictures appear."""
    relay.slack.rules.errors = {"files.getUploadURLExternal": ["internal_error"] * 3}
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url()])
    await relay.slack.until(lambda: any(call.method == "files.getUploadURLExternal" for call in relay.slack.calls))
    await relay.volt.text(MARCO, "Hi")
    await relay.shows(MARCO, "Hi")
    await tells(relay, "Look", PICTURE)


async def test_nothing_is_kept_of_what_is_shown(relay: Relay) -> None:
    """Once a picture is in Slack its bytes leave the database."""
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url()])
    await tells(relay, "Look", PICTURE)
    await relay.stop()  # what is under way is written down first
    with closing(open_for_reading(relay.database)) as reader:
        assert reader.execute("SELECT count(*) FROM attachment").fetchone()[0] == 0


async def test_no_address_in_the_log(relay: Relay) -> None:
    """Neither the address of a picture nor what is in it stands in the log, whether it could be had or not."""
    here = relay.volt.picture_url()
    secret = "sig=8d1f2c"
    await relay.volt.text(DANA, "Look", media=[f"{here}?{secret}", f"http://10.0.0.1/a?{secret}", f"{here}x?{secret}"])
    await relay.line("2 pictures or files")
    assert secret not in relay.log


async def test_our_own_uploads_are_not_texted(relay: Relay) -> None:
    """A picture that the bot shows is no reply, even where Slack leaves out that a bot posted it."""
    thread = await relay.open_thread()
    await relay.volt.text(DANA, "Look", media=[relay.volt.picture_url()])
    await tells(relay, "Hello", "Look", PICTURE)
    body = relay.event_of(relay.thread()[-1].ts)
    for mark in ("bot_id", "app_id", "bot_profile"):
        body["event"].pop(mark, None)
    assert await relay.slack.deliver(body) == 200
    await relay.reply(thread, "next")
    await relay.receives("next")
    assert not any("Nothing was sent" in line for line in relay.lines())
