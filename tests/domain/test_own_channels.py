"""Names of channels that are one contact's own: valid for Slack, whatever the contact is called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.own_channels import MAX_NAME, MOST_NAMES, names_for
from tests.harness.world import DANA


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dana Whitfield", "dana-whitfield"),
        ("  Zoë  Müller-Öst ", "zoe-muller-ost"),
        ("Straße & Söhne, GmbH.", "strasse-sohne-gmbh"),
        ("<@U0AVA> #general", "u0ava-general"),
        ("渡辺", "contact-0145"),
        ("", "contact-0145"),
        ("🙂", "contact-0145"),
    ],
)
def test_names(name: str, expected: str) -> None:
    """A name is written in small Latin letters; where none are left the number's last digits stand in."""
    assert next(names_for(name, DANA)) == expected


@given(st.text(max_size=200))
def test_every_name_is_valid(name: str) -> None:
    """Every name that is tried keeps to Slack's rules, and no two are the same."""
    names = list(names_for(name, DANA))
    assert len(set(names)) == len(names) == MOST_NAMES
    assert all(re.fullmatch("[a-z0-9][a-z0-9-]*", one) and len(one) <= MAX_NAME for one in names)
