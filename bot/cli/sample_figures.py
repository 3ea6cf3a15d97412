"""Sample figures for the demo: four weeks of a small team's counts, so that its charts are not empty.

They are counted by the store itself, each in its hour, before the bot is started. No texts stand behind them.
"""

import random
from collections.abc import Sequence
from datetime import timedelta

from bot.domain.database_address import DatabaseAddress
from bot.domain.figures import NOBODY, Figure, bucket_of
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, to_micros
from bot.observability.telemetry import Telemetry
from bot.ports.storage import Transaction
from bot.store.storage import open_storage
from bot.time_of_day import utc_now

DAYS = 28
OPEN_FROM, OPEN_UNTIL = 8, 18
"""Hours of a day in which people write."""

BUSY, QUIET = 9, 1
"""Most texts in an hour: on a working day, and on others."""


async def count_sample_figures(address: DatabaseAddress, account: E164, people: Sequence[UserId]) -> None:
    """Count the figures of the days before today, the same ones each time."""
    today = utc_now().replace(minute=0, second=0, microsecond=0)
    clock = [to_micros(today)]
    storage = open_storage(address, lambda: clock[0], Telemetry())
    await storage.start()
    try:
        drawn = random.Random(7)  # noqa: S311 - drawn for a picture
        for day in (today - timedelta(days=back) for back in range(DAYS, 0, -1)):
            most = QUIET if day.weekday() >= 5 else BUSY
            for hour in range(OPEN_FROM, OPEN_UNTIL):
                clock[0] = Micros(to_micros(day.replace(hour=hour)))
                counts = _Hour(account, people, drawn.randint(0, most), drawn)
                await storage.store.run(counts.count)
    finally:
        await storage.close()


class _Hour:
    """What one hour brought; counted in one unit of work."""

    def __init__(self, account: E164, people: Sequence[UserId], texts: int, drawn: random.Random) -> None:
        self._account = account
        self._texts = [(drawn.choice(people), drawn.lognormvariate(6.3, 0.9), drawn.random()) for _ in range(texts)]

    def count(self, tx: Transaction) -> None:
        """Count each text, most of them with an answer, some with a missed goal."""
        for person, answer_s, chance in self._texts:
            tx.figures.count(Figure.TEXT_IN, self._account, NOBODY)
            if chance < 0.9:
                tx.figures.count(Figure.TEXT_OUT, self._account, person)
            if chance < 0.6:
                tx.figures.count(Figure.FIRST_ANSWER, self._account, person, bucket_of(answer_s))
            if chance < 0.4:
                tx.figures.count(Figure.RESOLUTION, self._account, person, bucket_of(answer_s * 5))
            if answer_s > 1_800:
                tx.figures.count(Figure.MISSED, self._account, person)
