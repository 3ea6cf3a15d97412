"""Weekly summaries port: which were due, and what became of their posts."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from bot.domain.ids import ChannelId, MessageTs
from bot.domain.timestamps import Micros
from bot.domain.weekly import WeeklyPost


class WeeklyPosts(Protocol):
    """Posts of weekly summaries of a workspace."""

    def add(self, post: WeeklyPost) -> None:
        """Add the post of a week; nothing where that week has one."""

    def unposted(self, since: Micros) -> Sequence[WeeklyPost]:
        """Posts due since then that are not known to stand in Slack, the earliest first."""

    def latest(self) -> WeeklyPost | None: ...

    def try_now(self, day: date) -> None:
        """Note that a post is sent to Slack now."""

    def set_place(self, day: date, ts: MessageTs) -> None:
        """Note where a post stands."""

    def note_failure(self, day: date, failure: str) -> None:
        """Note why Slack did not take a post now."""

    def is_one(self, channel: ChannelId, ts: MessageTs) -> bool:
        """Whether a message is such a post."""

    def forget_before(self, due_at: Micros) -> None:
        """Forget old posts."""
