"""Roles: who may do what in a workspace. Pure.

Two questions are asked about everybody: what Slack says of them (their standing), and what the workspace has decided
(its policy). Whoever Slack says nothing about may do nothing for now; apps, workflows and deactivated people never may.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256

from bot.domain.conversation import Mode
from bot.domain.ids import UserId


class Standing(Enum):
    """Standing of a person in Slack, as seen from one workspace."""

    MEMBER = "member"
    GUEST = "guest"
    SINGLE_CHANNEL_GUEST = "single-channel guest"
    PARTNER = "partner"  # of another organisation, in a channel that is shared with it
    DEACTIVATED = "deactivated"
    APP = "app"  # or a workflow
    UNKNOWN = "unknown"  # Slack did not tell


class Role(Enum):
    """Role: what is asked of whoever acts. The values of the three that people are given are stored."""

    INSIDER = "insider"  # whom the bot shows itself to at all
    AGENT = "agent"  # text, see, assign
    SENDER_TO_MANY = "sender to many"  # waves and lists
    MANAGER = "manager"  # routes, modes, templates, connections, blocks
    APPOINTER = "appointer"  # says who may do what: managers, and always admins and owners


GIVEN = (Role.AGENT, Role.SENDER_TO_MANY, Role.MANAGER)
"""Roles that people are given."""


class Reason(Enum):
    """Reason why somebody may not. The values are stored with what they wrote."""

    GUEST = "guest"
    PARTNER = "partner"
    DEACTIVATED = "deactivated"
    APP = "app"
    UNKNOWN = "standing unknown"
    NO_ROLE = "no role"


REFUSALS = frozenset(reason.value for reason in Reason)
"""Codes of replies that were not texted because their author may not text."""


@dataclass(frozen=True)
class Person:
    """Person as Slack describes them. `home_teams` are the teams they belong to, `foreign_teams` those not ours.

    `is_guest` counts beside any standing; `is_admin` is of our workspace, never of another.
    """

    standing: Standing
    is_guest: bool = False
    is_admin: bool = False
    home_teams: frozenset[str] = frozenset()
    foreign_teams: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Members:
    """Members of a role, by name or by user group of Slack; nobody named stands for the default."""

    people: frozenset[UserId] = frozenset()
    groups: frozenset[str] = frozenset()

    @property
    def is_default(self) -> bool:
        """Whether nobody is named."""
        return not self.people and not self.groups


EVERYBODY = Members()


@dataclass(frozen=True)
class Policy:
    """Policy of a workspace: whom it gives each role, whether guests may, and the teams of partners that may."""

    members: Mapping[Role, Members] = field(default_factory=dict)
    allows_guests: bool = False
    partners: frozenset[str] = frozenset()

    def of(self, role: Role) -> Members:
        """Give the members of a role."""
        return self.members.get(role, EVERYBODY)

    @property
    def version(self) -> str:
        """A digest of the policy: a change counts for the one that its author saw."""
        members = [(role.value, sorted(self.of(role).people), sorted(self.of(role).groups)) for role in GIVEN]
        content = repr((members, self.allows_guests, sorted(self.partners)))
        return sha256(content.encode()).hexdigest()[:12]

    @property
    def groups(self) -> frozenset[str]:
        """User groups that the policy names."""
        return frozenset().union(*(self.of(role).groups for role in GIVEN))


def may(
    person: Person, policy: Policy, role: Role, user: UserId, groups: frozenset[str] = frozenset()
) -> Reason | None:
    """Tell why a person may not act in a role; None where they may. `groups` are their user groups."""
    refused = _by_standing(person, policy)
    if refused is not None:
        return refused
    return None if _has(person, policy, role, user, groups) else Reason.NO_ROLE


def _by_standing(person: Person, policy: Policy) -> Reason | None:
    match person.standing:
        case Standing.DEACTIVATED:
            return Reason.DEACTIVATED
        case Standing.APP:
            return Reason.APP
        case Standing.UNKNOWN:
            return Reason.UNKNOWN
        case Standing.PARTNER if not person.foreign_teams or not person.foreign_teams <= policy.partners:
            return Reason.PARTNER
    is_guest = person.is_guest or person.standing in (Standing.GUEST, Standing.SINGLE_CHANNEL_GUEST)
    return Reason.GUEST if is_guest and not policy.allows_guests else None


def _has(person: Person, policy: Policy, role: Role, user: UserId, groups: frozenset[str]) -> bool:
    if role is Role.INSIDER:
        return True
    is_admin = person.is_admin and person.standing is Standing.MEMBER
    managers = policy.of(Role.MANAGER)
    if is_admin and (managers.is_default or role is Role.APPOINTER):
        return True
    if _is_named(managers, user, groups):
        return True
    named = policy.of(role)
    return role is Role.AGENT if named.is_default else _is_named(named, user, groups)


def _is_named(members: Members, user: UserId, groups: frozenset[str]) -> bool:
    return user in members.people or bool(members.groups & groups)


_STRICTNESS = (Mode.AUTO, Mode.CONFIRM, Mode.EXPLICIT, Mode.ALERTS)
"""Modes, each with fewer texts that leave by themselves than the one before."""


def is_looser(new: Mode, now: Mode) -> bool:
    """Tell whether a mode lets more be texted than the present one."""
    return _STRICTNESS.index(new) < _STRICTNESS.index(now)
