"""Erasing of a thread in Slack: our posts and files are deleted, or overwritten where Slack does not let us delete.

Every call may be repeated, so the whole may: what is gone is not met again. Slack's limit is answered by Retryable, and
the outbox goes on later.
"""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import Rejected
from bot.domain.ids import ThreadRef
from bot.domain.thread_content import ErasedContact
from bot.slack.api.calls import call
from bot.slack.api.errors import DELETED
from bot.slack.blocks.kit import MessageBody
from bot.slack.events.message_events import OWN_EVENT_TYPE, ts_of
from bot.slack.json_fields import dict_of, dicts_of, str_of
from bot.slack.render.erased import ERASED_POST
from bot.slack.render.renderer import Renderer

ReadPage = Callable[[ThreadRef, datetime, str], Awaitable[tuple[list[dict[str, Any]], str]]]
"""Reads a page of a thread, and the cursor of the next one."""

_NO_METADATA = {"event_type": "volt_erased", "event_payload": {}}
"""In place of what a post carried: a header carries the number."""

_GONE = DELETED | {"file_not_found", "file_deleted"}


_TOLD = frozenset({"channel_topic", "channel_name", "group_topic", "group_name"})
"""Subtypes of what Slack writes into a channel about what we changed: it may name the contact."""

_COMING = frozenset({"channel_join", "group_join", "channel_leave", "group_leave"})
"""Subtypes of what Slack writes about people who come and go."""


class Identity(NamedTuple):
    """Who the bot is; "" for what is not known."""

    bot_id: str
    user_id: str


class ThreadErasing:
    """Erasing of threads by the Web API."""

    def __init__(self, web: AsyncWebClient, renderer: Renderer) -> None:
        self._web = web
        self._renderer = renderer

    async def erase(
        self, place: ThreadRef, us: Identity, read: ReadPage, *, is_own: bool = False, kept: int = 0
    ) -> None:
        """Remove what is ours, the header's words first, and say in the header what is left. Raises CallFailed.

        `is_own`: the whole channel is one contact's. `kept` is how much of it is known to stay.
        """
        assert place.thread_ts is not None
        await self._overwrite(place.channel, place.thread_ts, self._renderer.render(ErasedContact()))
        by_people, not_removed = 0, kept
        for message in await _all(ThreadRef(place.channel) if is_own else place, read):
            if message.get("ts") == place.thread_ts:
                continue
            if message.get("subtype") in _COMING:
                continue
            if not _is_ours(message, us):
                by_people += 1
            elif not await self._remove(place.channel, message):
                not_removed += 1
        await self._say(place, self._renderer.render(ErasedContact(by_people, not_removed)))

    async def _say(self, place: ThreadRef, body: MessageBody) -> None:
        """Say it in the header, or under one that cannot be changed or is gone."""
        assert place.thread_ts is not None
        try:
            await self._update(place.channel, place.thread_ts, body)
        except Rejected:
            shown = {"text": body.text, "blocks": body.blocks}
            with contextlib.suppress(Rejected):  # then there is no thread any more
                await call(self._web.chat_postMessage, channel=place.channel, thread_ts=place.thread_ts, **shown)

    async def _remove(self, channel: str, message: dict[str, Any]) -> bool:
        """Delete a post with its files, or overwrite it; False where Slack does neither."""
        are_gone = [await self._delete_file(str_of(file.get("id"))) for file in dicts_of(message.get("files"))]
        ts = str_of(message.get("ts"))
        try:
            await call(self._web.chat_delete, channel=channel, ts=ts)
        except Rejected as refused:
            is_gone = refused.code in _GONE or await self._overwrite(channel, ts, ERASED_POST)
            return is_gone and all(are_gone)
        return all(are_gone)

    async def _delete_file(self, file_id: str) -> bool:
        try:
            await call(self._web.files_delete, file=file_id)
        except Rejected as refused:
            return refused.code in _GONE
        return True

    async def _overwrite(self, channel: str, ts: str, body: MessageBody) -> bool:
        """Replace all that a post shows and carries; False where Slack refuses it."""
        try:
            await self._update(channel, ts, body)
        except Rejected as refused:
            return refused.code in _GONE
        return True

    async def _update(self, channel: str, ts: str, body: MessageBody) -> None:
        changed = {"text": body.text, "blocks": body.blocks, "metadata": _NO_METADATA, "parse": "none"}
        await call(self._web.chat_update, channel=channel, ts=ts, **changed)


async def _all(place: ThreadRef, read: ReadPage) -> list[dict[str, Any]]:
    """Read a whole thread before anything of it is removed: pages would shift."""
    found, more = await read(place, datetime.fromtimestamp(0, UTC), "")
    while more:
        page, more = await read(place, datetime.fromtimestamp(0, UTC), more)
        found = found + page
    return [message for message in found if ts_of(message.get("ts")) and message.get("subtype") != "tombstone"]


def _is_ours(message: dict[str, Any], us: Identity) -> bool:
    carries_keys = dict_of(message.get("metadata")).get("event_type") == OWN_EVENT_TYPE
    is_told = message.get("subtype") in _TOLD and bool(us.user_id) and message.get("user") == us.user_id
    return carries_keys or is_told or bool(us.bot_id and message.get("bot_id") == us.bot_id)
