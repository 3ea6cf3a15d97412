"""Weekly poster: posts the summaries that are due, each once.

Before a post leaves, the channel is searched for it: a kill, a lost answer or a restored database may have left one
that is not known here. Slack shows a new post late at times, so a minute passes between two tries. What Slack
refuses is tried more rarely: somebody may invite the bot. Decides nothing about when a summary is due.
"""

from dataclasses import dataclass
from functools import partial

from bot.bridge.duties import DutyLoop, OnDuty
from bot.bridge.find_post import find_post
from bot.domain.duties import Duty
from bot.domain.errors import CallFailed, NotOnDuty, StoreUnavailable
from bot.domain.figures import totals
from bot.domain.ids import MessageTs, ThreadRef
from bot.domain.thread_content import WeekFigures
from bot.domain.timestamps import Micros, add_seconds, from_micros
from bot.domain.weekly import LATEST_S, WeeklyPost
from bot.ports.observer import Observer
from bot.ports.storage import Store, Transaction
from bot.ports.workspace import Workspace

PAUSE_S = 10.0

AGAIN_IN_S, REFUSED_AGAIN_IN_S = 60.0, 900.0
"""Pause before a post whose outcome is not known is looked for, and before one that was refused is tried again."""

PAGES = 50
"""Pages of a channel that one look reads."""


@dataclass
class WeeklyPoster:
    """Weekly poster of one workspace."""

    store: Store
    workspace: Workspace
    observer: Observer

    def __post_init__(self) -> None:
        self._on_duty = OnDuty(self.store, Duty.ALARMS)

    def loop(self) -> DutyLoop:
        """Give the loop that posts for as long as the bot runs."""
        return DutyLoop("weekly", self.step, self.observer, after_failure_s=PAUSE_S)

    async def step(self) -> float:
        """Try what is due; returns the seconds until the next look. Raises NotOnDuty, StoreUnavailable."""
        await self.look()
        return PAUSE_S

    async def look(self) -> int:
        """Try the posts that are due; returns how many. Raises NotOnDuty, StoreUnavailable."""
        due = await self._on_duty.run(_due)
        for post in due:
            try:
                await self._find_or_post(post)
            except CallFailed as error:
                await self._on_duty.run(partial(_note_failure, post=post, error=error))
            except (NotOnDuty, StoreUnavailable):
                raise
            except Exception as error:  # noqa: BLE001 - a bug about one week must not stop the next
                self.observer.on_bug(error)
        return len(due)

    async def _find_or_post(self, post: WeeklyPost) -> None:
        """Post a summary that is not there. Raises CallFailed."""
        key = post.key(await self._on_duty.run(lambda tx: tx.workspace))
        ts = await find_post(self.workspace, ThreadRef(post.channel), key, since=from_micros(post.due_at), pages=PAGES)
        if ts is None:
            content = await self._on_duty.run(partial(_begin, post=post))
            with await self._on_duty.check():
                ts = await self.workspace.post(ThreadRef(post.channel), content, keys=[key])
        await self._on_duty.run(partial(_placed, post=post, ts=ts))


def _due(tx: Transaction) -> list[WeeklyPost]:
    posts = tx.weekly.unposted(Micros(add_seconds(tx.now, -LATEST_S)))
    return [post for post in posts if post.tried_at is None or add_seconds(post.tried_at, _pause_s(post)) <= tx.now]


def _pause_s(post: WeeklyPost) -> float:
    return REFUSED_AGAIN_IN_S if post.failure else AGAIN_IN_S


def _begin(tx: Transaction, post: WeeklyPost) -> WeekFigures:
    """Note that a summary is posted now, and read its figures."""
    tx.weekly.try_now(post.day)
    this, before = (totals(tx.figures.read(post.week(weeks_before=weeks)).by_owner) for weeks in (0, 1))
    return WeekFigures(post.day, post.zone, this, before)


def _placed(tx: Transaction, post: WeeklyPost, ts: MessageTs) -> None:
    tx.weekly.set_place(post.day, ts)


def _note_failure(tx: Transaction, post: WeeklyPost, error: CallFailed) -> None:
    """Note when it was tried, and why Slack refused it where that needs a person."""
    if error.is_refusal:
        tx.weekly.note_failure(post.day, error.code)
    else:
        tx.weekly.try_now(post.day)
