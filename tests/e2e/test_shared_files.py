"""Files that no phone shows go as a link: to a page with their name and size, for a time, until somebody ends it."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from bot.bridge.erasure import begin_erasure, go_on_erasing
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.shared_files import OPEN_FOR_S
from bot.domain.workspaces import WorkspaceId
from bot.sandbox.volt.model import VoltMessage
from bot.store.sealing import new_key
from tests.e2e.test_outbound_pictures import PNG, arrived, file, get, refused
from tests.harness.in_process import Relay
from tests.harness.world import AVA, BEN, CHANNEL, DANA

PDF = b"%PDF-1.7\n" + b"x" * 200_000
ADDRESS = re.compile(r"http\S+/file/[A-Za-z0-9_-]{44}")


@pytest.fixture
async def thread(relay: Relay) -> str:
    """Open a thread of a bot that people can reach."""
    ts = await relay.open_thread()
    await relay.restart(public_url=relay.url)
    return ts


def pdf(relay: Relay, name: str = "contract.pdf", kind: str = "application/pdf", data: bytes = PDF) -> dict[str, Any]:
    """Put a file into Slack that no phone shows."""
    return file(relay, name, kind, data)


def link_in(text: VoltMessage) -> str:
    """Return the one link in a text, which stands at its end."""
    (found,) = ADDRESS.findall(text.body)
    assert text.body.endswith(found)
    return str(found)


async def linked(relay: Relay, thread: str, **kind: Any) -> str:
    """Send a file, and return its link."""
    await relay.reply(thread, "Here", files=[pdf(relay, **kind)])
    (text,) = await arrived(relay)
    return link_in(text)


async def stop(relay: Relay, ts: str) -> str:
    """Choose to stop sharing in the menu of a message, and return the answer."""
    before = len(relay.slack.ephemerals)
    await relay.slack.shortcut(AVA, "stop_sharing", channel=CHANNEL, message_ts=ts)
    await relay.slack.until(lambda: len(relay.slack.ephemerals) > before)
    return str(relay.slack.ephemerals[-1]["text"])


async def test_a_document(relay: Relay, thread: str) -> None:
    """A PDF goes as a link under its words; the page says what it is, and gives it to be stored, byte for byte."""
    url = await linked(relay, thread)
    (text,) = await arrived(relay)
    assert (text.body, text.media) == (f"Here\n{url}", [])
    line = await relay.line('"contract.pdf" goes as a link.')
    assert "7 days" in line.text
    status, headers, page = await get(url)
    assert status == 200
    assert b"contract.pdf" in page
    assert b"200 kB" in page
    assert b"<script" not in page
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    (download,) = re.findall(rb'href="([^"]+/download)"', page)
    status, headers, body = await get(f"{url.rpartition('/')[0]}/{download.decode()}")
    assert (status, body) == (200, PDF)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == "attachment; filename=\"contract.pdf\"; filename*=UTF-8''contract.pdf"


async def test_a_look_is_no_download(relay: Relay, thread: str) -> None:
    """Programs that look at a link make Slack give nothing, and a HEAD is answered as the download would be."""
    url = await linked(relay, thread)
    asked: list[str] = []
    relay.slack.listeners.append(lambda kind, thing: asked.append(thing.label) if kind == "hop" else None)
    assert (await get(url))[0] == (await get(url, "HEAD"))[0] == 200
    status, headers, body = await get(f"{url}/download", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, str(len(PDF)), b"")
    assert "files-pri" not in asked


async def test_beside_a_picture(relay: Relay, thread: str) -> None:
    """A picture goes along with the text whose link leads to the document."""
    await relay.reply(thread, "Both", files=[pdf(relay), file(relay)])
    (text,) = await arrived(relay)
    assert [one.data for one in text.fetched] == [PNG]
    assert (await get(f"{link_in(text)}/download"))[2] == PDF


async def test_without_words(relay: Relay, thread: str) -> None:
    """A document without words is a text of its link alone."""
    await relay.reply(thread, "", files=[pdf(relay)])
    (text,) = await arrived(relay)
    assert text.body == link_in(text)


@pytest.mark.parametrize(
    ("name", "kind", "data"),
    [
        ("page.html", "text/html", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("drawing.svg", "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
        ("a.zip", "application/zip", b"PK\x03\x04"),
        ("words.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
        ("note.mp3", "audio/mpeg", b"ID3"),
        ("data", "", b"\x00\x01"),
    ],
)
async def test_files_of_every_kind(relay: Relay, thread: str, name: str, kind: str, data: bytes) -> None:
    """Whatever a file is, a browser is told to store it and nothing else."""
    url = await linked(relay, thread, name=name, kind=kind or "application/octet-stream", data=data)
    status, headers, body = await get(f"{url}/download")
    assert (status, body, headers["Content-Type"]) == (200, data, "application/octet-stream")
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Security-Policy"].endswith("sandbox")


async def test_a_name_that_means_harm(relay: Relay, thread: str) -> None:
    """A name is shown as the words that it is, in one line, and its ending is not turned around."""
    url = await linked(relay, thread, name='<b>"x"\u202efdp.exe', kind="application/pdf")
    page = (await get(url))[2].decode()
    assert "<b>" not in page
    assert "\u202e" not in page
    assert "-b--x-fdp.exe" in page
    await relay.line('"&lt;b&gt;"x"fdp.exe" goes as a link.')


async def test_ended_under_the_line(relay: Relay, thread: str) -> None:
    """Who presses Stop sharing ends the link, once; the line says who did, and the page only that nothing is there."""
    url = await linked(relay, thread)
    line = await relay.line("goes as a link.")
    for _ in range(2):
        await relay.slack.press(BEN, CHANNEL, line.ts, "stop_sharing")
    await relay.line('stopped sharing "contract.pdf". Its link leads nowhere now.')
    for path in ("", "/download"):
        status, _, page = await get(url + path)
        assert status == 410
        assert b"not here any more" in page
        assert b"contract" not in page


async def test_ended_from_more(relay: Relay, thread: str) -> None:
    """The entry in Slack's menu More of the reply ends its links; on any other message it says what to do."""
    ts = await relay.reply(thread, "Here", files=[pdf(relay)])
    (text,) = await arrived(relay)
    other = await relay.reply(thread, "no file")
    assert (await stop(relay, other)).startswith("No link leads to a file of this message.")
    assert (await get(link_in(text)))[0] == 200
    assert "are not shared any more" in await stop(relay, ts)
    assert (await get(link_in(text)))[0] == 410


