"""Slack or Volt down, throttled, silent or cut off: nothing is lost, nothing is doubled, the order is kept.

Four tests spend the bot's real waits (a post or a text stays absent for 15 s, a place is left alone for 10 s);
what takes longer still is in tests/bridge/test_reconcile.py, with a clock of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import pairwise

from bot.sandbox import SlackStandIn, VoltStandIn
from bot.sandbox.volt.model import VoltMessage, now_text
from tests.harness.in_process import Relay
from tests.harness.posts import seen
from tests.harness.world import AVA, CHANNEL, DANA, MARCO

NINA = "+15555550147"
TEXTS = [f"text {number}" for number in range(6)]


async def bounce(stand_in: SlackStandIn | VoltStandIn) -> None:
    """End everything that goes on at a stand-in, hanging calls too, and let it listen at the same address again."""
    port = stand_in.server.port
    await stand_in.close()
    await stand_in.start(port)


def statuses(relay: Relay, method: str = "chat.postMessage") -> list[tuple[int, str]]:
    """List how Slack answered the calls of a method."""
    return [(call.status, str(call.answer.get("error", ""))) for call in relay.slack.calls if call.method == method]


async def all_shown(relay: Relay, *texts: str, timeout_s: float = 10) -> None:
    """Check that Dana's thread, the only one of hers, holds these texts once and in order, and goes on after them."""
    await relay.shows(DANA, texts[-1], timeout_s=timeout_s)
    await relay.volt.text(DANA, "after all")
    await relay.shows(DANA, "after all")
    assert relay.texts() == [*texts, "after all"]
    assert len(relay.headers(DANA)) == 1


# --- Slack


async def test_slack_fails_once(relay: Relay) -> None:
    """A text whose first post Slack refuses for now is answered 200 and appears later, exactly once."""
    relay.slack.rules.errors = {"chat.postMessage": ["service_unavailable", "ratelimited"]}
    assert (await relay.volt.text(DANA, "Hello")).status == 200
    await all_shown(relay, "Hello")


async def test_volt_repeats_while_slack_fails(relay: Relay) -> None:
    """A webhook that comes again while Slack fails is not lost as a repeat, nor shown twice."""
    await relay.open_thread()
    relay.slack.rules.errors = {"chat.postMessage": ["service_unavailable"]}
    relay.volt.rules.repeat_webhooks = 3
    await relay.volt.text(DANA, "again and again")
    await relay.volt.until(lambda: len(relay.volt.webhooks) == 5)
    relay.volt.rules.repeat_webhooks = 0
    await all_shown(relay, "Hello", "again and again")


async def test_slack_throttles(relay: Relay) -> None:
    """After a 429 nothing is posted before Retry-After has passed; then all appears, once and in order."""
    contacts = (DANA, MARCO, NINA)
    relay.slack.rules.posts_per_s, relay.slack.rules.burst, relay.slack.rules.throttle_s = 3, 2, 1
    for text in TEXTS[:3]:
        for contact in contacts:
            assert (await relay.volt.text(contact, text)).status == 200
    await relay.slack.until(lambda: all(len(relay.texts(contact)) == 3 for contact in contacts), timeout_s=30)
    assert [relay.texts(contact) for contact in contacts] == [TEXTS[:3]] * 3
    assert len(relay.headers()) == 3
    posts = [call for call in relay.slack.calls if call.method == "chat.postMessage"]
    assert 429 in {post.status for post in posts}
    for refused, following in pairwise(posts):
        assert refused.status != 429 or following.status == 429 or following.at - refused.at > 0.95


async def test_retry_after_outlives_a_restart(relay: Relay) -> None:
    """A restart while Slack asked for patience does not make the bot impatient."""
    await relay.open_thread()
    relay.slack.rules.posts_per_s, relay.slack.rules.burst, relay.slack.rules.throttle_s = 1, 0, 2
    await relay.volt.text(DANA, "patience")
    await relay.slack.until(lambda: (429, "ratelimited") in statuses(relay))
    refused_at = relay.slack.calls[-1].at
    relay.slack.rules.posts_per_s = None
    await relay.restart()
    await all_shown(relay, "Hello", "patience")
    following = next(c for c in relay.slack.calls if c.method == "chat.postMessage" and c.at > refused_at)
    assert following.at - refused_at > 1.95


