"""People who are asked about a text whose outcome the bot could not find out: they ask the contact, and press a button.

Where everything is down for most of the time the bot's look-ups may tell nothing for ten minutes; then it asks, as it
promises to. What people say is the truth: whether the phone shows the text.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from bot.sandbox.slack.state.model import Message
from tests.crash.history import OUTBOUND, Act, Said
from tests.crash.meanwhile import Meanwhile
from tests.crash.posts import actions, seen
from tests.crash.traffic import Traffic

ASKED = "Please ask the contact, or decide:"
PAUSE_S = 5.0


class Decisions(Meanwhile):
    """Decisions of everybody, one after the other, from begin() to stop()."""

    def __init__(self, traffics: Sequence[Traffic]) -> None:
        super().__init__()
        self._traffics = traffics
        self._asked: set[str] = set()

    @property
    def asked(self) -> int:
        """How many texts people were asked about."""
        return len(self._asked)

    async def _run(self) -> None:
        while True:
            for traffic in self._traffics:
                for post in traffic.tenant.posts():
                    if ASKED in seen(post):  # now: it may have been settled while somebody decided about another one
                        await self._decide(traffic, post)
            await asyncio.sleep(PAUSE_S)

    async def _decide(self, traffic: Traffic, post: Message) -> None:
        """Say what is true of the text that a post quotes; one that was taken back is not sent again."""
        said = _text_of(post, traffic.records.texts(OUTBOUND))
        if said is None:
            return
        self._asked.add(said.body)
        has_arrived = traffic.agents.has_arrived(said)
        if has_arrived or not said.is_taken_back:
            again = "send_correction" if "send_correction" in actions(post) else "send_again"
            if not has_arrived:
                said.is_sent_again = True
                said.did(Act.SEND, said.versions[-1]).offered_at = time.time()
            action = "arrived" if has_arrived else again
            await traffic.tenant.slack.press(traffic.tenant.colleague, post.channel, post.ts, action)


def _text_of(post: Message, texts: Sequence[Said]) -> Said | None:
    lines = seen(post).splitlines()
    return next((one for one in texts if any(words in lines for words in one.versions)), None)
