"""Audit actions in words: a line in the conversation's thread, and a line of the log on the contact's card.

Takes facts (domain.thread_content.AuditNote, domain.conversation.AuditLine), returns message bodies and mrkdwn. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.bridge.attachments.shared import STOPPED
from bot.bridge.conversations.archiving import BY_HAND, STAYS_ARCHIVED, STAYS_OUT, UNARCHIVED
from bot.bridge.conversations.on_duty import DISTRIBUTED, FREED_AWAY, FREED_LEFT, WENT_ON
from bot.bridge.conversations.own_channel import ASKED_FOR, NOT_FURNISHED, NOT_LET_IN, NOT_MADE
from bot.bridge.conversations.state import HANDED_OVER as WITH_NOTE
from bot.bridge.conversations.state import ON_REPLY
from bot.bridge.messages.hand_over import HANDED_OVER, read_gathered
from bot.bridge.messages.scheduled import NOT_KNOWN, NOT_TAKEN
from bot.bridge.steps.executions import ASSIGNED_BY_WORKFLOW, BY_WORKFLOW, OPENED_BY_WORKFLOW
from bot.domain.approval import ApprovalReason
from bot.domain.audit import AuditLine
from bot.domain.text import clean, truncate
from bot.domain.thread_notes import AuditNote
from bot.domain.timestamps import from_micros
from bot.slack.blocks.kit import SHORT_DATE_AT, MessageBody, date, line_body, section_plain
from bot.slack.render import own_channel
from bot.slack.render.modes import MODE_CHANGES
from bot.slack.text import escaping


@dataclass(frozen=True)
class ActionWords:
    """Words for one action of the audit trail.

    `log` follows a person's name in the log. `thread_line`, given the person and what it was done to, makes the whole
    line in the thread, for actions that have one.
    """

    log: str
    thread_line: Callable[[str, str], str] | None = None


def render_audit_note(done: AuditNote) -> MessageBody:
    """Write the thread's line about an action of a colleague, or of a flow that hands the contact over."""
    if done.action == HANDED_OVER:
        return _handed_over(done)
    tell = ACTION_WORDS[done.action].thread_line
    if tell is None:
        raise KeyError(done.action)
    note = [section_plain(done.note)] if done.note else []
    return line_body(tell(f"<@{done.actor}>", done.detail), is_small=True, more=note)


def _handed_over(done: AuditNote) -> MessageBody:
    """Write what a flow gathered; the contact's words are shown as they are."""
    gathered = read_gathered(done.detail)
    if not gathered:
        return line_body("A flow has handed this contact over: they want a person.")
    lines = "\n".join(f"{name}: {value}" if name else value for name, value in gathered)
    words = "A flow has handed this contact over: they want a person. It was told:"
    return line_body(words, more=[section_plain(clean(truncate(lines, 2_900)))])


def _assigned(actor: str, detail: str) -> str:
    return (
        f"{actor} took this conversation."
        if actor == f"<@{detail}>"
        else f"{actor} gave this conversation to <@{detail}>."
    )


def _assigned_by_workflow(actor: str, detail: str) -> str:
    return f"A workflow gave this conversation to <@{detail}>, for {actor}."


def _with_note(actor: str, detail: str) -> str:
    return f"{actor} gave this conversation to <@{detail}>, and says (the contact does not see this):"


def _distributed(_: str, detail: str) -> str:
    return f"<@{detail}> has this conversation now: it was their turn."


def _passed_on(_: str, detail: str) -> str:
    to, _, before = detail.partition(" ")
    return f"<@{before}> is not there, so <@{to}> has this conversation now."


def _freed_away(_: str, detail: str) -> str:
    return f"<@{detail}> is away. Nobody has this conversation now."


def _freed_left(_: str, detail: str) -> str:
    return f"<@{detail}> may not text any more. Nobody has this conversation now."


def _unassigned(actor: str, detail: str) -> str:
    did = "unassigned this conversation" if actor == f"<@{detail}>" else f"took this conversation from <@{detail}>"
    return f"{actor} {did}. Nobody has it now."


def _moment(detail: str) -> str:
    """Write the moment that an audit line holds."""
    return date(from_micros(int(detail)), SHORT_DATE_AT)


