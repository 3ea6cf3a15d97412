"""Alarm watcher: does what is due, once: a handler runs in the transaction that removes its alarm.

What a handler wants people to see, it enqueues; so a kill leaves either the alarm or all that it brings. After a
restore alarms of the time before are due again: the lines that they enqueue are known by their subjects. A handler that
fails holds up no other; it is tried again later. Knows no kind of alarm.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bot.bridge.duties import DutyLoop, OnDuty, pause_until
from bot.domain.alarms import Alarm, AlarmKind
from bot.domain.duties import Duty
from bot.domain.errors import NotOnDuty, StoreUnavailable
from bot.domain.timestamps import add_seconds
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction

Handler = Callable[[Transaction, Alarm], None]
"""What is done when an alarm is due; `tx.now` may be much later, where no bot ran. It may set the alarm anew."""

LONGEST_PAUSE_S = 5.0
"""Longest pause between two looks: an alarm that is set meanwhile is seen by then."""

SHORTEST_PAUSE_S = 0.2
"""Shortest pause, so that alarms close together share a look."""

AT_ONCE = 100
"""Alarms that are read in one look."""

AGAIN_IN_S = 60.0
"""Pause before the alarm of a handler that failed is tried again."""


@dataclass
class AlarmWatcher:
    """Alarm watcher of one workspace. `handlers` has one for each kind."""

    store: Store
    handlers: Mapping[AlarmKind, Handler]
    observer: Observer

    def __post_init__(self) -> None:
        self._on_duty = OnDuty(self.store, Duty.ALARMS)

    def loop(self) -> DutyLoop:
        """Give the loop that looks for as long as the bot runs."""
        return DutyLoop("alarms", self.step, self.observer, after_failure_s=LONGEST_PAUSE_S)

    async def step(self) -> float:
        """Do what is due; returns the seconds until the next look. Raises NotOnDuty, StoreUnavailable."""
        await self.look()
        return await self._on_duty.run(_pause_s)

    async def look(self) -> int:
        """Do what is due now, at most AT_ONCE alarms; returns how many. Raises NotOnDuty, StoreUnavailable."""
        due = await self._on_duty.run(lambda tx: tx.alarms.due(AT_ONCE))
        for alarm in due:
            try:
                await self._on_duty.run(partial(self._ring, alarm=alarm))
            except (NotOnDuty, StoreUnavailable):
                raise
            except Exception as error:  # noqa: BLE001 - a bug about one alarm must not stop the others
                self.observer.on_bug(error)
                await self._on_duty.run(partial(_put_off, alarm=alarm))
        return len(due)

    def _ring(self, tx: Transaction, alarm: Alarm) -> None:
        """Run the handler, unless the alarm was moved or cleared since it was read."""
        if tx.alarms.get(alarm.kind, alarm.subject) != alarm:
            return
        tx.alarms.clear(alarm.kind, alarm.subject)
        self.handlers[alarm.kind](tx, alarm)


def _pause_s(tx: Transaction) -> float:
    return pause_until(tx.alarms.next_at(), tx.now, shortest_s=SHORTEST_PAUSE_S, longest_s=LONGEST_PAUSE_S)


def _put_off(tx: Transaction, alarm: Alarm) -> None:
    tx.alarms.put_off(alarm, add_seconds(tx.now, AGAIN_IN_S))
