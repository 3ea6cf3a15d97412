"""Speaks to Slack: one call, one request, no repeats; the books decide those.

Posts carry our keys in the message's metadata, so that a lost answer can be looked up. slack_sdk's own retry handler is
off: it re-sends a post whose answer was lost. Source: https://docs.slack.dev/reference/methods
"""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, Refused
from bot.domain.ids import ChannelId, MessageTs, PostKey, UserId
from bot.domain.media import Media
from bot.domain.message import Piece, Ref, RefKind, Reply, SlackEvent, SlackFile
from bot.domain.post import Content, GoesOn, Header, Place, Speaker
from bot.domain.text import for_phone
from bot.ports import HistoryPage, SeenPost
from bot.slack.blocks import View
from bot.slack.calls import Method, answered, called
from bot.slack.failures import DONE_ALREADY, OURS
from bot.slack.files import Files
from bot.slack.mrkdwn import flatten
from bot.slack.shapes import dict_of, dicts_of, str_of
from bot.slack.statuses import SYMBOLS, furthest_shown
from bot.slack.uploads import Uploads, shows_upload
from bot.slack.views import Views
from bot.slack.wire import OWN_EVENT_TYPE, UNDO_REACTIONS, name_of, read_history, teams_of, ts_of

MOST_PAGES = 100
"""Pages of channels that are looked through, of a thousand channels each."""

TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)

KNOWN_NAMES = 10_000
"""Names remembered; beyond it they are asked for again."""

PAGE = 200
"""Messages in a page of history: as many as Slack recommends at most."""