async def test_slack_drops_its_answers(relay: Relay) -> None:
    """Posts that Slack made without answering are recognized, not made again, and what follows stays behind them."""
    for number, text in enumerate(TEXTS):
        relay.slack.rules.drop_answers = number % 2 + 1
        await relay.volt.text(DANA, text)
        await relay.shows(DANA, text)
    await all_shown(relay, *TEXTS)
    assert any(call.is_cut for call in relay.slack.calls if call.method == "chat.postMessage")


async def test_slack_drops_its_answers_and_its_echoes(relay: Relay) -> None:
    """Where the echo of such a post is missing too, the post is looked up by its key."""
    relay.slack.subscribed.discard("message")
    await relay.slack.until(lambda: any(call.method == "auth.test" for call in relay.slack.calls))
    relay.slack.rules.drop_answers = 1
    await relay.volt.text(DANA, "Hello")
    await relay.shows(DANA, "Hello")
    relay.slack.rules.drop_answers = 1
    await relay.volt.text(DANA, "again")
    await all_shown(relay, "Hello", "again")
    methods = {call.method for call in relay.slack.calls}
    assert {"conversations.history", "conversations.replies"} <= methods


async def test_a_layout_that_slack_refuses(relay: Relay) -> None:
    """A post whose blocks Slack does not take is made once more as plain text; nothing behind it waits for people."""
    await relay.open_thread()
    for code in ("invalid_blocks", "msg_blocks_too_long"):
        relay.slack.rules.errors = {"chat.postMessage": [code]}
        await relay.volt.text(DANA, f"<{code}>")
        await relay.slack.until(lambda code=code: relay.thread()[-1].text == f"&lt;{code}&gt;")  # type: ignore[misc]
        assert relay.thread()[-1].blocks == []
    await relay.volt.text(DANA, "after")
    await relay.shows(DANA, "Hello", "after")
    assert len(relay.thread()) == 4


async def test_slack_hangs(relay: Relay) -> None:
    """One call that Slack never answers holds up neither Volt nor others' threads; cut off, it is made again, once."""
    await relay.open_thread(DANA)
    await relay.open_thread(MARCO)
    relay.slack.rules.hang = 1
    assert (await relay.volt.text(DANA, "hanging")).status == 200
    await relay.slack.until(lambda: relay.slack.rules.hang == 0)
    assert (await relay.volt.text(MARCO, "not hanging")).status == 200
    await relay.shows(MARCO, "Hello", "not hanging")
    assert (await relay.volt.text(DANA, "behind it")).status == 200
    assert relay.texts(DANA) == ["Hello"]
    await bounce(relay.slack)
    await all_shown(relay, "Hello", "hanging", "behind it", timeout_s=25)


async def test_slack_down_in_the_middle(relay: Relay) -> None:
    """Texts and replies taken while Slack is down, and across a restart, arrive once and in order."""
    thread = await relay.open_thread()
    await relay.slack.command(AVA, CHANNEL, "/volt", "me")  # Slack says who Ava is
    relay.slack.rules.down = True
    for text in TEXTS[:3]:
        assert (await relay.volt.text(DANA, text)).status == 200
    await relay.slack.until(lambda: any(call.status == 503 for call in relay.slack.calls))
    await relay.reply(thread, "sent all the same")
    await relay.receives("sent all the same")
    await relay.restart()
    for text in TEXTS[3:]:
        assert (await relay.volt.text(DANA, text)).status == 200
    relay.slack.rules.down = False
    await all_shown(relay, "Hello", *TEXTS, timeout_s=20)
    await relay.reply(thread, "and after")
    await relay.receives("sent all the same", "and after")


