"""Words that stop and start texts, and where new conversations show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ChannelId
from bot.domain.opt_out import is_opt_in, is_opt_out
from bot.domain.phone import E164
from bot.domain.routing import Route, route_for
from tests.harness.world import ACCOUNT as OURS

SALES, LATE = ChannelId("C1"), ChannelId("C2")
ROUTES = [Route("keyword", "order", SALES), Route("keyword", "late order", LATE), Route("number", OURS, LATE)]


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
    assert route_for(ROUTES, account, text) == channel