class SlackClient:
    """bot.ports.Workspace over Slack's Web API."""

    def __init__(self, web: AsyncWebClient, views: Views) -> None:
        self._web = web
        self._views = views
        self._names: dict[Ref, str] = {}
        self._user_id = ""
        self._teams: frozenset[str] = frozenset()
        self._uploads = Uploads(web)
        self._files = Files(web)

    async def upload(self, place: Place, media: Media, speaker: Speaker, *, key: PostKey) -> None:
        """Show a picture or file in a thread."""
        faces = self._views.faces
        await self._uploads.show(place, media, key, faces.looks(speaker) if faces.are_shown else {})

    async def post(
        self,
        place: Place,
        content: Content,
        *,
        keys: Sequence[PostKey],
        is_seen: bool = False,
        about: Sequence[str] = (),
    ) -> MessageTs:
        """Post once; where Slack refuses the layout, once more as plain text."""
        view = await self._view(content)
        carried = {"keys": list(keys), "about": list(about)}
        try:
            return await self._post(place, view, carried, is_seen=is_seen)
        except Refused as error:
            if error.code not in OURS:
                raise
            is_face_at_fault = error.code == "invalid_arguments"
        plain = View(view.text[:3_700] or "…", [], view.speaker)
        return await self._post(place, plain, carried, is_seen=is_seen, has_face=not is_face_at_fault)

    async def _view(self, content: Content) -> View:
        """Choose the words; where they link to another thread, the workspace's address must be known."""
        is_linked = isinstance(content, GoesOn) or (isinstance(content, Header) and (content.former or content.goes_on))
        if is_linked and not self._views.team_url:
            with contextlib.suppress(CallFailed):  # then the channel is named without a link
                await self.identity()
        return self._views.of(content)

    async def _post(
        self, place: Place, view: View, carried: dict[str, Any], *, is_seen: bool, has_face: bool = True
    ) -> MessageTs:
        faces = self._views.faces
        looks = faces.looks(view.speaker) if has_face else {}
        relies_on_face = bool(looks) and faces.are_shown and not is_seen  # a channel may show it under the bot's name
        if not relies_on_face:
            view = faces.named(view)
        answer = await self._learning(
            self._web.chat_postMessage,
            channel=place.channel,
            thread_ts=place.thread_ts,
            text=view.text,
            blocks=view.blocks or None,
            metadata={"event_type": OWN_EVENT_TYPE, "event_payload": carried},
            unfurl_links=False,
            unfurl_media=False,
            reply_broadcast=True if is_seen else None,
            **looks,
        )
        ts = MessageTs(str(answer["ts"]))
        if relies_on_face and not faces.are_shown:  # the permission was taken away, and with it the customer's name
            with contextlib.suppress(CallFailed):  # the post stands, and must not be made again for this
                await self._update(place.channel, ts, faces.named(view))
        return ts

    async def edit(self, channel: ChannelId, ts: MessageTs, content: Content) -> None:
        """Replace a post; `parse` is said because chat.update would otherwise turn names into pings.

        It takes no name and no face, and was seen to drop those that were there: the words say who speaks.
        """
        await self._update(channel, ts, self._views.faces.named(await self._view(content)))

    async def _update(self, channel: ChannelId, ts: MessageTs, view: View) -> None:
        await called(self._web.chat_update, channel=channel, ts=ts, text=view.text, blocks=view.blocks, parse="none")

    async def mark(
        self, channel: ChannelId, ts: MessageTs, *, show: DeliveryStatus | None, instead_of: frozenset[DeliveryStatus]
    ) -> None:
        """Take the old reactions away, then add the new one: there is never more than one."""
        new = SYMBOLS[show] if show else None
        for old in sorted({SYMBOLS[status] for status in instead_of} - {new}):
            await self._react(self._web.reactions_remove, channel, ts, old)
        if new:
            await self._react(self._web.reactions_add, channel, ts, new)

    async def _react(self, method: Method, channel: ChannelId, ts: MessageTs, name: str) -> None:
        try:
            await called(method, channel=channel, timestamp=ts, name=name)
        except CallFailed as error:
            if error.code not in DONE_ALREADY:
                raise

    async def find_posts(
        self, place: Place, keys: Collection[PostKey], *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Mapping[PostKey, MessageTs]]:
        """Look through a page of the thread, or of the channel for a header, for our keys."""
        messages, more = await self._page(place, since, cursor)
        posts = [(ts, message) for message in messages if (ts := ts_of(message.get("ts")))]
        return HistoryPage({key: ts for ts, message in posts for key in keys if _is_of(message, key)}, more)

    async def header_keys(self, place: Place) -> Sequence[PostKey]:
        """Read our keys in the message that heads a thread."""
        messages, _ = await self._page(place, datetime.fromtimestamp(0, UTC), "")
        heads = (one for one in messages if one.get("ts") == place.thread_ts)
        return [PostKey(key) for head in heads for key in _keys(head)]

    async def threads(
        self, channel: ChannelId, *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Mapping[MessageTs, MessageTs]]:
        """Look at a page of a channel; each message says when it was last answered."""
        messages, more = await self._page(Place(channel), since, cursor)
        answered = [(ts_of(message.get("ts")), ts_of(message.get("latest_reply"))) for message in messages]
        return HistoryPage({ts: latest for ts, latest in answered if ts and latest}, more)

    async def events_since(
        self, place: Place, *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Sequence[SlackEvent]]:
        """Read a page; a message that bears a mark of ours was taken in before, whatever our books say."""
        if not self._user_id:
            await self.identity()  # or we could not tell our own posts and marks
        messages, more = await self._page(place, since, cursor)
        events: list[SlackEvent] = []
        for message in messages:
            if message.get("user") == self._user_id or _keys(message):
                continue
            is_known = _mark_of(message, self._user_id) is not None
            events += [
                one
                for one in read_history(message, place.channel, self._teams)
                if not (is_known and isinstance(one, Reply))
            ]
        return HistoryPage(events, more)

    async def own_channels(self) -> Sequence[ChannelId]:
        """List the channels that the bot is in: conversations.list."""
        found: list[ChannelId] = []
        wanted = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 1_000}
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await called(self._web.conversations_list, **wanted, cursor=cursor)
            found += [
                ChannelId(str_of(one.get("id"))) for one in dicts_of(page.get("channels")) if one.get("is_member")
            ]
            cursor = str_of(dict_of(page.get("response_metadata")).get("next_cursor")) or None
            if cursor is None:
                break
        return found

    async def read_posts(self, place: Place, *, since: datetime, cursor: str = "") -> HistoryPage[Sequence[SeenPost]]:
        """Read a page of a thread or a channel."""
        if not self._user_id:
            await self.identity()  # or we could not tell our own marks
        messages, more = await self._page(place, since, cursor)
        posts = (_seen(one, place.channel, self._user_id, self._teams) for one in messages)
        return HistoryPage([one for one in posts if one is not None], more)

    async def _page(self, place: Place, since: datetime, cursor: str) -> tuple[list[dict[str, Any]], str]:
        """Read a page of history, and the cursor of the next one; Slack keeps to the messages of the first page."""
        wanted: dict[str, Any] = {
            "channel": place.channel,
            "oldest": f"{max(0.0, since.timestamp()):.6f}",
            "include_all_metadata": True,
            "limit": PAGE,
            "cursor": cursor or None,
        }
        try:
            if place.thread_ts is None:
                page = await called(self._web.conversations_history, **wanted)
            else:
                page = await called(self._web.conversations_replies, ts=place.thread_ts, **wanted)
        except Refused as error:
            if error.needs_thread:
                return [], ""
            raise
        return list(dicts_of(page.get("messages"))), str_of(dict_of(page.get("response_metadata")).get("next_cursor"))

    async def phone_text(self, pieces: Sequence[Piece]) -> str:
        """Ask for each name once; a name that Slack will not tell must not hold up a text."""
        refs = [piece for piece in pieces if isinstance(piece, Ref)]
        return for_phone(flatten(pieces, {ref: await self._name(ref) for ref in refs}))

    async def checked_files(self, files: Sequence[SlackFile]) -> tuple[SlackFile, ...]:
        """Look whether these files can be texted."""
        return await self._files.checked(files)

    async def _name(self, ref: Ref) -> str:
        if ref not in self._names:
            if len(self._names) > KNOWN_NAMES:
                self._names.clear()
            self._names[ref] = await self._ask_name(ref)
        return self._names[ref]

    async def _ask_name(self, ref: Ref) -> str:
        try:
            if ref.kind is RefKind.USER:
                answer = await called(self._web.users_info, user=ref.id)
                return name_of(dict_of(answer.get("user")))
            if ref.kind is RefKind.CHANNEL:
                answer = await called(self._web.conversations_info, channel=ref.id)
                return str((answer.get("channel") or {}).get("name") or "")
        except CallFailed as error:
            if error.code in ("ratelimited", "unreachable", "timeout", "connection_lost"):
                raise
        return ""

    async def identity(self) -> dict[str, Any]:
        """Ask Slack who we are: auth.test. Raises CallFailed."""
        answer = await self._learning(self._web.auth_test)
        self._user_id = str(answer.get("user_id") or "")
        self._teams = teams_of(answer)
        self._views.faces.own_name = str(answer.get("user") or "")
        self._views.team_url = str(answer.get("url") or "")
        return answer

    async def _learning(self, method: Method, **arguments: Any) -> dict[str, Any]:
        """Make a call, and learn from its answer what Slack lets us do."""
        answer = await answered(method, **arguments)
        self._views.faces.learn(answer.headers)
        return dict(dict_of(answer.data))


