"""Events that no workspace takes: answered and forgotten, but for the time in which one is being started."""

from __future__ import annotations

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.ingress.bolt_app import BoltApp

EVENT = {"type": "event_callback", "team_id": "T0NOBODY", "event_id": "Ev1", "event": {"type": "message"}}


@pytest.mark.parametrize(("is_outdated", "status", "counted"), [(False, 200, ["ignored"]), (True, 503, [])])
async def test_an_event_for_nobody(is_outdated: bool, status: int, counted: list[str]) -> None:  # noqa: FBT001 - a table
    """An event for nobody is ignored; where it may be for a workspace that is being started, Slack keeps it."""
    outcomes: list[str] = []
    app = BoltApp(lambda _: None, AsyncWebClient(), outcomes.append, is_outdated=lambda: is_outdated)
    answer = await app.bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=EVENT))
    assert (answer.status, outcomes) == (status, counted)
