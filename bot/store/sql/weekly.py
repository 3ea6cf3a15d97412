"""Weekly summaries: which were due, and what became of their posts."""

from datetime import date

from bot.domain.ids import ChannelId, MessageTs
from bot.domain.timestamps import Micros
from bot.domain.weekly import WeeklyPost
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository


class WeeklyPosts(Repository):
    """Posts of weekly summaries."""

    def add(self, post: WeeklyPost) -> None:
        """Add the post of a week."""
        self._do("add_weekly", day=str(post.day), channel=post.channel, zone=post.zone, due_at=post.due_at)

    def unposted(self, since: Micros) -> list[WeeklyPost]:
        """List them."""
        return [_post(row) for row in self._all("unposted_weekly", since=since)]

    def latest(self) -> WeeklyPost | None:
        """Read the latest."""
        row = self._one("latest_weekly")
        return None if row is None else _post(row)

    def try_now(self, day: date) -> None:
        """Note that it is sent now."""
        self._do("try_weekly", day=str(day))

    def set_place(self, day: date, ts: MessageTs) -> None:
        """Note where it stands."""
        self._do("place_weekly", day=str(day), ts=ts)

    def note_failure(self, day: date, failure: str) -> None:
        """Note why Slack did not take it."""
        self._do("fail_weekly", day=str(day), failure=failure)

    def is_one(self, channel: ChannelId, ts: MessageTs) -> bool:
        """Tell whether a message is such a post."""
        return self._one("is_weekly", channel=channel, ts=ts) is not None

    def forget_before(self, due_at: Micros) -> None:
        """Forget old posts."""
        self._do("forget_weekly", before=due_at)


def _post(row: Row) -> WeeklyPost:
    return WeeklyPost(
        day=date.fromisoformat(row["day"]),
        channel=row["channel"],
        zone=row["zone"],
        due_at=row["due_at"],
        tried_at=row["tried_at"],
        ts=row["ts"],
        failure=row["failure"],
    )
