"""Permissions that the bot asks for, each with its reason in words. The manifests ask for the same."""

from typing import NamedTuple

from bot.slack.render.faces import SCOPE as FACES_SCOPE

OWN_CHANNEL_SCOPES = frozenset({"channels:manage", "groups:write"})
"""Permissions to make a channel for one contact; all else works without them."""


DIRECT_SCOPE = "im:history"
"""Permission to read what people write to the bot itself."""


class Permission(NamedTuple):
    """Permissions that serve one purpose."""

    purpose: str
    scopes: tuple[str, ...]


PERMISSIONS = (
    Permission("Write conversations and receipts into the channels that it is in", ("chat:write",)),
    Permission("Show a customer's text under the customer's name and initials", (FACES_SCOPE,)),
    Permission(
        "Read replies in its threads, in channels that it is in; no other channel",
        ("channels:history", "groups:history"),
    ),
    Permission("Take a file of contacts that is put into its own messages", (DIRECT_SCOPE,)),
    Permission(
        "Write the names of channels and people in a reply as words", ("channels:read", "groups:read", "users:read")
    ),
    Permission("Know who is in a user group, where you give a group more rights", ("usergroups:read",)),
    Permission("Join the public channel that you choose for conversations", ("channels:join",)),
    Permission("Make a channel for one contact, where you ask for it", ("channels:manage", "groups:write")),
    Permission(
        "Show by a reaction whether a reply was delivered, and take one back", ("reactions:read", "reactions:write")
    ),
    Permission("Carry pictures between Slack and the phone", ("files:read", "files:write")),
    Permission("Answer the command /volt and its shortcuts", ("commands",)),
)

SCOPES = tuple(scope for permission in PERMISSIONS for scope in permission.scopes)

OPTIONAL = frozenset({FACES_SCOPE, DIRECT_SCOPE, "usergroups:read"}) | OWN_CHANNEL_SCOPES
"""Permissions without which the bot works, with less comfort."""


def missing_scopes(granted: tuple[str, ...]) -> list[str]:
    """List the scopes that were not granted and that the bot cannot do without."""
    return [scope for scope in SCOPES if scope not in granted and scope not in OPTIONAL]
