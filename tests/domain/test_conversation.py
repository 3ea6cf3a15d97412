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

OURS = E164("+15555550123")
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


@pytest.mark.parametrize("mode", Mode)
def test_notes_stay(mode: Mode) -> None:
    """A note stays inside in any mode, and nothing is said about it."""
    fate = fate_of(mode, ("//!Hi",), is_note=True)
    assert (fate.stays, fate.topic) == (True, None)


def test_the_mark_goes() -> None:
    """The mark that says "text this" does not reach the phone, and neither does the space behind it."""
    assert fate_of(Mode.EXPLICIT, (" ! Hi ", BEN, "!"), is_note=False).pieces == ("Hi ", BEN, "!")
    assert fate_of(Mode.EXPLICIT, ("!", BEN), is_note=False).pieces == (BEN,)
