"""A line at Carium under the bridge: texts out once, answers in their threads, statuses, and lost answers."""

from __future__ import annotations

from functools import partial

import aiohttp
import pytest

from bot.bridge.erasure import begin_erasure, go_on_erasing
from bot.bridge.inbox.processor import InboxWriter
from bot.bridge.messages.send import SendRequest, record_send
from bot.bridge.outbox.failures import record_interrupted
from bot.domain.delivery import DeliveryStatus
from bot.domain.duties import Duty
from bot.domain.ids import UserId
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.retry_policy import RECEIPT_WAIT_S
from bot.domain.timestamps import add_seconds, to_micros
from bot.ports.storage import Transaction
from bot.providers.courier.callbacks.address import CallbackKind
from bot.providers.courier.callbacks.reading import Hint
from bot.providers.courier.outcomes.status_watch import StatusWatch
from bot.runtime.courier_store import READ, UNREADABLE, CourierStore, forget_callbacks
from bot.sandbox.courier.callbacks import SHAPES
from tests.courier_line.conftest import OURS, Line
from tests.harness.on_duty import SharedStore
from tests.harness.world import AVA, CHANNEL, DANA, MARCO


async def messages(line: Line, contact: E164 = DANA) -> list[Message]:
    """Return the texts of a conversation, in order."""

    def read(tx: Transaction) -> list[Message]:
        found = tx.conversations.find(OURS, contact)
        return [] if found is None else sorted(tx.messages.recent(found.id), key=lambda one: one.id)

    return await line.bridge.store.run(read)


def subjects_of(tx: Transaction, kind: str) -> list[str]:
    """List whose callbacks of a kind are kept."""
    return tx.inbox.parked_subjects(kind)


async def erase(line: Line, contact: E164) -> None:
    """Erase a contact."""
    assert await line.bridge.store.run(lambda tx: begin_erasure(tx, contact, UserId("root"))) is not None
    while await line.bridge.store.run(go_on_erasing):
        pass


async def outcomes(line: Line) -> list[DeliveryStatus | None]:
    """Return the statuses of the texts that we sent."""
    return [one.status for one in await messages(line) if one.status is not None]


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_conversation_is_held(line: Line, shape: str) -> None:
    """A text leaves once, its answer comes into its thread, and the reply to that leaves by the same line."""
    line.courier.rules.shape, line.courier.rules.repeat_callbacks = shape, 1
    await line.send("Are you coming at 5?")
    await line.hear("Yes, and my sister")
    await line.reply("Gladly")
    await line.hear("Thanks")
    assert line.courier.phone(DANA) == ["Are you coming at 5?", "Gladly"]
    assert [line.lines()[1:].count(text) for text in ("Yes, and my sister", "Thanks")] == [1, 1]
    assert [one.body for one in await messages(line) if one.status is None] == ["Yes, and my sister", "Thanks"]


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_status_is_shown_once_carium_says_it(line: Line, shape: str) -> None:
    """A callback leads to a look, and the look to the status; a failure says why in words."""
    line.courier.rules.shape = shape
    await line.send("one", 1)
    await line.send("two", 2)
    await line.courier.move(line.courier.texts[0], "delivered")
    await line.courier.move(line.courier.texts[1], "undelivered", "30006")
    await line.follow()
    assert await outcomes(line) == [DeliveryStatus.DELIVERED, DeliveryStatus.FAILED]
    assert "This is a landline" in "\n".join(line.lines())


async def test_lost_answers_are_settled_and_nothing_goes_twice(line: Line) -> None:
    """Twenty texts whose answers are lost each go out once; a status callback leads to the record of each."""
    line.courier.rules.only = ("sendText",)
    for number in range(20):
        line.courier.rules.drop_answers = 1
        await line.send(f"text {number}", number)
        assert (await outcomes(line))[-1] is DeliveryStatus.UNKNOWN
        await line.courier.move(line.courier.texts[-1], "delivered")
        await line.follow()
    assert await outcomes(line) == [DeliveryStatus.DELIVERED] * 20
    assert line.courier.phone(DANA) == [f"text {number}" for number in range(20)]


