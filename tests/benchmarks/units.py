"""What the bot does for a text, taken apart: journal, take-in, claim, settle; its own units, on any engine."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from functools import partial

from bot.bridge.inbox.processor import BATCH_SIZE, InboxWriter, process_inbox
from bot.bridge.outbox.results import Posted, record_result
from bot.bridge.outbox.slots import choose
from bot.bridge.outbox.turns import FairQueue
from bot.bridge.rate_limit import RateLimiter
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.message import Inbound
from bot.ports.storage import Store, Transaction
from tests.benchmarks.real_bot import NO_LIMIT, open_conversation, text_of
from tests.harness.world import CHANNEL

UNITS = ("journal", "take-in", "claim", "settle")
PRODUCERS = 64
OPENED_AT_ONCE = 500


async def do_all(store: Store, texts: int, done: Callable[[str], None]) -> None:
    """Take so many texts, each of another contact, from the door to the end of their posts; `done` is told each part.

    The first part, "", only opens the conversations.
    """
    for first in range(0, texts, OPENED_AT_ONCE):
        await store.run(partial(_open, numbers=range(first, min(first + OPENED_AT_ONCE, texts))))
    waiting = iter([text_of(number) for number in range(texts)])
    done("")
    writer = InboxWriter(store)
    await asyncio.gather(*(_keep(writer, waiting) for _ in range(PRODUCERS)))
    done("journal")
    while (await store.run(partial(process_inbox, channel=ChannelId(CHANNEL)))).taken == BATCH_SIZE:
        pass
    done("take-in")
    await _show(store, done)


def _open(tx: Transaction, numbers: range) -> None:
    for number in numbers:
        open_conversation(tx, number)


async def _keep(writer: InboxWriter, waiting: Iterator[Inbound]) -> None:
    for text in waiting:
        await writer.keep(text)


async def _show(store: Store, done: Callable[[str], None]) -> None:
    """Claim posts and say that they were made, as many at once as the dispatcher has under way."""
    limiter, turns, numbers = RateLimiter(NO_LIMIT), FairQueue(), itertools.count()
    while True:
        choice = await store.run(lambda tx: choose(tx, limiter, turns, []))
        turns.keep(choice.turns)
        done("claim")
        if not choice.claimed:
            return
        results = [Posted(MessageTs(f"1800000000.{next(numbers):06d}")) for _ in choice.claimed]
        ended = zip(choice.claimed, results, strict=True)
        await asyncio.gather(*(store.run(partial(record_result, attempt=one, result=end)) for one, end in ended))
        done("settle")
