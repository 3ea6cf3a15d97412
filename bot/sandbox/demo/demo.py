"""Demo: the real bot between three stand-ins, and a page that shows all of them. Needs no account and no network.

It listens on loopback only, keeps everything in memory and in a temporary folder, and prints nothing. The stand-ins
retry sooner than Slack and Volt do (seconds, not minutes), so that a viewer sees the end of every disturbance.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import errno
import logging
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from aiohttp import web

from bot.sandbox.bot_process import SERVE, BotProcess, free_port
from bot.sandbox.clock import clock
from bot.sandbox.demo.actions import ViewerActions
from bot.sandbox.demo.faults import FaultSwitches
from bot.sandbox.demo.files import Files
from bot.sandbox.demo.people import let_in
from bot.sandbox.demo.phones import Phones
from bot.sandbox.demo.routes import Fields, UnusableError, act_handler, application
from bot.sandbox.demo.screen import Screen
from bot.sandbox.demo.story import AVA, BEN, CHANNEL, IN_THE_BOOK, STEP_TIMEOUT_S, UNREACHABLE, Stage, play_opening
from bot.sandbox.demo.timeline import Record
from bot.sandbox.demo.whatsapp import WhatsApp
from bot.sandbox.demo.windows import Windows
from bot.sandbox.demo.workflows import Workflows
from bot.sandbox.own_requests import LOOPBACK
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.volt.stand_in import VoltStandIn

RETRY_DELAYS_S = (0.5, 0.5, *[1.0] * 20, *[5.0] * 200)
RESTART_S = 2.0
LOOK_S = 1.0
log = logging.getLogger(__name__)

Prepare = Callable[[str, str, Sequence[str]], Awaitable[None]]
"""Fills a database before the bot is started: its address, the number of the line, and the people who answer there."""


class Demo:
    """Demo; also an async context manager. `port` 0 takes a free one; `token` is what the page proves itself by."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 8600,
        bot_environment: Mapping[str, str] | None = None,
        *,
        command: Sequence[str] = SERVE,
        prepare: Prepare | None = None,
    ) -> None:
        if host not in LOOPBACK:
            raise ValueError(f"the demo has no passwords, so it listens on this machine only, not on {host}")
        self._host, self._port = host, port
        self._extra = dict(bot_environment or {})
        self._command, self._prepare = command, prepare
        self.slack, self.volt, self.whatsapp, self.record = SlackStandIn(), VoltStandIn(), WhatsApp(), Record()
        phones = Phones(self.volt, self.whatsapp)
        self.slack.bot_token, self.slack.app_token = f"xoxb-{secrets.token_hex(16)}", f"xapp-{secrets.token_hex(16)}"
        self.slack.signing_secret = secrets.token_hex(16)
        self.slack.add_channel("C0SALES", "sales")  # for routes, and to move a conversation to
        let_in(self.slack)
        self.fault_switches = FaultSwitches(self.slack, self.volt, self.whatsapp.glific, self.record)
        self.actions = ViewerActions(self.slack, self.volt, self.whatsapp, self.record, self.fault_switches)
        self.windows, self.files = Windows(self.slack, self.actions), Files(self.slack, phones)
        self.workflows = Workflows(self.slack, self.actions)
        self.screen = Screen(self.slack, phones, self.record, self.fault_switches)
        self.bot: BotProcess | None = None
        self.story: asyncio.Task[None] | None = None
        self.url, self.token = "", secrets.token_urlsafe(24)
        self._ended = asyncio.Event()
        self._ways_out = contextlib.AsyncExitStack()

    async def start(self) -> None:
        """Serve the page, start the stand-ins and the bot, and begin the story; return once the bot is up.

        Raises OSError when the port is taken, RuntimeError with the bot's last lines when it does not come up.
        """
        async with contextlib.AsyncExitStack() as stack:
            await self._serve_page(stack)
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="volt-demo-"))
            await stack.enter_async_context(self.slack)
            await stack.enter_async_context(self.volt)
            await stack.enter_async_context(self.whatsapp.glific)
            self.bot = self._make_bot(Path(folder))
            stack.callback(clock.reset)
            stack.push_async_callback(self.bot.terminate)
            stack.push_async_callback(self.actions.close)
            if self._prepare is not None:
                await self._prepare(_database_url(Path(folder)), self.volt.account_number, (AVA, BEN))
            await self.bot.start()
            self.screen.show_bot("running", f"process {self.bot.pid}")
            self.actions.spawn(self._keep_running(self.bot))
            self.actions.spawn(self._look_again())
            self.story = self.actions.spawn(self._tell_story())
            self._ways_out = stack.pop_all()

    async def close(self) -> None:
        """End the bot in order, then everything else."""
        await self._ways_out.aclose()
        self._ended.set()

    async def wait(self) -> None:
        """Return when the demo was closed."""
        await self._ended.wait()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _serve_page(self, stack: contextlib.AsyncExitStack) -> None:
        runner = web.AppRunner(application(self._routes(), self.token), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.callback(self.screen.feed.close)
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            words = f"Port {self._port} is taken. If the demo is running already, stop it; else choose another port."
            raise OSError(words) from None  # without a number in front: it is shown as it is
        host = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"http://{host}:{runner.addresses[0][1]}"

    def _routes(self) -> list[web.AbstractRouteDef]:
        actions = {
            "/slack/say": self.actions.say,
            "/slack/command": self.actions.command,
            "/slack/press": self.actions.press,
            "/slack/react": self.actions.react,
            "/slack/edit": self.actions.edit,
            "/slack/delete": self.actions.delete,
            "/slack/shortcut": self.windows.shortcut,
            "/slack/suggest": self.windows.suggest,
            "/slack/home": self.windows.home,
            "/slack/view/press": self.windows.press,
            "/slack/view/submit": self.windows.submit,
            "/slack/view/close": self.windows.close,
            "/slack/leave": self.windows.leave,
            "/slack/archive": self.actions.archive,
            "/slack/workflow": self.workflows.run,
            "/zone": self.actions.zone,
            "/phone/text": self.actions.text,
            "/clock": self.actions.let_time_pass,
            "/phone/day": self.actions.let_a_day_pass,
            "/phone/flow": self.actions.hand_over,
            "/faults": self.actions.switch,
            "/bot/kill": self._kill,
        }
        watching = [
            web.get("/stream", self.screen.feed.stream),
            web.get(r"/hop/{number:\d{1,9}}", self.screen.give_hop),
        ]
        return [*watching, *self.files.routes(), *(web.post(path, act_handler(act)) for path, act in actions.items())]

    def _make_bot(self, folder: Path) -> BotProcess:
        """Prepare both stand-ins and return the bot that stands between them, not yet started."""
        self.slack.rules.retry_delays_s = self.volt.rules.retry_delays_s = RETRY_DELAYS_S
        self.volt.outcomes.update(UNREACHABLE)
        for customer in IN_THE_BOOK:
            self.volt.add_contact(customer.number, customer.name)
        port = free_port()
        settings = (
            self._settings(folder) | self.whatsapp.settings() | {"PUBLIC_URL": f"http://127.0.0.1:{port}"} | self._extra
        )
        clock.keep_in(folder / "ahead")
        moved = (*self._command, "--clock-from", str(folder / "ahead"))
        bot = BotProcess(settings, folder=folder, port=port, command=moved)
        self.actions.bot_url = bot.url
        self.slack.events_url = f"{bot.url}/slack/events"
        self.slack.app.redirect_urls = [f"{bot.url}/slack/"]
        self.screen.install_url = f"{bot.url}/slack/install"
        self.volt.webhook_url = f"{bot.url}/volt/webhooks"
        return bot

    def _settings(self, folder: Path) -> dict[str, str]:
        return {
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_CLIENT_ID": self.slack.app.client_id,  # so that the other workspace can be installed into
            "SLACK_CLIENT_SECRET": self.slack.app.client_secret,
            "ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "SLACK_CHANNEL": CHANNEL,
            "SLACK_API_URL": self.slack.api_url,
            "VOLT_API_TOKEN": self.volt.token,
            "VOLT_ACCOUNT_NUMBER": self.volt.account_number,
            "VOLT_API_URL": self.volt.graphql_url,
            "VOLT_WEBHOOK_KEY": self.volt.key_url,
            "DATABASE_URL": _database_url(folder),
            "UNDO_SECONDS": "4",  # long enough to press Undo, short enough to see what comes of it
            "SLACK_POST_RATE": "5",  # this Slack sets no limit, and a viewer types fast
            "LOG_FORMAT": "console",
        }

    async def _kill(self, _: Fields) -> None:
        """POST /bot/kill: SIGKILL; the watcher sees it die and starts it again."""
        if self.bot is None or not self.bot.is_running:
            raise UnusableError("the bot is not running at the moment")
        await self.bot.kill9()

    async def _keep_running(self, bot: BotProcess) -> None:
        """Restart the bot about two seconds after it ends, for whatever reason."""
        while True:
            code = await bot.wait()
            how = "crashed" if code == -9 else f"ended with code {code}"
            self.screen.show_bot("dead", f"process {bot.pid} is gone", mark=how)
            await asyncio.sleep(RESTART_S)
            self.screen.show_bot("starting", "reads its database")
            try:
                await bot.start()
            except RuntimeError:
                log.exception("the bot did not come up again")
                continue
            self.screen.show_bot("running", f"process {bot.pid}", mark="started")

    async def _look_again(self) -> None:
        """Compare both sides every second, because a late text becomes lost without any event."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.screen.refresh_soon()

    async def _tell_story(self) -> None:
        stage = Stage(
            text=self.actions.text_as,
            reply=lambda user, thread, words: self.actions.say_as(user, words, channel=CHANNEL, thread_ts=thread),
            until_in_slack=self._until_in_slack,
            until_on_phone=self._until_on_phone,
        )
        try:
            await self.whatsapp.glific.until(lambda: self.whatsapp.is_heard, STEP_TIMEOUT_S)
            await play_opening(stage)
        except TimeoutError:
            log.warning("the opening conversation got stuck: the bot did not carry it over in time")

    async def _until_in_slack(self, number: str, count: int) -> str:
        """Wait until a thread shows so many of a customer's texts, and return the thread's ts."""

        def shown() -> str | None:
            self.screen.timeline.score(is_calm=True)
            arrived = [text for text in self.record.texts if text.number == number and text.arrived]
            return self.screen.timeline.roots(number)[-1].ts if len(arrived) >= count else None

        return await self.slack.until(shown, STEP_TIMEOUT_S) or ""

    async def _until_on_phone(self, number: str, count: int) -> None:
        await self.volt.until(lambda: len(self.volt.outbound(number)) >= count, STEP_TIMEOUT_S)


def _database_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'volt-bot.db'}"
