"""What carriers report: a reaction on the agent's message, one line that is edited, and words where it failed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import VoltStandIn
from bot.sandbox.slack.state.model import Message
from bot.sandbox.volt.model import VoltMessage, Webhook
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, BEN, CHANNEL, DANA, MARCO

DELIVERED, SENT, FAILED, WAITING = "white_check_mark", "outbox_tray", "x", "hourglass_flowing_sand"
TIME = r"<!date\^\d+\^\{time\}\|\d\d:\d\d UTC>"
OPTED_OUT = "The contact has opted out. Only they can undo that, by texting START."
SPAM_FOR_NOW = "A carrier took the text for spam, for now. Wait an hour, or say it differently, then send it again."


async def sent(relay: Relay, thread: str, text: str, contact: str = DANA) -> tuple[str, VoltMessage]:
    """Reply, and return the reply's ts and what Volt took."""
    before = len(relay.phone(contact))
    ts = await relay.reply(thread, text)
    await relay.volt.until(lambda: len(relay.phone(contact)) == before + 1)
    return ts, relay.volt.outbound(contact)[-1]


def receipt_lines(relay: Relay, contact: str = DANA) -> list[Message]:
    """Return the lines of receipts in a thread."""
    return [one for one in relay.thread(contact) if re.search(r"[Dd]elivered|confirmed", seen(one))]


async def test_a_delivered_reply(relay: Relay) -> None:
    """A delivered reply carries one reaction, and one line under it says when."""
    relay.volt.receipts = "auto"
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "It is ready")
    await relay.marked(ts, DELIVERED)
    line = await relay.line("Delivered")
    assert re.fullmatch(f"Delivered {TIME}", seen(line))
    assert line.thread_ts == thread
    assert len(receipt_lines(relay)) == 1


async def test_receipts_share_one_line(relay: Relay) -> None:
    """Receipts of replies above one line share it; what is written below it, or after the contact, has a new one."""
    thread = await relay.open_thread()
    three = [await sent(relay, thread, text) for text in ("one", "two", "three")]
    for _, text in three:
        await relay.volt.receipt(text, "delivered")
    await relay.slack.until(lambda: bool(receipt_lines(relay)))
    relay.volt.receipts = "auto"
    for words in ("four", "five"):
        before = receipt_lines(relay)
        ts, _ = await sent(relay, thread, words)
        await relay.marked(ts, DELIVERED)
        await relay.slack.until(lambda before=before: len(receipt_lines(relay)) == len(before) + 1)  # type: ignore[misc]
        assert before[-1].ts < ts < receipt_lines(relay)[-1].ts
        assert re.fullmatch(f"Delivered {TIME}", seen(receipt_lines(relay)[-1]))
        await relay.volt.text(DANA, f"thanks for {words}")
        await relay.shows(DANA, f"thanks for {words}")


async def test_sent_then_delivered(relay: Relay) -> None:
    """A text that the carrier took but has not confirmed is called so, and the same line says later that it arrived."""
    thread = await relay.open_thread()
    ts, text = await sent(relay, thread, "It is ready")
    assert (await relay.volt.receipt(text, "sent")).status == 200
    await relay.marked(ts, SENT)
    line = await relay.line("the carrier has not confirmed yet")
    assert re.fullmatch(f"Sent {TIME}, the carrier has not confirmed yet", seen(line))
    assert (await relay.volt.receipt(text, "delivered")).status == 200
    await relay.marked(ts, DELIVERED)
    assert (await relay.line("Delivered")).ts == line.ts
    assert len(receipt_lines(relay)) == 1


async def test_receipts_in_the_wrong_order(relay: Relay) -> None:
    """A late "sent" does not take back "delivered"."""
    thread = await relay.open_thread()
    ts, text = await sent(relay, thread, "It is ready")
    await relay.volt.receipt(text, "delivered")
    await relay.volt.receipt(text, "sent")
    later, other = await sent(relay, thread, "Another")
    await relay.volt.receipt(other, "delivered")
    await relay.marked(later, DELIVERED)
    await relay.marked(ts, DELIVERED)
    await relay.slack.until(lambda: len(receipt_lines(relay)) == 2)
    assert all(re.fullmatch(f"Delivered {TIME}", seen(line)) for line in receipt_lines(relay))


