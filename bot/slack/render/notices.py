"""Notices in a thread: lines of our own about a text that waits, failed, or was not sent.

Takes facts (bot.domain.thread_content), returns message bodies. One sentence says what happened, one what to do.
"""

from collections.abc import Callable

from bot.domain.ids import UserId
from bot.domain.roles import Reason
from bot.domain.shared_files import OPEN_DAYS
from bot.domain.text import clean, truncate
from bot.domain.thread_content import ScheduledLine
from bot.domain.thread_notes import Notice, NoticeKind
from bot.slack.blocks.kit import (
    CLOCK,
    SHORT_DATE_AT,
    Block,
    MessageBody,
    button,
    button_row,
    date,
    has_words,
    line_body,
    section,
    section_plain,
)
from bot.slack.render.approval_texts import (
    CHOOSE_TEMPLATE,
    DISCARD,
    SEND,
    SEND_ANYWAY,
    SEND_NOW,
    NoticeWords,
    approval_words,
    contact_name,
)
from bot.slack.render.attachment_texts import file_names, missing_words
from bot.slack.render.reach_texts import unreachable_text
from bot.slack.render.role_words import not_texted_text
from bot.slack.text import escaping

SEND_AGAIN = "send_again"
ARRIVED = "arrived"
SEND_CORRECTION = "send_correction"
STOP_TEXTS = "stop_texts"
STOP_SHARING = "stop_sharing"


def render_scheduled(planned: ScheduledLine) -> MessageBody:
    """Render the line of a scheduled text: its author, moment and words."""
    at = date(planned.at, SHORT_DATE_AT)
    more = [_quote(planned.text)] if has_words(planned.text) else []
    return line_body(f"Scheduled by <@{planned.author}> for {at}:", more=more)


def render_notice(notice: Notice) -> MessageBody:
    """Render a notice: what happened to a text, what it means, and what can be done."""
    words, names = _NOTICES[notice.topic](notice)
    quoted = "\n".join(part for part in (notice.text, file_names(notice.files)) if has_words(part))
    more = [_quote(quoted)] if notice.topic in _WITH_TEXT and quoted else []
    settled = _settled(notice) if notice.decided_by is not None and notice.topic not in _SAYS_WHO else ""
    if names and notice.message_key and (notice.decided_by is None or notice.topic is NoticeKind.ASK):
        more += button_row(*(button(_LABELS[name], name, _value(name, notice)) for name in names))
    if _holds_words_of_others(notice):
        said_by_whom = [section(settled)] if settled else []
        return MessageBody(f"{escaping.escape(words)} {settled}".rstrip(), [section_plain(words), *said_by_whom, *more])
    return line_body(f"{words} {settled}".rstrip(), more=more)


def _value(name: str, notice: Notice) -> str:
    """Write a button's value: the text and, for a decision about its words, their version."""
    return f"{notice.message_key}:{notice.version}" if name in _FOR_THESE_WORDS else str(notice.message_key)


def _settled(notice: Notice) -> str:
    if notice.topic is NoticeKind.MAY_OPT_OUT:
        return f"<@{notice.decided_by}> stopped texts to this number."
    return (
        f"<@{notice.decided_by}> sent it again." if notice.is_sent_again else f"<@{notice.decided_by}> says it arrived."
    )


def _quote(text: str) -> Block:
    """Quote a text in a line that may be edited: Slack refuses to replace rich_text by anything else."""
    return section_plain(clean(truncate(text, 1_000)))


_LABELS = {
    SEND_AGAIN: "Send again",
    ARRIVED: "It arrived",
    SEND_CORRECTION: "Send a correction",
    SEND: "Send",
    SEND_ANYWAY: "Send anyway",
    SEND_NOW: "Send now",
    CHOOSE_TEMPLATE: "Choose a template",
    DISCARD: "Do not send",
    STOP_TEXTS: "Stop texts",
    STOP_SHARING: "Stop sharing",
}


_QUOTING = frozenset({NoticeKind.FAILED, NoticeKind.OPTED_OUT, NoticeKind.OPTED_IN})


def _holds_words_of_others(notice: Notice) -> bool:
    """Tell whether a line may hold words of the carrier or the contact's name: then none of it is parsed."""
    return notice.topic in _QUOTING or (notice.topic is NoticeKind.ASK and notice.is_waiting)


_FOR_THESE_WORDS = frozenset({SEND, SEND_ANYWAY, SEND_NOW, DISCARD})


def _failed(notice: Notice) -> NoticeWords:
    if notice.failure is None:
        return "Not delivered. The carrier gave no reason.", _again(notice)
    buttons = _again(notice) if notice.failure.allows_manual_retry else ()
    return f"Not delivered: {notice.failure.user_message}", buttons


def _again(notice: Notice) -> tuple[str, ...]:
    """Offer to send it again, unless its author or its contact wants no such text."""
    return () if notice.is_unwanted or notice.is_stopped else (SEND_AGAIN,)


def _found_sent(notice: Notice) -> NoticeWords:
    if notice.decided_by and not notice.is_sent_again:
        return f"{notice.provider.capital_name} did not answer when this text went out.", ()
    at = f" at {date(notice.at, CLOCK)}" if notice.at else ""
    return f"It did go out{at}.", ()


def _undecided(notice: Notice) -> NoticeWords:
    words = "We could not find out whether this text went out."
    if notice.decided_by is not None:
        return f"{words} {_settled(notice)}", ()
    again = tuple(SEND_CORRECTION if notice.has_correction else name for name in _again(notice))
    return f"{words} Please ask the contact, or decide:", (ARRIVED, *again)  # these words again, or what they are now