async def test_ended_before_it_left(relay: Relay, thread: str) -> None:
    """Who stops sharing the file of a text that is held has stopped it, also once somebody lets the text leave."""
    await relay.slack.command(AVA, CHANNEL, "/volt", "mode confirm")
    ts = await relay.reply(thread, "Here", files=[pdf(relay)])
    ask = await relay.line("[Send]")
    assert "are not shared any more" in await stop(relay, ts)
    await relay.slack.press(BEN, CHANNEL, ask.ts, "send_text")
    (text,) = await arrived(relay)
    assert (await get(link_in(text)))[0] == 410
    await relay.line('stopped sharing "contract.pdf".')


async def test_after_its_time(relay: Relay, thread: str) -> None:
    """A link leads nowhere after a week, and a text that is sent again opens it for another."""
    url = await linked(relay, thread)
    (text,) = await arrived(relay)
    assert relay.app is not None
    relay.app.clock.ahead += int(OPEN_FOR_S * 1_000_000_000)
    assert (await get(url))[0] == 410
    await relay.volt.receipt(text, "failed", "802")
    line = await relay.line("Not delivered")
    await relay.slack.press(AVA, CHANNEL, line.ts, "send_again")
    _, again = await arrived(relay, 2)
    assert again.body == text.body
    assert (await get(url))[0] == 200