async def test_lost_answers_are_found_without_any_callback(line: Line) -> None:
    """Where no callback ever comes the record settles each text whose answer was lost, before people are asked."""
    line.courier.rules.only = ("sendText",)
    for number in range(5):
        line.courier.rules.drop_answers = 1
        await line.send(f"text {number}", number)
        line.courier.move_clock(seconds=9)  # about as much as passes below
        await line.follow()
    assert await outcomes(line) == [DeliveryStatus.SENT] * 5
    assert line.courier.phone(DANA) == [f"text {number}" for number in range(5)]
    assert "do not know" not in "\n".join(line.lines())


@pytest.mark.parametrize("has_left", [True, False])
async def test_a_bot_that_was_killed_sends_nothing_twice(line: Line, *, has_left: bool) -> None:
    """Ten times the bot dies around its call: what left is found and shown as sent, about the rest people are asked."""
    for number in range(10):
        request = SendRequest(f"trigger {number}", OURS, DANA, AVA)
        body = f"text {number}"
        await line.bridge.store.run(partial(record_send, request=request, pieces=(body,), channel=CHANNEL))
        cut_off = await line.cut_off()
        if has_left:
            await line.connection.provider.send(cut_off)
        assert await line.bridge.store.run(record_interrupted) == 1
        line.courier.move_clock(seconds=RECEIPT_WAIT_S + 10)  # about as much as passes below
        await line.follow()
        await line.bridge.look(RECEIPT_WAIT_S)
        await line.bridge.look(1)
    expected = DeliveryStatus.SENT if has_left else DeliveryStatus.UNKNOWN
    assert await outcomes(line) == [expected] * 10
    assert line.courier.phone(DANA) == [f"text {number}" for number in range(10) if has_left]


async def test_an_answer_comes_while_the_outcome_is_unknown(line: Line) -> None:
    """Who answers a text whose own answer was lost is heard in their thread, and proves that it went out."""
    line.courier.rules.only, line.courier.rules.drop_answers = ("sendText",), 1
    await line.send("Are you coming?")
    await line.hear("Yes")
    assert "Yes" in line.lines()[1:]
    await line.follow()
    assert await outcomes(line) == [DeliveryStatus.SENT]


async def test_of_equal_words_no_text_is_settled_by_another(line: Line) -> None:
    """Of two lost texts with the same words and one on record without an address nobody can say which of them it is."""
    line.courier.rules.hides_callbacks, line.courier.rules.only = True, ("sendText",)
    line.courier.rules.statuses = [(500, "")]
    await line.send("ok", 1)
    line.courier.rules.drop_answers = 1
    for number in range(4):  # people are asked about the first before the second leaves
        line.bridge.wait(RECEIPT_WAIT_S)
        await line.bridge.look(1)
        if number == 1:
            await line.send("ok", 2)
    assert line.courier.phone(DANA) == ["ok"]
    assert await outcomes(line) == [DeliveryStatus.UNKNOWN] * 2
    line.courier.move_clock(seconds=20)
    await line.follow()
    assert await outcomes(line) == [DeliveryStatus.UNKNOWN] * 2


async def test_a_text_that_nobody_reports_about_is_asked_about(line: Line) -> None:
    """A delivery whose callback was lost is found a minute later, from what is stored."""
    await line.send("Hi")
    line.courier.rules.lose_callbacks = 1
    await line.courier.move(line.courier.texts[0], "delivered")
    await line.follow()
    assert await outcomes(line) == [DeliveryStatus.SENT]
    line.courier.move_clock(minutes=2)
    await line.follow()
    assert await outcomes(line) == [DeliveryStatus.DELIVERED]


async def test_other_peoples_answers_get_into_no_thread(line: Line) -> None:
    """What names another sender than who was texted is kept, counted and listed for managers, and not shown."""
    await line.send("Hi")
    async with aiohttp.ClientSession() as session:
        for body in ({"message": "I am not Dana", "sender": MARCO}, {"answer": 42}):
            async with session.post(line.courier.texts[0].callback_url, json=body) as answer:
                assert answer.status == 200
    await line.take_in()
    assert "I am not Dana" not in "\n".join(line.lines())
    assert line.counted == ["unreadable"] * 2
    assert [one.text for one in await line.store.unreadable()] == ["I am not Dana", ""]
    another = CourierStore(line.bridge.store, E164("courier:+15555550177"), InboxWriter(line.bridge.store).keep)
    assert await another.unread() == []
    assert await another.note_seen((await line.store.unreadable())[0].identity) is None
    assert len(await line.store.unread()) == 2
    assert await messages(line, MARCO) == []