async def test_repeated_receipts(relay: Relay) -> None:
    """Receipts delivered several times, under one id and under new ones, are told once."""
    thread = await relay.open_thread()
    ts, text = await sent(relay, thread, "It is ready")
    relay.volt.rules.repeat_webhooks = 2
    for _ in range(2):
        await relay.volt.receipt(text, "sent")
        await relay.volt.receipt(text, "delivered")
    await relay.volt.until(lambda: len(relay.volt.webhooks) == 13)
    assert {delivery.status for delivery in relay.volt.webhooks} == {200}
    await relay.marked(ts, DELIVERED)
    await relay.volt.text(DANA, "thanks")
    await relay.shows(DANA, "Hello", "thanks")
    assert len(receipt_lines(relay)) == 1
    added = [call for call in relay.slack.calls if call.method == "reactions.add" and call.args["name"] == DELIVERED]
    assert len(added) == 1


async def test_a_receipt_for_one_of_two_contacts(relay: Relay) -> None:
    """Receipts of texts to two contacts go each to its own thread, however they are interleaved."""
    dana, marco = await relay.open_thread(DANA), await relay.open_thread(MARCO)
    to_dana, for_dana = await sent(relay, dana, "same words", DANA)
    to_marco, for_marco = await sent(relay, marco, "same words", MARCO)
    await relay.volt.receipt(for_marco, "failed", "802", passthrough=False)
    await relay.volt.receipt(for_dana, "delivered", passthrough=False)
    await relay.marked(to_marco, FAILED)
    await relay.marked(to_dana, DELIVERED)
    await relay.line("Not delivered", MARCO)
    await relay.line("Delivered", DANA)
    assert not any("Not delivered" in line for line in relay.lines(DANA))


async def test_receipts_by_id_alone(relay: Relay) -> None:
    """A receipt without our key finds its text by Volt's id."""
    thread = await relay.open_thread()
    ts, text = await sent(relay, thread, "It is ready")
    await relay.volt.receipt(text, "delivered", passthrough=False)
    await relay.marked(ts, DELIVERED)
    await relay.line("Delivered")
    assert not [line for line in relay.lines() if "outside Slack" in line]


class KeylessVolt(VoltStandIn):
    """A Volt whose receipts never carry the passthrough."""

    async def receipt(
        self, message: VoltMessage, status: str, error_code: str | None = None, *, passthrough: bool = True
    ) -> Webhook:
        """Report without it."""
        del passthrough
        return await super().receipt(message, status, error_code, passthrough=False)


@pytest.fixture
async def keyless(tmp_path: Path) -> AsyncIterator[Relay]:
    """Give a running bot whose Volt returns no passthrough."""
    async with Relay(tmp_path, volt=KeylessVolt(ACCOUNT)) as running:
        yield running


async def check_early(relay: Relay) -> None:
    """Send two replies whose receipts all come before createMessage answers."""
    relay.volt.receipts, relay.volt.rules.early_receipts = "auto", True
    relay.volt.outcomes[MARCO] = "802"
    dana, marco = await relay.open_thread(DANA), await relay.open_thread(MARCO)
    good, _ = await sent(relay, dana, "It is ready")
    bad, _ = await sent(relay, marco, "It is ready", MARCO)
    await relay.marked(good, DELIVERED)
    await relay.marked(bad, FAILED)
    await relay.line("Delivered", DANA)
    await relay.line("Not delivered: The phone was switched off", MARCO)
    assert len(relay.sends()) == 2
    for contact in (DANA, MARCO):
        assert not [line for line in relay.lines(contact) if "outside Slack" in line]


async def test_receipts_before_the_answer(relay: Relay) -> None:
    """Receipts that come before createMessage answers are told on the right message."""
    await check_early(relay)


async def test_receipts_before_the_answer_without_our_key(keyless: Relay) -> None:
    """So are those that carry no key of ours: they wait for the answer, which names the id."""
    await check_early(keyless)


async def test_a_failure_that_may_pass(relay: Relay) -> None:
    """A temporary failure is said in words with a button; the reply carries a cross."""
    thread = await relay.open_thread()
    ts, text = await sent(relay, thread, "It is ready")
    await relay.volt.receipt(text, "failed", "702")
    await relay.marked(ts, FAILED)
    line = await relay.line("Not delivered")
    assert seen(line) == f"Not delivered: {SPAM_FOR_NOW}\nIt is ready\n[Send again]"
    assert receipt_lines(relay) == [line]


