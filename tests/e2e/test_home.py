"""App Home as people use it: who waits, search, templates, and what admins set; `/volt me`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.in_process import Relay
from tests.harness.windows import is_open, window, words
from tests.harness.world import AVA
from tests.slack.features.test_home import home, press


@pytest.fixture(autouse=True)
def nothing_is_refused(relay: Relay) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert relay.slack.refused == []


async def test_only_admins_set_what_is_for_all(relay: Relay) -> None:
    """Somebody who is no admin any more, and presses what is still shown, is told whom to ask."""
    relay.slack.users[AVA].is_admin = True
    await home(relay)
    relay.slack.users[AVA].is_admin = relay.slack.users[AVA].is_owner = False
    await relay.restart()
    for button in ("route_add", "mode_change", "signature_change"):
        await press(relay, button)
        await relay.slack.until(lambda: is_open(relay))
        assert words(window(relay)) == "Only admins and owners of the workspace may do this. Ask one of them."
        await relay.slack.close_view(AVA, window(relay)["id"])
