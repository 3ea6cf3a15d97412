"""Which arguments each Web API method has by its reference page, and which of them it needs.

A real workspace ignores some arguments it does not know; the stand-in refuses them all, because one that is ignored is
a mistake nobody sees. slack_sdk 3.47 adds none of its own. https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

from typing import NamedTuple

from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.state.workspace import Workspace


class Signature(NamedTuple):
    """Arguments of a method; a needed one that is missing is refused before the method is called."""

    needed: frozenset[str]
    optional: frozenset[str]


def _takes(needed: str = "", optional: str = "") -> Signature:
    return Signature(frozenset(needed.split()), frozenset(optional.split()))


MESSAGE = "text blocks attachments markdown_text as_user link_names parse"
LOOKS = "icon_emoji icon_url username"
PAGE = "cursor limit"
TIMES = "cursor limit inclusive include_all_metadata latest oldest"
TRIGGERS = "trigger_id interactivity_pointer"

SIGNATURES: dict[str, Signature] = {
    "apps.connections.open": _takes(),
    "apps.uninstall": _takes("", "client_id client_secret"),
    "auth.revoke": _takes("", "test"),
    "auth.test": _takes(),
    "bots.info": _takes("", "bot team_id"),
    "chat.delete": _takes("channel ts", "as_user"),
    "chat.getPermalink": _takes("channel message_ts"),
    "chat.postEphemeral": _takes("channel user", f"{MESSAGE} {LOOKS} thread_ts"),
    "chat.postMessage": _takes(
        "channel", f"{MESSAGE} {LOOKS} thread_ts metadata mrkdwn reply_broadcast unfurl_links unfurl_media"
    ),
    "chat.update": _takes("channel ts", f"{MESSAGE} file_ids metadata reply_broadcast"),
    "conversations.archive": _takes("channel"),
    "conversations.create": _takes("name", "is_private team_id"),
    "conversations.history": _takes("channel", TIMES),
    "conversations.info": _takes("channel", "include_locale include_num_members"),
    "conversations.invite": _takes("channel users", "force"),
    "conversations.join": _takes("channel"),
    "conversations.list": _takes("", f"{PAGE} exclude_archived team_id types"),
    "conversations.members": _takes("channel", PAGE),
    "conversations.open": _takes("", "channel users return_im prevent_creation"),
    "conversations.rename": _takes("channel name"),
    "conversations.replies": _takes("channel ts", TIMES),
    "conversations.setTopic": _takes("channel topic"),
    "conversations.unarchive": _takes("channel"),
    "files.completeUploadExternal": _takes("files", f"{LOOKS} channel_id channels thread_ts initial_comment blocks"),
    "files.getUploadURLExternal": _takes("filename", "length alt_txt snippet_type"),
    "files.delete": _takes("file", ""),
    "files.info": _takes("file", f"{PAGE} count page"),
    "functions.completeError": _takes("function_execution_id error"),
    "functions.completeSuccess": _takes("function_execution_id outputs"),
    "oauth.v2.access": _takes("", "client_id client_secret code grant_type redirect_uri refresh_token"),
    "reactions.add": _takes("channel", "name timestamp"),
    "reactions.remove": _takes("", "name channel timestamp file file_comment"),
    "usergroups.list": _takes("", "include_count include_disabled include_users team_id"),
    "usergroups.users.list": _takes("usergroup", "include_disabled team_id"),
    "users.info": _takes("user", "include_locale"),
    "users.list": _takes("", f"{PAGE} include_locale team_id"),
    "views.open": _takes("view", TRIGGERS),
    "views.publish": _takes("user_id view", "hash"),
    "views.push": _takes("view", TRIGGERS),
    "views.update": _takes("view", "view_id external_id hash"),
}
"""Arguments whose absence has a code of its own, such as no_text, count as optional here."""


def check_arguments(slack: Workspace, method: str, args: Args) -> None:
    """Refuse a call without a needed argument, or with one that is not documented; the latter is recorded."""
    signature = SIGNATURES[method]
    unknown = sorted(set(args) - signature.needed - signature.optional - {"token"})
    if unknown:
        slack.undocumented += [(method, name) for name in unknown]
        messages = [f"[ERROR] unsupported argument: {name}" for name in unknown]
        raise ApiError("invalid_arguments", response_metadata={"messages": messages})
    args.require(*sorted(signature.needed))
