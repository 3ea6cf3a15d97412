"""The real bot under strace, between both stand-ins, and the events it is asked to take in."""

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Self

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import BotProcess
from tests.crash.fsync.trace import LONGEST_TEXT, TRACED
from tests.harness.settings import settings_for
from tests.harness.world import ACCOUNT, CHANNEL

CONTACTS = [f"+1555555{number:04}" for number in range(300, 310)]
PATIENCE_S = 40.0


def why_not() -> str:
    """Say why nothing can be traced on this machine, or ""."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    tried = subprocess.run([strace, "-D", "-f", "true"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()[-200:]}"


class Traced:
    """Owns the stand-ins and the bot; `marks` are texts of which each stands in one event only."""

    def __init__(self, folder: Path) -> None:
        self.slack, self.volt = SlackStandIn(), VoltStandIn(account_number=ACCOUNT)
        self.folder, self.trace = folder, folder / "trace.txt"
        self.marks: list[str] = []

    async def __aenter__(self) -> Self:
        await self.slack.start()
        await self.volt.start()
        # -D: the bot stays our own child, so that signals reach it and not strace
        strace = ("strace", "-D", "-f", "-yy", "-s", str(LONGEST_TEXT), "-e", f"trace={TRACED}", "-o", str(self.trace))
        self.bot = BotProcess(
            settings_for(self.slack, self.volt, self.folder),
            folder=self.folder,
            command=(*strace, sys.executable, "-m", "bot", "serve"),
        )
        self.slack.events_url = f"{self.bot.url}/slack/events"
        self.volt.webhook_url = f"{self.bot.url}/volt/webhooks"
        await self.bot.start(limit_s=PATIENCE_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.bot.terminate()
        await self.slack.close()
        await self.volt.close()

    async def text(self, contact: str, number: int) -> None:
        """Let a contact text, and be sure that the bot accepted it."""
        mark = f"in-{contact[-4:]}-{number:03}"
        webhook = await self.volt.text(contact, f"Hello {mark}")
        await self.volt.until(lambda: webhook.status == 200, timeout_s=PATIENCE_S)
        self.marks.append(mark)

    async def reply(self, contact: str, number: int) -> None:
        """Let an agent answer in the contact's thread, and be sure that the phone got it."""
        mark = f"out-{contact[-4:]}-{number:03}"
        root = await self.slack.until(lambda: self._root_of(contact), timeout_s=PATIENCE_S)
        await self.slack.say("U0AVA", CHANNEL, f"Hello {mark}", thread_ts=root)
        await self.volt.until(lambda: self._is_on(contact, mark), timeout_s=PATIENCE_S)
        self.marks.append(mark)

    def _root_of(self, contact: str) -> str | None:
        number = f"{contact[5:8]}-{contact[8:]}"
        return next((m.ts for m in self.slack.channels[CHANNEL].messages if m.bot_id and number in m.text), None)

    def _is_on(self, contact: str, mark: str) -> bool:
        return any(mark in message.body for message in self.volt.outbound(contact))

    def receipt_ids(self) -> list[str]:
        """List the ids of the carrier's receipts that the bot accepted."""
        sent = [one for one in self.volt.webhooks if one.status == 200]
        return [str(one.envelope["id"]) for one in sent if one.envelope["payload"]["event_type"] != "message.received"]

    async def lines(self) -> list[str]:
        """End the bot and return the trace, once strace has written the last of it."""
        await self.bot.terminate()
        async with asyncio.timeout(PATIENCE_S):
            while not self._is_whole():  # noqa: ASYNC110 - strace ends a moment after the bot, and nobody waits for it
                await asyncio.sleep(0.05)
        return self.trace.read_text(errors="replace").splitlines()

    def _is_whole(self) -> bool:
        tail = self.trace.read_text(errors="replace")[-1000:]
        return re.search(rf"^{self.bot.pid} +\+\+\+ exited", tail, flags=re.MULTILINE) is not None  # padded
