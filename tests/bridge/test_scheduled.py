"""Scheduled texts in the database: claimed once, shown in the thread, and known again by words and time."""

from functools import partial

import pytest

from bot.bridge.confirmations import claim
from bot.bridge.messages.receipts import record_receipt
from bot.bridge.messages.scheduled import record_not_scheduled, record_scheduled, record_scheduling
from bot.domain.confirmation import PendingConfirmation
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId
from bot.domain.message import Receipt
from bot.domain.phone import E164
from bot.domain.scheduled import ScheduledText
from bot.domain.timestamps import add_seconds, from_micros
from bot.ports.storage import Transaction
from tests.harness.on_a_clock import Harness
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO

NOBODY = ConversationId(0)


async def schedule(harness: Harness, own_id: str, ahead_s: float, text: str = "Your order is ready") -> None:
    """Note a scheduled text to Dana."""
    await schedule_for(harness, DANA, ScheduledText(own_id, NOBODY, text, AVA, add_seconds(harness.now, ahead_s)))


async def schedule_for(harness: Harness, contact: E164, text: ScheduledText) -> None:
    """Note a scheduled text that Volt took."""

    def unit(tx: Transaction) -> None:
        _, audit_id = record_scheduling(tx, (ACCOUNT, contact), text, channel=CHANNEL)
        record_scheduled(tx, text.id, audit_id, "77")

    await harness.store.run(unit)
    await harness.pay()
    harness.wait(2)
    await harness.pay()


async def arrives(harness: Harness, own_id: str, ahead_s: float, text: str = "Your order is ready") -> None:
    """Let the provider report a text to Dana that bears no key of ours."""
    receipt = Receipt(
        own_id, DeliveryStatus.SENT, ACCOUNT, DANA, from_micros(add_seconds(harness.now, ahead_s)), text=text
    )
    receipt = Receipt(**receipt.__dict__ | {"provider_id": own_id})
    await harness.store.run(lambda tx: record_receipt(tx, receipt, channel=CHANNEL))
    await harness.pay()


@pytest.mark.parametrize("apart_s", [-14 * 60, -1, 14 * 60])
async def test_about_its_time(harness: Harness, apart_s: float) -> None:
    """A text with the words of a scheduled one about its time bears the name of who scheduled it."""
    await schedule(harness, "1", 3_600)
    await arrives(harness, "a", 3_598 + apart_s, "your order is ready ")
    assert any(line.startswith(f"<@{AVA}> texted:") for line in harness.lines())


@pytest.mark.parametrize(
    ("apart_s", "text"),
    [(-16 * 60, "Your order is ready"), (16 * 60, "Your order is ready"), (0, "Your order is late")],
)
async def test_not_what_was_scheduled(harness: Harness, apart_s: float, text: str) -> None:
    """Other words, or the same ones at another time, were sent from elsewhere."""
    await schedule(harness, "1", 3_600)
    await arrives(harness, "a", 3_598 + apart_s, text)
    assert any(line.startswith("Texted from outside Slack:") for line in harness.lines())


async def begin(harness: Harness, own_id: str) -> int:
    """Note a text to Dana that Volt is being asked to take; return the line of the audit trail."""
    text = ScheduledText(own_id, NOBODY, "Your order is ready", AVA, add_seconds(harness.now, 3_600))
    place = (ACCOUNT, DANA)
    _, audit_id = await harness.store.run(lambda tx: record_scheduling(tx, place, text, channel=CHANNEL))
    await harness.pay()
    return audit_id


async def audit(harness: Harness) -> list[tuple[str, str]]:
    """Return what the trail says of Dana's conversation: what was done, and what came of it."""

    def unit(tx: Transaction) -> list[tuple[str, str]]:
        conversation = tx.conversations.find(ACCOUNT, DANA)
        assert conversation is not None
        return [(line.action, line.detail) for line in tx.audit.of_conversation(conversation.id, 9)]

    return await harness.store.run(unit)


async def test_the_call_was_cut_short(harness: Harness) -> None:
    """Where the bot died while Volt was asked, the text bears the asker's name later, and no line claims it before."""
    await begin(harness, "1")
    assert ("scheduled a text", "outcome unknown") in await audit(harness)
    assert not any(line.startswith("Scheduled by") for line in harness.lines())
    await arrives(harness, "a", 3_600)
    assert any(line.startswith(f"<@{AVA}> texted:") for line in harness.lines())


async def test_refused_by_the_provider(harness: Harness) -> None:
    """Of a text that Volt certainly did not take only the trail remains; the same words come from elsewhere."""
    audit_id = await begin(harness, "1")
    await harness.store.run(lambda tx: record_not_scheduled(tx, "1", audit_id))
    assert ("scheduled a text", "not taken") in await audit(harness)
    await arrives(harness, "a", 3_600)
    assert any(line.startswith("Texted from outside Slack:") for line in harness.lines())


async def test_each_row_stands_for_one_text(harness: Harness) -> None:
    """Two scheduled texts with the same words are two texts; a third comes from elsewhere."""
    await schedule(harness, "1", 3_600)
    await schedule(harness, "2", 3_600)
    for own_id in ("a", "b", "c"):
        await arrives(harness, own_id, 3_598)
    heads = [line.partition("\n")[0] for line in harness.lines()]
    assert heads.count(f"<@{AVA}> texted:") == 2
    assert heads.count("Texted from outside Slack:") == 1


async def test_a_thread_is_opened_for_the_line(harness: Harness) -> None:
    """A contact without a thread gets one, because somebody scheduled a text to them."""
    await schedule_for(harness, MARCO, ScheduledText("1", NOBODY, "Hi", AVA, add_seconds(harness.now, 3_600)))
    line = harness.lines()[-1]
    assert line.startswith(f"Scheduled by <@{AVA}> for ")
    assert len([post for post in harness.posts() if not post.is_reply]) == 2


async def test_claimed_once(harness: Harness) -> None:
    """A button has one turn; after a certain refusal it has another; an ask that ended has none."""
    ask = PendingConfirmation("ask1", "schedule", AVA, "{}")

    def units(tx: Transaction) -> list[bool]:
        tx.confirmations.add(ask)
        turns = [claim(tx, "ask1")[1], claim(tx, "ask1")[1]]
        tx.confirmations.reopen("ask1")
        turns += [claim(tx, "ask1")[1], claim(tx, "ask1")[1]]
        tx.confirmations.reopen("ask1")
        tx.confirmations.end("ask1", "Scheduled.")
        return [*turns, claim(tx, "ask1")[1]]

    assert await harness.store.run(units) == [True, False, True, False, False]
    assert await harness.store.run(partial(claim, ask_id="unknown")) == (None, False)


async def test_old_asks_go(harness: Harness) -> None:
    """What nobody confirmed within a week is forgotten."""
    await harness.store.run(lambda tx: tx.confirmations.add(PendingConfirmation("old", "schedule", AVA, "{}")))
    harness.wait(8 * 86_400)
    await harness.store.run(lambda tx: tx.confirmations.add(PendingConfirmation("new", "schedule", AVA, "{}")))
    assert await harness.store.run(lambda tx: tx.confirmations.get("old")) is None
    assert await harness.store.run(lambda tx: tx.confirmations.get("new")) is not None