async def test_callbacks_are_erased_with_their_contact(line: Line) -> None:
    """Nothing that was kept of a person's callbacks is left once they are erased, or it is old."""
    await line.send("Hi")
    await line.hear("zebrafish")
    async with aiohttp.ClientSession() as session:
        await session.post(line.courier.texts[0].callback_url, json={"message": "okapi", "sender": MARCO})
    assert len(await line.store.unreadable()) == 1
    await erase(line, DANA)
    assert await line.store.unreadable() == []
    target = line.signer.read_address(line.courier.texts[0].callback_url)
    assert target is not None
    assert await line.store.by_key(target.key) is None


async def test_an_answer_kept_aside_is_erased_with_whoever_it_names(line: Line) -> None:
    """What names somebody else is erased with them, and so is what comes of a person who was erased before."""
    await line.send("Hi")
    address = line.courier.texts[0].callback_url
    for contact, body in ((MARCO, {"message": "okapi", "sender": MARCO}), (DANA, {"answer": "zebrafish"})):
        if contact == DANA:
            await erase(line, DANA)
        async with aiohttp.ClientSession() as session, session.post(address, json=body) as answer:
            assert answer.status == 200
        assert len(await line.store.unreadable()) == 1
        await erase(line, contact)
        assert await line.store.unreadable() == []
    for kind in (READ, UNREADABLE):
        assert await line.bridge.store.run(partial(subjects_of, kind=kind)) == []


async def test_kept_callbacks_have_an_end(line: Line) -> None:
    """Callbacks of before a moment are removed, and later ones stay."""
    await line.send("Hi")
    async with aiohttp.ClientSession() as session:
        await session.post(line.courier.texts[0].callback_url, data=b"")
    [kept] = await line.store.unreadable()
    assert kept.kind == CallbackKind.ANSWER.name.lower()
    now, day = to_micros(kept.at), 86_400.0

    async def forget(later: float, before: float | None) -> int:
        at, since = add_seconds(now, later), None if before is None else add_seconds(now, before)
        await line.bridge.store.run(lambda tx: forget_callbacks(tx, at, since))
        return len(await line.store.unreadable())

    assert await forget(40 * day, None) == 1
    assert await forget(day, -day) == 1
    assert await forget(2 * day, day) == 0


async def test_a_token_that_ends_in_the_middle_loses_nothing(line: Line) -> None:
    """Replies go on leaving once each while tokens end again and again."""
    await line.send("one", 1)
    for number in range(5):
        line.courier.sessions.kill()
        await line.reply(f"reply {number}")
    assert line.courier.phone(DANA) == ["one", *(f"reply {number}" for number in range(5))]


async def test_of_several_bots_one_asks(line: Line) -> None:
    """A bot whose duty look-ups are not follows what it was told, and asks about no other text."""
    holders: dict[Duty, str] = {}
    await line.send("one", 1)
    await line.send("two", 2)
    line.courier.rules.lose_callbacks = 1
    await line.courier.move(line.courier.texts[0], "delivered")
    line.courier.move_clock(minutes=2)
    watches = {}
    for bot in ("first", "second"):
        store = CourierStore(SharedStore(line.bridge.store, holders, bot), OURS, line.keep)
        watches[bot] = StatusWatch(line.connection.provider, store, line.keep, line.bugs.append, wall=line.wall)
    holders[Duty.LOOK_UPS] = "first"
    before = len(line.courier.wire)
    assert await watches["second"].look() == 0
    assert len(line.courier.wire) == before
    target = line.signer.read_address(line.courier.texts[1].status_url)
    assert target is not None
    await line.courier.move(line.courier.texts[1], "delivered")
    watches["second"].note(Hint(target, DeliveryStatus.DELIVERED))
    await watches["second"].look()
    await line.take_in()
    assert await outcomes(line) == [DeliveryStatus.SENT, DeliveryStatus.DELIVERED]
    assert await watches["first"].look() == 1
    await line.take_in()
    assert await outcomes(line) == [DeliveryStatus.DELIVERED] * 2
