"""One contact by two providers: its conversations, and what is written in them."""

from __future__ import annotations

from bot.bridge.messages.outbound import record_reply
from bot.domain.ids import MessageTs
from bot.domain.thread_events import Reply
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import AVA, CHANNEL


def header(both: Harness, first: str) -> str:
    """Return the thread of Dana's conversation that began with these words."""
    return next(one.ts for one in both.posts() if not one.is_reply and first in seen(one))


async def reply(both: Harness, thread: str, text: str) -> None:
    """Answer in a thread, without letting anything leave."""
    ts = MessageTs(await both.slack.say(AVA, CHANNEL, text, thread_ts=thread))
    written = Reply(f"e{ts}", CHANNEL, MessageTs(thread), ts, AVA, (text,))
    await both.store.run(lambda tx: record_reply(tx, written))