ACTION_WORDS = {
    HANDED_OVER: ActionWords("handed the contact over"),
    "blocked": ActionWords("blocked the contact"),
    "unblocked": ActionWords("unblocked the contact"),
    "edited": ActionWords("changed the contact's"),
    "noted consent": ActionWords("noted that the contact agreed to be texted:"),
    "set channel": ActionWords("had the contact reached by the channel"),
    "removed channel": ActionWords("had the contact reached by texts again"),
    "saw unread answer": ActionWords("looked at an answer that could not be read"),
    "read history": ActionWords("read the history"),
    "assigned": ActionWords("gave it to", _assigned),
    "unassigned": ActionWords("unassigned", _unassigned),
    ON_REPLY: ActionWords("answered, and has it"),
    WITH_NOTE: ActionWords("gave it, with a note, to", _with_note),
    DISTRIBUTED: ActionWords("gave it to", _distributed),
    WENT_ON: ActionWords("passed it on to", _passed_on),
    FREED_AWAY: ActionWords("unassigned, because they were away,", _freed_away),
    FREED_LEFT: ActionWords("unassigned, because they may not text any more,", _freed_left),
    "closed": ActionWords(
        "closed the conversation",
        lambda actor, _: f"{actor} closed this conversation. The next text opens it again.",
    ),
    "moved": ActionWords(
        "moved the conversation to",
        lambda actor, detail: f"{actor} moved this conversation here from <#{detail.partition(' ')[0]}>.",
    ),
    ASKED_FOR: ActionWords("asked for a channel of the contact's own"),
    NOT_MADE: ActionWords("asked for a channel, which was not made", own_channel.not_made),
    NOT_FURNISHED: ActionWords("asked for a channel, whose topic was not set", own_channel.not_furnished),
    NOT_LET_IN: ActionWords("asked for a channel, to which the app could not invite", own_channel.not_let_in),
    STAYS_ARCHIVED: ActionWords("left an archived channel", own_channel.stays_archived),
    UNARCHIVED: ActionWords("opened an archived channel again", own_channel.unarchived),
    BY_HAND: ActionWords("unarchived the contact's own channel", own_channel.unarchived_by_hand),
    STAYS_OUT: ActionWords("unarchived the contact's own channel, without the app", own_channel.stays_out),
    "reopened": ActionWords(
        "opened the conversation again",
        lambda actor, _: f"{actor} opened this conversation again.",
    ),
    "muted": ActionWords(
        "muted the contact",
        lambda actor, _: f"{actor} muted this contact. New texts are stored and not shown until somebody unmutes them.",
    ),
    "unmuted": ActionWords(
        "unmuted the contact",
        lambda actor, _: f"{actor} unmuted this contact. What they wrote meanwhile is shown now.",
    ),
    "snoozed": ActionWords(
        "put the conversation off until",
        lambda actor, detail: f"{actor} put this conversation off until {_moment(detail)}.",
    ),
    "follow up": ActionWords(
        "wants to be reminded at",
        lambda actor, detail: f"{actor} is reminded here at {_moment(detail)}, if there is no answer by then.",
    ),
    "taken up": ActionWords(
        "took the conversation up again",
        lambda actor, _: f"{actor} took this conversation up again.",
    ),
    "goal": ActionWords("set a goal"),
    "goal off": ActionWords("dropped a goal"),
    "hours": ActionWords("changed the office hours"),
    "closed answer": ActionWords("changed the automatic answer"),
    "mode": ActionWords(
        "changed what is texted",
        lambda actor, detail: f"{actor} changed this conversation: {MODE_CHANGES.get(detail, detail)}.",
    ),
    "sent by command": ActionWords("sent a text by command or form"),
    BY_WORKFLOW: ActionWords("sent a text"),
    OPENED_BY_WORKFLOW: ActionWords("opened the conversation"),
    ASSIGNED_BY_WORKFLOW: ActionWords("gave it to", _assigned_by_workflow),
    "lent name to workflows": ActionWords("let workflows text in their name"),
    "took name from workflows": ActionWords("let workflows text in their name no more"),
    "sent again": ActionWords("had a text sent again"),
    "said it arrived": ActionWords("said that a text had arrived"),
    "sent a correction": ActionWords("had a correction sent"),
    "looked up contact": ActionWords("looked the contact up"),
    "sent as text": ActionWords("had a message of the thread texted"),
    "approved": ActionWords("had a text sent that was asked about"),
    "discarded": ActionWords("kept a text in Slack that was asked about"),
    "took back": ActionWords("took a text back"),
    "tagged": ActionWords("put on a tag:"),
    "untagged": ActionWords("took off a tag:"),
    "sent a reaction": ActionWords("texted a reaction"),
    "reactions": ActionWords("set whether reactions are offered to be texted:"),
    STOPPED: ActionWords("stopped sharing a file"),
    "stopped texts": ActionWords("stopped texts to the contact, as they had asked"),
}
"""Words by the action of the audit trail."""

