"""Roles in words: who may do something, whom to ask, and why somebody may not. Pure, mrkdwn.

A line in a thread names people only: naming a user group there would ring the phones of all of it.
"""

from bot.domain.ids import UserId
from bot.domain.roles import Members, Policy, Reason, Role

MAX_NAMED = 3

ROLE_NAMES = {
    Role.AGENT: "agents",
    Role.SENDER_TO_MANY: "people who text many at once",
    Role.MANAGER: "managers",
    Role.APPOINTER: "managers",
}

ADMINS = "admins and owners of the workspace"


def refusal_text(reason: Reason, role: Role, policy: Policy) -> str:
    """Write to the person who acted why they may not, who may, and whom to ask."""
    can = _who_can(policy, groups=True)
    match reason:
        case Reason.GUEST:
            return f"Guests cannot use this. {can} allow guests in the Home of this app. Ask one of them."
        case Reason.PARTNER:
            return (
                f"People of another company cannot use this. {can} allow your company in the Home of this app. "
                "Ask one of them."
            )
        case Reason.DEACTIVATED:
            return "This account is deactivated in Slack, so nothing was done."
        case Reason.APP:
            return "Apps and workflows cannot use this. A person has to do it."
        case Reason.UNKNOWN:
            return "Slack did not say who you are, so nothing was done. Please try again in a moment."
        case Reason.NO_ROLE:
            return _no_role(role, policy)


def _no_role(role: Role, policy: Policy) -> str:
    holders = policy.of(role)
    if holders.is_default or role is Role.APPOINTER:
        role, holders = Role.MANAGER, policy.of(Role.MANAGER)
    if holders.is_default:
        return f"Only {ADMINS} may do this. Ask one of them."
    only = f"Only {ROLE_NAMES[role]} may do this: {_named(holders, groups=True)}."
    if role is Role.MANAGER:
        return f"{only} Ask one of them."
    return f"{only} {_who_can(policy, groups=True)} add you in the Home of this app."


def not_texted_text(reason: Reason, author: UserId, policy: Policy) -> str:
    """Write for a thread why somebody's messages there are not texted, and who may allow it."""
    who, can = f"<@{author}>", _who_can(policy, groups=False)
    match reason:
        case Reason.GUEST:
            return f"Not texted: {who} is a guest, and guests cannot text. {can} allow it in the Home of this app."
        case Reason.PARTNER:
            return (
                f"Not texted: {who} is of another company, and only people of this workspace text from here. "
                f"{can} allow that company in the Home of this app."
            )
        case Reason.DEACTIVATED:
            return f"Not texted: the account of {who} is deactivated in Slack."
        case Reason.APP | Reason.UNKNOWN:
            return f"Not texted: {who} is an app, and only people text from here."
        case Reason.NO_ROLE:
            return f"Not texted: {who} is not one of the agents here. {can} add them in the Home of this app."


def _who_can(policy: Policy, *, groups: bool) -> str:
    """Write who decides who may do what, as the beginning of a sentence."""
    managers = policy.of(Role.MANAGER)
    named = _named(managers, groups=groups)
    if managers.is_default:
        return f"{ADMINS[0].upper()}{ADMINS[1:]} can"
    return f"Managers ({named}) can" if named else "Managers can"


def _named(members: Members, *, groups: bool) -> str:
    names = [f"<@{user}>" for user in sorted(members.people)]
    names += [f"<!subteam^{group}>" for group in sorted(members.groups)] if groups else []
    left = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" and {left} more" if left > 0 else "")
