"""Doubt on a clock of its own: what is looked into for minutes, when it is repeated, and when people are asked.

The store is a real file, Slack and Volt are stand-ins over HTTP; only time is made, and calls leave when told to.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.calls import Caller
from bot.bridge.inbound import record_inbound
from bot.bridge.jobs import Job, take_jobs
from bot.bridge.outbound import confirm_arrived, record_reply, send_again
from bot.bridge.pace import Pacer, Reading
from bot.bridge.receipts import record_receipt
from bot.bridge.reconcile import ABSENT_AT_PROVIDER_S, ABSENT_IN_SLACK_S, GIVE_UP_S, Reconciler
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, MessageKey, MessageTs, UserId
from bot.domain.message import Failure, Inbound, Receipt, Reply
from bot.domain.moment import Micros, later
from bot.domain.phone import E164
from bot.ports import Ledger
from bot.providers.volt.client import VoltClient
from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.slack_model import Message as Post
from bot.sandbox.volt_model import VoltMessage, now_text
from bot.slack.client import SlackClient
from bot.slack.views import Views
from bot.store.engine import Engine
from bot.store.sqlite import open_for_writing
from bot.store.store import SqliteStore
from tests.e2e.relay import seen

ACCOUNT, DANA, CHANNEL = E164("+15555550123"), E164("+15555550145"), ChannelId("C0SUPPORT")
AVA, BEN = UserId("U0AVA"), UserId("U0BEN")
PACES = {f"post:{CHANNEL}": 9, "edit": 9, "react": 9, "send": 9, "prepare": 9}
CHECKING = "Volt did not answer, so we do not know whether this text went out. Checking…"
UNDECIDED = "We could not find out whether this text went out. Please ask the contact, or decide:"


class Bench:
    """The bridge with everything around it but its loops and its doors."""

    def __init__(self, folder: Path, slack: SlackStandIn, volt: VoltStandIn, session: aiohttp.ClientSession) -> None:
        self.now = Micros(time.time_ns() // 1_000)
        self.slack, self.volt = slack, volt
        self.store = SqliteStore(Engine(lambda: open_for_writing(folder / "bot.db")), lambda: self.now)
        web = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        self.workspace = SlackClient(web, Views("US"))
        self.provider = VoltClient(volt.graphql_url, volt.token)
        self.caller = Caller(self.store, self.workspace, self.provider, Pacer(9), lambda: self.now, undo_s=0)
        self.crashes: list[Exception] = []
        self.reconciler = self.new_reconciler()

    def new_reconciler(self) -> Reconciler:
        """Make one that remembers no look, as after a restart."""
        return Reconciler(
            self.store,
            self.workspace,
            self.provider,
            lambda: self.now,
            0,
            self.crashes.append,
            Reading(lambda: self.now),
        )

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now = later(self.now, seconds)

    async def pay(self) -> None:
        """Make every call that is due now, and those that become due by it."""
        while jobs := await self.store.run(self._due):
            for job in jobs:
                await self.caller.perform(job)

    def _due(self, ledger: Ledger) -> list[Job]:
        held = {hold.key for hold in ledger.paces() if hold.not_before > self.now}
        return take_jobs(ledger, {pace: calls for pace, calls in PACES.items() if pace not in held})[0]

    async def look(self, seconds: float = 0) -> int:
        """Let time pass, look into what is unknown and due, and pay what follows."""
        self.wait(seconds)
        looked = await self.reconciler.look()
        await self.pay()
        return looked

    async def hear(self, text: str) -> None:
        """Take in a text of the contact."""
        at = datetime.fromtimestamp(self.now / 1_000_000, UTC)
        inbound = Inbound(f"e{self.now}", f"c{self.now}", ACCOUNT, DANA, text, (), at)
        self.volt.keep(VoltMessage(ACCOUNT, DANA, text, direction="inbound", status="received"))
        await self.store.run(lambda ledger: record_inbound(ledger, inbound, channel=CHANNEL))
        await self.pay()
        self.wait(1)

    async def answer(self, text: str) -> None:
        """Take in a reply of an agent, and let it leave."""
        thread = MessageTs(self.posts()[0].ts)
        ts = MessageTs(await self.slack.say(AVA, CHANNEL, text, thread_ts=thread))
        reply = Reply(f"e{ts}", CHANNEL, thread, ts, AVA, (text,))
        await self.store.run(lambda ledger: record_reply(ledger, reply, undo_s=0))
        await self.pay()
        self.wait(1)

    async def press(self, unit: Any, line: Post, user: UserId) -> bool:
        """Press a button of a line; True where that changed something."""
        key = next(MessageKey(e["value"]) for b in line.blocks if b["type"] == "actions" for e in b["elements"])
        pressed = await self.store.run(lambda ledger: unit(ledger, key, user))
        await self.pay()
        return bool(pressed)

    def posts(self) -> list[Post]:
        """Return the bot's posts: the header, then what stands under it."""
        return [one for one in self.slack.channels[CHANNEL].messages if one.bot_id and not one.deleted]

    def lines(self) -> list[str]:
        """Return what people read under the header."""
        return [seen(one) for one in self.posts()[1:]]

    def phone(self) -> list[str]:
        """Return what went out."""
        return [one.body for one in self.volt.outbound(DANA)]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Give a bench with an open conversation in which an answer has gone out."""
    async with SlackStandIn() as slack, VoltStandIn(ACCOUNT) as volt, aiohttp.ClientSession() as session:
        volt.receipts = "manual"
        made = Bench(tmp_path, slack, volt, session)
        await made.store.start()
        await made.provider.start()
        await made.hear("Hello")
        await made.answer("Hi")
        made.wait(5)
        await made.pay()
        yield made
        await made.provider.close()
        await made.store.close()
        assert made.crashes == []


async def fall_silent(bench: Bench, text: str = "It is ready") -> None:
    """Send a reply that Volt does not answer for, and let Volt be down from then on."""
    bench.volt.rules.statuses = [(500, None)]
    await bench.answer(text)
    bench.volt.rules.down = True


async def undecided(bench: Bench) -> Post:
    """Let ten minutes pass in which nothing can be found out; return the line that asks people."""
    await fall_silent(bench)
    waited_s = 1.0
    while waited_s < GIVE_UP_S - 61:
        await bench.look(20)
        waited_s += 20
        assert not any(UNDECIDED in line or "[" in line for line in bench.lines())
    for _ in range(4):
        await bench.look(60)
    bench.volt.rules.down = False
    line = next(one for one in bench.posts() if UNDECIDED in seen(one))
    assert seen(line) == f"{UNDECIDED}\nIt is ready\n[It arrived] [Send again]"
    return line


async def test_ten_minutes_of_doubt(bench: Bench) -> None:
    """After ten minutes without a clear look the thread asks people, in the line that said "checking"; nothing more."""
    await undecided(bench)
    assert not [line for line in bench.lines() if CHECKING in line]
    assert bench.phone() == ["Hi"]
    assert await bench.look(3_600) == 0
    assert bench.phone() == ["Hi"]


async def test_the_lane_goes_on_without_the_undecided(bench: Bench) -> None:
    """While one text is in doubt those behind it wait; once people are asked they leave."""
    await fall_silent(bench)
    await bench.answer("behind it")
    await bench.look(30)
    assert len([one for one in bench.volt.requests if one.operation == "CreateMessage"]) == 2
    while await bench.look(60):
        pass
    bench.volt.rules.down = False
    await bench.look(60)
    assert bench.phone() == ["Hi", "behind it"]


async def test_it_arrived(bench: Bench) -> None:
    """The button "It arrived" works once: the line says who said so, and nothing is sent."""
    line = await undecided(bench)
    assert await bench.press(confirm_arrived, line, BEN)
    assert seen(line).endswith(f"<@{BEN}> says it arrived.\nIt is ready")
    assert "[" not in seen(line)
    assert not any([await press_again(bench, unit) for unit in (confirm_arrived, send_again)])
    assert bench.phone() == ["Hi"]


async def press_again(bench: Bench, unit: Any) -> bool:
    """Press a button that is gone, as somebody whose screen is old would."""

    def press(ledger: Any) -> bool:
        return any(unit(ledger, ledger.message(number).key, AVA) for number in (1, 2, 3))

    changed = await bench.store.run(press)
    await bench.pay()
    return changed


async def test_send_again(bench: Bench) -> None:
    """The button "Send again" works once: the text leaves under a key of its own, and the line says who did it."""
    line = await undecided(bench)
    assert await bench.press(send_again, line, BEN)
    assert f"<@{BEN}> sent it again." in seen(line)
    assert "[" not in seen(line)
    assert bench.phone() == ["Hi", "It is ready"]
    assert not any([await press_again(bench, unit) for unit in (confirm_arrived, send_again)])
    assert bench.phone() == ["Hi", "It is ready"]
    keys = [one.variables["passthrough"] for one in bench.volt.requests if one.operation == "CreateMessage"]
    assert len(set(keys)) == 3


async def test_a_receipt_after_people_were_asked(bench: Bench) -> None:
    """A receipt that comes after ten minutes settles the matter, and takes the buttons away."""
    line = await undecided(bench)
    key = [one.variables["passthrough"] for one in bench.volt.requests if one.operation == "CreateMessage"][1]
    receipt = Receipt("late", DeliveryStatus.DELIVERED, ACCOUNT, DANA, datetime.now(UTC), MessageKey(key), "rf_late")
    await bench.store.run(lambda ledger: record_receipt(ledger, receipt, channel=CHANNEL))
    await bench.pay()
    assert seen(line).startswith("It did go out at ")
    assert "[" not in seen(line)
    assert not await press_again(bench, send_again)


async def test_a_failure_after_doubt(bench: Bench) -> None:
    """A receipt that tells of a failure ends the line that said "checking"."""
    await fall_silent(bench)
    await bench.look(10)
    line = next(one for one in bench.posts() if CHECKING in seen(one))
    key = [one.variables["passthrough"] for one in bench.volt.requests if one.operation == "CreateMessage"][1]
    why = Failure("802", "The phone was switched off.", may_send_again=True)
    receipt = Receipt("bad", DeliveryStatus.FAILED, ACCOUNT, DANA, datetime.now(UTC), MessageKey(key), failure=why)
    await bench.store.run(lambda ledger: record_receipt(ledger, receipt, channel=CHANNEL))
    await bench.pay()
    assert CHECKING not in seen(line)


async def test_surely_absent(bench: Bench) -> None:
    """A text that stays absent from Volt's record is sent once more, and the line that said "checking" says so."""
    bench.volt.rules.statuses = [(500, None)]
    await bench.answer("It is ready")
    assert await bench.look() == 1
    await bench.look(ABSENT_AT_PROVIDER_S - 2)
    assert bench.phone() == ["Hi"]
    line = next(one for one in bench.posts() if CHECKING in seen(one))
    await bench.look(3)
    assert bench.phone() == ["Hi", "It is ready"]
    assert CHECKING not in seen(line)
    assert await bench.look(60) == 0
    assert bench.phone() == ["Hi", "It is ready"]


