"""The secret part of a picture's address: what it names, and everything it refuses."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.ids import MessageKey
from bot.domain.timestamps import Micros, add_seconds
from bot.domain.workspaces import FROM_ENVIRONMENT, WorkspaceId
from bot.slack.media.signed_links import LINK_VALID_S, TOKEN_LETTERS, LinkSigner, LinkTarget

KEY = MessageKey("3f9a12c40d1e4b7f8a6b5c4d3e2f1a0b")
NOW = Micros(1_790_000_000_000_000)
SIGNER = LinkSigner("xoxb-secret")
TARGET = LinkTarget(FROM_ENVIRONMENT, KEY, 1)
LONGEST_ADDRESS = 255
"""Characters; the shortest limit that anybody is known to set to the address of a picture."""

keys = st.binary(min_size=16, max_size=16).map(lambda raw: MessageKey(raw.hex()))
workspaces = st.integers(1, 2**63 - 1).map(WorkspaceId)


def token_of(signer: LinkSigner = SIGNER, now: Micros = NOW) -> str:
    """Make a token for one file."""
    return signer.token(FROM_ENVIRONMENT, KEY, 1, now)


@given(workspaces, keys, st.integers(1, 255))
def test_what_a_token_names(workspace: WorkspaceId, key: MessageKey, number: int) -> None:
    """A token names its file and workspace, to whoever has the same secret, and is fit for an address as it is."""
    token = SIGNER.token(workspace, key, number, NOW)
    assert LinkSigner("xoxb-secret").read(token, NOW) == LinkTarget(workspace, key, number)
    assert token.replace("-", "").replace("_", "").isalnum()
    assert token.isascii()


def test_a_token_shows_nothing() -> None:
    """Nobody but the bot can see which text a token names, and two tokens for one file are not the same."""
    token = token_of()
    assert bytes.fromhex(KEY) not in base64.urlsafe_b64decode(f"{token}=")
    assert token_of() != token


def test_the_address_is_short() -> None:
    """An address with a token and a long name of a host is shorter than any limit on it."""
    assert len(token_of()) == TOKEN_LETTERS
    assert len(f"https://{'a' * 63}.example.com/media/{token_of()}") < LONGEST_ADDRESS


def test_a_token_expires() -> None:
    """A token is good for an hour and not a second longer."""
    for part in (0, 1, 999_999):
        made = Micros(NOW + part)
        token = token_of(now=made)
        assert SIGNER.read(token, add_seconds(NOW, LINK_VALID_S - 0.000_001)) == TARGET
        assert SIGNER.read(token, add_seconds(NOW, LINK_VALID_S)) is None


def test_a_clock_that_was_set_back() -> None:
    """A token stays good where the clock was set back after it was made."""
    assert SIGNER.read(token_of(), add_seconds(NOW, -3 * LINK_VALID_S)) == TARGET


@given(st.integers(0, TOKEN_LETTERS - 1), st.characters())
@example(51, "+")
@example(TOKEN_LETTERS - 1, "=")
def test_an_altered_token(place: int, letter: str) -> None:
    """A token in which any letter was changed names nothing, and has no other form."""
    token = token_of()
    altered = token[:place] + letter + token[place + 1 :]
    assert (SIGNER.read(altered, NOW) is None) is (altered != token)


def test_no_second_form() -> None:
    """The last letter of a token holds bits that decoding drops; each other one that decodes alike is refused."""
    token = token_of()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert [one for one in alphabet if SIGNER.read(token[:-1] + one, NOW)] == [token[-1]]


@given(st.text(max_size=200) | st.text(min_size=TOKEN_LETTERS, max_size=TOKEN_LETTERS))
@example("\ud800" * TOKEN_LETTERS)
@example("ü" * TOKEN_LETTERS)
@example("\0" * TOKEN_LETTERS)
def test_any_text(text: str) -> None:
    """Any text can be read as a token, and names nothing."""
    assert SIGNER.read(text, NOW) is None


@given(st.binary(min_size=89, max_size=89), st.booleans())
def test_any_bytes(raw: bytes, is_marked: bool) -> None:  # noqa: FBT001 - drawn, not passed
    """Any bytes, also such as begin like a token, name nothing."""
    raw = b"\x80" + raw[1:] if is_marked else raw
    assert SIGNER.read(base64.urlsafe_b64encode(raw).decode().rstrip("="), NOW) is None


@pytest.mark.parametrize(
    "change", [lambda t: t + "=", lambda t: t[:-4], lambda t: t + "AAAA", lambda t: f" {t}"[:TOKEN_LETTERS]]
)
def test_longer_and_shorter(change: Callable[[str], str]) -> None:
    """A token is of one length and has no second form."""
    assert SIGNER.read(change(token_of()), NOW) is None


def test_another_secret() -> None:
    """A token of another bot names nothing, and tells nothing of its secret."""
    assert LinkSigner("xoxb-other").read(token_of(), NOW) is None


def test_a_secret_that_was_replaced() -> None:
    """A token made under an older secret still opens; once that secret is gone, it does not."""
    token = token_of(LinkSigner("old"))
    assert LinkSigner("new", "old").read(token, NOW) == TARGET
    assert LinkSigner("new").read(token, NOW) is None
    assert LinkSigner("old").read(token_of(LinkSigner("new", "old")), NOW) is None
