"""Words that stop and start texts, and where new conversations show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bridge.fate import fate_of
from bot.domain.conversation import Mode, Route, is_opt_in, is_opt_out, route_of
from bot.domain.ids import ChannelId
from bot.domain.message import Ask, Piece, Ref, RefKind
from bot.domain.phone import E164
from bot.domain.post import Topic
from tests.harness.world import ACCOUNT as OURS

SALES, LATE = ChannelId("C1"), ChannelId("C2")
ROUTES = [Route("keyword", "order", SALES), Route("keyword", "late order", LATE), Route("number", OURS, LATE)]
BEN = Ref(RefKind.USER, "U0BEN")


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "stop.", " Opt out ", "OPT-OUT!", "unsubscribe", "Quit", "cancel", "Remove"),
        *("STOPALL", "Stop all", "END", "end.", "Revoke", "OPTOUT", "Arrêt", "ARRET"),
        *("S\u200bTOP", "ＳＴＯＰ", "“STOP”", "Stop\u00a0🙏", "𝗦𝗧𝗢𝗣"),
    ],
)
def test_opt_out(text: str) -> None:
    """A keyword that is the whole text, spaces and punctuation apart, asks for no more texts."""
    assert is_opt_out(text)
    assert not is_opt_in(text)


@pytest.mark.parametrize("text", ["Start", "START!", "un-stop"])
def test_opt_in(text: str) -> None:
    """START takes it back."""
    assert is_opt_in(text)
    assert not is_opt_out(text)


@given(st.text())
def test_words_around_a_keyword(words: str) -> None:
    """A keyword among other words is no keyword, and no text raises."""
    assert not is_opt_out(f"please stop {words}")
    assert not is_opt_in(f"please start {words}")


@pytest.mark.parametrize(
    ("account", "text", "channel"),
    [
        (OURS, "Order 12 is late", SALES),
        (OURS, "ORDER", SALES),
        (OURS, "\u200b\u00a0Or\u00adder 12", SALES),
        (OURS, "late   Order 12", LATE),
        (OURS, "orders are late", LATE),
        (OURS, "my order", LATE),
        (E164("+15555550199"), "my order", None),
        (E164("+15555550199"), "", None),
        (E164("+15555550199"), "order", SALES),
    ],
)
def test_routes(account: E164, text: str, channel: ChannelId | None) -> None:
    """A conversation shows where its first words lead, else where its number does, else as ever."""
    assert route_of(ROUTES, account, text) == channel


@pytest.mark.parametrize(
    ("mode", "pieces", "stays", "topic"),
    [
        (Mode.AUTO, ("Hi",), False, None),
        (Mode.AUTO, ("!Hi",), False, None),
        (Mode.AUTO, (BEN, " can you?"), True, Topic.KEPT_INSIDE),
        (Mode.AUTO, ("@here can somebody take this one?",), True, Topic.KEPT_INSIDE),
        (Mode.AUTO, ("\u200b\n@channel: look",), True, Topic.KEPT_INSIDE),
        (Mode.AUTO, ("@Everyone",), True, Topic.KEPT_INSIDE),
        (Mode.AUTO, ("Hi @here",), False, None),
        (Mode.AUTO, ("\u200b", BEN, " can you?"), True, Topic.KEPT_INSIDE),
        (Mode.AUTO, (Ref(RefKind.TEAM, "T1"), " look"), True, Topic.KEPT_INSIDE),
        (Mode.EXPLICIT, ("!@here",), False, None),
        (Mode.CONFIRM, ("Hi",), False, None),
        (Mode.CONFIRM, (" ", BEN, " can you?"), True, Topic.KEPT_INSIDE),
        (Mode.EXPLICIT, ("Hi",), True, None),
        (Mode.EXPLICIT, (BEN, " !Hi"), True, None),
        (Mode.EXPLICIT, ("!",), True, None),
        (Mode.EXPLICIT, ("  ",), True, None),
        (Mode.EXPLICIT, (), True, None),
        (Mode.ALERTS, ("!Hi",), True, Topic.READ_ONLY),
    ],
)
def test_fates(mode: Mode, pieces: tuple[Piece, ...], stays: bool, topic: Topic | None) -> None:  # noqa: FBT001 - a column of the table
    """What becomes of a reply follows from the mode and its first words."""
    fate = fate_of(mode, pieces, is_note=False)
    assert (fate.stays, fate.topic) == (stays, topic)
    assert fate.asks == ((Ask.CONFIRM,) if mode is Mode.CONFIRM and not stays else ())


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
    fate = fate_of(Mode.AUTO, pieces, is_note=False)
    assert (fate.stays, fate.asks) == (False, (Ask.MENTION,))
    assert fate_of(Mode.CONFIRM, pieces, is_note=False).asks == (Ask.CONFIRM, Ask.MENTION)
    assert fate_of(Mode.EXPLICIT, ("!", *pieces), is_note=False).asks == ()


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
    assert fate_of(Mode.AUTO, pieces, is_note=False).asks == ()


def test_what_is_struck_out_may_be_for_a_colleague() -> None:
    """A mention in front is one, struck out or not."""
    assert fate_of(Mode.AUTO, ("~", BEN, " can you?~"), is_note=False).asks == (Ask.MENTION,)


@pytest.mark.parametrize("mode", Mode)
def test_notes_stay(mode: Mode) -> None:
    """A note stays inside in any mode, and nothing is said about it."""
    fate = fate_of(mode, ("//!Hi",), is_note=True)
    assert (fate.stays, fate.topic) == (True, None)


def test_the_mark_goes() -> None:
    """The mark that says "text this" does not reach the phone, and neither does the space behind it."""
    assert fate_of(Mode.EXPLICIT, (" ! Hi ", BEN, "!"), is_note=False).pieces == ("Hi ", BEN, "!")
    assert fate_of(Mode.EXPLICIT, ("!", BEN), is_note=False).pieces == (BEN,)
