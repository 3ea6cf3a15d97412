"""On duty: who is there, what a team agreed on, and conversations that are given to those on duty by themselves.

Units of work. What Slack says of people is asked for elsewhere (bot.bridge.roster) and stored, and decided by what was
stored last. A conversation is given to somebody in the transaction that makes it free or records its text: once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.bridge.conversations.state import NOT_ON_REPLY, save_and_refresh, say
from bot.domain.alarms import Alarm, AlarmKind
from bot.domain.audit import THE_APP
from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, UserId
from bot.domain.roles import Policy
from bot.domain.team import Colleague, Distribution, Presence, TeamRules, least_busy, next_in_turn
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction

DISTRIBUTION, GROUP = "distribution", "group on duty"
"""Stored values: how conversations are distributed, and the user group that is on duty."""

PASS_ON = AlarmKind("pass on")
"""Alarm: the conversations of somebody, its subject, are passed on."""

DISTRIBUTED, WENT_ON, FREED_AWAY, FREED_LEFT = "distributed", "passed on", "freed, away", "freed, left"
"""Actions of the audit trail."""

AT_ONCE = 50
"""Conversations that are passed on in one unit of work."""


@dataclass(frozen=True)
class Roster:
    """Roster: what is to be asked of Slack, and by which policy its answers count."""

    policy: Policy
    group: str
    users: frozenset[UserId]


# --- what a team agreed on


def read_rules(tx: Transaction) -> TeamRules:
    """Read what a team agreed on."""
    return TeamRules(
        assigns_on_reply=tx.settings.value(NOT_ON_REPLY) is None,
        distribution=read_distribution(tx),
        group=tx.settings.value(GROUP) or "",
    )


def read_distribution(tx: Transaction) -> Distribution:
    """Read how a team distributes conversations: of the rules the one that is looked at for each text."""
    return Distribution(tx.settings.value(DISTRIBUTION) or Distribution.OFF.value)


def set_rules(
    tx: Transaction,
    new: TeamRules,
    known: Mapping[UserId, bool],
    members: frozenset[UserId],
    user: UserId,
    *,
    seen: TeamRules,
) -> TeamRules:
    """Set what a team agrees on, with what Slack says of its people, if it agrees still on what was `seen`.

    Returns what it agrees on now: other rules than the new ones where others have changed them meanwhile.
    """
    before = read_rules(tx)
    if before not in (seen, new):
        return before
    _keep(tx, NOT_ON_REPLY, "" if new.assigns_on_reply else "off")
    _keep(tx, DISTRIBUTION, "" if new.distribution is Distribution.OFF else new.distribution.value)
    _keep(tx, GROUP, new.group)
    record_known(tx, known, members)
    if before == new:
        return new
    answers = "assigned on reply" if new.assigns_on_reply else "not assigned on reply"
    tx.audit.add(user, "assignment", None, f"{answers}, {new.distribution.value}, {new.group or 'no group'}")
    return new


def _keep(tx: Transaction, name: str, value: str) -> None:
    if value:
        tx.settings.set_value(name, value)
    else:
        tx.settings.forget_value(name)


# --- who is there


def read_roster(tx: Transaction) -> Roster:
    """Read whom Slack is to be asked about: who was ever on duty, and who has conversations."""
    users = frozenset(one.user for one in tx.team.colleagues()) | frozenset(tx.team.assignees())
    return Roster(tx.roles.policy(), tx.settings.value(GROUP) or "", users)


def record_known(tx: Transaction, known: Mapping[UserId, bool], members: frozenset[UserId] | None) -> None:
    """Record who may text, and who is in the group (None: Slack did not say); who may not keeps no conversation."""
    before = {one.user: one for one in tx.team.colleagues()}
    for user in sorted({*before, *known, *(members or ())}):
        old = before.get(user, Colleague(user))
        is_in_group = old.is_in_group if members is None else user in members
        new = replace(old, may_act=known.get(user, old.may_act), is_in_group=is_in_group)
        if new != old or (user not in before and is_in_group):
            tx.team.save(new)
        if not new.may_act and tx.team.count_held(user):
            tx.alarms.set(Alarm(PASS_ON, user, tx.now))


def colleague_of(tx: Transaction, user: UserId) -> Colleague:
    """Read what is known of somebody."""
    return next((one for one in tx.team.colleagues() if one.user == user), Colleague(user))


def presence_of(tx: Transaction, user: UserId) -> Presence:
    """Read whether somebody is there."""
    return _presence(tx, colleague_of(tx, user))


def _presence(tx: Transaction, person: Colleague) -> Presence:
    is_shared_out = read_distribution(tx) is not Distribution.OFF
    return Presence(person, tx.team.count_held(person.user), is_shared_out)


def mark(tx: Transaction, user: UserId, *, is_on: bool) -> bool:
    """Note that somebody is on duty or off duty, as they say; False where that is known."""
    before = colleague_of(tx, user)
    after = replace(before, may_act=True, marked=is_on, away_until=None)
    if after == before:
        return False
    tx.team.save(after)
    tx.alarms.clear(PASS_ON, user)
    tx.audit.add(user, "on duty" if is_on else "off duty", None)
    return True


def go_away(tx: Transaction, user: UserId, until: Micros | None) -> Presence:
    """Note until when somebody is away, None for no more; where a team distributes, others get what they have."""
    before = colleague_of(tx, user)
    after = replace(before, may_act=True, away_until=until)
    if after != before:
        tx.team.save(after)
        tx.audit.add(user, "away" if until else "back", None)
    presence = _presence(tx, after)
    if until is None:
        tx.alarms.clear(PASS_ON, user)
    elif presence.is_shared_out:
        tx.alarms.set(Alarm(PASS_ON, user, tx.now))
    return presence


def let_others(tx: Transaction, user: UserId) -> bool:
    """Pass on what somebody has, as they ask while they are away; False where they are back, or have nothing."""
    if not colleague_of(tx, user).is_away(tx.now) or not tx.team.count_held(user):
        return False
    tx.alarms.set(Alarm(PASS_ON, user, tx.now))
    return True


# --- what is given to them


def pass_on(tx: Transaction, alarm: Alarm) -> None:
    """Pass on what somebody has, a part of it at once, for as long as they are away or may not text."""
    person = colleague_of(tx, UserId(alarm.subject))
    if person.may_act and not person.is_away(tx.now):
        return
    held = tx.team.held(person.user, AT_ONCE)
    for conversation in held:
        _release(tx, conversation, person, is_said=False)
    if len(held) == AT_ONCE:
        tx.alarms.set(Alarm(PASS_ON, person.user, tx.now))


def share_out(tx: Transaction, conversation_id: ConversationId) -> None:
    """Give a conversation whose contact wrote to somebody on duty, where nobody is there for it."""
    conversation = tx.conversations.get(conversation_id)
    if conversation.muted_by is not None or conversation.is_blocked or conversation.is_opted_out:
        return
    if conversation.assignee is None:
        _distribute(tx, conversation)
        return
    person = colleague_of(tx, conversation.assignee)
    if person.is_away(tx.now) or not person.may_act:
        _release(tx, conversation, person, is_said=True)


def is_gone(tx: Transaction, user: UserId) -> bool:
    """Tell whether somebody may not text any more, by what Slack said last."""
    return not colleague_of(tx, user).may_act


def pass_on_if_gone(tx: Transaction, conversation: Conversation) -> Conversation:
    """Take a conversation from somebody who may not text any more; returns it as it is then."""
    person = None if conversation.assignee is None else colleague_of(tx, conversation.assignee)
    if person is None or person.may_act:
        return conversation
    _release(tx, conversation, person, is_said=False)
    return tx.conversations.get(conversation.id)


def _release(tx: Transaction, conversation: Conversation, person: Colleague, *, is_said: bool) -> None:
    """Take a conversation from somebody who is not there, for the next in turn, else for anybody."""
    if _distribute(tx, conversation, before=person.user):
        return
    save_and_refresh(tx, replace(conversation, assignee=None))
    action = FREED_AWAY if person.may_act else FREED_LEFT
    if is_said:
        say(tx, conversation.id, THE_APP, action, person.user)
    else:
        tx.audit.add(THE_APP, action, conversation.id, person.user)


def _distribute(tx: Transaction, conversation: Conversation, *, before: UserId | None = None) -> bool:
    """Give a conversation to the next in turn; False where nothing is distributed or nobody is on duty."""
    how = read_distribution(tx)
    if how is Distribution.OFF:
        return False
    colleagues = tx.team.colleagues()
    on_duty = [one for one in colleagues if one.is_on_duty(tx.now) and one.user != before]
    if how is Distribution.LEAST_BUSY:
        chosen = least_busy(on_duty, {one.user: tx.team.count_held(one.user) for one in on_duty})
    else:
        chosen = next_in_turn(on_duty)
    if chosen is None:
        return False
    tx.team.save(replace(chosen, turn=max(one.turn for one in colleagues) + 1))
    save_and_refresh(tx, replace(conversation, assignee=chosen.user))
    if before is None:
        say(tx, conversation.id, THE_APP, DISTRIBUTED, chosen.user)
    else:
        say(tx, conversation.id, THE_APP, WENT_ON, f"{chosen.user} {before}")
    return True
