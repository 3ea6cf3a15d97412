"""Weekly summary: when a team wants its figures in a channel, and what is known of each post. Pure.

A week is the seven days before the day on which its summary is due, as days are where the manager who asked lives.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from bot.domain.figures import HourSpan, spans_of
from bot.domain.ids import ChannelId, MessageTs, PostKey
from bot.domain.timestamps import Micros, from_micros, to_micros
from bot.domain.workspaces import WorkspaceId

DAYS = 7

LATEST_S = 2 * 86_400.0
"""Time after which a summary is not posted any more: the bot was away, and the next one comes soon."""


@dataclass(frozen=True)
class WeeklyPlan:
    """When the summary is due: on which weekday (0 is Monday), how many minutes after midnight, in which time zone."""

    weekday: int
    minutes: int
    zone: str

    def written(self) -> str:
        """Encode the plan for the database. Names of fields stand here too: renaming one changes nothing stored."""
        return json.dumps({"weekday": self.weekday, "minutes": self.minutes, "zone": self.zone})

    @classmethod
    def read(cls, text: str) -> Self:
        """Decode what `written` encoded."""
        fields = json.loads(text)
        return cls(fields["weekday"], fields["minutes"], fields["zone"])

    def next_after(self, moment: Micros) -> Micros:
        """Return the first moment after this one at which a summary is due; where the clock skips it, a little later.

        A summary is due once in each week of the calendar, also where the clock shows its time twice.
        """
        local = from_micros(moment).astimezone(ZoneInfo(self.zone))
        day = local.date() + timedelta(days=(self.weekday - local.weekday()) % DAYS)
        due = self._moment(day)
        return due if due > moment else self._moment(day + timedelta(days=DAYS))

    @classmethod
    def at(cls, weekday: int, clock: time, zone: str) -> Self:
        """Make a plan for a time of the day."""
        return cls(weekday, clock.hour * 60 + clock.minute, zone)

    @property
    def clock(self) -> time:
        """The time of the day."""
        return time(self.minutes // 60, self.minutes % 60)

    def _moment(self, day: date) -> Micros:
        return to_micros(datetime.combine(day, self.clock, ZoneInfo(self.zone)))

    def day_of(self, moment: Micros) -> date:
        """Return the day of a moment."""
        return from_micros(moment).astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True)
class WeeklyPost:
    """Post of one week's summary. `day` is when it is due, the day after the week.

    `tried_at` is when it was last sent to Slack, `ts` where it stands there; `failure` is
    Slack's code for why it did not.
    """

    day: date
    channel: ChannelId
    zone: str
    due_at: Micros
    tried_at: Micros | None = None
    ts: MessageTs | None = None
    failure: str = ""

    def key(self, workspace: WorkspaceId) -> PostKey:
        """Return what the post carries, so that it is found again, also after a restore."""
        return PostKey(f"figures {workspace} {self.day}")

    def week(self, *, weeks_before: int = 0) -> list[HourSpan]:
        """Return the hours of the week, or of one before it."""
        last = self.day - timedelta(days=1 + DAYS * weeks_before)
        return spans_of(last - timedelta(days=DAYS - 1), last, ZoneInfo(self.zone))
