"""Slack UI for one person: modals, App Home, ephemeral messages, and responses to a command.

One request a call, no retries. Nothing here goes through the outbox: if it fails, the person acts again.
Source: https://docs.slack.dev/surfaces
"""

import time
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected
from bot.domain.ids import ChannelId, MessageTs, UserId
from bot.slack.api.calls import Method, call, errors_mapped
from bot.slack.blocks.kit import MessageBody
from bot.slack.json_fields import dict_of, dicts_of, str_of

ViewDict = dict[str, Any]

MAX_CHANNEL_PAGES = 5
"""Limit of pages, of a thousand channels each, that are searched for a name."""

USER_CACHE_S = 300.0
"""Time for which a user's profile is cached: names and rights change seldom."""

_ANSWERS_HOST = "hooks.slack.com"


class SlackUi:
    """Slack UI: shows modals, App Home and ephemeral messages to one person."""

    def __init__(self, web: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        self._web = web
        self._session = session
        self._people: dict[UserId, tuple[float, dict[str, Any]]] = {}

    async def open_modal(self, trigger_id: str, view: ViewDict) -> str:
        """Open a modal within 3 seconds of the interaction, and return its id. Raises CallFailed."""
        return _view_id(await _call(self._web.views_open, trigger_id=trigger_id, view=view))

    async def push_modal(self, trigger_id: str, view: ViewDict) -> str:
        """Open a modal on top of the open one, and return its id. Raises CallFailed."""
        return _view_id(await _call(self._web.views_push, trigger_id=trigger_id, view=view))

    async def update_modal(self, view_id: str, view: ViewDict) -> None:
        """Replace an open modal. Raises CallFailed."""
        await _call(self._web.views_update, view_id=view_id, view=view)

    async def publish_home(self, user: UserId, view: ViewDict) -> None:
        """Publish a person's App Home. Raises CallFailed."""
        await _call(self._web.views_publish, user_id=user, view=view)

    async def post_ephemeral(
        self, user: UserId, channel: ChannelId, message: MessageBody, *, thread_ts: MessageTs | None = None
    ) -> None:
        """Post an ephemeral message in a channel or thread. Raises CallFailed."""
        place = {"thread_ts": thread_ts} if thread_ts else {}
        blocks = message.blocks or None
        await _call(self._web.chat_postEphemeral, channel=channel, user=user, text=message.text, blocks=blocks, **place)

    async def post(self, channel: ChannelId, message: MessageBody) -> None:
        """Post to a channel. Raises CallFailed."""
        await _call(self._web.chat_postMessage, channel=channel, text=message.text, blocks=message.blocks or None)

    async def edit(self, channel: ChannelId, ts: MessageTs, message: MessageBody) -> None:
        """Put another message in place of one of ours. Raises CallFailed."""
        await _call(self._web.chat_update, channel=channel, ts=ts, text=message.text, blocks=message.blocks)

    async def post_direct(self, user: UserId, message: MessageBody) -> None:
        """Post to a person, in the app's Messages tab. NOT safe to repeat after OutcomeUnknown. Raises CallFailed."""
        await _call(self._web.chat_postMessage, channel=user, text=message.text, blocks=message.blocks or None)

    async def respond(self, response_url: str, message: MessageBody, *, replaces: bool = False) -> None:
        """Post to a response_url, as an ephemeral message. Raises CallFailed."""
        if not self._is_slacks(response_url):
            raise Rejected("bad_response_url", "Slack gave no address to answer to.")
        body = {"text": message.text, "response_type": "ephemeral", "replace_original": replaces}
        if message.blocks:
            body["blocks"] = message.blocks
        with errors_mapped():
            async with self._session.post(response_url, json=body, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise OutcomeUnknown(f"http_{answer.status}", "Slack did not take the answer.")

    def _is_slacks(self, url: str) -> bool:
        """Check that a response_url is Slack's; it came in a signed request, but the check costs nothing."""
        interaction, api = urlsplit(url), urlsplit(self._web.base_url)
        return (interaction.scheme, interaction.netloc) in (("https", _ANSWERS_HOST), (api.scheme, api.netloc))

    async def channel(self, channel: ChannelId) -> dict[str, Any] | None:
        """Look up a channel; None if Slack shows us none. Raises CallFailed."""
        try:
            return dict((await _call(self._web.conversations_info, channel=channel)).get("channel") or {})
        except CallFailed as error:
            if error.code == "channel_not_found":
                return None
            raise

    async def find_channel(self, name: str) -> dict[str, Any] | None:
        """Search for a channel by its name; None if Slack shows us none. Raises CallFailed."""
        cursor, wanted = "", name.lower()
        for _ in range(MAX_CHANNEL_PAGES):
            page = await _call(
                self._web.conversations_list,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=1_000,
                cursor=cursor or None,
            )
            found = [
                channel for channel in dicts_of(page.get("channels")) if str_of(channel.get("name")).lower() == wanted
            ]
            cursor = str_of(dict_of(page.get("response_metadata")).get("next_cursor"))
            if found or not cursor:
                return found[0] if found else None
        return None

    async def join(self, channel: ChannelId) -> None:
        """Join a public channel. Raises CallFailed."""
        await _call(self._web.conversations_join, channel=channel)

    async def user_groups(self) -> dict[str, str]:
        """List the user groups by id, with their names: usergroups.list. Raises CallFailed."""
        found = dicts_of((await _call(self._web.usergroups_list)).get("usergroups"))
        names = {str_of(group.get("id")): str_of(group.get("name")) for group in found}
        return {group: name or group for group, name in names.items() if group}

    async def user(self, user: UserId) -> dict[str, Any]:
        """Look up a user: users.info. Raises CallFailed."""
        return dict((await _call(self._web.users_info, user=user)).get("user") or {})

    async def cached_user(self, user: UserId) -> dict[str, Any]:
        """Look up a user, at most once in a few minutes. Raises CallFailed."""
        asked_at, known = self._people.get(user, (0.0, {}))
        if not known or time.monotonic() - asked_at > USER_CACHE_S:
            known = await self.user(user)
            self._people[user] = time.monotonic(), known
        return known


def _view_id(answer: dict[str, Any]) -> str:
    return str((answer.get("view") or {}).get("id") or "")


async def _call(method: Method, **arguments: Any) -> dict[str, Any]:
    """Make one call, with our own words for the refusals that a person can act on. Raises CallFailed."""
    try:
        return await call(method, **arguments)
    except CallFailed as error:
        if error.code not in _VIEW_CODES:
            raise
        raise Rejected(error.code, _VIEW_CODES[error.code]) from error


_LATE = "That took too long for Slack. Please press it again."
_VIEW_CODES = {
    "expired_trigger_id": _LATE,
    "exchanged_trigger_id": _LATE,
    "invalid_trigger_id": _LATE,
    "hash_conflict": "This was changed meanwhile.",
    "not_found": "This is not open any more.",
    "push_limit_reached": "Too many windows are open. Please close one.",
    "user_not_in_channel": "You are not in this channel.",
    "messages_tab_disabled": "This person cannot be written to.",
    "not_enabled": "App Home is switched off. An admin has to apply the manifest again.",
}
