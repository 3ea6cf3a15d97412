"""How many texts one person may send in an hour: above it each waits for a manager."""

from __future__ import annotations

from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import UserId
from bot.domain.message import Failure
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.world import AVA, BEN, CHANNEL, DANA, MARCO
from tests.slack.features.test_schedule import ask
from tests.slack.features.test_send import volt

WAITS = (
    "Not sent yet. Its author has sent as many texts as one person may in an hour, so a manager has to look at this "
    "one: only managers can press Send."
)


async def test_above_the_limit_a_manager_decides(handlers: Handlers) -> None:
    """What is above the limit is held with the reason; Send is for managers only, and each text needs it anew."""
    handlers.limit("*", 2)
    thread = await handlers.open_thread()
    for text in ("one", "two", "three", "four"):
        await handlers.reply(thread, text, BEN)
        await handlers.idle()
    assert handlers.phone() == ["one", "two"]
    line, _ = [one for one in handlers.thread() if WAITS in seen(one)]
    assert "[Send] [Do not send]" in seen(line)
    await handlers.slack.press(BEN, CHANNEL, line.ts, "send_text")
    await handlers.idle()
    assert (
        handlers.slack.ephemerals[-1]["text"] == "Only admins and owners of the workspace may do this. Ask one of them."
    )
    assert handlers.phone() == ["one", "two"]
    await handlers.slack.press(AVA, CHANNEL, line.ts, "send_text")
    await handlers.idle()
    assert handlers.phone() == ["one", "two", "three"]


async def test_commands_and_other_people(handlers: Handlers) -> None:
    """Commands count like replies, parts of a long text each, and every person for themselves."""
    handlers.limit("*", 3)
    await volt(handlers, f"send {DANA} first", BEN)
    await handlers.idle()
    words = " ".join(f"word{number:04d}" for number in range(300))
    await volt(handlers, f"send {MARCO} {words}", BEN)
    await handlers.agree(MARCO, user=BEN)
    await handlers.idle()
    assert len(handlers.phone(MARCO)) == 2
    answer = await volt(handlers, f"send {DANA} over", BEN)
    await handlers.idle()
    assert answer.startswith("Your text to (555) 555-0145 is not sent yet. Its author has sent as many texts")
    assert handlers.phone() == ["first"]
    await volt(handlers, f"send {MARCO} of another", AVA)
    await handlers.idle()
    assert handlers.phone(MARCO)[-1] == "of another"


async def test_the_hour_passes(handlers: Handlers) -> None:
    """After an hour people send as before; what was held by then still waits for a manager."""
    handlers.limit("*", 1)
    thread = await handlers.open_thread()
    for text in ("one", "two"):
        await handlers.reply(thread, text, BEN)
        await handlers.idle()
    await handlers.wait(3_661)
    await volt(handlers, f"send {MARCO} later", BEN)
    await handlers.idle()
    assert (handlers.phone(), handlers.phone(MARCO)) == (["one"], ["later"])


async def test_no_other_approval_stands_for_a_manager(handlers: Handlers) -> None:
    """A text that was held for another reason and approved by its author is held again where it is above the limit."""
    handlers.limit("*", 1)
    await volt(handlers, "mode confirm")
    thread = await handlers.open_thread()
    await handlers.reply(thread, "one", BEN)
    await handlers.agree(user=BEN)
    await handlers.idle()
    await handlers.reply(thread, "two", BEN)
    await handlers.agree(user=BEN)
    await handlers.idle()
    assert handlers.phone() == ["one"]
    assert any(WAITS in line for line in handlers.lines())


async def test_scheduling_counts(handlers: Handlers) -> None:
    """A text for later counts when it is scheduled; above the limit it is refused in words, and Volt is not asked."""
    handlers.limit("*", 1)
    for _ in range(2):
        shown = await ask(handlers, f"{DANA} tomorrow 9am see you")
        await handlers.slack.press(AVA, CHANNEL, shown["message_ts"], "schedule_go")
        await handlers.idle()
    assert handlers.slack.ephemerals[-1]["text"].startswith("You have sent as many texts as one person may in an hour")
    assert len([one for one in handlers.volt.requests if "chedule" in one.operation or "Wave" in one.operation]) == 1


async def test_the_last_words_of_a_failed_text_count_once(handlers: Handlers) -> None:
    """A text that was edited after it had left, and then failed, is one text more when it is sent again."""
    handlers.limit("*", 3)
    thread = await handlers.open_thread()
    ts = await handlers.reply(thread, "the price is 100", BEN)
    await handlers.idle()
    await handlers.slack.edit(CHANNEL, ts, "the price is 200")
    await handlers.idle()
    failure = Failure("30003", "The phone was off.", allows_manual_retry=True)
    await handlers.report(handlers.volt.messages[0], DeliveryStatus.FAILED, failure)
    line = await handlers.line("[Send again]")
    await handlers.slack.press(BEN, CHANNEL, line.ts, "send_again")
    await handlers.idle()
    await handlers.reply(thread, "three", BEN)
    await handlers.idle()
    assert handlers.phone() == ["the price is 100", "the price is 200", "three"]


async def test_no_limit(handlers: Handlers) -> None:
    """Without a limit nothing is counted."""
    thread = await handlers.open_thread()
    await handlers.reply(thread, "one", BEN)
    await handlers.idle()
    assert await handlers.store.run(lambda tx: tx.messages.departures(UserId(BEN), tx.now)) == 0