async def test_a_failure_for_good(relay: Relay) -> None:
    """A failure that sending again would only repeat is said in words, without a button."""
    thread = await relay.open_thread()
    _, text = await sent(relay, thread, "It is ready")
    await relay.volt.receipt(text, "failed", "501")
    line = await relay.line("Not delivered")
    words = "No carrier can be reached for this number: it may not exist, or be a landline. Check the number."
    assert seen(line) == f"Not delivered: {words}\nIt is ready"


async def test_a_failure_nobody_has_heard_of(relay: Relay) -> None:
    """A code that is in no table is said with its number and the carrier's own words, and cannot format."""
    thread = await relay.open_thread()
    _, text = await sent(relay, thread, "It is ready")
    await relay.volt.receipt(text, "failed", "<!channel>")
    line = await relay.line("Not delivered")
    assert line.blocks[0]["text"]["type"] == "plain_text"
    assert "<!channel>" not in line.text
    assert "The carrier did not deliver the message and gave no reason." in seen(line)
    assert "[Send again]" not in seen(line)


async def test_send_again_pressed_by_two(relay: Relay) -> None:
    """Send again, pressed by two agents at once, sends one text; the line says who did it."""
    thread = await relay.open_thread()
    ts, text = await sent(relay, thread, "It is ready")
    await relay.volt.receipt(text, "failed", "802")
    line = await relay.line("[Send again]")
    presses = (relay.slack.press(user, CHANNEL, line.ts, "send_again") for user in (AVA, BEN, AVA))
    assert {answer.status for answer in await asyncio.gather(*presses)} == {200}
    await relay.receives("It is ready", "It is ready")
    await relay.slack.until(lambda: "sent it again." in seen(line))
    assert "[Send again]" not in seen(line)
    assert re.search(f"<@({AVA}|{BEN})> sent it again", seen(line))
    again = relay.volt.outbound(DANA)[1]
    assert again.passthrough != text.passthrough
    await relay.volt.receipt(again, "delivered")
    await relay.marked(ts, DELIVERED)
    await relay.line("Delivered")
    await relay.reply(thread, "last")
    await relay.receives("It is ready", "It is ready", "last")


async def test_send_again_that_fails_again(relay: Relay) -> None:
    """A text that fails again has a line and a button of its own again."""
    thread = await relay.open_thread()
    ts, text = await sent(relay, thread, "It is ready")
    await relay.volt.receipt(text, "failed", "802")
    line = await relay.line("[Send again]")
    await relay.slack.press(AVA, CHANNEL, line.ts, "send_again")
    _, again = await relay.receives("It is ready", "It is ready")
    await relay.slack.until(lambda: "[Send again]" not in seen(line))
    await relay.volt.receipt(again, "failed", "802")
    other = await relay.line("[Send again]")
    assert other.ts != line.ts
    await relay.marked(ts, FAILED)


async def test_a_failed_part(relay: Relay) -> None:
    """Of a reply in parts the failed one can be sent again alone; the reaction tells the worst."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, " ".join(f"word{number:04d}" for number in range(300)))
    await relay.agree()
    await relay.volt.until(lambda: len(relay.phone()) == 2)
    first, second = relay.volt.outbound(DANA)
    await relay.volt.receipt(first, "delivered")
    await relay.volt.receipt(second, "failed", "802")
    await relay.marked(ts, FAILED)
    line = await relay.line("[Send again]")
    await relay.slack.press(AVA, CHANNEL, line.ts, "send_again")
    *_, again = await relay.receives(first.body, second.body, second.body)
    await relay.volt.receipt(again, "delivered")
    await relay.marked(ts, DELIVERED)


async def test_texts_from_volts_own_page(relay: Relay) -> None:
    """A text that somebody sent from Volt's own page is shown in the thread as such, once, with its receipts."""
    await relay.open_thread()
    foreign = await relay.volt.foreign_text(DANA, "Written <!here> elsewhere")
    line = await relay.line("Texted from outside Slack:")
    assert seen(line) == "Texted from outside Slack:\nWritten <!here> elsewhere"
    await relay.volt.receipt(foreign, "delivered", passthrough=False)
    await relay.line("Delivered")
    await relay.volt.text(DANA, "after")
    await relay.shows(DANA, "Hello", "after")
    assert len([one for one in relay.lines() if "outside Slack" in one]) == 1
    assert relay.sends() == []


