"""A text after a long silence is shown in the channel too, once."""

from __future__ import annotations

from dataclasses import replace

from bot.bridge.conversations.state import LATELY_IF_CLOSED_S, LATELY_S, close
from bot.domain.ids import ConversationId
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.on_a_clock import Bench
from tests.harness.world import AVA, DANA, MARCO

ONE = ConversationId(1)


def seen_in_channel(bench: Bench) -> list[Post]:
    """Return the texts that stand in the channel beside their thread."""
    return [one for one in bench.posts()[1:] if one.subtype == "thread_broadcast"]


async def test_after_a_long_silence(bench: Bench) -> None:
    """The first text after a long silence stands in the channel too; the next one does not."""
    await bench.hear("Hello")
    await bench.answer("Hi Dana")
    assert seen_in_channel(bench) == []
    bench.wait(LATELY_S + 1)
    await bench.hear("Me again")
    await bench.hear("Are you there?")
    assert [one.text for one in seen_in_channel(bench)] == ["Me again"]


async def test_lately(bench: Bench) -> None:
    """While a conversation goes on, nothing of it stands in the channel: whoever is in it sees it."""
    await bench.hear("Hello")
    bench.wait(LATELY_S - 60)
    await bench.answer("Hi Dana")
    bench.wait(LATELY_S - 60)
    await bench.hear("Thank you")
    await bench.hear_from(MARCO, "A new one")
    assert seen_in_channel(bench) == []


async def test_in_a_closed_conversation(bench: Bench) -> None:
    """A closed conversation wakes sooner: nobody watches it."""
    await bench.hear("Hello")
    await bench.store.run(lambda ledger: close(ledger, ONE, AVA))
    await bench.pay()
    bench.wait(LATELY_IF_CLOSED_S + 1)
    await bench.hear("One more thing")
    assert [one.text for one in seen_in_channel(bench)] == ["One more thing"]


async def test_a_new_header_needs_no_edit(bench: Bench) -> None:
    """The header of a new conversation says how things stand when it is posted, and is not edited for it."""
    await bench.hear_from(MARCO, "Hello")
    bench.wait(5)
    await bench.pay()
    header = [one for one in bench.posts() if not one.is_reply][-1]
    assert "Needs a reply" in str(header.blocks)
    edits = [call.args["ts"] for call in bench.slack.calls if call.method == "chat.update"]
    assert header.ts not in edits


async def test_headers_stay_current(bench: Bench) -> None:
    """A change that comes while the header is on its way is shown on it afterwards."""
    await bench.hear("Hello")
    header = bench.posts()[0]
    await bench.store.run(lambda ledger: ledger.save_conversation(replace(ledger.conversation(ONE), name="Old")))
    await bench.store.run(lambda ledger: close(ledger, ONE, AVA))
    await bench.pay()
    assert "Closed" in str(header.blocks)
    assert len([one for one in bench.posts() if not one.is_reply]) == 1
    assert DANA not in str(header.blocks)