_OF_WORKFLOWS = (BY_WORKFLOW, OPENED_BY_WORKFLOW, ASSIGNED_BY_WORKFLOW)
"""Actions that a workflow did in the name of a person."""

_GIVEN = ("assigned", ASSIGNED_BY_WORKFLOW, "unassigned", WITH_NOTE, DISTRIBUTED, WENT_ON, FREED_AWAY, FREED_LEFT)
"""Actions whose detail begins with the person it was done to."""

_WHY = {
    ApprovalReason.OPTED_OUT.value: "the contact had opted out",
    ApprovalReason.BLOCKED.value: "the contact was blocked",
    ApprovalReason.OVERTAKES.value: "an earlier one still waited",
    ApprovalReason.REPEATED.value: "it repeated the last one",
    ApprovalReason.NIGHT.value: "it was night there",
    ApprovalReason.SHORT_LINK.value: "it had a shortened link",
    ApprovalReason.LONG.value: "it was long",
    ApprovalReason.MENTION.value: "a line began with a mention",
    ApprovalReason.STRUCK.value: "some of its words were struck out",
    ApprovalReason.CONFIRM.value: "every text was asked about",
    ApprovalReason.SUSPENDED.value: "nothing could be texted for a time",
    ApprovalReason.RESTORED.value: "a backup had been put in place",
}
"""Reasons why a text was held for approval, in the past tense."""

_SCHEDULED = {
    NOT_KNOWN: "had a text scheduled; {name} did not say whether it took it",
    NOT_TAKEN: "wanted a text scheduled, which {name} did not take",
}
"""Results of scheduling a text, where the audit trail holds no id of the provider's."""


def log_line(done: AuditLine, provider: str) -> str:
    """Write a line of the audit log in mrkdwn: who did what, and when; `provider` is the name of the provider."""
    if done.action == "scheduled a text":
        what = _SCHEDULED.get(done.detail, "had a text scheduled").format(name=provider)
    else:
        known = ACTION_WORDS.get(done.action)
        what = escaping.escape(known.log if known else done.action) + _detail(done)
    who = f"<@{done.actor}>" if done.actor else "A flow" if done.action == HANDED_OVER else "The app"
    if done.action in _OF_WORKFLOWS:
        who = f"A workflow, for {who}:"
    return f"{date(from_micros(done.at))}: {who} {what}"


def _detail(done: AuditLine) -> str:
    """Write the detail of an action in mrkdwn: its object or its reason."""
    written = _DETAILS.get(done.action)
    if written is not None:
        return written(done.detail)
    return f" {escaping.escape(truncate(done.detail, 80))}" if done.detail else ""


def _why(detail: str) -> str:
    why = ", ".join(_WHY[reason] for reason in detail.split() if reason in _WHY)
    return f": {why}" if why else ""


def _person(detail: str) -> str:
    return f" <@{detail}>" if detail.isalnum() else f" {escaping.escape(truncate(detail, 80))}" if detail else ""


def _channel(detail: str) -> str:
    channel = detail.partition(" ")[0]
    return f" <#{channel}>" if channel.isalnum() else ""


_DETAILS: dict[str, Callable[[str], str]] = {
    HANDED_OVER: lambda _: "",
    "mode": lambda detail: f": {MODE_CHANGES[detail]}" if detail in MODE_CHANGES else "",
    "snoozed": lambda detail: f" {_moment(detail)}" if detail.isdecimal() else "",
    "follow up": lambda detail: f" {_moment(detail)}" if detail.isdecimal() else "",
    "approved": _why,
    **dict.fromkeys(_GIVEN, lambda detail: _person(detail.partition(" ")[0])),
    NOT_LET_IN: lambda detail: _person(detail.partition(" ")[0]) if detail.partition(" ")[0].isalnum() else "",
    **dict.fromkeys((STAYS_ARCHIVED, UNARCHIVED, BY_HAND, STAYS_OUT), _channel),
    "moved": lambda detail: f" <#{detail.rpartition(' ')[2]}>" if detail.replace(" ", "").isalnum() else "",
}
"""How the detail of an action is written, where it is not simply shown."""