async def test_not_invited(relay: Relay) -> None:
    """While the bot is not in the channel /readyz says what to do and texts wait; once invited all appear."""
    channel = relay.slack.channels[CHANNEL]
    channel.is_member = False
    for text in TEXTS[:3]:
        assert (await relay.volt.text(DANA, text)).status == 200
    await relay.slack.until(lambda: (200, "not_in_channel") in statuses(relay))
    async with asyncio.timeout(10):
        while (answer := await relay.get("/readyz"))[0] == 200:
            pass
    assert answer == (503, "slack: The bot is not in the channel. Invite it: /invite @volt.")
    channel.is_member = True
    await all_shown(relay, *TEXTS[:3], timeout_s=20)
    assert (await relay.get("/readyz"))[0] == 200


# --- Volt


async def test_volt_throttles(relay: Relay) -> None:
    """After a 429 no text leaves before Retry-After has passed; then all do, once and in order."""
    dana, marco = await relay.open_thread(DANA), await relay.open_thread(MARCO)
    relay.volt.rules.statuses = [(429, 1)]
    for text in TEXTS[:3]:
        await relay.reply(dana, text)
    await relay.reply(marco, "for Marco")
    await relay.receives(*TEXTS[:3])
    await relay.receives("for Marco", contact=MARCO)
    sends = [hop for hop in relay.volt.wire if hop.label == "CreateMessage"]
    refused = next(hop for hop in sends if hop.status == 429)
    assert [hop for hop in sends if 0.2 < hop.at - refused.at < 0.95] == []
    assert len([hop for hop in sends if hop.status == 200]) == 4


async def test_volt_names_a_throttle(relay: Relay) -> None:
    """A refusal with one of Volt's codes for "slower" only delays the text; nothing is said, nothing is doubled."""
    thread = await relay.open_thread()
    relay.volt.rules.errors = ["error code 601"]
    for text in TEXTS[:2]:
        await relay.reply(thread, text)
    await relay.receives(*TEXTS[:2])
    assert relay.lines() == ["Hello"]


async def test_volt_down_and_a_restart(relay: Relay) -> None:
    """Replies written while Volt is down wait, outlive a restart, and leave once and in order when it is back."""
    thread = await relay.open_thread()
    relay.volt.rules.down = True
    for text in TEXTS[:3]:
        await relay.reply(thread, text)
    await relay.volt.until(lambda: [send.status for send in relay.sends()] == [503])
    await relay.restart()
    await relay.reply(thread, TEXTS[3])
    relay.volt.rules.down = False
    await relay.receives(*TEXTS[:4])
    await relay.reply(thread, "last")
    await relay.receives(*TEXTS[:4], "last")


def carried_at_once(relay: Relay) -> None:
    """Let the carrier take each text at once, as Volt's record then says, though no receipt tells of it."""

    def carry(kind: str, thing: object) -> None:
        if kind == "phone" and isinstance(thing, VoltMessage) and thing.direction == "outbound":
            thing.sent_at = now_text()

    relay.volt.listeners.append(carry)


async def test_volt_drops_its_answers(relay: Relay) -> None:
    """Texts that Volt took without answering are found in its record, not sent again, and the rest follows them."""
    carried_at_once(relay)
    thread = await relay.open_thread()
    relay.volt.rules.drop_answers = 1
    ts = [await relay.reply(thread, text) for text in TEXTS]
    await relay.receives(*TEXTS)
    await relay.marked(ts[0], "outbox_tray")
    await relay.reply(thread, "last")
    await relay.receives(*TEXTS, "last")
    assert len(relay.sends()) == len(TEXTS) + 1


async def test_a_restart_while_the_answer_is_lost(relay: Relay) -> None:
    """A text whose answer was lost just before a restart is found in the record afterwards."""
    carried_at_once(relay)
    thread = await relay.open_thread()
    relay.volt.rules.drop_answers = 1
    await relay.reply(thread, "once")
    await relay.volt.until(lambda: [send.status for send in relay.sends()] == [0])
    await relay.restart()
    await relay.reply(thread, "last")
    await relay.receives("once", "last")
    assert len(relay.sends()) == 2


