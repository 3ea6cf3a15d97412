"""Pictures from the thread reach the phone by a signed link; what cannot go along is refused in words, as a whole."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.domain.ids import MessageKey
from bot.domain.workspaces import WorkspaceId
from bot.sandbox.volt.model import FetchedMedia, VoltMessage
from bot.sandbox.volt.pictures import CARD_TEXT, draw
from bot.slack.media.signed_links import LINK_VALID_S, LinkSigner
from tests.harness.drawn import GIF, JPEG, encoded, moving
from tests.harness.in_process import Relay
from tests.harness.world import AVA, CHANNEL

PNG = draw("parcel.png")
BOMB = encoded(Image.new("1", (20_000, 20_000)), "PNG")
CARD = {"name": "Dana.vcf", "mimetype": "text/vcard", "data": CARD_TEXT.encode()}
REFUSED = "Nothing was sent: "


@pytest.fixture
async def thread(relay: Relay) -> str:
    """Open a thread of a bot that Volt can reach."""
    ts = await relay.open_thread()
    await relay.restart(public_url=relay.url)
    return ts


def file(relay: Relay, name: str = "lake.png", mimetype: str = "image/png", data: bytes = PNG) -> dict[str, Any]:
    """Put a file of an agent into Slack."""
    return relay.slack.add_file(AVA, name, mimetype, data)


async def arrived(relay: Relay, count: int = 1) -> list[VoltMessage]:
    """Wait until so many texts went out and Volt has fetched what belongs to them."""
    await relay.volt.until(
        lambda: (
            len(relay.phone()) >= count
            and all(len(one.fetched) == len(one.media) for one in relay.volt.outbound("+15555550145"))
        )
    )
    return relay.volt.outbound("+15555550145")


async def refused(relay: Relay, thread: str, words: str) -> None:
    """Wait for the line, and see that nothing of the reply left, though the next one does."""
    await relay.line(REFUSED + words)
    await relay.reply(thread, "next")
    await relay.receives("next")


async def get(url: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Ask for a link as anybody could."""
    async with aiohttp.ClientSession() as session, session.request(method, url) as answer:
        return answer.status, dict(answer.headers), await answer.read()


async def test_a_picture_with_words(relay: Relay, thread: str) -> None:
    """A picture and its words reach the phone as one text, the picture byte for byte."""
    await relay.reply(thread, "Your parcel", files=[file(relay)])
    (text,) = await arrived(relay)
    assert text.body == "Your parcel"
    assert text.fetched == [FetchedMedia(text.media[0], 200, "image/png", PNG)]
    await relay.volt.receipt(text, "delivered")
    await relay.line("Delivered")


async def test_a_picture_alone(relay: Relay, thread: str) -> None:
    """A picture without words is a text of its own."""
    ts = await relay.reply(thread, "", files=[file(relay)])
    (text,) = await arrived(relay)
    assert (text.body, text.fetched[0].data) == ("", PNG)
    await relay.volt.receipt(text, "delivered")
    await relay.marked(ts, "white_check_mark")


async def test_several_files(relay: Relay, thread: str) -> None:
    """JPEG, PNG, GIF and contact cards go along in their order, each as what it is."""
    card = file(relay, "Dana Berg.vcf", "text/plain", CARD_TEXT.encode())
    files = [file(relay, "a.jpg", "image/jpeg", JPEG), file(relay), file(relay, "c.gif", "image/gif", GIF), card]
    await relay.reply(thread, "All", files=files)
    (text,) = await arrived(relay)
    found = [(one.content_type, one.data) for one in text.fetched]
    assert found == [
        ("image/jpeg", JPEG),
        ("image/png", PNG),
        ("image/gif", GIF),
        ("text/vcard", CARD_TEXT.encode()),
    ]


async def test_order_around_a_picture(relay: Relay, thread: str) -> None:
    """Texts before and after a picture stay before and after it."""
    await relay.reply(thread, "one")
    await relay.reply(thread, "two", files=[file(relay)])
    await relay.reply(thread, "three")
    await relay.receives("one", "two", "three")


async def test_a_long_caption(relay: Relay, thread: str) -> None:
    """Where the words make several texts, the picture goes with the first."""
    await relay.reply(thread, "word " * 500, files=[file(relay)])
    await relay.agree()
    texts = await arrived(relay, 2)
    assert [len(text.media) for text in texts] == [1, 0]


async def test_files_that_slack_only_names(relay: Relay, thread: str) -> None:
    """Of a file that Slack's event only names, the rest is asked for."""
    relay.slack.rules.file_stubs = True
    await relay.reply(thread, "Look", files=[file(relay)])
    (text,) = await arrived(relay)
    assert text.fetched[0].data == PNG


async def test_redirects_within_slack(relay: Relay, thread: str) -> None:
    """A download that Slack redirects to itself is followed, when it is looked at and when it is fetched."""
    relay.slack.rules.file_redirects = 2
    await relay.reply(thread, "Look", files=[file(relay)])
    (text,) = await arrived(relay)
    assert text.fetched[0].data == PNG


