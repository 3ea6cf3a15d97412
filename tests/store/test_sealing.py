"""Secrets at rest: closed under the newest key, opened under any, and nothing else opens them."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.errors import WrongKey
from bot.domain.workspaces import Sealed
from bot.store.sealing import FernetSealer, new_key

OLD, NEW = new_key(), new_key()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_a_sealed_secret(secret: str) -> None:
    """What was sealed is opened by the same keys, and does not show what it is."""
    sealer = FernetSealer([NEW])
    sealed = sealer.seal(secret)
    assert sealer.open(sealed) == secret
    assert len(secret) < 4 or secret not in sealed
    assert sealer.seal(secret) != sealed


def test_older_keys_open() -> None:
    """A secret is sealed under the newest key, and opened under any."""
    sealed = FernetSealer([OLD]).seal("xoxb-1")
    both = FernetSealer([NEW, OLD])
    assert both.open(sealed) == "xoxb-1"
    assert FernetSealer([NEW]).open(both.seal("xoxb-2")) == "xoxb-2"


@given(st.text(max_size=200))
@example("ü")
@example("\ud800")
@example("gAAAAA")
@example(Fernet(OLD).encrypt(b"\xff").decode())
@example(Fernet(NEW).encrypt(b"\xff").decode())
def test_what_was_not_sealed(text: str) -> None:
    """Whatever no key has sealed is refused in one way, and neither it nor a key is shown."""
    sealer = FernetSealer([NEW])
    with pytest.raises(WrongKey) as refused:
        sealer.open(Sealed(text))
    assert NEW not in str(refused.value)
    assert len(text) < 8 or text not in str(refused.value)
    assert NEW not in repr(sealer)


def test_a_new_key() -> None:
    """Each new key is another one, and one that can be used."""
    assert new_key() != new_key()
    assert FernetSealer([new_key()]).seal("x")
