"""Hours and goals of a team, and automatic answers."""

import json
from typing import Any

from bot.domain.closed_answers import ClosedAnswer
from bot.domain.goals import Goal, OfficeHours
from bot.domain.hours import Span, WeeklyHours
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository


class Hours(Repository):
    """Hours, goals and automatic answers of a workspace."""

    def set_goal(self, goal: Goal, author: UserId) -> None:
        """Set a goal, in place of what there was."""
        about: dict[str, Any] = {"kind": goal.kind, "subject": goal.subject, "minutes": goal.minutes, "author": author}
        self._do("set_goal", **about, **stored_hours(goal.hours))

    def drop_goal(self, kind: str, subject: str) -> bool:
        """Drop a goal."""
        return self._do("drop_goal", kind=kind, subject=subject).rowcount > 0

    def goals(self) -> list[Goal]:
        """List all goals."""
        return [_goal(row) for row in self._all("goals")]

    def goal_for(self, channel: ChannelId, account: E164) -> Goal | None:
        """Find the goal that counts."""
        row = self._one("goal_for", channel=channel, account=account)
        return None if row is None else _goal(row)

    def set_office(self, office: OfficeHours, author: UserId) -> None:
        """Set office hours."""
        self._do("set_office_hours", account=office.account, author=author, **stored_hours(office.hours))

    def drop_office(self, account: E164) -> bool:
        """Drop them."""
        return self._do("drop_office_hours", account=account).rowcount > 0

    def office(self, account: E164) -> OfficeHours | None:
        """Read those of one number."""
        row = self._one("office_hours", account=account)
        return None if row is None else _office(row)

    def offices(self) -> list[OfficeHours]:
        """List all."""
        return [_office(row) for row in self._all("all_office_hours")]

    def set_answer(self, answer: ClosedAnswer, author: UserId) -> None:
        """Set an answer."""
        self._do("set_closed_answer", author=author, **vars(answer))

    def drop_answer(self, account: E164, begins: str) -> bool:
        """Drop an answer."""
        return self._do("drop_closed_answer", account=account, begins=begins).rowcount > 0

    def answers(self, account: E164) -> list[ClosedAnswer]:
        """List the answers of one number."""
        found = self._all("closed_answers", account=account)
        return [ClosedAnswer(row["account"], row["begins"], row["body"]) for row in found]

    def last_automatic(self, conversation_id: ConversationId) -> Micros | None:
        """Tell when a contact was last answered automatically."""
        at: int | None = self._existing("last_automatic_answer", id=conversation_id)["at"]
        return None if at is None else Micros(at)

    def add_automatic(self, message: Message, closed_since: Micros) -> None:
        """Note an automatic answer."""
        self._do("add_automatic_answer", message_id=message.id, closed_since=closed_since)

    def closed_period(self, message_id: int) -> Micros | None:
        """Tell for which closed period a text is the automatic answer."""
        row = self._one("closed_period", id=message_id)
        return None if row is None else Micros(row["closed_since"])


def stored_hours(hours: WeeklyHours | None) -> dict[str, Any]:
    """Write hours as the values of their columns."""
    if hours is None:
        return {"spans": None, "zone": "", "region": ""}
    spans = json.dumps([(span.day, span.start, span.end) for span in hours.spans])
    return {"spans": spans, "zone": hours.zone, "region": hours.region}


def hours_in(row: Row) -> WeeklyHours:
    """Read hours from the values of their columns."""
    return WeeklyHours(tuple(Span(*span) for span in json.loads(row["spans"])), row["zone"], row["region"])


def _goal(row: Row) -> Goal:
    hours = None if row["spans"] is None else hours_in(row)
    return Goal(row["kind"], row["subject"], row["minutes"], hours)


def _office(row: Row) -> OfficeHours:
    return OfficeHours(row["account"], hours_in(row))