async def test_redirects_away_from_slack(relay: Relay, thread: str) -> None:
    """A download that leads to another host is refused; neither the token nor anything else goes there."""
    relay.slack.rules.file_redirects_to_other_host = 1
    await relay.reply(thread, "Look", files=[file(relay)])
    await refused(relay, thread, '"lake.png" is kept where the bot cannot fetch it.')
    assert relay.slack.other_host_requests == []


async def test_a_login_page(relay: Relay, thread: str) -> None:
    """Where Slack answers a login page instead of the file, the reply is refused, with what an admin has to do."""
    relay.slack.rules.file_logins = 1
    await relay.reply(thread, "Look", files=[file(relay)])
    await refused(relay, thread, 'Slack does not let the bot read "lake.png". An admin has to give the app')


@pytest.mark.parametrize(
    ("name", "mimetype", "data", "words"),
    [
        ("a.heic", "image/heic", b"\x00\x00\x00\x18ftypheic", '"a.heic" is damaged or not complete.'),
        ("cut.jpg", "image/jpeg", JPEG[:800], '"cut.jpg" is damaged or not complete. Save it anew as JPEG or PNG'),
        ("bomb.png", "image/png", BOMB, '"bomb.png" has too many points for a phone: more than 50 million.'),
        ("moves.webp", "image/webp", moving("WEBP"), '"moves.webp" is an animation that is too large, or of a kind'),
        ("lake.png", "image/png", JPEG, '"lake.png" is not what Slack says it is.'),
        ("lake.png", "image/png", b"<!DOCTYPE html>", 'Slack does not let the bot read "lake.png".'),
        ("<@U0AVA>*a*.png", "image/png", b"PNG", '"&lt;@U0AVA&gt;*a*.png" is not what Slack says it is.'),
    ],
)
async def test_files_that_cannot_go(
    relay: Relay, thread: str, name: str, mimetype: str, data: bytes, words: str
) -> None:
    """A file of another type, not what it says, or too large is refused by name, and its words stay here with it."""
    ts = await relay.reply(thread, "Look", files=[file(relay, name, mimetype, data), file(relay)])
    await refused(relay, thread, words)
    await relay.marked(ts)


async def test_too_large_together(relay: Relay, thread: str) -> None:
    """Files that fit each alone, and not together, are refused."""
    card = CARD_TEXT.encode() + b"\r\n" * 300_000
    await relay.reply(thread, "Look", files=[file(relay, "Dana.vcf", "text/vcard", card) for _ in range(2)])
    await refused(relay, thread, "together the files are larger than 1 MB, the most that can go along with a text.")


async def test_too_many_files(relay: Relay, thread: str) -> None:
    """More files than Volt takes are refused."""
    await relay.reply(thread, "Look", files=[file(relay) for _ in range(11)])
    await refused(relay, thread, "these are 11 files, and 10 can go along at most. Send them in several messages.")


async def test_a_file_outside_slack(relay: Relay, thread: str) -> None:
    """A file that lies elsewhere is refused; its link can be sent as words."""
    shape = file(relay) | {"mode": "external", "is_external": True}
    relay.slack.files[shape["id"]].shape.update(shape)
    await relay.reply(thread, "Look", files=[shape])
    await refused(relay, thread, '"lake.png" is kept outside Slack.')


async def test_a_file_that_is_gone(relay: Relay, thread: str) -> None:
    """A file that was deleted meanwhile is refused."""
    shape = file(relay)
    del relay.slack.files[shape["id"]]
    await relay.reply(thread, "Look", files=[shape])
    await refused(relay, thread, '"lake.png" is not in Slack any more.')


async def test_without_a_public_address(relay: Relay) -> None:
    """Without PUBLIC_URL nothing of a reply with a picture is sent, and the line says what is missing."""
    thread = await relay.open_thread()
    await relay.reply(thread, "Look", files=[file(relay)])
    await refused(relay, thread, "pictures and files can be texted only where PUBLIC_URL is set")


async def test_slack_is_slow_with_a_file(relay: Relay, thread: str) -> None:
    """A file that cannot be read just now is read a moment later; the reply waits for it."""
    relay.slack.rules.drops = {"files-pri": 1}
    await relay.reply(thread, "Look", files=[file(relay)])
    (text,) = await arrived(relay)
    assert text.fetched[0].data == PNG


async def test_deleted_within_the_undo_window(relay: Relay, thread: str) -> None:
    """A reply with a picture that is deleted while it waits is not sent."""
    await relay.restart(undo_seconds=1)
    ts = await relay.reply(thread, "Look", files=[file(relay)])
    await relay.slack.delete(CHANNEL, ts)
    await relay.reply(thread, "next")
    await relay.receives("next")


async def test_edited_within_the_undo_window(relay: Relay, thread: str) -> None:
    """A reply with a picture that is edited while it waits goes out with the new words and its picture, once."""
    await relay.restart(undo_seconds=1)
    ts = await relay.reply(thread, "Lok", files=[file(relay)])
    await relay.slack.edit(CHANNEL, ts, "Look")
    (text,) = await arrived(relay)
    assert (text.body, text.fetched[0].data) == ("Look", PNG)


