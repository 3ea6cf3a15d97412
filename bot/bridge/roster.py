"""Roster: asks Slack again and again who of a team may text, and who is in the user group that is on duty.

Its answers are stored, and decide who is given conversations; whoever may not text any more keeps none. Of whom Slack
says nothing, what it said last counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from bot.bridge.conversations.on_duty import Roster, read_roster, record_known
from bot.bridge.duties import DutyLoop, OnDuty
from bot.bridge.workspaces.roles import reason_against
from bot.domain.duties import Duty
from bot.domain.errors import CallFailed
from bot.domain.ids import UserId
from bot.domain.roles import Policy, Reason, Role
from bot.ports.observer import Observer
from bot.ports.people import People
from bot.ports.storage import Store

PAUSE_S = 60.0
"""Pause between two looks; what is known of a person is kept for longer, so most ask Slack nothing."""


@dataclass
class RosterWatcher:
    """Roster of one workspace."""

    store: Store
    people: People
    observer: Observer

    def __post_init__(self) -> None:
        self._on_duty = OnDuty(self.store, Duty.ROSTER)

    def loop(self) -> DutyLoop:
        """Give the loop that asks for as long as the bot runs."""
        return DutyLoop("roster", self.step, self.observer, after_failure_s=PAUSE_S)

    async def step(self) -> float:
        """Ask about everybody; returns the seconds until the next time. Raises NotOnDuty, StoreUnavailable."""
        await self.look()
        return PAUSE_S

    async def look(self) -> None:
        """Ask about everybody once, and record the answers. Raises NotOnDuty, StoreUnavailable."""
        roster = await self._on_duty.run(read_roster)
        members = await members_of(self.people, roster)
        known = await who_may(self.people, roster.policy, roster.users | (members or frozenset()))
        if known or members:
            await self._on_duty.run(partial(record_known, known=known, members=members))


async def members_of(people: People, roster: Roster) -> frozenset[UserId] | None:
    """List who is in the user group on duty; None where Slack does not say."""
    if not roster.group:
        return frozenset()
    try:
        return await people.group_members(roster.group)
    except CallFailed:
        return None


async def who_may(people: People, policy: Policy, users: Iterable[UserId]) -> dict[UserId, bool]:
    """Tell of each whether they may text; those of whom Slack says nothing are left out."""
    known = {}
    for user in sorted(users):
        try:
            reason = await reason_against(people, policy, Role.AGENT, user)
        except CallFailed:
            continue
        if reason is not Reason.UNKNOWN:
            known[user] = reason is None
    return known
