"""Approval in words: what stands against sending a text, what may be decided about it, and what was. Pure."""

from collections.abc import Iterable

from bot.domain.approval import ApprovalReason
from bot.domain.thread_content import Notice
from bot.slack.blocks import cards

SEND = "send_text"
SEND_ANYWAY = "send_text_anyway"
DISCARD = "discard_text"

LONGEST_NAME = 60

Words = tuple[str, tuple[str, ...]]
"""What a line says, and the names of the buttons under it."""


def approval_words(notice: Notice) -> Words:
    """Say why a reply waits; once that is settled, how."""
    if notice.is_cancelled:
        return (f"Not sent: <@{notice.decided_by}> decided so." if notice.decided_by else "Not sent."), ()
    if notice.approved_by is not None:
        return f"<@{notice.approved_by}> had it sent.", ()
    if not notice.is_waiting:
        return "It was changed, and needs no decision any more.", ()
    return _question(notice)


def _question(notice: Notice) -> Words:
    """Say what stands against a text, and what may be decided."""
    if ApprovalReason.OPTED_OUT in notice.approval_reasons:  # the carrier refuses it, whoever says "send"
        begun = IN_DOUBT if ApprovalReason.RESTORED in notice.approval_reasons else "Not sent yet."
        return f"{begun} {why((ApprovalReason.OPTED_OUT,), notice.name)}", (DISCARD,)
    reasons = why(notice.approval_reasons, notice.name)
    if ApprovalReason.RESTORED in notice.approval_reasons:
        return f"{IN_DOUBT} Text it to {contact_name(notice.name, 'the contact')}? {LOOKED_FIRST}", (SEND, DISCARD)
    if not reasons:
        return f"Text this to {contact_name(notice.name, 'the contact')}?", (SEND, DISCARD)
    return f"Not sent yet. {reasons}", (SEND_ANYWAY, DISCARD)


def why(asks: Iterable[ApprovalReason], name: str = "") -> str:
    """Say in plain text what stands against a text; "" where nothing does but that somebody has to say so."""
    who = contact_name(name)
    return " ".join(_REASONS[ask].format(who=who) for ask in asks if ask in _REASONS)


def contact_name(name: str, unnamed: str = "The contact") -> str:
    """Name the contact on one line, in plain text."""
    return cards.line_of(name, LONGEST_NAME) or unnamed


IN_DOUBT = "A backup was put in place, and nothing says whether this was texted before."

LOOKED_FIRST = "What Volt has on record is looked at first."

_REASONS = {
    ApprovalReason.MENTION: "A line begins with a mention: this may be meant for a colleague.",
    ApprovalReason.OPTED_OUT: "{who} has opted out. Only they can undo that, by texting START.",
    ApprovalReason.BLOCKED: "{who} is blocked: an answer would not reach you.",
    ApprovalReason.OVERTAKES: "An earlier text still waits for somebody to look at it; this one would overtake it.",
    ApprovalReason.REPEATED: "The last text said the same.",
    ApprovalReason.NIGHT: "It may be night where this number is from.",
    ApprovalReason.SHORT_LINK: "It has a shortened link; carriers often take those for spam.",
    ApprovalReason.STRUCK: "Words between ~ and ~ are struck out here; the phone shows them, with these signs.",
    ApprovalReason.LONG: "It is long: the phone gets it whole, but carriers charge it as more than three parts.",
}
