"""Reply policy: whether a reply is sent, held for approval, or kept internal, by the mode of its thread. Pure."""

import re
from dataclasses import dataclass

from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Mode
from bot.domain.pieces import BROADCASTS, Piece, Ref, RefKind
from bot.domain.text import is_blank
from bot.domain.thread_notes import NoticeKind

MARK = "!"
"""Sign in front of a reply that is to be texted, in a thread where only such replies are."""


_CALL = re.compile(rf"[\s\u200b-\u200f\u2060\ufeff]*@(?:{'|'.join(sorted(BROADCASTS))})\b", re.IGNORECASE)
_WORDLESS = re.compile(r"^[\s>]*\w{1,3}[.)](?=\s)|:[^\s:]+:|[0-9#*]\ufe0f?\u20e3")
_PEOPLE = frozenset({RefKind.USER, RefKind.GROUP, RefKind.TEAM})


@dataclass(frozen=True)
class ReplyDecision:
    """Decision about a reply. `pieces` are the words for the phone.

    `stays`: it is not texted; `topic` is the line to show about that, if any. `is_astray`: nothing is texted that is
    written there, because the conversation goes on elsewhere. `approval_reasons`: why it is held.
    """

    pieces: tuple[Piece, ...]
    stays: bool = False
    topic: NoticeKind | None = None
    is_astray: bool = False
    approval_reasons: tuple[ApprovalReason, ...] = ()


def decide_reply(
    mode: Mode, pieces: tuple[Piece, ...], *, is_note: bool, kept_for: NoticeKind | None = None
) -> ReplyDecision:
    """Decide about a reply or its edited words.

    `kept_for` is the line that says why nobody can be texted, or not by its author, whatever the words are.
    """
    meant = _unmarked(pieces) if mode is Mode.EXPLICIT else pieces
    if is_note or meant is None:
        return ReplyDecision(pieces, stays=True)
    if kept_for is not None:
        is_silent = kept_for is not NoticeKind.OUTSIDE and mode is not Mode.EXPLICIT and _is_for_colleagues(pieces)
        return ReplyDecision(pieces, stays=True, topic=None if is_silent else kept_for)
    if mode is Mode.EXPLICIT:
        return ReplyDecision(meant)
    if _is_for_colleagues(pieces):
        return ReplyDecision(pieces, stays=True, topic=NoticeKind.KEPT_INSIDE)
    if mode is Mode.ALERTS:
        return ReplyDecision(pieces, stays=True, topic=NoticeKind.READ_ONLY)
    reasons = {ApprovalReason.CONFIRM: mode is Mode.CONFIRM, ApprovalReason.MENTION: _may_be_for_colleagues(pieces)}
    return ReplyDecision(pieces, approval_reasons=tuple(reason for reason, is_so in reasons.items() if is_so))


def _unmarked(pieces: tuple[Piece, ...]) -> tuple[Piece, ...] | None:
    """Take the sign off the front; None where there is none, or nothing behind it."""
    first = pieces[0] if pieces else ""
    if not isinstance(first, str) or not first.lstrip().startswith(MARK):
        return None
    rest = first.lstrip().removeprefix(MARK).lstrip()
    meant = (rest, *pieces[1:]) if rest else pieces[1:]
    return meant or None


def _is_for_colleagues(pieces: tuple[Piece, ...]) -> bool:
    """Tell whether a reply is for colleagues, as "@Ben can you take this?" or "@here can somebody?"."""
    first = next((piece for piece in pieces if not isinstance(piece, str) or not is_blank(piece)), "")
    return _CALL.match(first) is not None if isinstance(first, str) else first.kind in _PEOPLE


def _may_be_for_colleagues(pieces: tuple[Piece, ...]) -> bool:
    """Tell whether a line begins with a mention, behind nothing but signs, emoji and the number of an item."""
    words = "".join(piece if isinstance(piece, str) else _as_typed(piece) for piece in pieces)
    return any(_begins_with_mention(line) for line in words.splitlines())


def _as_typed(ref: Ref) -> str:
    return "@mention" if ref.kind in _PEOPLE else "#mention"


def _begins_with_mention(line: str) -> bool:
    front, at, behind = _WORDLESS.sub("", line).partition("@")
    return bool(at) and bool(behind) and not behind[0].isspace() and not any(map(str.isalnum, front))