async def test_links_that_were_altered(relay: Relay, thread: str) -> None:
    """A link of which anything was changed leads nowhere, and the answer tells nothing of a file."""
    url = await linked(relay, thread)
    start, _, token = url.rpartition("/")
    raw = bytearray(base64.urlsafe_b64decode(token))
    for place in range(len(raw)):
        changed = raw.copy()
        changed[place] ^= 1
        status, _, page = await get(f"{start}/{base64.urlsafe_b64encode(changed).decode()}")
        assert status == 404
        assert b"contract" not in page
    for token in ("a", "A" * 44, "%00", "..%2f..%2fetc%2fpasswd", "ü" * 44, "-" * 5_000):
        assert (await relay.get(f"/file/{token}"))[0] in (404, 414, 400)
    assert "Traceback" not in relay.log


async def test_over_a_restart_and_a_new_key(relay: Relay, thread: str) -> None:
    """A link that was texted opens after a restart, and after the bot got a new key beside the old one."""
    old, new = new_key(), new_key()
    await relay.restart(encryption_keys=old)
    url = await linked(relay, thread)
    await relay.restart(encryption_keys=f"{new},{old}")
    assert (await get(url))[0] == 200
    await relay.restart(encryption_keys=new)
    assert (await get(url))[0] == 404


async def test_whose_person_is_erased(relay: Relay, thread: str) -> None:
    """Once a person is erased, their links lead nowhere, at once and after their texts are removed."""
    url = await linked(relay, thread)
    assert relay.app is not None
    units = relay.app.runtimes.units_of(WorkspaceId(1))
    assert units is not None
    await relay.volt.receipt((await arrived(relay))[0], "delivered")
    await relay.line("Delivered")
    while await units.run(begin_erasure, E164(DANA), UserId(AVA)) is None:  # something is under way
        pass
    assert (await get(url))[0] == 410
    while await units.run(go_on_erasing):
        pass
    assert (await get(url))[0] == 410


async def test_what_slack_does_not_give(relay: Relay, thread: str) -> None:
    """A file that is gone in Slack is gone; trouble of Slack's that will pass is said as such, as a page."""
    url = await linked(relay, thread)
    relay.slack.rules.down = True
    status, headers, _ = await get(f"{url}/download")
    assert (status, headers["Retry-After"]) == (503, "60")
    relay.slack.rules.down = False
    relay.slack.rules.file_logins = 1
    assert (await get(f"{url}/download"))[0] == 410
    assert (await get(f"{url}/download"))[0] == 200
    relay.slack.files.clear()
    assert (await get(f"{url}/download"))[0] == 410


async def test_edited_within_the_undo_window(relay: Relay, thread: str) -> None:
    """A reply that is edited while it waits has its link once, under the new words."""
    await relay.restart(undo_seconds=1)
    ts = await relay.reply(thread, "Her", files=[pdf(relay)])
    await relay.slack.edit(CHANNEL, ts, "Here")
    (text,) = await arrived(relay)
    assert text.body == f"Here\n{link_in(text)}"


async def test_held_for_a_person(relay: Relay, thread: str) -> None:
    """A reply that is held shows the person who decides about it the very words with the link."""
    await relay.reply(thread, "word " * 500, files=[pdf(relay)])
    await relay.agree()
    texts = await arrived(relay, 2)
    assert [len(ADDRESS.findall(text.body)) for text in texts] == [0, 1]


async def test_a_file_too_large_for_a_link(relay: Relay, thread: str) -> None:
    """A file over 100 MB is refused by name."""
    shape = pdf(relay) | {"size": 100_000_001}
    await relay.reply(thread, "Here", files=[shape])
    await refused(relay, thread, '"contract.pdf" is larger than 100 MB, the most that can be sent as a link.')
