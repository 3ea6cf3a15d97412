"""The stream of channels: what is said there is read once, in order, across restarts and outages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.domain.errors import CallFailed
from bot.domain.message import Inbound, Receipt
from bot.providers.courier.channels.stream import ChannelStream, PollPauses
from bot.providers.courier.client import CourierClient
from bot.sandbox import CourierStandIn
from bot.sandbox.courier.model import Channel, Individual
from tests.providers.courier.stage import ACCOUNT, DANA, ELI, Bot, Labels, text


@dataclass
class Watcher:
    """A consumer of the stream that keeps what it gets, with the newest cursor."""

    courier: CourierStandIn
    bot: Bot
    client: CourierClient
    cursor: str = ""
    got: list[Inbound | Receipt] = field(default_factory=list)
    failed: list[CallFailed] = field(default_factory=list)
    rounds: int = 0
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._watch(self._stream()))
        await self.round()

    def _stream(self) -> ChannelStream:
        assert self.client.channels is not None
        pauses = PollPauses(0.01, 0.01)
        return ChannelStream(
            self.client._calls,
            self.client.channels,
            self.bot.line,
            report=self.failed.append,
            pauses=pauses,
            wall=self.bot.wall,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        self.rounds += 1
        self.courier.changed.notify_all()
        await asyncio.sleep(min(seconds, 0.02))

    async def _watch(self, stream: ChannelStream) -> None:
        async for event, cursor in stream.watch(self.cursor):
            self.got.append(event)
            self.cursor = cursor

    async def round(self) -> None:
        """Wait until a round has begun and ended from now on."""
        until = self.rounds + 2
        await self.courier.until(lambda: self.rounds >= until)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def texts(self) -> list[tuple[str, str]]:
        """Return the kinds and words of what came."""
        return [("in" if isinstance(one, Inbound) else "out", one.text) for one in self.got]


@pytest.fixture
def channel(courier: CourierStandIn) -> Channel:
    """Give a channel with a contact."""
    return courier.add_channel(DANA, "Dana", "Berg")


@pytest.fixture
async def watcher(bot: Bot, courier: CourierStandIn, channel: Channel) -> AsyncIterator[Watcher]:
    """Give a watcher that has not begun."""
    connection = await bot.connection(uses_channels=True)
    one = Watcher(courier, bot, connection.provider)
    yield one
    await one.stop()


async def test_both_sides_are_heard_once_and_in_order(
    watcher: Watcher, courier: CourierStandIn, channel: Channel
) -> None:
    """What the patient writes is a text, what others write to them is one from elsewhere; neither comes twice."""
    await watcher.start()
    courier.write(channel, "Hello")
    await watcher.round()
    courier.move_clock(seconds=1)
    courier.write_as_colleague(channel, "Hi Dana", source="auto-responder")
    courier.move_clock(seconds=1)
    courier.write(channel, "When?")
    await watcher.round()
    assert watcher.texts() == [("in", "Hello"), ("out", "Hi Dana"), ("in", "When?")]
    assert {(one.account, one.contact) for one in watcher.got} == {(ACCOUNT, DANA)}
    assert len({one.event_id for one in watcher.got}) == 3
    assert watcher.failed == []


async def test_our_own_message_is_told_by_its_id(watcher: Watcher, courier: CourierStandIn, channel: Channel) -> None:
    """A message of ours comes as a receipt with the id that its send was answered with."""
    assert watcher.client.channels is not None
    await watcher.client.channels.connect(DANA, channel.id)
    await watcher.start()
    accepted = await watcher.client.send(text("Hello"))
    await watcher.round()
    [found] = watcher.got
    assert isinstance(found, Receipt)
    assert (found.provider_id, found.key) == (accepted.provider_id, None)


async def test_who_writes_in_a_channel_is_answered_there(
    watcher: Watcher, courier: CourierStandIn, channel: Channel
) -> None:
    """The channel in which a contact wrote is known from then on, whatever it is."""
    channel.with_sms = False
    await watcher.start()
    courier.write(channel, "Hello")
    await watcher.round()
    await watcher.client.send(text("Hi"))
    assert [one.message for one in channel.shown] == ["Hello", "Hi"]
    assert courier.texts == []


async def test_channels_are_found_by_phone_at_the_start(watcher: Watcher, courier: CourierStandIn) -> None:
    """A contact with one channel that texts is reached by it; one with several, or without SMS, is texted."""
    courier.add_channel(ELI, "Eli").with_sms = False
    fay = "+15555550178"
    for _ in range(2):
        courier.add_channel(fay, "Fay")
    await watcher.start()
    assert watcher.client.channels is not None
    assert await watcher.client.channels.book.all() == {DANA: courier.channels[0].id}


async def test_what_was_said_meanwhile_is_read_after_a_restart(
    watcher: Watcher, courier: CourierStandIn, channel: Channel, bot: Bot
) -> None:
    """From the kept cursor everything later comes; what may come again bears the same ids."""
    await watcher.start()
    courier.write(channel, "before")
    await watcher.round()
    await watcher.stop()
    courier.move_clock(hours=5)
    courier.write(channel, "meanwhile")
    courier.move_clock(hours=5)
    again = Watcher(courier, bot, watcher.client, watcher.cursor)
    await again.start()
    await again.stop()
    assert again.texts()[-1] == ("in", "meanwhile")
    known = {one.event_id for one in watcher.got}
    assert [one.text for one in again.got if one.event_id not in known] == ["meanwhile"]


async def test_the_first_start_begins_now(watcher: Watcher, courier: CourierStandIn, channel: Channel) -> None:
    """Without a cursor old conversations are not new."""
    courier.write(channel, "long ago")
    courier.move_clock(hours=1)
    await watcher.start()
    assert watcher.got == []


async def test_an_outage_loses_nothing(watcher: Watcher, courier: CourierStandIn, channel: Channel) -> None:
    """While Carium is down, throttles or ends tokens the failures are reported, and all comes afterwards, once."""
    await watcher.start()
    courier.rules.down = True
    courier.write(channel, "one")
    await courier.until(lambda: watcher.failed)
    courier.rules.down = False
    courier.sessions.kill()
    courier.rules.only, courier.rules.throttle = ("listMessages",), 2
    courier.move_clock(seconds=1)
    courier.write(channel, "two")
    await courier.until(lambda: len(watcher.got) == 2)
    assert watcher.texts() == [("in", "one"), ("in", "two")]


async def test_a_database_that_takes_nothing_loses_nothing(
    watcher: Watcher, courier: CourierStandIn, channel: Channel, bot: Bot
) -> None:
    """Where it cannot be stored who writes in a channel, what they wrote comes once that is possible again."""
    channel.with_sms = False
    await watcher.start()
    bot.shelf.is_full = True
    courier.write(channel, "Hello")
    await watcher.round()
    assert watcher.got == []
    bot.shelf.is_full = False
    await watcher.round()
    assert watcher.texts() == [("in", "Hello")]


async def test_many_channels_are_read_in_pages(watcher: Watcher, courier: CourierStandIn) -> None:
    """More channels than a page holds, and more messages, all come, the oldest first."""
    courier.rules.page_most = 3
    await watcher.start()
    channels = [courier.add_channel(f"+155555501{number:02}") for number in range(8)]
    for number in range(4):
        courier.move_clock(seconds=1)
        for one in channels:
            courier.write(one, f"{number}")
    await courier.until(lambda: len(watcher.got) == 32)
    for number, one in enumerate(channels):
        own = [event.text for event in watcher.got if event.contact == one.subscribers[0].phone]
        assert own == ["0", "1", "2", "3"], number


async def test_groups_are_left_alone_until_a_person_says_whose_they_are(
    watcher: Watcher, courier: CourierStandIn
) -> None:
    """A channel with several phones belongs to nobody, but to whom it was set for."""
    group = courier.add_channel(ELI, "Eli", "Fox", Individual("+15555550178", "Fay"))
    await watcher.start()
    courier.write(group, "whose?")
    await watcher.round()
    assert watcher.got == []
    assert watcher.client.channels is not None
    await watcher.client.channels.connect(ELI, group.id)
    await watcher.round()
    assert [(one.contact, one.text) for one in watcher.got] == [(ELI, "whose?")]


async def test_files_of_a_patient_are_named_and_drafts_are_not_shown(
    watcher: Watcher, courier: CourierStandIn, channel: Channel
) -> None:
    """A file is named in words, as no address of it is documented; drafts and removed messages do not come."""
    await watcher.start()
    courier.write(channel, "See", ("knee.png", "image/png", b"x"))
    courier.write(channel, "", ("\u202egnp.exe", "image/png", b"x"))
    courier.write(channel, "taken back").removed = True
    courier.write_as_colleague(channel, "not yet").draft = True
    await courier.until(lambda: len(watcher.got) == 2)
    await watcher.round()
    assert watcher.texts() == [
        ("in", "See\n(A file, to be seen in Carium: knee.png)"),
        ("in", "(A file, to be seen in Carium: gnp.exe)"),
    ]


async def test_a_quiet_inbox_costs_one_call_a_round(
    watcher: Watcher, courier: CourierStandIn, channel: Channel, labels: Labels
) -> None:
    """A channel that was read long after its last message is not read again while nothing is said."""
    await watcher.start()
    courier.write(channel, "Hello")
    await watcher.round()
    courier.move_clock(minutes=10)
    await watcher.round()
    before = labels().count("listMessages")
    await watcher.round()
    await watcher.round()
    assert labels().count("listMessages") == before


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, '{"errors": [{"detail": "not yours"}]}'),
        (404, '{"errors": [{"detail": "gone"}]}'),
        (200, '{"data": [{"id": "7", "type": "messaging-messages", "attributes": {}}]}'),
    ],
    ids=["forbidden", "gone", "unreadable"],
)
async def test_a_channel_that_cannot_be_read_holds_up_no_other(
    watcher: Watcher, courier: CourierStandIn, channel: Channel, status: int, body: str
) -> None:
    """What is said in other channels comes meanwhile, once, and what was said in that one once it can be read."""
    other = courier.add_channel(ELI, "Eli")
    await watcher.start()
    courier.write(other, "from Eli")
    courier.move_clock(seconds=1)
    courier.write(channel, "from Dana")  # its channel is the first that is read
    courier.rules.only, courier.rules.statuses = ("listMessages",), [(status, body)]
    await courier.until(lambda: watcher.texts() == [("in", "from Eli")])
    assert len(watcher.failed) == 1
    await courier.until(lambda: len(watcher.got) == 2)
    await watcher.round()
    assert watcher.texts() == [("in", "from Eli"), ("in", "from Dana")]


async def test_a_message_from_the_future_hides_none_after_it(
    watcher: Watcher, courier: CourierStandIn, channel: Channel
) -> None:
    """Where a moment is far ahead of our clock, what is said after it comes all the same."""
    await watcher.start()
    ahead = courier.write(channel, "from tomorrow")
    ahead.posted_at += timedelta(days=1)
    await courier.until(lambda: len(watcher.got) == 1)
    await watcher.round()
    courier.add_channel(ELI, "Eli")
    courier.write(courier.channels[-1], "from today")
    await courier.until(lambda: len(watcher.got) == 2)
    assert watcher.texts() == [("in", "from tomorrow"), ("in", "from today")]


async def test_texts_stay_texts_where_a_person_said_so(
    watcher: Watcher, courier: CourierStandIn, channel: Channel
) -> None:
    """Who is to be reached by texts again stays so after a restart, and when they write in their channel."""
    assert watcher.client.channels is not None
    await watcher.client.channels.connect(DANA, "")
    await watcher.start()
    courier.write(channel, "Hello")
    await courier.until(lambda: len(watcher.got) == 1)
    await watcher.round()
    assert await watcher.client.channels.channel_of(DANA) == ""
    await watcher.client.send(text("Hi"))
    assert courier.phone(DANA) == ["Hi"]
    assert len(courier.texts) == 1