async def test_a_picture_sent_again(relay: Relay, thread: str) -> None:
    """A picture whose text failed goes along when it is sent again, by a link of its own."""
    await relay.reply(thread, "Look", files=[file(relay)])
    (text,) = await arrived(relay)
    await relay.volt.receipt(text, "failed", "802")
    line = await relay.line("Not delivered")
    await relay.slack.press(AVA, CHANNEL, line.ts, "send_again")
    first, again = await arrived(relay, 2)
    assert (again.body, again.fetched[0].data) == ("Look", PNG)
    assert again.media != first.media


async def test_volt_refuses_a_file(relay: Relay, thread: str) -> None:
    """Where Volt does not take a file, the thread says that its type or size was the reason."""
    await relay.reply(thread, "Look", files=[file(relay)])
    (text,) = await arrived(relay)
    await relay.volt.receipt(text, "failed", "407")
    await relay.line("Not delivered: Volt does not accept the type or the size of a file.")


# --- the link


async def link(relay: Relay, thread: str, **kind: Any) -> str:
    """Send a picture and return the link that Volt was given."""
    await relay.reply(thread, "Look", files=[file(relay, **kind)])
    (text,) = await arrived(relay)
    return text.media[0]


async def test_the_answer_to_a_link(relay: Relay, thread: str) -> None:
    """The picture is answered as what it is and nothing else, and HEAD tells the same without it."""
    url = await link(relay, thread, name='la"ke; X-Evil: 1 ü.png')
    status, headers, body = await get(url)
    assert (status, body) == (200, PNG)
    assert headers["Content-Type"] == "image/png"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == 'inline; filename="la-ke-X-Evil-1.png"'
    assert headers["Cache-Control"].startswith("private")
    status, headers, body = await get(url, "HEAD")
    assert (status, headers["Content-Length"], body) == (200, str(len(PNG)), b"")


async def test_links_that_were_altered(relay: Relay, thread: str) -> None:
    """A link of which anything was changed leads nowhere, and Slack is not asked."""
    url = await link(relay, thread, **CARD)
    start, _, token = url.rpartition("/")
    asked: list[str] = []
    relay.slack.listeners.append(lambda kind, thing: asked.append(thing.label) if kind == "hop" else None)
    raw = bytearray(base64.urlsafe_b64decode(f"{token}="))
    for place in range(len(raw)):
        changed = raw.copy()
        changed[place] ^= 1
        status, _, body = await get(f"{start}/{base64.urlsafe_b64encode(changed).decode().rstrip('=')}")
        assert (status, body) == (404, b"There is no such file, or this link has expired.")
    assert "files-pri" not in asked
    assert (await get(url))[0] == 200
    assert "files-pri" in asked


async def test_links_that_are_none(relay: Relay, thread: str) -> None:
    """Whatever stands in place of a token is answered 404, never 5xx."""
    for token in ("a", "A" * 119, "%00", "%ff%fe", "..%2f..%2fetc%2fpasswd", "ü" * 119, "-" * 5_000, "=" * 119, "%20"):
        status, _ = await relay.get(f"/media/{token}")
        assert status in (404, 414, 400)
    assert (await relay.get("/media/"))[0] == 404
    assert "Traceback" not in relay.log


async def test_a_link_that_expired(relay: Relay, thread: str) -> None:
    """A link leads nowhere after an hour."""
    url = await link(relay, thread)
    assert relay.app is not None
    relay.app.clock.ahead += int(LINK_VALID_S * 1_000_000_000)
    assert (await get(url))[0] == 404


async def test_links_to_what_is_not_there(relay: Relay, thread: str) -> None:
    """A well-signed link to another file of a text, of a text that never was, or elsewhere leads nowhere."""
    url = await link(relay, thread)
    assert relay.app is not None
    (text,) = relay.volt.outbound("+15555550145")
    signer, now = LinkSigner(relay.slack.bot_token), relay.app.clock.now()
    for workspace, key, number in itertools.product((1, 2, 2**63), (text.passthrough, "0" * 32), (1, 2, 255)):
        token = signer.token(WorkspaceId(workspace), MessageKey(str(key)), number, now)
        expected = 200 if (workspace, key, number) == (1, text.passthrough, 1) else 404
        assert (await get(f"{url.rpartition('/')[0]}/{token}"))[0] == expected


async def test_slack_has_trouble_when_volt_fetches(relay: Relay, thread: str) -> None:
    """Trouble of Slack's that will pass is told to the holder of a good link; what has changed is not given out."""
    url = await link(relay, thread, **CARD)
    relay.slack.rules.down = True
    status, headers, _ = await get(url)
    assert (status, headers["Retry-After"]) == (503, "5")
    relay.slack.rules.down = False
    relay.slack.rules.file_logins = 1
    assert (await get(url))[0] == 404
    assert (await get(url))[0] == 200


async def test_a_link_outlives_a_restart(relay: Relay, thread: str) -> None:
    """A link given out before a restart is good after it."""
    url = await link(relay, thread)
    await relay.restart()
    assert (await get(url))[2] == PNG
