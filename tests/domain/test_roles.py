"""Who may do what, decided from what Slack says of a person and what a workspace has decided."""

from __future__ import annotations

import pytest

from bot.domain.conversation import Mode
from bot.domain.ids import UserId
from bot.domain.roles import Members, Person, Policy, Reason, Role, Standing, is_looser, may

EVE = UserId("U0EVE")
MEMBER, ADMIN = Person(Standing.MEMBER), Person(Standing.MEMBER, is_admin=True)
GENEROUS = Policy(allows_guests=True, partners=frozenset({"T0THEIRS"}))
NAMED = Policy({role: Members(frozenset({EVE})) for role in (Role.AGENT, Role.SENDER_TO_MANY, Role.MANAGER)})


@pytest.mark.parametrize("standing", [Standing.DEACTIVATED, Standing.APP, Standing.UNKNOWN])
@pytest.mark.parametrize("policy", [GENEROUS, NAMED])
def test_some_never_may(standing: Standing, policy: Policy) -> None:
    """Deactivated people, apps and whoever Slack says nothing of may nothing, whatever is decided and allowed."""
    assert all(may(Person(standing, is_admin=True), policy, role, EVE) is not None for role in Role)


@pytest.mark.parametrize(
    "person",
    [
        Person(Standing.PARTNER, is_guest=True, foreign_teams=frozenset({"T0THEIRS"})),
        Person(Standing.GUEST, is_guest=True),
        Person(Standing.SINGLE_CHANNEL_GUEST),
    ],
)
def test_guests_of_anybody(person: Person) -> None:
    """Guests need the word of an admin, those of a partner both words."""
    assert may(person, Policy(partners=GENEROUS.partners), Role.AGENT, EVE) is Reason.GUEST
    assert may(person, GENEROUS, Role.AGENT, EVE) is None


@pytest.mark.parametrize("teams", [set(), {"T0OTHER"}, {"T0THEIRS", "T0OTHER"}])
def test_partners_that_are_not_allowed(teams: set[str]) -> None:
    """A partner of no known team, of another one, or of one too many may not, and no admin of theirs is one of ours."""
    person = Person(Standing.PARTNER, is_admin=True, foreign_teams=frozenset(teams))
    assert may(person, GENEROUS, Role.INSIDER, EVE) is Reason.PARTNER
    theirs = Person(Standing.PARTNER, is_admin=True, foreign_teams=frozenset({"T0THEIRS"}))
    assert may(theirs, GENEROUS, Role.APPOINTER, EVE) is Reason.NO_ROLE


def test_admins_always_appoint() -> None:
    """Whatever is decided, an admin can change it, and a manager can."""
    others = Policy({Role.MANAGER: Members(frozenset({UserId("U0OTHER")}))})
    assert may(ADMIN, others, Role.APPOINTER, EVE) is None
    assert may(ADMIN, others, Role.MANAGER, EVE) is Reason.NO_ROLE
    assert may(MEMBER, NAMED, Role.APPOINTER, EVE) is None
    assert may(MEMBER, Policy(), Role.APPOINTER, EVE) is Reason.NO_ROLE


def test_groups() -> None:
    """A role that is given to a user group is had by its members."""
    policy = Policy({Role.SENDER_TO_MANY: Members(groups=frozenset({"S0DESK"}))})
    assert may(MEMBER, policy, Role.SENDER_TO_MANY, EVE) is Reason.NO_ROLE
    assert may(MEMBER, policy, Role.SENDER_TO_MANY, EVE, frozenset({"S0DESK"})) is None


def test_looser_modes() -> None:
    """A mode is looser than those after it."""
    order = [Mode.AUTO, Mode.CONFIRM, Mode.EXPLICIT, Mode.ALERTS]
    assert [[is_looser(new, now) for new in order] for now in order] == [
        [column < row for column in range(4)] for row in range(4)
    ]
