"""People of one workspace who write into threads of another, in the channel that both share.

What they write stays in Slack: it may reach no phone, neither through the other workspace nor through their own.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from tests.crash.crossings import STRANGER
from tests.crash.history import OUTBOUND
from tests.crash.meanwhile import Meanwhile
from tests.harness.tenants import Tenant

PAUSE_S = 4.0


class Strays(Meanwhile):
    """One stray word after the other, from begin() to stop(); none where there is one workspace only."""

    def __init__(self, tenants: Sequence[Tenant], seed: str) -> None:
        super().__init__()
        self._tenants = tenants
        self._chance = random.Random(f"{seed} strays")
        self._said = 0

    def begin(self) -> None:
        """Begin."""
        if len(self._tenants) > 1:
            super().begin()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(0.0, PAUSE_S))
            stranger, owner = self._chance.sample(self._tenants, 2)
            roots = list(owner.roots().values())
            if roots:
                root = self._chance.choice(roots)
                words = f"{OUTBOUND} {owner.mark} {STRANGER} {self._said}."
                self._said += 1
                await owner.slack.say(stranger.colleague, root.channel, words, thread_ts=root.ts)
