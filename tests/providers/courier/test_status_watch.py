"""The watch over statuses: hints are followed, times are kept, and failures of Carium's lose nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import OutcomeUnknown
from bot.providers.courier.callbacks.address import CallbackKind, CallbackTarget
from bot.providers.courier.callbacks.reading import Hint
from bot.providers.courier.connection import CourierConnection
from bot.providers.courier.outcomes.status_times import LOST_AFTER, OFF_FOR, STATUS_AFTER, is_due, next_ask
from bot.providers.courier.outcomes.status_watch import HINT_TRIES, SentText, StatusWatch
from bot.sandbox import CourierStandIn
from tests.providers.courier.stage import ACCOUNT, DANA, OURS, WORKSPACE, Bot, Labels, key, text

LEFT = datetime(2026, 11, 29, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = STATUS_AFTER


def hint(said: DeliveryStatus | None = None, number: int = 1) -> Hint:
    """Return a hint about a text."""
    return Hint(CallbackTarget(WORKSPACE, OURS, DANA, key(number), CallbackKind.STATUS), said)


@pytest.fixture
async def connection(bot: Bot) -> CourierConnection:
    """Give a connection whose own watch has ended."""
    one = await bot.connection()
    await one.statuses.close()
    return one


@pytest.fixture
def watch(bot: Bot, connection: CourierConnection) -> StatusWatch:
    """Give a watch of which the test takes each step by itself."""
    return StatusWatch(connection.provider, bot.stored, bot.stored.keep, bot.bugs.append, wall=bot.wall)


def statuses(bot: Bot) -> list[DeliveryStatus]:
    """Return the statuses that were stored."""
    return [one.status for one in bot.stored.receipts]


def test_a_text_is_asked_about_after_a_minute_an_hour_and_a_day() -> None:
    """Each time is asked once; who was off asks once for all that is past; after the last one it is over."""

    def asked(asked_at: datetime | None) -> datetime | None:
        return next_ask(LEFT, asked_at, STATUS_AFTER)

    def due(now: datetime) -> bool:
        return is_due(LEFT, None, now, STATUS_AFTER)

    assert asked(None) == asked(LEFT + timedelta(seconds=10)) == LEFT + MINUTE
    assert asked(LEFT + MINUTE) == LEFT + HOUR
    assert asked(LEFT + timedelta(hours=5)) == LEFT + DAY
    assert asked(LEFT + DAY) is None
    assert [due(LEFT + MINUTE - timedelta(seconds=1)), due(LEFT + MINUTE)] == [False, True]
    assert [due(LEFT + DAY + OFF_FOR), due(LEFT + DAY + OFF_FOR + MINUTE)] == [True, False]


async def test_times_are_kept(
    bot: Bot, connection: CourierConnection, watch: StatusWatch, courier: CourierStandIn, labels: Labels
) -> None:
    """A text that nobody reports about is read after a minute, an hour and a day, and not in between."""
    await bot.sent(connection, "Hi")
    read = []
    for seconds in (30, 31, 60, 3_500, 100, 3_600, 70_000, 10_000, 100):
        courier.move_clock(seconds=seconds)
        read.append(await watch.look())
    assert read == [0, 1, 0, 1, 0, 0, 0, 1, 0]
    assert labels().count("getText") == 3


async def test_a_confirmed_status_is_stored_once(
    bot: Bot, connection: CourierConnection, watch: StatusWatch, courier: CourierStandIn
) -> None:
    """What was missed is found at its time, and what is told again is a repeat."""
    sent = await bot.sent(connection, "Hi")
    await courier.move(courier.texts[0], "undelivered", "30003", tells=False)
    courier.move_clock(minutes=2)
    await watch.look()
    watch.note(hint())
    await watch.look()
    [found] = bot.stored.receipts
    assert (found.status, found.key, found.provider_id) == (DeliveryStatus.FAILED, sent.key, sent.provider_id)
    assert found.failure is not None
    assert "out of range" in found.failure.user_message


async def test_a_hint_that_comes_too_soon_is_followed_again(
    bot: Bot, connection: CourierConnection, watch: StatusWatch, courier: CourierStandIn
) -> None:
    """Where Carium's record is behind its own callback the text is read again, a few times only."""
    await bot.sent(connection, "Hi")
    watch.note(hint(DeliveryStatus.DELIVERED))
    assert await watch.look() == 1
    assert statuses(bot) == [DeliveryStatus.SENT]
    await courier.move(courier.texts[0], "delivered", tells=False)
    assert await watch.look() == 1
    assert statuses(bot) == [DeliveryStatus.SENT, DeliveryStatus.DELIVERED]
    assert await watch.look() == 0
    watch.note(hint(DeliveryStatus.FAILED))
    assert [await watch.look() for _ in range(HINT_TRIES + 1)] == [1] * HINT_TRIES + [0]
    assert statuses(bot)[-1] is DeliveryStatus.DELIVERED


