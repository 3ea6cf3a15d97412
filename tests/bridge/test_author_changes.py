"""What an author changes about a reply whose outcome is not known, and replies whose thread is not."""

from __future__ import annotations

import pytest

from bot.bridge.slack_events import record_event
from bot.domain.ids import MessageTs
from bot.domain.retry_policy import ABSENT_AT_PROVIDER_S, CHECKING_S
from bot.domain.thread_events import Deletion, Edit, Reply, SlackEvent
from bot.ports.storage import Transaction
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import AVA, CHANNEL

NOT_PLACED = (
    "Not texted: the bot does not know whose thread this is. Please write it again in the contact's newest thread."
)


async def changes(harness: Harness, words: str | None) -> None:
    """Edit the newest message that a person wrote, or delete it where there are no words."""
    written = [one for one in harness.slack.channels[CHANNEL].messages if not one.bot_id][-1]
    ts, edited_ts = MessageTs(written.ts), MessageTs(f"{harness.now // 1_000_000}.000100")
    event: SlackEvent = (
        Edit(f"e{harness.now}", CHANNEL, ts, edited_ts, (words,), AVA, MessageTs(written.thread_ts or ""))
        if words
        else Deletion(f"e{harness.now}", CHANNEL, ts)
    )
    await harness.store.run(lambda tx: record_event(tx, event))
    await harness.pay()


async def until_absent(harness: Harness) -> None:
    """Look until the absence of a text in Volt's record is believed."""
    for _ in range(3):
        await harness.look(ABSENT_AT_PROVIDER_S)


@pytest.mark.parametrize(("words", "phone"), [("the price is 200", ["Hi", "the price is 200"]), (None, ["Hi"])])
async def test_changed_while_in_doubt(harness: Harness, words: str | None, phone: list[str]) -> None:
    """A text in doubt that turns out not to have left goes out as its author means it now, or not at all."""
    harness.volt.rules.statuses = [(500, None)]
    await harness.answer("the price is 100")
    await changes(harness, words)
    await until_absent(harness)
    assert harness.phone() == phone
    late = [line for line in harness.lines() if "had not left yet after all" in line]
    assert [line.split("\n")[0].partition("all. ")[2] for line in late] == [
        "It goes out as changed." if words else "Nothing was sent."
    ]


@pytest.mark.parametrize(
    ("words", "end"), [("the price is 200", "It is being sent now."), (None, "It will not be sent.")]
)
async def test_the_line_about_a_doubt_ends_as_the_reply_does(harness: Harness, words: str | None, end: str) -> None:
    """A doubt that people have read of ends in what became of the reply, also where its author took it back."""
    harness.volt.rules.statuses = [(500, None)]
    await harness.answer("the price is 100")
    await harness.look(CHECKING_S)
    assert any("Checking" in line for line in harness.lines())
    await changes(harness, words)
    await until_absent(harness)
    found = [line.partition("\n")[0] for line in harness.lines() if line.startswith("It had not gone out.")]
    assert found == [f"It had not gone out. {end}"]
    assert not any("Not delivered" in line for line in harness.lines())


@pytest.mark.parametrize(("words", "phone"), [("the price is 200", ["Hi", "the price is 200"]), (None, ["Hi"])])
async def test_changed_while_volt_says_later(harness: Harness, words: str | None, phone: list[str]) -> None:
    """A text that Volt puts off goes out as its author means it by then, or not at all."""
    harness.volt.rules.statuses = [(429, 1)]
    await harness.answer("the price is 100")
    await changes(harness, words)
    harness.wait(60)
    await harness.pay()
    assert harness.phone() == phone


async def unknown_header(harness: Harness) -> MessageTs:
    """Let a second header of ours stand in the channel, of which nobody told us; return its ts."""
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, "not what a person wrote"))
    header = harness.slack.message_at(CHANNEL, ts)
    header.user, header.bot_id = harness.slack.bot_user_id, harness.slack.bot_id
    header.metadata = {"event_type": "volt_text", "event_payload": {"keys": ["0" * 32]}}
    return ts


async def written_under(harness: Harness, header: MessageTs) -> None:
    """Take in a reply under a header; Slack says that the header is ours."""
    ts = MessageTs(await harness.slack.say(AVA, CHANNEL, "for the contact", thread_ts=header))
    reply = Reply(f"e{ts}", CHANNEL, header, ts, AVA, ("for the contact",), is_under_ours=True)
    await harness.store.run(lambda tx: record_event(tx, reply))
    await harness.pay()


def thread(harness: Harness, header: MessageTs) -> list[str]:
    """Return what the bot wrote under a header."""
    return [seen(one) for one in harness.slack.thread(CHANNEL, header)[1:] if one.bot_id]


async def test_a_reply_that_cannot_be_placed(harness: Harness) -> None:
    """A reply under a header of ours that leads to nobody we know is not texted, and its thread says so, once."""
    header = await unknown_header(harness)
    await written_under(harness, header)
    await harness.look(500)
    assert thread(harness, header) == []
    for _ in range(3):
        await harness.look(120)
    assert thread(harness, header) == [NOT_PLACED]
    assert harness.phone() == ["Hi"]


async def test_a_reply_that_cannot_be_placed_where_nobody_may_look(harness: Harness) -> None:
    """Where Slack does not let us look at the header, the thread says so all the same; while Slack is down, later."""
    header = await unknown_header(harness)
    await written_under(harness, header)
    harness.slack.rules.down = True
    await harness.look(700)
    harness.slack.rules.down = False
    harness.slack.rules.errors = {"conversations.replies": ["missing_scope"] * 9}
    for _ in range(3):
        await harness.look(120)
    assert thread(harness, header) == [NOT_PLACED]


async def test_a_reply_under_the_second_header(harness: Harness) -> None:
    """A header that was made twice leads to its conversation however late it is found: what was written is texted."""
    header = await unknown_header(harness)

    def doubled(tx: Transaction) -> None:
        tx.settings.set_value(f"header {'0' * 32}", "1")

    await harness.store.run(doubled)
    await written_under(harness, header)
    await harness.look(700)
    await harness.look(60)
    assert harness.phone() == ["Hi", "for the contact"]
    assert thread(harness, header) == []


async def test_a_reply_in_a_thread_of_others(harness: Harness) -> None:
    """A reply kept because a header was on its way, in a thread that is not ours, is let go without a word."""
    foreign = MessageTs(await harness.slack.say(AVA, CHANNEL, "lunch?"))
    await written_under(harness, foreign)
    for _ in range(3):
        await harness.look(400)
    assert thread(harness, foreign) == []
    assert harness.phone() == ["Hi"]
    assert await harness.store.run(lambda tx: tx.inbox.parked_subjects("reply")) == []
