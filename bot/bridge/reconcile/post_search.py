"""Post search: looks through a thread or a channel for unknown posts, page by page, within the look-up limit.

A post counts as absent only once everything posted since its call left has been read, from the search's own first page
on; what a page shows is told at once. A second search for the same post reads only what the first cannot have seen.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.bridge.matching import CLOCKS_APART
from bot.bridge.rate_limit import LookupLimiter
from bot.domain.destination import Destination
from bot.domain.errors import CallFailed, FailureScope, Retryable
from bot.domain.ids import MessageTs, PostKey, ThreadRef
from bot.domain.retry_policy import LOOKUP_PAUSE_S, NotFound
from bot.domain.timestamps import Micros, from_micros
from bot.ports.workspace import Workspace

MAX_PAGES = 10
"""Pages of one thread read in one look-up: others wait for theirs."""

MAX_REMEMBERED = 10_000

BLINDING = frozenset({"unknown_method", "missing_scope", "not_allowed_token_type", "http_404", "method_deprecated"})
"""Slack's error codes for a read that is not allowed."""


@dataclass
class _Search:
    """Progress of one search: its posts, since when they are searched, and what was found."""

    keys: frozenset[PostKey]
    since: datetime
    begun: datetime
    cursor: str = ""
    found: dict[PostKey, MessageTs] = field(default_factory=dict)


class PostSearch:
    """Search for posts by their keys. Its progress is in memory only: after a restart it begins anew."""

    def __init__(self, workspace: Workspace, lookup_limiter: LookupLimiter, clock: Callable[[], Micros]) -> None:
        self._workspace = workspace
        self._lookup_limiter = lookup_limiter
        self._clock = clock
        self._searches: dict[ThreadRef, _Search] = {}
        self._absent_at: dict[PostKey, datetime] = {}

    def forget(self) -> None:
        """Forget the progress: the clock was set."""
        self._searches.clear()
        self._absent_at.clear()

    async def find(
        self, place: ThreadRef, wanted: Mapping[PostKey, datetime]
    ) -> Mapping[PostKey, MessageTs | NotFound]:
        """Search on for posts whose calls left at these moments; each is there, absent, or not told yet."""
        search = self._searches.get(place)
        if search is None or not search.keys & wanted.keys():
            search = self._searches[place] = self._begun(wanted)
        try:
            missing = await self._read_on(place, search, wanted.keys())
        except CallFailed as error:
            missing = self._failed(place, error)
        late = NotFound.PARTLY if missing is NotFound.ABSENT else missing  # it joined when pages had been read already
        return {key: search.found.get(key) or (missing if key in search.keys else late) for key in wanted}

    def _begun(self, wanted: Mapping[PostKey, datetime]) -> _Search:
        return _Search(frozenset(wanted), min(map(self._unread_since, wanted, wanted.values())), self._now())

    def _unread_since(self, key: PostKey, left_at: datetime) -> datetime:
        """Return since when a post has to be searched: Slack shows a post within seconds of making it."""
        absent_at = self._absent_at.get(key)
        return left_at - CLOCKS_APART if absent_at is None else max(left_at, absent_at - CLOCKS_APART) - CLOCKS_APART

    async def _read_on(self, place: ThreadRef, search: _Search, keys: Collection[PostKey]) -> NotFound:
        for _ in range(MAX_PAGES):
            if not self._lookup_limiter.left(Destination.SLACK):
                return NotFound.PARTLY
            self._lookup_limiter.spend(Destination.SLACK)
            sought = search.keys | set(keys)
            page = await self._workspace.find_posts(place, sought, since=search.since, cursor=search.cursor)
            search.found |= page.found
            search.cursor = page.more
            if not page.more:
                self._end(place, search)
                return NotFound.ABSENT
            if search.found.keys() >= set(keys):
                break
        return NotFound.PARTLY

    def _end(self, place: ThreadRef, search: _Search) -> None:
        del self._searches[place]
        if len(self._absent_at) > MAX_REMEMBERED:
            self._absent_at.clear()
        self._absent_at |= dict.fromkeys(search.keys - search.found.keys(), search.begun)

    def _failed(self, place: ThreadRef, error: CallFailed) -> NotFound:
        if isinstance(error, Retryable) and error.scope is FailureScope.RATE_LIMIT:
            self._lookup_limiter.hold(Destination.SLACK, error.retry_after_s or LOOKUP_PAUSE_S)
            return NotFound.PARTLY  # nothing can be posted either: it is read on as soon as Slack lets us
        if error.code == "invalid_cursor":
            del self._searches[place]
            return NotFound.PARTLY
        return NotFound.FORBIDDEN if error.code in BLINDING else NotFound.INCONCLUSIVE

    def _now(self) -> datetime:
        return from_micros(self._clock())
