"""Callback addresses: nobody can make, read or alter one, and each names its text for good."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from bot.domain.phone import E164
from bot.providers.courier.callbacks.address import TOKEN_LETTERS, CallbackKind, CallbackSigner, CallbackTarget
from bot.providers.courier.profile import CALLBACK_PATH
from tests.providers.courier.stage import DANA, ELI, OURS, WORKSPACE, key

SIGNER = CallbackSigner("https://bot.example/", "first", "second")
TARGET = CallbackTarget(WORKSPACE, OURS, DANA, key(1), CallbackKind.ANSWER)


def token(target: CallbackTarget = TARGET, signer: CallbackSigner = SIGNER) -> str:
    """Return the token of an address."""
    return signer.address(target).rpartition("/")[2]


@pytest.mark.parametrize(
    "target",
    [
        TARGET,
        replace(TARGET, kind=CallbackKind.STATUS),
        replace(TARGET, contact=E164("+999999999999999"), key=key(2**128 - 1)),
    ],
)
def test_an_address_names_its_text(target: CallbackTarget) -> None:
    """What an address was made for is read from it again; it is one address below the public one."""
    address = SIGNER.address(target)
    assert address.startswith(f"https://bot.example{CALLBACK_PATH}")
    assert len(token(target)) == TOKEN_LETTERS
    assert SIGNER.read(token(target)) == target
    assert SIGNER.read_address(address) == target
    assert SIGNER.read_address(address.replace("bot.example", "before.example")) == target


def test_an_address_shows_nothing_and_is_never_the_same() -> None:
    """Neither number nor key can be seen in an address, and two for one text are not alike."""
    one, other = token(), token()
    assert one != other
    assert not any(part in one for part in (OURS[1:], DANA[1:], key(1)))


def test_no_letter_of_a_token_can_be_changed() -> None:
    """A token in which any one letter is another is not ours, and neither is a shorter or a longer one."""
    one = token()
    for place, letter in enumerate(one):
        changed = one[:place] + ("A" if letter != "A" else "B") + one[place + 1 :]
        assert SIGNER.read(changed) is None
    for wrong in (one[:-1], f"{one}A", one[:-1] + "é", "", "A" * TOKEN_LETTERS):
        assert SIGNER.read(wrong) is None


def test_what_stands_for_words_cannot_be_guessed() -> None:
    """The id of an answer is the same each time, and another one for who does not know the bot's secret."""
    one = SIGNER.opaque("yes")
    assert one == CallbackSigner("https://elsewhere.example", "first").opaque("yes")
    assert one not in (SIGNER.opaque("no"), CallbackSigner("https://bot.example", "guessed").opaque("yes"))
    assert not hashlib.sha256(b"yes").hexdigest().startswith(one)


def test_secrets_may_change() -> None:
    """Addresses made under a former secret are understood while it is kept, and not afterwards."""
    before = token(signer=CallbackSigner("https://bot.example", "second"))
    assert SIGNER.read(before) == TARGET
    assert CallbackSigner("https://bot.example", "third").read(before) is None


@pytest.mark.parametrize("address", ["", "https://other.example/hook", "https://bot.example/courier/callbacks/x"])
def test_other_addresses_are_not_ours(address: str) -> None:
    """An address of somebody else, or with a token that is none, names no text."""
    assert SIGNER.read_address(address) is None


def test_addresses_of_one_text_differ_by_what_comes_there() -> None:
    """The address for answers is never taken for the one for statuses."""
    other = replace(TARGET, kind=CallbackKind.STATUS, contact=ELI)
    assert SIGNER.read(token(other)) != TARGET
