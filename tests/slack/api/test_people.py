"""What Slack says of a person, read from its user objects: whoever it does not describe is of unknown standing."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.roles import Person, Standing
from bot.slack.api.people import person_in

OURS = frozenset({"T0OURS", "E0OURS"})
PLAIN = {"id": "U0EVE", "team_id": "T0OURS"}


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, Standing.SINGLE_CHANNEL_GUEST),
        ({"team_id": "T0THEIRS"}, Standing.PARTNER),
        ({"is_stranger": True}, Standing.PARTNER),
        ({"deleted": True}, Standing.DEACTIVATED),
        ({"deleted": True, "team_id": "T0THEIRS"}, Standing.DEACTIVATED),
        ({"is_bot": True}, Standing.APP),
        ({"is_workflow_bot": True}, Standing.APP),
        ({"id": "USLACKBOT"}, Standing.APP),
        ({"team_id": None}, Standing.UNKNOWN),
        ({"id": None}, Standing.UNKNOWN),
        (
            {"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0OURS", "teams": ["T0SISTER"]}},
            Standing.MEMBER,
        ),
        ({"team_id": "T0THEIRS", "enterprise_user": {"enterprise_id": "E0THEIRS", "teams": 5}}, Standing.PARTNER),
    ],
)
def test_standings(facts: dict[str, Any], standing: Standing) -> None:
    """Each flag of Slack's leads to one standing; the strictest wins."""
    assert person_in(PLAIN | facts, OURS).standing is standing


@pytest.mark.parametrize("right", ["is_admin", "is_owner", "is_primary_owner"])
def test_admins(right: str) -> None:
    """Admins and owners are ours only: those of another company, and guests, are none."""
    assert person_in(PLAIN | {right: True}, OURS).is_admin
    assert not person_in(PLAIN | {right: True, "team_id": "T0THEIRS"}, OURS).is_admin
    assert not person_in(PLAIN | {right: True, "is_restricted": True}, OURS).is_admin


def test_while_we_do_not_know_our_team() -> None:
    """Nobody is taken for a colleague before the bot knows whose it is."""
    assert person_in(PLAIN, frozenset()) == Person(Standing.UNKNOWN)
