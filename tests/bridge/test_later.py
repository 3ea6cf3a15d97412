"""Scheduled texts in the books: claimed once, shown in the thread, and known again by words and time."""

from functools import partial

import pytest

from bot.bridge.messages.receipts import record_receipt
from bot.bridge.messages.scheduled import claim, record_not_scheduled, record_scheduled, record_scheduling
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ConversationId
from bot.domain.message import Receipt
from bot.domain.phone import E164
from bot.domain.scheduled import PendingAsk, ScheduledText
from bot.domain.timestamps import later, moment_of
from bot.ports.repositories import Ledger
from tests.harness.on_a_clock import Bench
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO

NOBODY = ConversationId(0)


async def schedule(bench: Bench, own_id: str, ahead_s: float, text: str = "Your order is ready") -> None:
    """Note a scheduled text to Dana."""
    await schedule_for(bench, DANA, ScheduledText(own_id, NOBODY, text, AVA, later(bench.now, ahead_s)))


async def schedule_for(bench: Bench, contact: E164, text: ScheduledText) -> None:
    """Note a scheduled text that Volt took."""

    def unit(ledger: Ledger) -> None:
        _, audit_id = record_scheduling(ledger, (ACCOUNT, contact), text, channel=CHANNEL)
        record_scheduled(ledger, text.id, audit_id, "77")

    await bench.store.run(unit)
    await bench.pay()
    bench.wait(2)
    await bench.pay()


async def arrives(bench: Bench, own_id: str, ahead_s: float, text: str = "Your order is ready") -> None:
    """Let the provider report a text to Dana that bears no key of ours."""
    receipt = Receipt(own_id, DeliveryStatus.SENT, ACCOUNT, DANA, moment_of(later(bench.now, ahead_s)), text=text)
    receipt = Receipt(**receipt.__dict__ | {"provider_id": own_id})
    await bench.store.run(lambda ledger: record_receipt(ledger, receipt, channel=CHANNEL))
    await bench.pay()


@pytest.mark.parametrize("apart_s", [-14 * 60, -1, 14 * 60])
async def test_about_its_time(bench: Bench, apart_s: float) -> None:
    """A text with the words of a scheduled one about its time bears the name of who scheduled it."""
    await schedule(bench, "1", 3_600)
    await arrives(bench, "a", 3_598 + apart_s, "your order is ready ")
    assert any(line.startswith(f"<@{AVA}> texted:") for line in bench.lines())


@pytest.mark.parametrize(
    ("apart_s", "text"),
    [(-16 * 60, "Your order is ready"), (16 * 60, "Your order is ready"), (0, "Your order is late")],
)
async def test_not_what_was_scheduled(bench: Bench, apart_s: float, text: str) -> None:
    """Other words, or the same ones at another time, were sent from elsewhere."""
    await schedule(bench, "1", 3_600)
    await arrives(bench, "a", 3_598 + apart_s, text)
    assert any(line.startswith("Texted from outside Slack:") for line in bench.lines())


async def begin(bench: Bench, own_id: str) -> int:
    """Note a text to Dana that Volt is being asked to take; return the line of the audit trail."""
    text = ScheduledText(own_id, NOBODY, "Your order is ready", AVA, later(bench.now, 3_600))
    place = (ACCOUNT, DANA)
    _, audit_id = await bench.store.run(lambda ledger: record_scheduling(ledger, place, text, channel=CHANNEL))
    await bench.pay()
    return audit_id


async def audit(bench: Bench) -> list[tuple[str, str]]:
    """Return what the trail says of Dana's conversation: what was done, and what came of it."""

    def unit(ledger: Ledger) -> list[tuple[str, str]]:
        conversation = ledger.find_conversation(ACCOUNT, DANA)
        assert conversation is not None
        return [(line.action, line.detail) for line in ledger.audit_of(conversation.id, 9)]

    return await bench.store.run(unit)


async def test_the_call_was_cut_short(bench: Bench) -> None:
    """Where the bot died while Volt was asked, the text bears the asker's name later, and no line claims it before."""
    await begin(bench, "1")
    assert await audit(bench) == [("scheduled a text", "outcome unknown")]
    assert not any(line.startswith("Scheduled by") for line in bench.lines())
    await arrives(bench, "a", 3_600)
    assert any(line.startswith(f"<@{AVA}> texted:") for line in bench.lines())


async def test_refused_by_the_provider(bench: Bench) -> None:
    """Of a text that Volt certainly did not take only the trail remains; the same words come from elsewhere."""
    audit_id = await begin(bench, "1")
    await bench.store.run(lambda ledger: record_not_scheduled(ledger, "1", audit_id))
    assert await audit(bench) == [("scheduled a text", "not taken")]
    await arrives(bench, "a", 3_600)
    assert any(line.startswith("Texted from outside Slack:") for line in bench.lines())


async def test_each_row_stands_for_one_text(bench: Bench) -> None:
    """Two scheduled texts with the same words are two texts; a third comes from elsewhere."""
    await schedule(bench, "1", 3_600)
    await schedule(bench, "2", 3_600)
    for own_id in ("a", "b", "c"):
        await arrives(bench, own_id, 3_598)
    heads = [line.partition("\n")[0] for line in bench.lines()]
    assert heads.count(f"<@{AVA}> texted:") == 2
    assert heads.count("Texted from outside Slack:") == 1


async def test_a_thread_is_opened_for_the_line(bench: Bench) -> None:
    """A contact without a thread gets one, because somebody scheduled a text to them."""
    await schedule_for(bench, MARCO, ScheduledText("1", NOBODY, "Hi", AVA, later(bench.now, 3_600)))
    line = bench.lines()[-1]
    assert line.startswith(f"Scheduled by <@{AVA}> for ")
    assert len([post for post in bench.posts() if not post.is_reply]) == 2


async def test_claimed_once(bench: Bench) -> None:
    """A button has one turn; after a certain refusal it has another; an ask that ended has none."""
    ask = PendingAsk("ask1", "schedule", AVA, "{}")

    def units(ledger: Ledger) -> list[bool]:
        ledger.keep_ask(ask)
        turns = [claim(ledger, "ask1")[1], claim(ledger, "ask1")[1]]
        ledger.reopen_ask("ask1")
        turns += [claim(ledger, "ask1")[1], claim(ledger, "ask1")[1]]
        ledger.reopen_ask("ask1")
        ledger.end_ask("ask1", "Scheduled.")
        return [*turns, claim(ledger, "ask1")[1]]

    assert await bench.store.run(units) == [True, False, True, False, False]
    assert await bench.store.run(partial(claim, ask_id="unknown")) == (None, False)


async def test_old_asks_go(bench: Bench) -> None:
    """What nobody confirmed within a week is forgotten."""
    await bench.store.run(lambda ledger: ledger.keep_ask(PendingAsk("old", "schedule", AVA, "{}")))
    bench.wait(8 * 86_400)
    await bench.store.run(lambda ledger: ledger.keep_ask(PendingAsk("new", "schedule", AVA, "{}")))
    assert await bench.store.run(lambda ledger: ledger.ask("old")) is None
    assert await bench.store.run(lambda ledger: ledger.ask("new")) is not None
