"""The signed part of a picture's address: what it names, and everything it refuses."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.ids import MessageKey
from bot.domain.timestamps import Micros, add_seconds
from bot.slack.media.signed_links import LINK_VALID_S, LinkSigner, LinkTarget

KEY = MessageKey("3f9a12c40d1e4b7f8a6b5c4d3e2f1a0b")
NOW = Micros(1_790_000_000_000_000)
SIGNER = LinkSigner("xoxb-secret")
keys = st.binary(min_size=16, max_size=16).map(lambda raw: MessageKey(raw.hex()))


@given(keys, st.integers(1, 255))
def test_what_a_token_names(key: MessageKey, number: int) -> None:
    """A token names its file, to whoever has the same secret, and is fit for an address as it is."""
    token = SIGNER.token(key, number, NOW)
    assert LinkSigner("xoxb-secret").read(token, NOW) == LinkTarget(key, number)
    assert token.replace("-", "").replace("_", "").isalnum()
    assert token.isascii()


def test_a_token_expires() -> None:
    """A token is good for an hour and not a second longer."""
    token = SIGNER.token(KEY, 1, NOW)
    assert SIGNER.read(token, add_seconds(NOW, LINK_VALID_S - 1)) == LinkTarget(KEY, 1)
    assert SIGNER.read(token, add_seconds(NOW, LINK_VALID_S)) is None


@given(st.integers(0, 71), st.characters())
@example(51, "+")
def test_an_altered_token(place: int, letter: str) -> None:
    """A token in which any letter was changed names nothing, and has no other form."""
    token = SIGNER.token(KEY, 1, NOW)
    altered = token[:place] + letter + token[place + 1 :]
    assert (SIGNER.read(altered, NOW) is None) is (altered != token)


@given(st.text(max_size=100))
def test_any_text(text: str) -> None:
    """Any text can be read as a token, and names nothing."""
    assert SIGNER.read(text, NOW) is None


@pytest.mark.parametrize("change", [lambda t: t + "=", lambda t: t[:-4], lambda t: t + "AAAA", lambda t: f" {t}"[:72]])
def test_longer_and_shorter(change: "st.SearchStrategy[str]") -> None:
    """A token is of one length and has no second form."""
    assert SIGNER.read(change(SIGNER.token(KEY, 1, NOW)), NOW) is None  # type: ignore[operator]


def test_another_secret() -> None:
    """A token of another bot names nothing, and tells nothing of its secret."""
    assert LinkSigner("xoxb-other").read(SIGNER.token(KEY, 1, NOW), NOW) is None
