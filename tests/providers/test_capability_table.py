"""The table of what a number can do, by provider: written from the code, and the same in the README."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ports.capabilities import Capability
from bot.providers.capability_table import NO, YES, capability_table, providers
from bot.providers.profiles import PROFILES

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- capabilities: python -m bot.providers.capability_table -->", "<!-- end of capabilities -->"


def test_the_table_has_every_capability_and_every_provider() -> None:
    """The table has a row for sending and for each capability, and a column for each provider that the bot knows."""
    head, _, *rows = capability_table().splitlines()
    assert head.strip("| ").split(" | ")[1:] == [profile.line for profile in PROFILES.values()]
    assert len(rows) == 1 + len(Capability)
    assert {cell for row in rows for cell in row.strip("| ").split(" | ")[1:]} <= {YES, NO}


def test_the_table_says_what_connections_declare() -> None:
    """A cell says yes for exactly those capabilities that a connection of the provider has."""
    rows = [row.strip("| ").split(" | ")[1:] for row in capability_table().splitlines()[3:]]
    for number, provider in enumerate(providers()):
        has = sum(provider.capabilities.has(capability) for capability in Capability)
        assert [row[number] for row in rows].count(YES) == has


def test_the_readme_shows_the_table() -> None:
    """The README holds the table as the command prints it."""
    text = README.read_text(encoding="utf-8")
    if BEGIN not in text:
        pytest.skip(f"the README has no place for the table yet: {BEGIN}")
    shown = text.partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == capability_table(), "Run python -m bot.providers.capability_table and put it into the README."