def _seen(message: dict[str, Any], channel: ChannelId, user_id: str, teams: frozenset[str]) -> SeenPost | None:
    ts = ts_of(message.get("ts"))
    if ts is None:
        return None
    keys = tuple(PostKey(key) for key in _keys(message))
    if keys or message.get("user") == user_id:
        return SeenPost(ts, keys, tuple(_carried(message, "about")))
    replies = [one for one in read_history(message, channel, teams) if isinstance(one, Reply)]
    edited_ts = ts_of(dict_of(message.get("edited")).get("ts"))
    mark, by = _mark_of(message, user_id), _asked_back_by(message, user_id)
    return SeenPost(ts, reply=replies[0] if replies else None, edited_ts=edited_ts, mark=mark, asked_back_by=by)


def _mark_of(message: dict[str, Any], user_id: str) -> DeliveryStatus | None:
    """Read the furthest status that the bot shows on a message."""
    names = {
        reaction.get("name")
        for reaction in dicts_of(message.get("reactions"))
        if user_id in (reaction.get("users") or ())
    }
    return furthest_shown(names)


def _asked_back_by(message: dict[str, Any], user_id: str) -> UserId | None:
    """Tell which person asks for a message back by a reaction."""
    asking = (one for one in dicts_of(message.get("reactions")) if one.get("name") in UNDO_REACTIONS)
    return next((UserId(user) for one in asking for user in one.get("users") or () if user != user_id), None)


def _keys(message: dict[str, Any]) -> Sequence[str]:
    return _carried(message, "keys")


def _carried(message: dict[str, Any], name: str) -> Sequence[str]:
    """Read what a post of ours carries."""
    metadata = dict_of(message.get("metadata"))
    if metadata.get("event_type") != OWN_EVENT_TYPE:
        return ()
    found = dict_of(metadata.get("event_payload")).get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else ()


def _is_of(message: dict[str, Any], key: PostKey) -> bool:
    """Tell whether a post is the one with this key, in its metadata or in the name of its file."""
    return key in _keys(message) or shows_upload(message, key)
