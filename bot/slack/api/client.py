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
from bot.domain.ids import ChannelId, MessageTs, PostKey, ThreadRef, UserId
from bot.domain.media import Media
from bot.domain.own_channels import OwnChannel
from bot.domain.pictures import CheckedFiles
from bot.domain.provider_profile import FileLimits
from bot.domain.thread_content import ChannelTopic, Content, GoesOn, Header, Speaker
from bot.domain.thread_events import SlackFile
from bot.ports.media import PictureFitter
from bot.slack.api.calls import Method, call
from bot.slack.api.erasing import Identity, ThreadErasing
from bot.slack.api.errors import ALREADY_DONE, LAYOUT_ERRORS
from bot.slack.api.files import Files
from bot.slack.api.own_channels import OwnChannels
from bot.slack.api.reader import SlackReader
from bot.slack.api.uploads import Uploads
from bot.slack.blocks.kit import MessageBody
from bot.slack.events.message_events import OWN_EVENT_TYPE, UNDO_REACTIONS
from bot.slack.render.lines import Lines
from bot.slack.render.renderer import Renderer
from bot.slack.render.statuses import SYMBOLS
from bot.slack.text.emoji import code_for

TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)


class SlackClient(SlackReader):
    """Slack client: bot.ports.workspace.Workspace over the Web API."""

    def __init__(
        self, web: AsyncWebClient, renderer: Renderer, fitter: PictureFitter, own_user: str = "", own_bot: str = ""
    ) -> None:
        super().__init__(web, renderer, own_user, own_bot)
        self._uploads = Uploads(web)
        self._files = Files(web, fitter)
        self._erasing = ThreadErasing(web, renderer)
        self._own_channels = OwnChannels(web, renderer)

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
            reply_broadcast=True if is_seen and place.thread_ts else None,
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

    async def erase_thread(self, place: ThreadRef, *, as_name: str = "") -> None:
        """Remove what is ours from a thread, or from a channel that is one contact's own."""
        identity = await self.identity()
        us = Identity(str(identity.get("bot_id") or ""), str(identity.get("user_id") or ""))
        is_nameless = not as_name or await self._own_channels.take_name_off(place.channel, as_name)
        await self._erasing.erase(place, us, self._page, is_own=bool(as_name), kept=0 if is_nameless else 1)

    async def make_channel(self, own: OwnChannel, like: ChannelId, *, may_exist: bool) -> ChannelId | None:
        """Make a channel of a conversation's own."""
        await self._know_ourselves()
        return await self._own_channels.make(own, like, self._user_id, may_exist=may_exist)

    async def furnish_channel(
        self, channel: ChannelId, topic: ChannelTopic, members: Sequence[UserId]
    ) -> tuple[tuple[UserId, str], ...]:
        """Let people into such a channel, and say who it is about."""
        return await self._own_channels.furnish(channel, topic, members)

    async def unarchive_channel(self, channel: ChannelId) -> None:
        """Unarchive such a channel."""
        await self._own_channels.unarchive(channel)

    async def mark(
        self, channel: ChannelId, ts: MessageTs, *, show: DeliveryStatus | None, instead_of: frozenset[DeliveryStatus]
    ) -> None:
        """Replace the reactions: the old ones are removed first, so that there is never more than one."""
        new = SYMBOLS[show] if show else None
        for old in sorted({SYMBOLS[status] for status in instead_of} - {new}):
            await self._react(self._web.reactions_remove, channel, ts, old)
        if new:
            await self._react(self._web.reactions_add, channel, ts, new)

    async def react(self, channel: ChannelId, ts: MessageTs, *, show: frozenset[str], remove: frozenset[str]) -> None:
        """Change reactions that a contact has on a text. One that would be taken for a status is refused."""
        wanted = [_reaction_name(emoji) for emoji in sorted(show)]
        for emoji in sorted(remove):
            with contextlib.suppress(Rejected):  # it was never shown
                await self._react(self._web.reactions_remove, channel, ts, _reaction_name(emoji))
        for name in wanted:
            await self._react(self._web.reactions_add, channel, ts, name)

    async def _react(self, method: Method, channel: ChannelId, ts: MessageTs, name: str) -> None:
        try:
            await call(method, channel=channel, timestamp=ts, name=name)
        except CallFailed as error:
            if error.code not in ALREADY_DONE:
                raise

    async def checked_files(self, files: Sequence[SlackFile], limits: FileLimits, *, may_link: bool) -> CheckedFiles:
        """Check whether these files can be texted, complete them, and make pictures fit."""
        return await self._files.checked(files, limits, may_link=may_link)


def _reaction_name(emoji: str) -> str:
    """Name an emoji as Slack does. Raises Rejected for one that Slack lacks, and for those of the statuses."""
    name = code_for(emoji)
    if name is None or name in SYMBOLS.values() or name in UNDO_REACTIONS:
        raise Rejected("no_such_reaction", "Slack has no such reaction.")
    return name
