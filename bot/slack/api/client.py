"""Slack client: writes to Slack and, with reader.py, reads; one request a call, and the outbox decides on repeats.

Posts carry our keys in the message's metadata, so that the reconciler can find a post whose answer was lost.
slack_sdk's own retry handler is off: it re-sends such a post. Source: https://docs.slack.dev/reference/methods
"""

import contextlib
from collections.abc import Sequence
from typing import Any, BinaryIO

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import ChannelId, MessageTs, PostKey
from bot.domain.media import Media
from bot.domain.provider_profile import FileLimits
from bot.domain.thread_content import Content, GoesOn, Header, Speaker, ThreadRef
from bot.domain.thread_events import SlackFile
from bot.slack.api.calls import Method, call
from bot.slack.api.erasing import ThreadErasing
from bot.slack.api.errors import ALREADY_DONE, LAYOUT_ERRORS
from bot.slack.api.files import Files
from bot.slack.api.reader import SlackReader
from bot.slack.api.uploads import Uploads
from bot.slack.blocks.kit import MessageBody
from bot.slack.events.message_events import OWN_EVENT_TYPE
from bot.slack.render.lines import Lines
from bot.slack.render.renderer import Renderer
from bot.slack.render.statuses import SYMBOLS

TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)


class SlackClient(SlackReader):
    """Slack client: bot.ports.workspace.Workspace over the Web API."""

    def __init__(self, web: AsyncWebClient, renderer: Renderer, own_user: str = "", own_bot: str = "") -> None:
        super().__init__(web, renderer, own_user, own_bot)
        self._uploads = Uploads(web)
        self._files = Files(web)
        self._erasing = ThreadErasing(web, renderer)

    def use_lines(self, lines: Lines) -> None:
        """Show from now on what can be done by these numbers."""
        self._renderer.lines = lines

    async def upload(self, place: ThreadRef, media: Media, speaker: Speaker, *, key: PostKey) -> None:
        """Upload a picture or file into a thread."""
        faces = self._renderer.faces
        await self._uploads.upload(place, media, key, faces.arguments(speaker) if faces.are_shown else {})

    async def upload_table(self, place: ThreadRef, file: BinaryIO, name: str, *, key: PostKey) -> None:
        """Upload a CSV file into a thread."""
        await self._uploads.upload_table(place, file, name, key)

    async def fetch_table(self, file_id: str, into: BinaryIO, most: int) -> SlackFile:
        """Write a file of Slack's to the disk."""
        return await self._files.fetch(file_id, into, most)

    async def post(
        self,
        place: ThreadRef,
        content: Content,
        *,
        keys: Sequence[PostKey],
        is_seen: bool = False,
        about: Sequence[str] = (),
    ) -> MessageTs:
        """Post once; where Slack refuses the layout, once more as plain text."""
        body = await self._rendered(content)
        carried = {"keys": list(keys), "about": list(about)}
        try:
            return await self._post(place, body, carried, is_seen=is_seen)
        except Rejected as error:
            if error.code not in LAYOUT_ERRORS:
                raise
            is_face_at_fault = error.code == "invalid_arguments"
        plain = MessageBody(body.text[:3_700] or "…", [], body.speaker)
        return await self._post(place, plain, carried, is_seen=is_seen, has_face=not is_face_at_fault)

    async def _rendered(self, content: Content) -> MessageBody:
        """Render content; if it links to another thread, the workspace's address is asked for first."""
        is_linked = isinstance(content, GoesOn) or (isinstance(content, Header) and (content.former or content.goes_on))
        if is_linked and not self._renderer.team_url:
            with contextlib.suppress(CallFailed):  # then the channel is named without a link
                await self.identity()
        return self._renderer.render(content)

    async def _post(
        self, place: ThreadRef, body: MessageBody, carried: dict[str, Any], *, is_seen: bool, has_face: bool = True
    ) -> MessageTs:
        faces = self._renderer.faces
        looks = faces.arguments(body.speaker) if has_face else {}
        relies_on_face = bool(looks) and faces.are_shown and not is_seen  # a channel may show it under the bot's name
        if not relies_on_face:
            body = faces.with_name(body)
        answer = await self._learning(
            self._web.chat_postMessage,
            channel=place.channel,
            thread_ts=place.thread_ts,
            text=body.text,
            blocks=body.blocks or None,
            metadata={"event_type": OWN_EVENT_TYPE, "event_payload": carried},
            unfurl_links=False,
            unfurl_media=False,
            reply_broadcast=True if is_seen else None,
            **looks,
        )
        ts = MessageTs(str(answer["ts"]))
        if relies_on_face and not faces.are_shown:  # the permission was taken away, and with it the customer's name
            with contextlib.suppress(CallFailed):  # the post stands, and must not be made again for this
                await self._update(place.channel, ts, faces.with_name(body))
        return ts

    async def edit(self, channel: ChannelId, ts: MessageTs, content: Content) -> None:
        """Replace a post. `parse` is given because chat.update otherwise turns names into pings.

        It takes no name and no face, and was seen to drop those that were there: the words say who speaks.
        """
        await self._update(channel, ts, self._renderer.faces.with_name(await self._rendered(content)))

    async def _update(self, channel: ChannelId, ts: MessageTs, body: MessageBody) -> None:
        await call(self._web.chat_update, channel=channel, ts=ts, text=body.text, blocks=body.blocks, parse="none")

    async def erase_thread(self, place: ThreadRef) -> None:
        """Remove what is ours from a thread."""
        own_bot = str((await self.identity()).get("bot_id") or "")
        await self._erasing.erase(place, own_bot, self._page)

    async def mark(
        self, channel: ChannelId, ts: MessageTs, *, show: DeliveryStatus | None, instead_of: frozenset[DeliveryStatus]
    ) -> None:
        """Replace the reactions: the old ones are removed first, so that there is never more than one."""
        new = SYMBOLS[show] if show else None
        for old in sorted({SYMBOLS[status] for status in instead_of} - {new}):
            await self._react(self._web.reactions_remove, channel, ts, old)
        if new:
            await self._react(self._web.reactions_add, channel, ts, new)

    async def _react(self, method: Method, channel: ChannelId, ts: MessageTs, name: str) -> None:
        try:
            await call(method, channel=channel, timestamp=ts, name=name)
        except CallFailed as error:
            if error.code not in ALREADY_DONE:
                raise

    async def checked_files(self, files: Sequence[SlackFile], limits: FileLimits) -> tuple[SlackFile, ...]:
        """Check whether these files can be texted, and complete them."""
        return await self._files.checked(files, limits)
