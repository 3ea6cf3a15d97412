"""The real bot between both stand-ins, and what can be seen of it from outside: its log, its memory, its open files."""

import asyncio
import json
import os
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import aiohttp

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.bot_process import BotProcess
from tests.harness.settings import settings_for
from tests.harness.world import ACCOUNT, CHANNEL
from tests.harness.world import DANA as FRIEND
from tests.hostile.bodies import MARK, Known

LONGEST_LINE_BYTES = 2_048
PATIENCE_S = 60.0
LOOK_AGAIN_S = 0.1
PAGE_BYTES = 4_096
MIB = 2**20

_NUMBER = re.compile(r"\+1?555\d{7}|1?555555[01]\d{3}|555\W{1,3}555\W{1,3}\d{4}")
_CONSOLE = re.compile(r"\d{4}-\d\d-\d\dT\S+Z \[\w+ *\] ")


class Log(deque[str]):
    """Takes the bot's lines and keeps what is wrong with them."""

    def __init__(self, secrets: list[str], *, is_json: bool) -> None:
        super().__init__(maxlen=200)
        self.longest = self.lines = 0
        self.faults: list[str] = []
        self._secrets = secrets
        self._is_json = is_json

    def append(self, line: str) -> None:
        """Take one line."""
        super().append(line)
        size = len(line.encode())
        self.lines += 1
        self.longest = max(self.longest, size)
        faults = {
            f"a line of {size} bytes": size > LONGEST_LINE_BYTES,
            "a traceback": "Traceback" in line,
            "a bug": re.search(r'\bbug\b|"bug"', line) is not None,
            "a secret": any(secret in line for secret in self._secrets),
            "a phone number": _NUMBER.search(line) is not None,
            "a text": MARK in line,
            "a line that is none of the bot's": not self._is_whole(line),
        }
        self.faults += [f"log: {fault}: {line[:600]!r}" for fault, is_so in faults.items() if is_so]

    def taken_faults(self) -> list[str]:
        """Hand over what was wrong since the last time."""
        taken, self.faults = self.faults, []
        return taken

    def _is_whole(self, line: str) -> bool:
        if not self._is_json:
            return _CONSOLE.match(line) is not None
        with suppress(ValueError):
            return isinstance(json.loads(line), dict)
        return False


class Target:
    """Owns both stand-ins and the bot's process; an async context manager."""

    def __init__(self, folder: Path, *, path_secret: str = "") -> None:
        self.slack = SlackStandIn()
        self.volt = VoltStandIn(account_number=ACCOUNT)
        self.path = "/volt/webhooks" + (f"/{path_secret}" if path_secret else "")
        self._folder = folder
        self._path_secret = path_secret
        self._good = 0

    async def __aenter__(self) -> Self:
        await self.slack.start()
        await self.volt.start()
        self._folder.mkdir(exist_ok=True)
        self.bot = BotProcess(self._settings(), folder=self._folder)
        secrets = [self.slack.signing_secret, self.slack.bot_token, *self.volt.token.split(".")[1:]]
        self.log = self.bot.output = Log(
            [*secrets, *filter(None, [self._path_secret])], is_json=bool(self._path_secret)
        )
        self.slack.events_url = f"{self.bot.url}/slack/events"
        self.volt.webhook_url = self.bot.url + self.path
        await self.bot.start()
        await self.works()
        self.known = Known(self.slack, ACCOUNT, self._root(), self.volt.outbound(FRIEND)[0])
        return self

    def _settings(self) -> dict[str, str]:
        form, secret = "json" if self._path_secret else "console", self._path_secret
        more = {"LOG_LEVEL": "debug", "LOG_FORMAT": form, "VOLT_WEBHOOK_PATH_SECRET": secret}
        return settings_for(self.slack, self.volt, self._folder, **more)

    async def __aexit__(self, *_: object) -> None:
        await self.bot.terminate()
        await self.slack.close()
        await self.volt.close()

    def _root(self) -> str:
        shown = f"({FRIEND[2:5]}) {FRIEND[5:8]}-{FRIEND[8:]}"
        messages = self.slack.channels[CHANNEL].messages
        return next((m.ts for m in messages if m.thread_ts in (None, m.ts) and m.bot_id and shown in m.text), "")

    async def works(self) -> list[str]:
        """Let a text through in each direction; returns what did not come through."""
        self._good += 1
        said, answered = f"{MARK} good {self._good}", f"{MARK} answer {self._good}"
        if (status := (await self.volt.text(FRIEND, said)).status) != 200:
            return [f"a good webhook was answered {status}"]
        try:
            await self.slack.until(lambda: self._root() and self._is_shown(said), timeout_s=PATIENCE_S)
            await self.slack.say("U0AVA", CHANNEL, answered, thread_ts=self._root())
            await self.volt.until(lambda: any(m.body == answered for m in self.volt.outbound(FRIEND)), PATIENCE_S)
        except TimeoutError as error:
            return [f"a good text did not come through: {error}"]
        pages = {path: await self.page(path) for path in ("/healthz", "/readyz", "/metrics")}
        return [f"GET {path} answered {status} {text[:80]}" for path, (status, text) in pages.items() if status != 200]

    def _is_shown(self, text: str) -> bool:
        messages = (message for message in self.slack.channels[CHANNEL].messages if message.is_reply)
        return any(text in json.dumps(message.blocks) for message in messages)

    async def page(self, path: str) -> tuple[int, str]:
        """GET a page of the bot's own; status 0 where it does not answer."""
        with suppress(aiohttp.ClientError, TimeoutError):
            limit = aiohttp.ClientTimeout(total=PATIENCE_S)
            async with aiohttp.ClientSession(timeout=limit) as session, session.get(self.bot.url + path) as answer:
                return answer.status, await answer.text()
        return 0, ""

    async def quiet(self) -> bool:
        """Wait until no call is under way; what Slack's pace puts off (50 edits a minute) is not waited for."""

        async def is_idle() -> bool:
            _, text = await self.page("/metrics")
            return "volt_bot_calls_under_way 0.0" in text and "volt_bot_store_waiting 0.0" in text

        return await until(is_idle)

    @property
    def memory_mib(self) -> float:
        """What the bot's process holds of the machine's memory."""
        return int(Path(f"/proc/{self.bot.pid}/statm").read_text().split()[1]) * PAGE_BYTES / MIB

    @property
    def cpu_s(self) -> float:
        """Seconds that a processor worked for the bot's process."""
        fields = Path(f"/proc/{self.bot.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def peak_mib(self) -> float:
        """The most it ever held."""
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.bot.pid}/status").read_text())
        return int(found[1]) / 1_024 if found else 0.0

    @property
    def files(self) -> int:
        """How many files and connections the bot's process has open."""
        return len(list(Path(f"/proc/{self.bot.pid}/fd").iterdir()))


async def until(holds: Callable[[], bool | Awaitable[bool]], limit_s: float = PATIENCE_S) -> bool:
    """Look again and again until something holds; False where the limit comes first."""
    ends_at = time.monotonic() + limit_s
    while time.monotonic() < ends_at:
        found = holds()
        if found if isinstance(found, bool) else await found:
            return True
        await asyncio.sleep(LOOK_AGAIN_S)
    return False
