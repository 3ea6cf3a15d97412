"""Error mapping of Slack: did it certainly not happen, may it be retried, what should people do.

One table. A code that is not in it means that the outcome is unknown, never that nothing was posted.
Source: https://docs.slack.dev/reference/methods/chat.postMessage, section errors.
"""

import asyncio

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.domain.retry_policy import MAX_RETRY_AFTER_S

_RENEW = "An admin has to reinstall the app and set SLACK_BOT_TOKEN to the new Bot User OAuth Token."

WORKSPACE_ERRORS = {
    "invalid_auth": f"Slack does not accept the bot's token. {_RENEW}",
    "not_authed": f"Slack got no token. {_RENEW}",
    "account_inactive": f"The bot was removed from the workspace. {_RENEW}",
    "token_revoked": f"The bot's token was revoked. {_RENEW}",
    "token_expired": f"The bot's token has expired. {_RENEW}",
    "missing_scope": "The app lacks a permission. An admin has to apply the manifest and reinstall the app.",
    "team_access_not_granted": "The app is not installed in this workspace. An admin has to add it.",
    "ekm_access_denied": "The workspace's key management denies access. An admin has to allow the app.",
    "org_login_required": "The workspace is being moved. It goes on by itself.",
    "team_added_to_org": "The workspace is being moved. It goes on by itself.",
    "message_limit_exceeded": "The workspace has reached its message limit. An admin has to look at the plan.",
}
"""Errors of the whole workspace."""

_UNSEEN = (
    "Slack does not show this channel to the bot. Invite the bot, or set SLACK_CHANNEL or its route to another one."
)
_ARCHIVED = "The channel is archived. Unarchive it, or set SLACK_CHANNEL or its route to another one."

CHANNEL_ERRORS = {
    "channel_not_found": _UNSEEN,
    "invalid_channel": _UNSEEN,
    "not_in_channel": "The bot is not in the channel. Invite it: /invite @volt.",
    "is_archived": _ARCHIVED,
    "channel_is_archived": _ARCHIVED,
    "no_permission": "The workspace does not let the bot post in the channel. An admin has to allow it.",
    "restricted_action": "Posting in the channel is restricted. An admin has to let the bot post there.",
    "restricted_action_read_only_channel": "The channel is read-only. An admin has to let the bot post there.",
    "restricted_action_non_threadable_channel": "The channel does not allow threads. Use another channel.",
    "restricted_action_thread_only_channel": "The channel allows threads only. Use another channel.",
}
"""Errors of one channel: all others may work."""

TEMPORARY_ERRORS = {
    "ratelimited": "Slack asks us to slow down.",
    "rate_limited": "Slack asks us to slow down.",
    "service_unavailable": "Slack is not available.",
}

LAYOUT_ERRORS = {
    "invalid_blocks": "Slack could not show the message as it was laid out.",
    "invalid_blocks_format": "Slack could not show the message as it was laid out.",
    "msg_too_long": "The message is too long for Slack.",
    "msg_blocks_too_long": "The message is too long for Slack.",
    "no_text": "The message has no text.",
    "invalid_arguments": "Slack did not understand the call.",
    "metadata_too_large": "The message's metadata are too large.",
    "invalid_metadata_format": "Slack did not understand the message's metadata.",
    "invalid_metadata_schema": "Slack did not understand the message's metadata.",
}
"""Errors of the message as we wrote it: it is posted once more as plain text, then dead-lettered."""

THREAD_ERRORS = {
    "thread_not_found": "The thread is not there any more.",
    "restricted_action_thread_locked": "The thread is locked.",
    "cannot_reply_to_message": "This message cannot be answered in a thread.",
}
"""Errors of a thread that takes no more posts: a new header is needed."""

MESSAGE_ERRORS = {
    "message_not_found": "The message is not there any more.",
    "cant_delete_message": "The message cannot be deleted.",
    "compliance_exports_prevent_deletion": "The workspace lets nobody delete messages.",
    "file_not_found": "The file is not there any more.",
    "file_deleted": "The file is not there any more.",
    "cant_delete_file": "The file cannot be deleted.",
    "cant_update_message": "The message cannot be changed.",
    "edit_window_closed": "The message cannot be changed any more.",
    "block_mismatch": "The message cannot be changed to this.",
    "user_not_found": "Slack does not know this person.",
    "bad_timestamp": "Slack does not know this message.",
    "too_many_reactions": "The message has too many reactions.",
    "unknown_method": "Slack does not know this call.",
}

DELETED = frozenset({"message_not_found", "bad_timestamp"})
"""Errors of a deleted message: nothing is left to change."""

ALREADY_DONE = frozenset({"already_reacted", "no_reaction"})


def call_failed(error: Exception) -> CallFailed:
    """Map an error of slack_sdk or aiohttp to CallFailed."""
    if isinstance(error, SlackApiError):
        return _answered(error)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Retryable("unreachable", "Slack cannot be reached.", scope=FailureScope.RATE_LIMIT)
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return OutcomeUnknown("timeout", "Slack did not answer in time.")
    if isinstance(error, aiohttp.ClientError | SlackClientError | OSError):
        return OutcomeUnknown("connection_lost", "The connection to Slack broke.")
    raise error


def code_of(error: SlackApiError) -> str:
    """Name the code that Slack refused a call with; "" where it answered with no JSON, as a proxy in between does."""
    response = error.response
    return str(response.get("error") or "") if isinstance(response.data, dict) else ""


def _answered(error: SlackApiError) -> CallFailed:
    response = error.response
    status, headers = response.status_code, response.headers
    code = code_of(error)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return Retryable(
            "ratelimited",
            TEMPORARY_ERRORS["ratelimited"],
            retry_after_s=_retry_after_s(headers),
            scope=FailureScope.RATE_LIMIT,
        )
    if words := WORKSPACE_ERRORS.get(code) or CHANNEL_ERRORS.get(code):
        return Retryable(code, words, scope=FailureScope.DESTINATION, only_channel=code in CHANNEL_ERRORS)
    if code in TEMPORARY_ERRORS:
        return Retryable(code, TEMPORARY_ERRORS[code], scope=FailureScope.RATE_LIMIT)
    if code in THREAD_ERRORS:
        return Rejected(code, THREAD_ERRORS[code], needs_thread=True)
    if code in LAYOUT_ERRORS or code in MESSAGE_ERRORS:
        return Rejected(code, (LAYOUT_ERRORS | MESSAGE_ERRORS)[code], is_gone=code in DELETED)
    return OutcomeUnknown(code or f"http_{status}", "Slack answered with an error that does not say what happened.")


def _retry_after_s(headers: object) -> float:
    getter = getattr(headers, "get", None)
    value = (getter("Retry-After") or getter("retry-after")) if getter else None
    try:
        return min(MAX_RETRY_AFTER_S, max(0.0, float(value))) if value else 1.0
    except ValueError:
        return 1.0