def _late(notice: Notice, words: str) -> str:
    """Write first who decided about it; what the phone shows follows these words."""
    if notice.decided_by is None:
        return words
    done = f"<@{notice.decided_by}> sent the new words." if notice.is_sent_again else _settled(notice)
    return f"{done} {words}"


def _goes_on(notice: Notice) -> str:
    if notice.is_cancelled:
        return "It will not be sent."
    return "It waits for somebody to decide." if notice.is_waiting else "It is being sent now."


def _why_refused(notice: Notice) -> str:
    return escaping.escape(notice.failure.user_message) if notice.failure else "the file cannot be texted."


def _linked(notice: Notice) -> str:
    """Write which files go by a link. Their names are their author's words."""
    names = escaping.escape(clean(" and ".join(f'"{truncate(name, 80)}"' for name in notice.files)))
    is_one = len(notice.files) == 1
    if notice.decided_by is not None:
        links = "Its link leads" if is_one else "Their links lead"
        return f"<@{notice.decided_by}> stopped sharing {names}. {links} nowhere now."
    goes, it = ("goes as a link", "it") if is_one else ("go as links", "them")
    return f"{names} {goes}. Whoever gets {it} can open {it} for {OPEN_DAYS} days."


def _not_texted(notice: Notice) -> str:
    code = notice.failure.code if notice.failure else ""
    reason = next((one for one in Reason if one.value == code), Reason.PARTNER)
    return not_texted_text(reason, notice.author or UserId(""), notice.policy)


_NOTICES: dict[NoticeKind, Callable[[Notice], NoticeWords]] = {
    NoticeKind.FAILED: _failed,
    NoticeKind.CHECKING: lambda notice: (
        f"{notice.provider.capital_name} did not answer, so we do not know whether this text went out. Checking…",
        (),
    ),
    NoticeKind.FOUND_SENT: _found_sent,
    NoticeKind.FOUND_NOT_SENT: lambda notice: (f"It had not gone out. {_goes_on(notice)}", ()),
    NoticeKind.UNDECIDED: _undecided,
    NoticeKind.EDITED_LATE: lambda notice: (
        _late(notice, "This text had already been sent and cannot be changed on the phone. It says:"),
        (SEND_CORRECTION,) if notice.has_correction else (),
    ),
    NoticeKind.IN_TIME: lambda notice: (
        "It had not left yet after all. " + ("Nothing was sent." if notice.is_cancelled else "It goes out as changed."),
        (),
    ),
    NoticeKind.NOT_PLACED: lambda _: (
        "Not texted: the bot does not know whose thread this is. Please write it again in the contact's newest thread.",
        (),
    ),
    NoticeKind.DELETED_LATE: lambda notice: (
        _late(notice, "A deleted message had already been sent. The phone still shows:"),
        (),
    ),
    NoticeKind.NOTHING_TO_SEND: lambda _: (
        "Nothing was sent: a phone cannot show this message, or a part of it. Write it again in plain words.",
        (),
    ),
    NoticeKind.KEPT_INSIDE: lambda _: (
        "Kept in Slack, because it begins with a mention. To text it, write it again with other words first.",
        (),
    ),
    NoticeKind.OUTSIDE: lambda notice: (_not_texted(notice), ()),
    NoticeKind.OPTED_OUT: lambda notice: (
        f"{contact_name(notice.name)} has opted out. Texts to this number are stopped.",
        (),
    ),
    NoticeKind.OPTED_IN: lambda notice: (
        f"{contact_name(notice.name)} wants texts again. You can write as before.",
        (),
    ),
    NoticeKind.MAY_OPT_OUT: lambda notice: (
        "This may ask for no more texts."
        + ("" if notice.decided_by else " Only a word like STOP stops them by itself. Should we stop?"),
        (STOP_TEXTS,),
    ),
    NoticeKind.ASK: approval_words,
    NoticeKind.READ_ONLY: lambda _: (
        "Not texted: this conversation is for reading only. To text from it, write *@volt mode auto*.",
        (),
    ),
    NoticeKind.NO_NUMBER: lambda _: ("Not sent: this sender has no phone number and cannot be answered by text.", ()),
    NoticeKind.UNREACHABLE: lambda notice: (unreachable_text(notice.refusal), ()),
    NoticeKind.TAKEN_BACK: lambda _: ("Taken back, nothing was sent:", ()),
    NoticeKind.TOO_LATE: lambda _: ("It has left, or may have, and cannot be taken back.", ()),
    NoticeKind.NOT_SHOWN: lambda notice: (
        f"Slack would not show one text here. It is not lost: look at it in {notice.provider.name}.",
        (),
    ),
    NoticeKind.PICTURE_NOT_SHOWN: lambda notice: (missing_words(notice.missing), ()),
    NoticeKind.FILES_LINKED: lambda notice: (_linked(notice), (STOP_SHARING,)),
    NoticeKind.FILES_REFUSED: lambda notice: (
        f"Nothing was sent: {_why_refused(notice)}",
        (),
    ),
}
_SAYS_WHO = frozenset(
    {
        NoticeKind.ASK,
        NoticeKind.EDITED_LATE,
        NoticeKind.DELETED_LATE,
        NoticeKind.UNDECIDED,
        NoticeKind.TAKEN_BACK,
        NoticeKind.FILES_LINKED,
    }
)
"""Notices whose own words name the person who decided, or that leave it to other lines of the thread."""

_WITH_TEXT = frozenset(
    {
        NoticeKind.ASK,
        NoticeKind.EDITED_LATE,
        NoticeKind.DELETED_LATE,
        NoticeKind.FAILED,
        NoticeKind.CHECKING,
        NoticeKind.UNDECIDED,
        NoticeKind.FOUND_SENT,
        NoticeKind.TAKEN_BACK,
    }
)
