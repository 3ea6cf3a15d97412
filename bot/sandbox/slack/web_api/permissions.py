"""Which scope each Web API method needs, by its reference page; one of several is enough.

https://docs.slack.dev/reference/scopes. The methods views.*, auth.test and chat.getPermalink need none.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.slack.args import ApiError
from bot.sandbox.slack.state.teams import Installation

HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
READ = ("channels:read", "groups:read", "im:read", "mpim:read")

MANAGE = ("channels:manage", "groups:write", "im:write", "mpim:write")

NEEDED: Mapping[str, tuple[str, ...]] = {
    "bots.info": ("users:read",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.archive": MANAGE,
    "conversations.create": MANAGE,
    "conversations.history": HISTORY,
    "conversations.info": READ,
    "conversations.invite": MANAGE,
    "conversations.join": ("channels:join",),
    "conversations.list": READ,
    "conversations.members": READ,
    "conversations.open": ("im:write", "mpim:write"),
    "conversations.rename": MANAGE,
    "conversations.replies": HISTORY,
    "conversations.setTopic": MANAGE,
    "conversations.unarchive": MANAGE,
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.info": ("files:read",),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
}


def check_scopes(method: str, caller: Installation) -> None:
    """Refuse a call that the caller was not granted the scope for."""
    needed = NEEDED.get(method, ())
    if needed and not set(needed) & set(caller.scopes):
        raise ApiError("missing_scope", needed=needed[0], provided=",".join(caller.scopes))