async def test_a_foreign_text_to_a_new_contact(relay: Relay) -> None:
    """A text from Volt's own page to somebody new opens a thread."""
    foreign = await relay.volt.foreign_text(DANA, "Written elsewhere")
    await relay.line("Texted from outside Slack:\nWritten elsewhere")
    await relay.volt.receipt(foreign, "failed", "501", passthrough=False)
    await relay.line("Not delivered: No carrier can be reached")
    assert len(relay.headers()) == 1


async def test_another_installations_text(relay: Relay) -> None:
    """Receipts with a key that is no key of ours are another program's text: shown like one from Volt's own page."""
    await relay.open_thread()
    message = VoltMessage(DANA, ACCOUNT, "from another program", passthrough="order-4711")
    await relay.volt.receipt(message, "sent")
    await relay.line("Texted from outside Slack:\nfrom another program")


async def test_stop_and_what_follows(relay: Relay) -> None:
    """A reply after STOP waits, and nothing offers to send it before the contact texts START."""
    thread = await relay.open_thread()
    await relay.volt.text(DANA, "STOP")
    await relay.shows(DANA, "Hello", "STOP")
    await relay.reply(thread, "But wait")
    line = await relay.line("Not sent yet. The contact has opted out")
    assert "[Send" not in seen(line)
    assert relay.sends() == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("error code 503", f"Not delivered: {OPTED_OUT}\nIt is ready"),
        ("702: blocked", f"Not delivered: {SPAM_FOR_NOW}\nIt is ready\n[Send again]"),
        (
            'invalid "to" number',
            'Not delivered: Volt refused it. It said: "invalid "to" number"\nIt is ready',
        ),
    ],
)
async def test_a_send_that_volt_refuses(relay: Relay, error: str, words: str) -> None:
    """A text that Volt refuses at once is told like one that failed later, in the thread."""
    thread = await relay.open_thread()
    relay.volt.rules.errors = [error]
    ts = await relay.reply(thread, "It is ready")
    await relay.marked(ts, FAILED)
    assert seen(await relay.line("Not delivered")) == words
    await relay.reply(thread, "next")
    await relay.receives("next")


async def test_a_receipt_after_a_restart(relay: Relay) -> None:
    """A receipt that comes after a restart finds its message, and edits the line that stood before."""
    thread = await relay.open_thread()
    one, first = await sent(relay, thread, "one")
    two, second = await sent(relay, thread, "two")
    await relay.volt.receipt(first, "delivered")
    line = await relay.line("1 text delivered, 1 sent and not confirmed yet, last")
    await relay.restart()
    await relay.volt.receipt(second, "delivered")
    await relay.line("2 texts delivered")
    assert receipt_lines(relay) == [line]
    await relay.marked(one, DELIVERED)
    await relay.marked(two, DELIVERED)


async def test_status_words_nobody_knows(relay: Relay) -> None:
    """A receipt with an unknown status is answered 200 and changes nothing."""
    thread = await relay.open_thread()
    ts, text = await sent(relay, thread, "It is ready")
    assert (await relay.volt.receipt(text, "pondering")).status == 200
    await relay.volt.receipt(text, "delivered")
    await relay.marked(ts, DELIVERED)
    await relay.line("Delivered")
    assert len(receipt_lines(relay)) == 1


async def test_a_waiting_reply_is_marked(relay: Relay) -> None:
    """A reply that waits carries an hourglass, which is gone when it was taken back."""
    await relay.restart(undo_seconds=20)
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "Oh no")
    await relay.marked(ts, WAITING)
    await relay.slack.edit(CHANNEL, ts, "// Oh no")
    await relay.marked(ts)
    assert relay.sends() == []


async def test_a_reply_that_was_taken_back_has_no_receipt(relay: Relay) -> None:
    """Marks go on the agent's own message and nowhere else."""
    relay.volt.receipts = "auto"
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "It is ready")
    await relay.marked(ts, DELIVERED)
    others: list[Any] = [one for one in relay.slack.channels[CHANNEL].messages if one.ts != ts and one.reactions]
    assert others == []
