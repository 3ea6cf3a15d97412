"""People in Slack: what users.info and usergroups.users.list say of a person, kept for a few minutes.

Whoever Slack does not describe is of unknown standing: nobody is taken for a colleague for want of an answer.
Source: https://docs.slack.dev/reference/objects/user-object
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import UserId
from bot.domain.roles import Person, Standing
from bot.slack.api.calls import call
from bot.slack.json_fields import dict_of, str_of

KNOWN_S = 300.0
"""Time for which what is known of a person or a group is taken for true."""

STILL_KNOWN_S = 3_600.0
"""Time for which it is taken for true while Slack does not answer: replies of colleagues go on then."""

MAX_KNOWN = 10_000
"""Limit of what is kept; beyond it the cache is emptied."""

_UNKNOWN = Person(Standing.UNKNOWN)
_NO_SUCH_PERSON = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
_NO_SUCH_GROUP = frozenset({"no_such_subteam", "subteam_not_found", "plan_upgrade_required"})
_SLACKBOT = "USLACKBOT"
_ADMIN = ("is_admin", "is_owner", "is_primary_owner")

K = TypeVar("K")
V = TypeVar("V")


class _Known(Generic[K, V]):
    """What is known of each, and since when."""

    def __init__(self) -> None:
        self._kept: dict[K, tuple[float, V]] = {}

    def get(self, name: K, *, within_s: float = KNOWN_S) -> V | None:
        at, value = self._kept.get(name, (0.0, None))
        return value if value is not None and time.monotonic() - at <= within_s else None

    def forget(self, name: K) -> None:
        self._kept.pop(name, None)

    def keep(self, name: K, value: V) -> V:
        if len(self._kept) >= MAX_KNOWN:
            self._kept.clear()
        self._kept[name] = time.monotonic(), value
        return value


class SlackPeople:
    """bot.ports.people.People over the Web API; `own_teams` gives the ids of our workspace and organisation."""

    def __init__(self, web: AsyncWebClient, own_teams: Callable[[], Awaitable[frozenset[str]]]) -> None:
        self._web = web
        self._own_teams = own_teams
        self._people: _Known[UserId, Person] = _Known()
        self._groups: _Known[str, frozenset[UserId]] = _Known()
        self._asking: defaultdict[UserId, asyncio.Lock] = defaultdict(asyncio.Lock)

    def forget_person(self, user: UserId) -> None:
        """Ask anew about somebody: Slack told of a change."""
        self._people.forget(user)

    def forget_group(self, group: str) -> None:
        """Ask anew who is in a user group: Slack told of a change."""
        self._groups.forget(group)

    async def person(self, user: UserId, own_teams: frozenset[str] = frozenset()) -> Person:
        """Look up what a person is: users.info, once however many wait for it."""
        known = self._people.get(user)
        if known is not None:
            return known
        try:
            async with self._asking[user]:
                return self._people.get(user) or await self._person(user, own_teams)
        finally:
            if not self._asking[user].locked():
                del self._asking[user]

    async def _person(self, user: UserId, own_teams: frozenset[str]) -> Person:
        try:
            found = await self._ask(user, own_teams or await self._own_teams())
        except CallFailed:
            known = self._people.get(user, within_s=STILL_KNOWN_S)
            if known is None:
                raise
            return known
        return found if found.standing is Standing.UNKNOWN else self._people.keep(user, found)

    async def _ask(self, user: UserId, own_teams: frozenset[str]) -> Person:
        """Ask Slack; of unknown standing, which is not kept, where it knows no such person. Raises CallFailed."""
        try:
            answer = await call(self._web.users_info, user=user)
        except CallFailed as error:
            if isinstance(error, Rejected) or error.code in _NO_SUCH_PERSON:
                return _UNKNOWN
            raise
        return person_in(dict_of(answer.get("user")), own_teams)

    async def group_members(self, group: str) -> frozenset[UserId]:
        """List the members of a user group: usergroups.users.list."""
        known = self._groups.get(group)
        if known is not None:
            return known
        try:
            answer = await call(self._web.usergroups_users_list, usergroup=group)
        except CallFailed as error:
            if isinstance(error, Rejected) or error.code in _NO_SUCH_GROUP:
                return self._groups.keep(group, frozenset())
            known = self._groups.get(group, within_s=STILL_KNOWN_S)
            if known is None:
                raise
            return known
        users = answer.get("users")
        members = (UserId(user) for user in users if isinstance(user, str)) if isinstance(users, list) else ()
        return self._groups.keep(group, frozenset(members))


def person_in(user: Mapping[str, Any], own_teams: frozenset[str]) -> Person:
    """Read what a person is from Slack's user object; of unknown standing where it does not say."""
    teams = _teams(user)
    if not user.get("id") or not own_teams:
        return _UNKNOWN
    if user.get("deleted"):
        return Person(Standing.DEACTIVATED, home_teams=teams)
    if user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == _SLACKBOT:
        return Person(Standing.APP, home_teams=teams)
    is_guest = bool(user.get("is_restricted") or user.get("is_ultra_restricted"))
    if user.get("is_stranger") or (teams and not teams & own_teams):
        home = frozenset({str_of(user.get("team_id"))}) - own_teams - {""}
        return Person(Standing.PARTNER, is_guest, home_teams=teams, foreign_teams=home)
    if not teams:
        return _UNKNOWN
    is_admin = any(user.get(right) is True for right in _ADMIN) and not is_guest
    return Person(_of_ours(user), is_guest, is_admin, home_teams=teams | own_teams)


def _teams(user: Mapping[str, Any]) -> frozenset[str]:
    """Read the teams and the organisation that a person belongs to."""
    grid = dict_of(user.get("enterprise_user"))
    teams = grid.get("teams")
    also = [str_of(team) for team in teams] if isinstance(teams, list) else []
    return frozenset(filter(None, (str_of(user.get("team_id")), str_of(grid.get("enterprise_id")), *also)))


def _of_ours(user: Mapping[str, Any]) -> Standing:
    if user.get("is_ultra_restricted"):
        return Standing.SINGLE_CHANNEL_GUEST
    return Standing.GUEST if user.get("is_restricted") else Standing.MEMBER
