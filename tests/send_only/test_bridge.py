"""The bridge over a provider that can only send: texts go out, and what cannot be looked up is left to people."""

from __future__ import annotations

from datetime import timedelta

from bot.bridge.backfill.backfill import Backfill
from bot.bridge.messages.actions import confirm_arrived
from bot.bridge.messages.receipts import record_receipt
from bot.bridge.rate_limit import LookupLimiter
from bot.bridge.waves.watcher import WaveWatcher
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey
from bot.domain.message import Receipt
from bot.domain.retry_policy import RECEIPT_WAIT_S
from bot.domain.timestamps import from_micros
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA
from tests.send_only.server import SendOnlyServer

CHECKING = "Pigeon did not answer, so we do not know whether this text went out. Checking…"
UNDECIDED = "We could not find out whether this text went out. Please ask the contact, or decide:"


async def fall_silent(bridge: Harness, carrier: SendOnlyServer, text: str) -> None:
    """Send a reply that the carrier takes, and whose answer is lost."""
    carrier.is_mute = True
    await bridge.answer(text)
    carrier.is_mute = False


def backfill_of(bridge: Harness) -> Backfill:
    """Make the backfill of the bridge."""
    return Backfill(
        store=bridge.store,
        workspace=bridge.workspace,
        providers=bridge.providers,
        lookup_limiter=LookupLimiter(lambda: bridge.now),
        clock=lambda: bridge.now,
        home=(ACCOUNT, CHANNEL),
        interval_s=300,
        lookback=timedelta(hours=24),
        observer=bridge.observer,
    )


async def test_a_reply_leaves_once_by_the_limits_of_its_provider(bridge: Harness, carrier: SendOnlyServer) -> None:
    """A reply goes out once, in parts as long as this provider takes, and is not held as one that would cost more."""
    await bridge.answer("word " * 30)
    assert [len(part) <= 60 for part in carrier.phone(DANA)] == [True] * 3
    assert carrier.phone(DANA)[0].startswith("(1/3) word word")
    await bridge.answer("See bit.ly/abc and write back")
    assert carrier.phone(DANA)[3:] == ["See bit.ly/abc and write back"]
    assert {text.sender for text in carrier.taken} == {ACCOUNT}


async def test_a_lost_answer_is_for_people_to_decide(bridge: Harness, carrier: SendOnlyServer) -> None:
    """Where nothing can be looked up a lost answer waits a while for a receipt, then people decide; none goes twice."""
    await fall_silent(bridge, carrier, "It is ready")
    await bridge.look(6)
    assert any(CHECKING in line for line in bridge.lines())
    await bridge.look(RECEIPT_WAIT_S)
    await bridge.look(1)
    line = next(one for one in bridge.posts() if UNDECIDED in seen(one))
    assert seen(line) == f"{UNDECIDED}\nIt is ready\n[It arrived] [Send again]"
    await bridge.answer("behind it")
    assert carrier.phone(DANA) == ["It is ready", "behind it"]
    assert await bridge.press(confirm_arrived, line, AVA)
    assert f"<@{AVA}> says it arrived." in "\n".join(bridge.lines())
    assert await bridge.look(3_600) == 0
    assert carrier.phone(DANA) == ["It is ready", "behind it"]


async def test_a_receipt_settles_a_lost_answer(bridge: Harness, carrier: SendOnlyServer) -> None:
    """A receipt that comes in time tells what became of a text, and nobody is asked."""
    await fall_silent(bridge, carrier, "It is ready")
    key = MessageKey(carrier.taken[0].key)
    receipt = Receipt("r1", DeliveryStatus.DELIVERED, ACCOUNT, DANA, from_micros(bridge.now), key, provider_id="t1")
    await bridge.store.run(lambda tx: record_receipt(tx, receipt, channel=CHANNEL))
    await bridge.look(RECEIPT_WAIT_S + 1)
    assert not any(UNDECIDED in line for line in bridge.lines())
    assert carrier.phone(DANA) == ["It is ready"]


async def test_a_busy_carrier_gets_it_later(bridge: Harness, carrier: SendOnlyServer) -> None:
    """What a provider has certainly not taken waits, says why, and leaves once it takes texts again."""
    carrier.is_busy = True
    await bridge.answer("It is ready")
    for _ in range(6):
        bridge.wait(5)
        await bridge.pay()
    assert any("Pigeon is busy and took nothing." in line for line in bridge.lines())
    carrier.is_busy = False
    bridge.wait(20)
    await bridge.pay()
    assert carrier.phone(DANA) == ["It is ready"]


async def test_there_is_nothing_to_read_back(bridge: Harness) -> None:
    """Without a history the round of the backfill is whole, reads Slack alone and comes again as usual."""
    backfill = backfill_of(bridge)
    assert await backfill.round()
    bridge.wait(600)
    assert await backfill.round()
    assert backfill.pause_s == 300
    assert bridge.troubles == []


async def test_a_reply_that_was_missed_is_texted(bridge: Harness, carrier: SendOnlyServer) -> None:
    """What an agent wrote while the bot was away is found in Slack, and leaves by this provider."""
    backfill = backfill_of(bridge)
    bridge.wait(-30)
    assert await backfill.round()
    bridge.wait(30)
    await bridge.slack.say(AVA, CHANNEL, "Written meanwhile", thread_ts=bridge.posts()[0].ts)
    bridge.wait(60)
    assert await backfill.round()
    await bridge.pay()
    assert carrier.phone(DANA) == ["Written meanwhile"]


async def test_no_wave_is_watched(bridge: Harness) -> None:
    """The watcher of waves finds nothing to do, and asks nobody."""
    watcher = WaveWatcher(
        bridge.store, bridge.providers, bridge.workspace, CHANNEL, lambda: bridge.now, bridge.observer
    )
    assert await watcher.look() == 0


async def test_opt_out_words_are_the_providers(bridge: Harness) -> None:
    """A contact opts out by the words that this provider acts on; by those of others people are asked."""
    await bridge.hear("STOP")
    await bridge.pay()
    assert any("Should we stop?" in line for line in bridge.lines())
    assert not any("has opted out" in line for line in bridge.lines())
    await bridge.hear("Basta!")
    await bridge.pay()
    assert any("has opted out. Texts to this number are stopped." in line for line in bridge.lines())
    await bridge.hear("avanti")
    await bridge.pay()
    assert any("wants texts again." in line for line in bridge.lines())


async def test_the_header_offers_what_can_be_done(bridge: Harness) -> None:
    """The header of a thread has no button for contacts, and no line of its menu schedules a text."""
    header = bridge.posts()[0]
    assert "[Assign to me]" in seen(header)
    assert "[Save a name]" not in seen(header)
    options = [one["text"]["text"] for one in header.blocks[-1]["elements"][-1]["options"]]
    assert options == ["Close", "Assign to a colleague…", "Reply with a template…", "Snooze…", "More…"]
