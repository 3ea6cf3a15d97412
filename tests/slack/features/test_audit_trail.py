"""The audit trail knows who texted, searched and looked somebody up, without the words they used."""

from __future__ import annotations

import pytest

from tests.harness.handlers import Handlers
from tests.harness.trail import deeds_in
from tests.harness.world import AVA, BEN, CHANNEL, DANA


@pytest.mark.parametrize(
    ("command", "actions"),
    [
        (f"send {DANA} Hello", ["sent by command", "assigned on reply"]),
        (f"contact {DANA}", ["looked up contact"]),
        ("list zebrafish owners", ["read list"]),
        ("list create zebrafish owners", ["made list"]),
        (f'list add "zebrafish owners" {DANA}', ["added to list"]),
    ],
)
async def test_a_command(handlers: Handlers, command: str, actions: list[str]) -> None:
    """A text by command, a look at a contact and the use of a list are noted, without what was typed."""
    await handlers.slack.command(AVA, CHANNEL, "/volt", command)
    await handlers.idle()  # until what the command brought about has left
    assert deeds_in(handlers.database) == [(AVA, action, "") for action in actions]


async def test_a_search(handlers: Handlers) -> None:
    """That somebody searched is noted, not for what."""
    await handlers.slack.open_home(BEN)
    await handlers.slack.until(lambda: BEN in handlers.slack.homes)
    await handlers.slack.press_in_view(BEN, handlers.slack.homes[BEN]["id"], "home_search", value="zebrafish")
    assert deeds_in(handlers.database) == [(BEN, "searched", "")]
