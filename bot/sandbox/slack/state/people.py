"""Kinds of people in the stand-in: what users.info says of each. Pure.

Flags: https://docs.slack.dev/reference/objects/user-object; guests: https://slack.com/help/articles/202518103.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KINDS: Mapping[str, Mapping[str, Any]] = {
    "member": {},
    "admin": {"is_admin": True},
    "owner": {"is_admin": True, "is_owner": True},
    "guest": {"is_restricted": True},
    "single_channel_guest": {"is_restricted": True, "is_ultra_restricted": True},
    "partner": {},  # a member of another company's workspace
    "deactivated": {"deleted": True},
    "bot": {"is_bot": True},  # of another app
    "workflow": {"is_bot": True, "is_workflow_bot": True},
}
"""Facts of a User by its kind."""


def facts_of(kind: str, user_id: str) -> dict[str, Any]:
    """Return the facts of a person of this kind; bots get ids of their own."""
    facts = dict(KINDS[kind])
    return facts | ({"bot_id": f"B{user_id[1:]}", "app_id": f"A{user_id[1:]}"} if facts.get("is_bot") else {})
