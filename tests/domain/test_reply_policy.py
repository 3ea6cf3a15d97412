"""What becomes of a reply, by the mode of its thread."""

from __future__ import annotations

import pytest

from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Mode
from bot.domain.pieces import Piece, Ref, RefKind
from bot.domain.reply_policy import decide_reply
from bot.domain.thread_notes import NoticeKind

BEN = Ref(RefKind.USER, "U0BEN")


@pytest.mark.parametrize(
    ("mode", "pieces", "stays", "topic"),
    [
        (Mode.AUTO, ("Hi",), False, None),
        (Mode.AUTO, ("!Hi",), False, None),
        (Mode.AUTO, (BEN, " can you?"), True, NoticeKind.KEPT_INSIDE),
        (Mode.AUTO, ("@here can somebody take this one?",), True, NoticeKind.KEPT_INSIDE),
        (Mode.AUTO, ("\u200b\n@channel: look",), True, NoticeKind.KEPT_INSIDE),
        (Mode.AUTO, ("@Everyone",), True, NoticeKind.KEPT_INSIDE),
        (Mode.AUTO, ("Hi @here",), False, None),
        (Mode.AUTO, ("\u200b", BEN, " can you?"), True, NoticeKind.KEPT_INSIDE),
        (Mode.AUTO, (Ref(RefKind.TEAM, "T1"), " look"), True, NoticeKind.KEPT_INSIDE),
        (Mode.EXPLICIT, ("!@here",), False, None),
        (Mode.CONFIRM, ("Hi",), False, None),
        (Mode.CONFIRM, (" ", BEN, " can you?"), True, NoticeKind.KEPT_INSIDE),
        (Mode.EXPLICIT, ("Hi",), True, None),
        (Mode.EXPLICIT, (BEN, " !Hi"), True, None),
        (Mode.EXPLICIT, ("!",), True, None),
        (Mode.EXPLICIT, ("  ",), True, None),
        (Mode.EXPLICIT, (), True, None),
        (Mode.ALERTS, ("!Hi",), True, NoticeKind.READ_ONLY),
    ],
)
def test_decisions(mode: Mode, pieces: tuple[Piece, ...], stays: bool, topic: NoticeKind | None) -> None:  # noqa: FBT001 - a column of the table
    """What becomes of a reply follows from the mode and its first words."""
    decision = decide_reply(mode, pieces, is_note=False)
    assert (decision.stays, decision.topic) == (stays, topic)
    assert decision.approval_reasons == ((ApprovalReason.CONFIRM,) if mode is Mode.CONFIRM and not stays else ())


@pytest.mark.parametrize(
    "pieces",
    [
        ("👀 ", BEN, " can you take this?"),
        (":party_parrot: :+1: ", BEN),
        ("> When do you open?\n", BEN, " what do we say?"),
        ("- ", BEN, " calls them"),
        ("2. ", BEN, " calls them\n"),
        ("… (", BEN, ")"),
        ("1️⃣ ", BEN),
        ("> ", BEN, ": we open at nine\nWe open at nine"),
        ("Thanks\n", BEN, " can you close this?"),
        ("👀 @here can somebody take this?",),
        ("@ben can you take this?",),
        ("@heretics wanted",),
        ("> Hi\n@ben what do we say?",),
    ],
)
def test_words_that_may_be_for_a_colleague(pieces: tuple[Piece, ...]) -> None:
    """A line that begins with a mention, behind whatever says nothing, is asked about first."""
    decision = decide_reply(Mode.AUTO, pieces, is_note=False)
    assert (decision.stays, decision.approval_reasons) == (False, (ApprovalReason.MENTION,))
    assert decide_reply(Mode.CONFIRM, pieces, is_note=False).approval_reasons == (
        ApprovalReason.CONFIRM,
        ApprovalReason.MENTION,
    )
    assert decide_reply(Mode.EXPLICIT, ("!", *pieces), is_note=False).approval_reasons == ()


@pytest.mark.parametrize(
    "pieces",
    [
        ("Please ask ", BEN, " about it"),
        ("👀 Thanks, ", BEN, " will call"),
        ("Room 2. ", BEN, " is there"),
        ("See ", "#general"),
        (Ref(RefKind.CHANNEL, "C1"), " is closed"),
        ("Write to us@a.example",),
        ("@ 5 each",),
    ],
)
def test_words_that_only_name_somebody(pieces: tuple[Piece, ...]) -> None:
    """A mention behind words of its line is texted as a name."""
    assert decide_reply(Mode.AUTO, pieces, is_note=False).approval_reasons == ()


def test_what_is_struck_out_may_be_for_a_colleague() -> None:
    """A mention in front is one, struck out or not."""
    assert decide_reply(Mode.AUTO, ("~", BEN, " can you?~"), is_note=False).approval_reasons == (
        ApprovalReason.MENTION,
    )


@pytest.mark.parametrize("mode", Mode)
def test_notes_stay(mode: Mode) -> None:
    """A note stays inside in any mode, and nothing is said about it."""
    decision = decide_reply(mode, ("//!Hi",), is_note=True)
    assert (decision.stays, decision.topic) == (True, None)


def test_the_mark_goes() -> None:
    """The mark that says "text this" does not reach the phone, and neither does the space behind it."""
    assert decide_reply(Mode.EXPLICIT, (" ! Hi ", BEN, "!"), is_note=False).pieces == ("Hi ", BEN, "!")
    assert decide_reply(Mode.EXPLICIT, ("!", BEN), is_note=False).pieces == (BEN,)