async def test_found_in_the_record(bench: Bench) -> None:
    """A text that Volt's record shows is taken as sent, and not sent again."""
    bench.volt.rules.drop_answers = 1
    await bench.answer("It is ready")
    bench.volt.outbound(DANA)[1].sent_at = now_text()
    assert await bench.look() == 1
    assert await bench.look(60) == 0
    assert bench.phone() == ["Hi", "It is ready"]
    assert not [line for line in bench.lines() if CHECKING in line]


async def test_a_restart_begins_the_looks_anew(bench: Bench) -> None:
    """A look before a restart and one after it are not two looks: absence has to be seen to last."""
    bench.volt.rules.statuses = [(500, None)]
    await bench.answer("It is ready")
    await bench.look()
    bench.reconciler = bench.new_reconciler()
    await bench.look(ABSENT_AT_PROVIDER_S)
    assert bench.phone() == ["Hi"]
    await bench.look(ABSENT_AT_PROVIDER_S)
    assert bench.phone() == ["Hi", "It is ready"]


async def test_a_post_that_is_absent(bench: Bench) -> None:
    """A post that stays absent from its thread is made once more, unmarked; what waits behind it follows."""
    bench.slack.rules.errors = {"chat.postMessage": ["fatal_error"]}
    await bench.hear("lost on the way")
    await bench.hear("behind it")
    before = bench.lines()
    assert await bench.look() == 1
    assert bench.lines() == before
    await bench.look(ABSENT_IN_SLACK_S)
    assert bench.lines()[len(before) :] == ["lost on the way\nbehind it"]
    assert await bench.look(60) == 0


async def test_a_post_that_is_there(bench: Bench) -> None:
    """A post whose answer was lost is found by its key, and what waits behind it follows."""
    bench.slack.rules.drop_answers = 1
    await bench.hear("there")
    await bench.hear("behind it")
    assert bench.lines()[-1] == "there"
    assert await bench.look() == 1
    assert bench.lines()[-2:] == ["there", "behind it"]


async def test_slack_cannot_be_asked_for_ten_minutes(bench: Bench) -> None:
    """A post of unknown outcome is made again after ten minutes without a clear look, and says that it may be there."""
    bench.slack.rules.errors = {"chat.postMessage": ["fatal_error"], "conversations.replies": ["fatal_error"] * 500}
    await bench.hear("in doubt")
    for _ in range(9):
        await bench.look(60)
    assert not [line for line in bench.lines() if "in doubt" in line]
    for _ in range(3):
        await bench.look(60)
    (line,) = [line for line in bench.lines() if "in doubt" in line]
    assert "This may be here twice" in line
