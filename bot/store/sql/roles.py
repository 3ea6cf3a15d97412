"""Roles: who may do what in a workspace, a row for each person, user group and partner that it names."""

from collections.abc import Iterator

from bot.domain.ids import UserId
from bot.domain.roles import GIVEN, Members, Policy, Role
from bot.store.sql.session import Repository

USER, GROUP, PARTNER, GUESTS = "user", "group", "partner", "guests"
"""Kinds of rows. The last two are about all roles."""

_Row = tuple[str, str, str]


class Roles(Repository):
    """Roles of one workspace."""

    def policy(self) -> Policy:
        """Read whom the workspace gives which role."""
        rows = [(row["role"], row["kind"], row["subject"]) for row in self._all("role_members")]
        members = {
            role: Members(
                frozenset(UserId(subject) for subject in _subjects(rows, role.value, USER)),
                frozenset(_subjects(rows, role.value, GROUP)),
            )
            for role in GIVEN
        }
        return Policy(
            {role: named for role, named in members.items() if not named.is_default},
            allows_guests=bool(list(_subjects(rows, "", GUESTS))),
            partners=frozenset(_subjects(rows, "", PARTNER)),
        )

    def set_policy(self, policy: Policy, author: UserId) -> None:
        """Store a policy."""
        before, after = set(_rows(self.policy())), set(_rows(policy))
        for role, kind, subject in before - after:
            self._do("remove_role_member", role=role, kind=kind, subject=subject)
        for role, kind, subject in after - before:
            self._do("add_role_member", role=role, kind=kind, subject=subject, author=author)


def _subjects(rows: list[_Row], role: str, kind: str) -> Iterator[str]:
    return (subject for of_role, of_kind, subject in rows if (of_role, of_kind) == (role, kind))


def _rows(policy: Policy) -> Iterator[_Row]:
    for role in GIVEN:
        yield from (_of(role, USER, user) for user in policy.of(role).people)
        yield from (_of(role, GROUP, group) for group in policy.of(role).groups)
    yield from (("", PARTNER, team) for team in policy.partners)
    if policy.allows_guests:
        yield "", GUESTS, ""


def _of(role: Role, kind: str, subject: str) -> _Row:
    return role.value, kind, subject
