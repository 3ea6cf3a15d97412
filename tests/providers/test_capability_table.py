"""The table of what a number can do, by provider: written from the code, and the same in the README."""

from __future__ import annotations

from pathlib import Path

from bot.domain.phone import E164
from bot.domain.workspaces import FROM_ENVIRONMENT
from bot.ports.capabilities import Capability
from bot.ports.messaging import Provider
from bot.providers.capability_table import NO, YES, capability_table
from bot.providers.courier.callbacks.address import CallbackSigner
from bot.providers.courier.calls.json_api import CourierCalls
from bot.providers.courier.calls.session import CourierSession, Login
from bot.providers.courier.client import CourierClient
from bot.providers.courier.credentials import CourierCredentials, LineIdentity
from bot.providers.glific.connection import GlificAccess, GlificConnection, GlificSurroundings
from bot.providers.profiles import CAPABILITIES, PROFILES
from bot.providers.volt.client import VoltClient

README = Path(__file__).parents[2] / "README.md"
OURS = E164("+15555550123")
BEGIN, END = "<!-- capabilities: python -m bot.providers.capability_table -->", "<!-- end of capabilities -->"


async def _kept(_event: object) -> bool:
    return True


async def _kept_aside(_event_id: str, _row: object) -> bool:
    return True


def test_the_table_has_every_capability_and_every_provider() -> None:
    """The table has a row for sending and for each capability, and a column for each provider that the bot knows."""
    head, _, *rows = capability_table().splitlines()
    assert head.strip("| ").split(" | ")[1:] == [profile.line for profile in PROFILES.values()]
    assert len(rows) == 1 + len(Capability)
    assert {cell for row in rows for cell in row.strip("| ").split(" | ")[1:]} <= {YES, NO}


def test_the_table_says_what_is_declared() -> None:
    """A cell says yes for exactly those capabilities that the provider's room declares."""
    rows = [row.strip("| ").split(" | ")[1:] for row in capability_table().splitlines()[3:]]
    for number, code in enumerate(PROFILES):
        assert [row[number] for row in rows].count(YES) == len(CAPABILITIES[code])


def test_connections_have_what_is_declared() -> None:
    """A connection has what its room declares, and nothing else."""
    access = GlificAccess("https://api.example.org", OURS, "", OURS)
    around = GlificSurroundings(None, _kept, _kept_aside, lambda _outcome: None, lambda _error: None)
    connected: list[Provider] = [VoltClient("", ""), GlificConnection(access, around).provider, _courier()]
    assert [provider.profile.code for provider in connected] == list(PROFILES)
    for provider in connected:
        has = {capability for capability in Capability if provider.capabilities.has(capability)}
        assert has == CAPABILITIES[provider.profile.code]


def _courier() -> CourierClient:
    """Make a client of a line at Carium, without channels, as it is by itself."""
    line = LineIdentity(FROM_ENVIRONMENT, OURS, OURS, CourierCredentials("", "", "", "", ""))
    session = CourierSession("", Login("", ""))
    return CourierClient(CourierCalls("", session), line, CallbackSigner("", "a secret"))


def test_the_readme_shows_the_table() -> None:
    """The README holds the table as the command prints it."""
    text = README.read_text(encoding="utf-8")
    shown = text.partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == capability_table(), "Run python -m bot.providers.capability_table and put it into the README."
