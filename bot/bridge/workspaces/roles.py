"""Roles in use: whether somebody may act, as Slack and the workspace's policy say, and what changes that policy."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.approval import ApprovalReason
from bot.domain.dedup import DedupScope
from bot.domain.ids import UserId
from bot.domain.message import Message
from bot.domain.roles import GIVEN, Person, Policy, Reason, Role, Standing, may
from bot.ports.people import People
from bot.ports.storage import Transaction


def read_policy(tx: Transaction) -> Policy:
    """Read whom the workspace gives which role."""
    return tx.roles.policy()


def change_policy(tx: Transaction, seen: str, new: Policy, user: UserId) -> bool:
    """Change who may do what, if it still is what the person saw; False where somebody was faster."""
    old = tx.roles.policy()
    if old.version != seen:
        return False
    if changes := ", ".join(_changes(old, new)):
        tx.roles.set_policy(new, user)
        tx.audit.add(user, "roles", None, changes)
    return True


def _changes(old: Policy, new: Policy) -> Iterator[str]:
    """Write what changed, for the audit trail: each name with + where it came and - where it went."""
    for role in GIVEN:
        before, after = old.of(role), new.of(role)
        signed = [*_signed(before.people, after.people), *_signed(before.groups, after.groups)]
        if signed:
            yield f"{role.value}: {' '.join(signed)}"
    if signed := list(_signed(old.partners, new.partners)):
        yield f"partners: {' '.join(signed)}"
    if old.allows_guests is not new.allows_guests:
        yield "guests may" if new.allows_guests else "guests may not"


def _signed(before: frozenset[str] | frozenset[UserId], after: frozenset[str] | frozenset[UserId]) -> Iterator[str]:
    yield from (f"+{one}" for one in sorted(after - before))
    yield from (f"-{one}" for one in sorted(before - after))


def answer_for(tx: Transaction, message: Message) -> None:
    """Record that somebody who may text answers for the present words of a text; its author may text no more."""
    tx.inbox.first_seen(DedupScope.ANSWERED_FOR, f"{message.key}:{message.version}")


def policy_for(tx: Transaction, message: Message) -> Policy | None:
    """Read the policy that a reply's author is checked by; None where somebody else answers for its words.

    That is whoever approved it. But one from before a backup may have been refused then, which the database does not
    know.
    """
    is_approved = message.approved_by is not None and ApprovalReason.RESTORED not in message.approval_reasons
    is_answered_for = tx.inbox.was_seen(DedupScope.ANSWERED_FOR, f"{message.key}:{message.version}")
    return None if is_approved or is_answered_for else tx.roles.policy()


async def reason_against(
    people: People,
    policy: Policy,
    role: Role,
    user: UserId,
    *,
    team: str = "",
    own_teams: frozenset[str] = frozenset(),
) -> Reason | None:
    """Tell why somebody may not act in a role; None where they may.

    `team` is their team as the interaction itself says, "" where it says none: the stricter of it and users.info wins.
    `own_teams` are ours, where they are known already.
    Raises CallFailed where Slack does not answer.
    """
    person = await people.person(user, own_teams)
    if team and team not in person.home_teams and person.standing is not Standing.UNKNOWN:
        person = _of_team(person, team)
    refused = may(person, policy, role, user)
    if refused is not Reason.NO_ROLE or not policy.groups:
        return refused
    groups = [group for group in sorted(policy.groups) if user in await people.group_members(group)]
    return may(person, policy, role, user, frozenset(groups))


def _of_team(person: Person, team: str) -> Person:
    """Take a person for one of another team, whatever else is known of them; apps and deactivated people stay so."""
    is_person = person.standing not in (Standing.APP, Standing.DEACTIVATED)
    standing = Standing.PARTNER if is_person else person.standing
    is_guest = person.is_guest or person.standing in (Standing.GUEST, Standing.SINGLE_CHANNEL_GUEST)
    return replace(person, standing=standing, is_guest=is_guest, foreign_teams=person.foreign_teams | {team})