async def test_a_hint_settles_a_text_whose_answer_was_lost(
    bot: Bot, connection: CourierConnection, watch: StatusWatch, courier: CourierStandIn
) -> None:
    """A status callback for a text of unknown outcome leads to its record, and the receipt bears our key and its id."""
    courier.rules.only, courier.rules.drop_answers = ("sendText",), 1
    with pytest.raises(OutcomeUnknown):
        await connection.provider.send(text("Hi"))
    bot.stored.sent[key(1)] = SentText(key(1), "", ACCOUNT, DANA, "Hi", bot.now())
    await courier.move(courier.texts[0], "undelivered", "30006", tells=False)
    watch.note(hint())
    await watch.look()
    [found] = bot.stored.receipts
    assert (found.key, found.provider_id) == (key(1), courier.texts[0].id)
    assert found.failure is not None
    assert "landline" in found.failure.user_message


async def test_a_lost_answer_is_looked_for_until_the_record_tells(
    bot: Bot, connection: CourierConnection, watch: StatusWatch, courier: CourierStandIn, labels: Labels
) -> None:
    """Without any callback a text of unknown outcome is found in the record once it is there; it is sent once."""
    courier.rules.only, courier.rules.refuse = ("sendText",), True
    with pytest.raises(OutcomeUnknown):
        await connection.provider.send(text("Hi", 1))
    courier.rules.refuse, courier.rules.drop_answers = False, 1
    with pytest.raises(OutcomeUnknown):
        await connection.provider.send(text("Hello", 2))
    for number, body in ((1, "Hi"), (2, "Hello")):
        bot.stored.sent[key(number)] = SentText(key(number), "", ACCOUNT, DANA, body, bot.now())
    assert await watch.look() == 0
    courier.move_clock(seconds=3)
    assert await watch.look() == 2
    [found] = bot.stored.receipts
    assert (found.key, found.provider_id, found.status) == (key(2), courier.texts[0].id, DeliveryStatus.SENT)
    del bot.stored.sent[key(2)]
    looked = 0
    for _ in range(100):
        courier.move_clock(minutes=2)
        looked += await watch.look()
    assert looked == len(LOST_AFTER) - 2  # its second and third time were over at once
    assert courier.phone(DANA) == ["Hello"]
    assert len(bot.stored.receipts) == 1


async def test_a_hint_about_a_text_that_is_confirmed_reads_nothing(
    bot: Bot, watch: StatusWatch, labels: Labels
) -> None:
    """A text that is confirmed, or is not in the database any more, is not asked about."""
    watch.note(hint(DeliveryStatus.DELIVERED))
    await watch.look()
    assert await watch.look() == 0
    assert (labels(), bot.stored.receipts) == ([], [])


async def test_a_busy_carium_is_asked_again_later(
    bot: Bot, connection: CourierConnection, watch: StatusWatch, courier: CourierStandIn
) -> None:
    """While Carium is busy nothing more is asked, and no hint is lost."""
    await bot.sent(connection, "Hi")
    courier.rules.only, courier.rules.throttle, courier.rules.retry_after_s = ("getText",), 1, 30
    watch.note(hint())
    assert await watch.look() == 0
    assert await watch.look() == 0
    assert bot.stored.receipts == []
    courier.move_clock(seconds=31)
    assert await watch.look() >= 1
    assert statuses(bot) == [DeliveryStatus.SENT]


async def test_a_message_in_a_channel_has_no_status_to_be_read(
    bot: Bot, watch: StatusWatch, courier: CourierStandIn, labels: Labels
) -> None:
    """Messages in channels are not asked about, for nothing is told of their delivery."""
    sent = SentText(key(1), "channel:1", ACCOUNT, DANA, "Hi", bot.now())
    bot.stored.sent = {key(1): sent, key(2): replace(sent, key=key(2))}
    courier.move_clock(minutes=2)
    await watch.look()
    assert labels() == []
