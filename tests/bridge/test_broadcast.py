"""A text after a long silence is shown in the channel too, once."""

from __future__ import annotations

from dataclasses import replace

from bot.bridge.conversations.state import LATELY_IF_CLOSED_S, LATELY_S, close
from bot.domain.ids import ConversationId
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.on_a_clock import Harness
from tests.harness.world import AVA, DANA, MARCO

ONE = ConversationId(1)


def seen_in_channel(harness: Harness) -> list[Post]:
    """Return the texts that stand in the channel beside their thread."""
    return [one for one in harness.posts()[1:] if one.subtype == "thread_broadcast"]


async def test_after_a_long_silence(harness: Harness) -> None:
    """The first text after a long silence stands in the channel too; the next one does not."""
    await harness.hear("Hello")
    await harness.answer("Hi Dana")
    assert seen_in_channel(harness) == []
    harness.wait(LATELY_S + 1)
    await harness.hear("Me again")
    await harness.hear("Are you there?")
    assert [one.text for one in seen_in_channel(harness)] == ["Me again"]


async def test_lately(harness: Harness) -> None:
    """While a conversation goes on, nothing of it stands in the channel: whoever is in it sees it."""
    await harness.hear("Hello")
    harness.wait(LATELY_S - 60)
    await harness.answer("Hi Dana")
    harness.wait(LATELY_S - 60)
    await harness.hear("Thank you")
    await harness.hear_from(MARCO, "A new one")
    assert seen_in_channel(harness) == []


async def test_in_a_closed_conversation(harness: Harness) -> None:
    """A closed conversation wakes sooner: nobody watches it."""
    await harness.hear("Hello")
    await harness.store.run(lambda tx: close(tx, ONE, AVA))
    await harness.pay()
    harness.wait(LATELY_IF_CLOSED_S + 1)
    await harness.hear("One more thing")
    assert [one.text for one in seen_in_channel(harness)] == ["One more thing"]


async def test_a_new_header_needs_no_edit(harness: Harness) -> None:
    """The header of a new conversation says how things stand when it is posted, and is not edited for it."""
    await harness.hear_from(MARCO, "Hello")
    harness.wait(5)
    await harness.pay()
    header = [one for one in harness.posts() if not one.is_reply][-1]
    assert "Needs a reply" in str(header.blocks)
    edits = [call.args["ts"] for call in harness.slack.calls if call.method == "chat.update"]
    assert header.ts not in edits


async def test_headers_stay_current(harness: Harness) -> None:
    """A change that comes while the header is on its way is shown on it afterwards."""
    await harness.hear("Hello")
    header = harness.posts()[0]
    await harness.store.run(lambda tx: tx.conversations.save(replace(tx.conversations.get(ONE), name="Old")))
    await harness.store.run(lambda tx: close(tx, ONE, AVA))
    await harness.pay()
    assert "Closed" in str(header.blocks)
    assert len([one for one in harness.posts() if not one.is_reply]) == 1
    assert DANA not in str(header.blocks)
