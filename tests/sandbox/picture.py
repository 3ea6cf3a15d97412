"""The picture of the demo in the README, and what it shows: `python -m tests.sandbox.picture` takes it anew.

Beside it stands, in demo.txt, what it was taken of: the digest of the page's files and of its opening, and every line
that the bot says in it. A test compares that with the files and the words of today, and needs no browser.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from bot.sandbox.demo import story
from bot.sandbox.demo.demo import Demo
from bot.sandbox.demo.routes import TOKEN_HEADER
from bot.sandbox.demo.story import AVA, CHANNEL, CUSTOMERS, DANA, LUIS, readable
from bot.slack.blocks.kit import MessageBody
from tests.sandbox.browser import Browser, Page
from tests.words.reading import lines_of

FOLDER = Path(story.__file__).parent
PICTURE, SHOWN = FOLDER / "demo.png", FOLDER / "demo.txt"
WIDTH, HEIGHT = 1280, 800
QUESTION = "Or the green one?"
REPLY = "Ask for me at the desk. See you then, Ava"
IS_SETTLED = """document.querySelector('.thread')?.innerText.includes('Delivered')
  && document.querySelector('.channel').innerText.includes('Perfect')"""
"""The reply of the opening was delivered, and the header of its thread quotes what came after it."""
IS_FULL = f"""document.querySelectorAll('.channel .root').length === 3
  && document.querySelector('.thread')?.innerText.includes('{REPLY}')
  && ['Delivered, by Volt', 'Waiting to be sent, by Volt'].every((words) =>
    [...document.querySelectorAll('.thread .reaction')].some((one) => one.ariaLabel === words))
  && [...document.querySelectorAll('.thread button')].some((one) => one.innerText === 'Undo')"""
"""Three conversations, a reply that was delivered, and one that waits and can be taken back."""


def digest() -> str:
    """Return what the page's files and its opening are, as a number that any change of theirs changes."""
    files = [*sorted((FOLDER / "page").iterdir()), FOLDER / "story.py"]
    return hashlib.sha256(b"\0".join(file.name.encode() + b"\0" + file.read_bytes() for file in files)).hexdigest()


def without_particulars(line: str) -> str:
    """Return a line of the bot without whom it is about, by which line and when: what every example has."""
    for customer in CUSTOMERS:
        line = line.replace(customer.name, "‹name›").replace(readable(customer.number), "‹number›")
    line = re.sub(r"\(555\) 555-\d{4}|\{account\}", "‹number›", line.strip().removeprefix("- "))
    line = re.sub(r" · \*(?:WhatsApp|to ‹number›)\*", "", line)
    line = re.sub(r"\d{4}-\d\d-\d\d", "‹day›", line)
    return re.sub(r"\d{1,2}:\d\d(?: [AP]M)?", "‹time›", line)


def lines_in(demo: Demo) -> list[str]:
    """Return what the bot says of its own in its posts, each line once."""
    written = Path(story.__file__).read_text(encoding="utf-8")
    posts = [post for post in demo.slack.channels[CHANNEL].messages if post.bot_id]
    lines = {line for post in posts for line in lines_of(MessageBody(post.text, post.blocks))}
    return sorted({without_particulars(line) for line in lines if line != QUESTION and line not in written})


async def take(folder: Path) -> tuple[bytes, list[str]]:
    """Play the opening, write once more from either side, and return picture and lines while the last reply waits."""
    async with (
        Demo(port=0) as demo,
        Browser(folder) as browser,
        aiohttp.ClientSession(headers={TOKEN_HEADER: demo.token}) as session,
    ):
        assert demo.story is not None
        await demo.story
        page = await browser.open(demo.url, width=WIDTH, height=HEIGHT)
        await page.call(
            "Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=2, mobile=False
        )
        await page.until(IS_SETTLED)
        question = {"number": LUIS.number, "text": QUESTION, "picture": None}
        await _post(session, f"{demo.url}/phone/text", question)
        await page.until("document.querySelector('.channel').innerText.includes('2 replies')")
        thread = demo.screen.timeline.roots(DANA.number)[-1].ts
        reply = {"user": AVA, "channel": CHANNEL, "thread_ts": thread, "text": REPLY}
        await _post(session, f"{demo.url}/slack/say", reply)
        await page.until(IS_FULL)
        return await _shot(page), lines_in(demo)


async def _post(session: aiohttp.ClientSession, url: str, body: Mapping[str, object]) -> None:
    async with session.post(url, json=body) as answer:
        assert answer.status == 200, await answer.text()


async def _shot(page: Page) -> bytes:
    return base64.b64decode((await page.call("Page.captureScreenshot", format="png"))["data"])


def _small(png: bytes) -> bytes:
    """Return it with fewer colours, where pngquant is installed."""
    program = shutil.which("pngquant")
    if program is None:
        return png
    command = (program, "--speed", "1", "-")
    return subprocess.run(command, input=png, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603 - a fixed command


def main() -> None:
    """Take the picture, and write down what it shows."""
    with tempfile.TemporaryDirectory(prefix="profile-", ignore_cleanup_errors=True) as folder:
        png, lines = asyncio.run(take(Path(folder)))
    PICTURE.write_bytes(_small(png))
    SHOWN.write_text("\n".join((f"page {digest()}", *lines, "")), encoding="utf-8")


if __name__ == "__main__":
    main()
