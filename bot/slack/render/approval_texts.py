"""Approval texts: the reasons to hold a text, the choices, and the decision. Pure."""

from collections.abc import Iterable

from bot.domain.approval import ApprovalReason
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.thread_notes import Notice
from bot.slack.blocks import cards

SEND = "send_text"
SEND_ANYWAY = "send_text_anyway"
SEND_NOW = "send_text_now"
CHOOSE_TEMPLATE = "choose_template"
DISCARD = "discard_text"

MAX_NAME_CHARS = 60

NoticeWords = tuple[str, tuple[str, ...]]
"""Words of a line, and the action ids of the buttons under it."""


def approval_words(notice: Notice) -> NoticeWords:
    """Write the approval line: why a reply waits or, once it is decided, how."""
    if notice.is_cancelled:
        return (f"Not sent: <@{notice.decided_by}> decided so." if notice.decided_by else "Not sent."), ()
    if notice.approved_by is not None:
        return f"<@{notice.approved_by}> had it sent.", ()
    if not notice.is_waiting:
        return "It was changed, and needs no decision any more.", ()
    reasons = notice.approval_reasons
    is_about_window = ApprovalReason.WINDOW in reasons and ApprovalReason.OPTED_OUT not in reasons
    return _about_window(notice) if is_about_window else _question(notice)


def _question(notice: Notice) -> NoticeWords:
    """Write the question: the reasons to hold a text, and the choices."""
    if ApprovalReason.OPTED_OUT in notice.approval_reasons:  # the carrier refuses it, even if a person approves
        begun = IN_DOUBT if ApprovalReason.RESTORED in notice.approval_reasons else "Not sent yet."
        return f"{begun} {reasons_text((ApprovalReason.OPTED_OUT,), notice.name, notice.provider)}", (DISCARD,)
    reasons = reasons_text(notice.approval_reasons, notice.name)
    suspended = f"{notice.provider.capital_name} was not connected here for a time, so this was not texted."
    looked_first = f"What {notice.provider.name} has on record is looked at first."
    if ApprovalReason.RESTORED in notice.approval_reasons:
        return f"{IN_DOUBT} Text it to {contact_name(notice.name, 'the contact')}? {looked_first}", (SEND, DISCARD)
    if ApprovalReason.SUSPENDED in notice.approval_reasons:
        return f"{suspended} Text it to {contact_name(notice.name, 'the contact')} now?", (SEND, DISCARD)
    if ApprovalReason.ALLOWANCE in notice.approval_reasons:
        return f"Not sent yet. {reasons}", (SEND, DISCARD)
    if not reasons:
        return f"Text this to {contact_name(notice.name, 'the contact')}?", (SEND, DISCARD)
    return f"Not sent yet. {reasons}", (SEND_ANYWAY, DISCARD)


def _about_window(notice: Notice) -> NoticeWords:
    """Write why a text waits for the contact to write or, once they have, that it can be sent."""
    reasons = (reason for reason in notice.approval_reasons if reason is not ApprovalReason.WINDOW)
    others = reasons_text(reasons, notice.name)
    if not notice.is_window_shut:
        words = f"Not sent yet. {contact_name(notice.name)} has written again, so this can be sent now."
        return f"{words} {others}".rstrip(), (SEND_NOW, DISCARD)
    who = contact_name(notice.name, "the contact")
    then = f"Send a template now, or wait: once {who} writes again, you can send this."
    return f"Not sent. {notice.provider.free_text_rule} {then} {others}".rstrip(), (CHOOSE_TEMPLATE, DISCARD)


def reasons_text(reasons: Iterable[ApprovalReason], name: str = "", by: ProviderProfile = UNKNOWN_PROVIDER) -> str:
    """Write the approval reasons in plain text; "" if there is none but that a person has to agree."""
    facts = {"who": contact_name(name), "undone": undone_by(by)}
    return " ".join(_REASONS[reason].format(**facts) for reason in reasons if reason in _REASONS)


def undone_by(by: ProviderProfile) -> str:
    """Write how a contact undoes an opt-out."""
    return "by texting START" if by.opt_out_words.opt_in else "by writing to the number again"


def contact_name(name: str, unnamed: str = "The contact") -> str:
    """Write the contact's name on one line, in plain text."""
    return cards.single_line(name, MAX_NAME_CHARS) or unnamed


IN_DOUBT = "A backup was put in place, and nothing says whether this was texted before."

_REASONS = {
    ApprovalReason.MENTION: "A line begins with a mention: this may be meant for a colleague.",
    ApprovalReason.OPTED_OUT: "{who} has opted out. Only they can undo that, {undone}.",
    ApprovalReason.ALLOWANCE: (
        "Its author has sent as many texts as one person may in an hour, so a manager has to look at this one: only "
        "managers can press Send."
    ),
    ApprovalReason.WINDOW: "Free text cannot be sent before {who} writes again; a template can.",
    ApprovalReason.BLOCKED: "{who} is blocked: an answer would not reach you.",
    ApprovalReason.OVERTAKES: "An earlier text still waits for somebody to look at it; this one would overtake it.",
    ApprovalReason.REPEATED: "The last text said the same.",
    ApprovalReason.NIGHT: "It may be night where this number is from.",
    ApprovalReason.SHORT_LINK: "It has a shortened link; carriers often take those for spam.",
    ApprovalReason.STRUCK: "Words between ~ and ~ are struck out here; the phone shows them, with these signs.",
    ApprovalReason.LONG: "It is long: the phone gets it whole, but carriers charge it as more than three parts.",
}
