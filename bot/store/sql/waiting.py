"""Waiting contacts: since when each waits, what was said of their goals, and what was put off."""

from bot.domain.goals import FollowUp, GoalNotice, MissedGoal, Waiting
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.timestamps import Micros
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository


class WaitingContacts(Repository):
    """Contacts who wait for an answer."""

    def start(self, conversation_id: ConversationId, since: Micros, assignee: UserId | None) -> None:
        """Note that a contact waits."""
        self._do("start_waiting", conversation_id=conversation_id, since=since, assignee=assignee)

    def get(self, conversation_id: ConversationId) -> Waiting | None:
        """Read one."""
        row = self._one("waiting", id=conversation_id)
        return None if row is None else _waiting(row)

    def save(self, waiting: Waiting) -> None:
        """Save one."""
        self._do(
            "save_waiting",
            id=waiting.conversation_id,
            assignee=waiting.assignee,
            told_at=waiting.told_at,
            missed_at=waiting.missed_at,
            notice_channel=waiting.notice_channel,
            notice_at=waiting.notice_at,
            snoozed_until=waiting.snoozed_until,
            snoozed_by=waiting.snoozed_by,
            woken_at=waiting.woken_at,
        )

    def stop(self, conversation_id: ConversationId) -> None:
        """Note that a contact waits no more."""
        self._do("stop_waiting", id=conversation_id)

    def after(self, conversation_id: int, limit: int) -> list[Waiting]:
        """List them."""
        return [_waiting(row) for row in self._all("waiting_after", after=conversation_id, limit=limit)]

    def first_unanswered(self, conversation_id: ConversationId) -> Micros | None:
        """Tell when the first unanswered text came."""
        at: int | None = self._existing("first_unanswered", id=conversation_id)["at"]
        return None if at is None else Micros(at)

    def in_notice(self, channel: ChannelId, at: Micros, limit: int) -> list[Waiting]:
        """List those that a notice names."""
        return [_waiting(row) for row in self._all("notice_rows", channel=channel, at=at, limit=limit)]

    def count_in_notice(self, channel: ChannelId, at: Micros) -> int:
        """Count those that a notice names."""
        return int(self._existing("count_notice_rows", channel=channel, at=at)["count"])

    def notice(self, channel: ChannelId) -> GoalNotice | None:
        """Read the newest notice of a channel."""
        row = self._one("goal_notice", channel=channel)
        return None if row is None else GoalNotice(row["channel"], row["conversation_id"], row["at"])

    def set_notice(self, notice: GoalNotice) -> None:
        """Begin a notice."""
        self._do("gather_notice", channel=notice.channel, at=notice.at)
        self._do("set_goal_notice", channel=notice.channel, conversation_id=notice.conversation_id, at=notice.at)

    def add_missed(self, missed: MissedGoal) -> bool:
        """Keep that a goal was missed."""
        return self._do("add_goal_missed", **vars(missed)).rowcount > 0

    def missed_between(self, since: Micros, until: Micros, limit: int) -> list[MissedGoal]:
        """List missed goals."""
        found = self._all("goals_missed", since=since, until=until, limit=limit)
        return [
            MissedGoal(
                row["conversation_id"],
                row["account"],
                row["channel"],
                row["assignee"],
                row["since"],
                row["at"],
                row["minutes"],
            )
            for row in found
        ]

    def set_follow_up(self, conversation_id: ConversationId, until: Micros, author: UserId) -> None:
        """Note who wants to be reminded when."""
        self._do("set_follow_up", conversation_id=conversation_id, until=until, author=author)

    def follow_up(self, conversation_id: ConversationId) -> FollowUp | None:
        """Read it."""
        row = self._one("follow_up", id=conversation_id)
        return None if row is None else FollowUp(row["conversation_id"], row["until"], row["author"], row["told_at"])

    def tell_follow_up(self, conversation_id: ConversationId) -> bool:
        """Note that somebody was reminded."""
        return self._do("tell_follow_up", id=conversation_id).rowcount > 0

    def drop_follow_up(self, conversation_id: ConversationId) -> bool:
        """Forget it."""
        return self._do("drop_follow_up", id=conversation_id).rowcount > 0


def _waiting(row: Row) -> Waiting:
    return Waiting(
        conversation_id=row["conversation_id"],
        since=row["since"],
        assignee=row["assignee"],
        told_at=row["told_at"],
        missed_at=row["missed_at"],
        notice_channel=row["notice_channel"],
        notice_at=row["notice_at"],
        snoozed_until=row["snoozed_until"],
        snoozed_by=row["snoozed_by"],
        woken_at=row["woken_at"],
    )