async def test_a_receipt_ends_the_doubt(relay: Relay) -> None:
    """A text of unknown outcome that a receipt tells of is not looked for any more, nor sent again."""
    thread = await relay.open_thread()
    relay.volt.rules.drop_answers = -1
    ts = await relay.reply(thread, "once")
    await relay.volt.until(lambda: relay.phone() == ["once"])
    await relay.marked(ts, "grey_question")
    await relay.volt.receipt(relay.volt.outbound(DANA)[0], "delivered")
    await relay.marked(ts, "white_check_mark")
    await relay.line("Delivered")
    relay.volt.rules.drop_answers = 0
    await relay.reply(thread, "last")
    await relay.receives("once", "last")
    assert not [line for line in relay.lines() if "did not answer" in line]


async def test_receipts_before_an_answer_that_is_lost(relay: Relay) -> None:
    """Receipts that come before the answer is lost leave no doubt at all."""
    thread = await relay.open_thread()
    relay.volt.receipts, relay.volt.rules.early_receipts, relay.volt.rules.drop_answers = "auto", True, 1
    ts = await relay.reply(thread, "once")
    await relay.marked(ts, "white_check_mark")
    await relay.reply(thread, "last")
    await relay.receives("once", "last")
    assert not [request for request in relay.volt.requests if request.operation == "Conversation"]


async def test_volt_refuses_the_token(relay: Relay) -> None:
    """While Volt refuses the token the thread says that the text waits, and what an admin has to do."""
    thread = await relay.open_thread()
    relay.volt.rules.statuses = [(401, None)]
    ts = await relay.reply(thread, "It is ready")
    line = await relay.line("This waits here")
    assert seen(line) == (
        "Volt no longer accepts the bot's token. An admin has to renew VOLT_API_TOKEN."
        " This waits here and goes out by itself.\n[Undo]"
    )
    await relay.marked(ts, "hourglass_flowing_sand")
    assert relay.phone() == []


@contextlib.asynccontextmanager
async def one_fault(relay: Relay, thread: str, text: str) -> AsyncIterator[None]:
    """Within it, a reply has met its fault at Volt and Volt has none any more."""
    before = len(relay.sends())
    await relay.reply(thread, text)
    await relay.volt.until(lambda: len(relay.sends()) > before)
    relay.volt.rules.refuse = False
    yield


async def test_doubt_at_volt(relay: Relay) -> None:
    """After a 500, a cut connection or a hanging call a text is looked up, and sent again once it is surely absent."""
    threads = {contact: await relay.open_thread(contact) for contact in (DANA, MARCO, NINA)}
    relay.volt.rules.statuses = [(500, None)]
    async with one_fault(relay, threads[DANA], "after a fault"):
        relay.volt.rules.refuse = True
    async with one_fault(relay, threads[MARCO], "after a cut"):
        relay.volt.rules.hang = 1
    await relay.reply(threads[NINA], "after a silence")
    while relay.volt.rules.hang:
        await relay.volt.text(NINA, "Anyone?")
    await bounce(relay.volt)
    assert [relay.phone(contact) for contact in threads] == [[], [], []]
    line = await relay.line("Volt did not answer, so we do not know whether this text went out. Checking…")
    await relay.reply(threads[DANA], "behind it")
    await relay.receives("after a fault", "behind it", timeout_s=25)
    await relay.receives("after a cut", contact=MARCO, timeout_s=25)
    await relay.receives("after a silence", contact=NINA, timeout_s=25)
    await relay.slack.until(lambda: "did not answer" not in seen(line))
    for contact, thread in threads.items():
        texts = relay.phone(contact)
        await relay.reply(thread, "last")
        await relay.receives(*texts, "last", contact=contact)


# --- the bot itself was away


async def test_a_reply_that_slack_gave_up_bringing(relay: Relay) -> None:
    """A reply written while the bot was away for longer than Slack's retries is texted after the next start, once."""
    thread = await relay.open_thread()
    relay.slack.rules.retry_delays_s = ()
    await relay.stop()
    await relay.reply(thread, "It is ready")
    await relay.start()
    await relay.receives("It is ready")
    await relay.restart()
    await relay.reply(thread, "Bye")
    await relay.receives("It is ready", "Bye")
