"""An agent's reaction on a contact's text is offered to them alone, as phones word it, and never goes by itself."""

from __future__ import annotations

import asyncio

from bot.bridge.conversations.settings import set_signature
from tests.harness.handlers import Handlers
from tests.harness.world import AVA, BEN, CHANNEL, DANA
from tests.slack.features.test_send import volt


async def reacts(bot: Handlers, user: str, ts: str, name: str) -> None:
    """Put a reaction on a message."""
    await bot.slack.add_reaction(user, CHANNEL, ts, name)


async def offered(bot: Handlers, count: int = 1) -> dict[str, object]:
    """Wait for so many offers and return the newest."""
    await bot.slack.until(lambda: len(offers(bot)) >= count)
    assert len(offers(bot)) == count
    return offers(bot)[-1]


def offers(bot: Handlers) -> list[dict[str, object]]:
    """List the offers that were made."""
    return [one for one in bot.slack.ephemerals if str(one["text"]).startswith("Text this to")]


async def test_an_offer(handlers: Handlers) -> None:
    """Whoever reacts is asked alone; Send texts it once, however often it is pressed, and the thread shows it."""
    await handlers.open_thread()
    await volt(handlers, "reactions on")
    await handlers.hear(DANA, "See you\nat 6")
    line = await handlers.line("See you")
    await reacts(handlers, BEN, line.ts, "+1::skin-tone-3")
    offer = await offered(handlers)
    assert offer["user"] == BEN
    assert "Liked “See you at 6”" in str(offer)
    assert handlers.phone() == []
    pressed = (BEN, CHANNEL, str(offer["message_ts"]), "send_reaction")
    await asyncio.gather(*(handlers.slack.press(*pressed) for _ in range(3)))
    await handlers.receives('Liked "See you at 6"')
    await handlers.line("Liked")
    await reacts(handlers, AVA, line.ts, "heart")
    await offered(handlers, 2)


async def test_without_the_signature(handlers: Handlers) -> None:
    """A reaction goes out in the words that were offered, without the team's signature: phones know no other form."""
    await handlers.open_thread()
    await handlers.store.run(lambda tx: set_signature(tx, "Kite Shop", AVA))
    await volt(handlers, "reactions on")
    await handlers.hear(DANA, "See you at 6")
    await reacts(handlers, BEN, (await handlers.line("See you")).ts, "+1")
    offer = await offered(handlers)
    await handlers.slack.press(BEN, CHANNEL, str(offer["message_ts"]), "send_reaction")
    await handlers.receives('Liked "See you at 6"')


async def test_nothing_to_offer(handlers: Handlers) -> None:
    """Nothing is offered while it is off, on a reply of ours, for another emoji, or to who may not text."""
    thread = await handlers.open_thread()
    await handlers.hear(DANA, "See you at 6")
    line = await handlers.line("See you at 6")
    await reacts(handlers, AVA, line.ts, "heart")
    await volt(handlers, "reactions on")
    ts = await handlers.reply(thread, "Yes")
    await reacts(handlers, AVA, ts, "heart")
    await reacts(handlers, AVA, line.ts, "tada")
    await reacts(handlers, AVA, line.ts, "joy")
    assert "Laughed at" in str(await offered(handlers))
