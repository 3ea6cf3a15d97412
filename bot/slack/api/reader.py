"""Slack reader: the bot's identity, the history of channels and threads, and names.

Reads a page of history a call, and does not retry. Posts of ours are recognized by the keys in their metadata.
Source: https://docs.slack.dev/reference/methods/conversations.history
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import ChannelId, MessageTs, PostKey, ThreadRef, UserId
from bot.domain.pieces import Piece, Ref, RefKind
from bot.domain.roles import Person
from bot.domain.text import for_phone
from bot.domain.thread_events import Reply, SlackEvent
from bot.ports.workspace import HistoryPage, SeenPost
from bot.slack.api.calls import Method, call, call_with_headers
from bot.slack.api.people import SlackPeople
from bot.slack.api.uploads import has_upload
from bot.slack.events.message_events import OWN_EVENT_TYPE, UNDO_REACTIONS, name_of, read_history, teams_of, ts_of
from bot.slack.json_fields import dict_of, dicts_of, str_of
from bot.slack.render.renderer import Renderer
from bot.slack.render.statuses import furthest_shown
from bot.slack.text.rich_text import flatten

MAX_CHANNEL_PAGES = 100
"""Limit of pages of channels that are read, of a thousand channels each."""

MAX_CACHED_NAMES = 10_000
"""Limit of cached names; beyond it the cache is emptied."""

PAGE_SIZE = 200
"""Messages in a page of history: the most that Slack recommends."""


class SlackReader:
    """Slack reader: the part of bot.ports.workspace.Workspace that changes nothing."""

    def __init__(self, web: AsyncWebClient, renderer: Renderer, own_user: str = "", own_bot: str = "") -> None:
        self._web = web
        self._renderer = renderer
        self._names: dict[Ref, str] = {}
        self._user_id, self._bot_id = own_user, own_bot
        self._teams: frozenset[str] = frozenset()
        self._people = SlackPeople(web, self._own_teams)

    async def find_posts(
        self, place: ThreadRef, keys: Collection[PostKey], *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Mapping[PostKey, MessageTs]]:
        """Search a page of the thread, or of the channel for a header, for our keys."""
        messages, more = await self._page(place, since, cursor)
        posts = [(ts, message) for message in messages if (ts := ts_of(message.get("ts")))]
        return HistoryPage({key: ts for ts, message in posts for key in keys if _is_of(message, key)}, more)

    async def header_keys(self, place: ThreadRef) -> Sequence[PostKey]:
        """Read our keys in the header of a thread."""
        await self._know_ourselves()
        messages, _ = await self._page(place, datetime.fromtimestamp(0, UTC), "")
        heads = (message for message in messages if message.get("ts") == place.thread_ts)
        return [PostKey(key) for head in heads for key in _keys(head)]

    async def threads(
        self, channel: ChannelId, *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Mapping[MessageTs, MessageTs]]:
        """Read a page of a channel: each thread with the moment of its latest reply."""
        messages, more = await self._page(ThreadRef(channel), since, cursor)
        latest_replies = [(ts_of(message.get("ts")), ts_of(message.get("latest_reply"))) for message in messages]
        return HistoryPage({ts: latest for ts, latest in latest_replies if ts and latest}, more)

    async def events_since(
        self, place: ThreadRef, *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Sequence[SlackEvent]]:
        """Read a page of history as events; a message with a reaction of ours was processed before."""
        await self._know_ourselves()
        messages, more = await self._page(place, since, cursor)
        events: list[SlackEvent] = []
        for message in messages:
            if message.get("user") == self._user_id or _keys(message):
                continue
            is_known = _mark_of(message, self._user_id) is not None
            events += [
                event
                for event in read_history(message, place.channel, self._teams)
                if not (is_known and isinstance(event, Reply))
            ]
        return HistoryPage(events, more)

    async def own_channels(self) -> Sequence[ChannelId]:
        """List the channels that the bot is a member of: conversations.list."""
        found: list[ChannelId] = []
        arguments = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 1_000}
        cursor: str | None = None
        for _ in range(MAX_CHANNEL_PAGES):
            page = await call(self._web.conversations_list, **arguments, cursor=cursor)
            found += [
                ChannelId(str_of(channel.get("id")))
                for channel in dicts_of(page.get("channels"))
                if channel.get("is_member")
            ]
            cursor = str_of(dict_of(page.get("response_metadata")).get("next_cursor")) or None
            if cursor is None:
                break
        return found

    async def read_posts(
        self, place: ThreadRef, *, since: datetime, cursor: str = ""
    ) -> HistoryPage[Sequence[SeenPost]]:
        """Read a page of a thread or a channel."""
        await self._know_ourselves()
        messages, more = await self._page(place, since, cursor)
        posts = (_seen(one, place.channel, self._user_id, self._teams) for one in messages)
        return HistoryPage([one for one in posts if one is not None], more)

    async def _page(self, place: ThreadRef, since: datetime, cursor: str) -> tuple[list[dict[str, Any]], str]:
        """Read a page of history and the next cursor; Slack keeps to the messages of the first page."""
        arguments: dict[str, Any] = {
            "channel": place.channel,
            "oldest": f"{max(0.0, since.timestamp()):.6f}",
            "include_all_metadata": True,
            "limit": PAGE_SIZE,
            "cursor": cursor or None,
        }
        try:
            if place.thread_ts is None:
                page = await call(self._web.conversations_history, **arguments)
            else:
                page = await call(self._web.conversations_replies, ts=place.thread_ts, **arguments)
        except Rejected as error:
            if error.needs_thread:
                return [], ""
            raise
        posts = [post for post in dicts_of(page.get("messages")) if not self._is_of_other_bot(post)]
        return posts, str_of(dict_of(page.get("response_metadata")).get("next_cursor"))

    def _is_of_other_bot(self, message: dict[str, Any]) -> bool:
        """Tell whether a post is of the app's bot in another workspace, which shares the channel: none of ours.

        What it posts under a customer's name has no author, but the bot's id.
        """
        bot, author = message.get("bot_id"), message.get("user")
        if bot and self._bot_id:
            return bool(bot != self._bot_id)
        return bool(self._user_id and author and author != self._user_id and bot)

    async def _know_ourselves(self) -> None:
        """Ask who we are, once: or we could tell neither our own posts and marks nor who is of another workspace."""
        if not self._teams:
            await self.identity()

    async def phone_text(self, pieces: Sequence[Piece]) -> str:
        """Look up each name once, and write phone text; a name that Slack refuses does not hold up a text."""
        refs = [piece for piece in pieces if isinstance(piece, Ref)]
        return for_phone(flatten(pieces, {ref: await self._name(ref) for ref in refs}))

    async def _name(self, ref: Ref) -> str:
        if ref not in self._names:
            if len(self._names) > MAX_CACHED_NAMES:
                self._names.clear()
            self._names[ref] = await self._ask_name(ref)
        return self._names[ref]

    async def _ask_name(self, ref: Ref) -> str:
        try:
            if ref.kind is RefKind.USER:
                answer = await call(self._web.users_info, user=ref.id)
                return name_of(dict_of(answer.get("user")))
            if ref.kind is RefKind.CHANNEL:
                answer = await call(self._web.conversations_info, channel=ref.id)
                return str((answer.get("channel") or {}).get("name") or "")
        except CallFailed as error:
            if error.code in ("ratelimited", "unreachable", "timeout", "connection_lost"):
                raise
        return ""

    async def person(self, user: UserId, own_teams: frozenset[str] = frozenset()) -> Person:
        """Look up what a person is."""
        return await self._people.person(user, own_teams)

    def forget_person(self, user: UserId) -> None:
        """Ask anew about somebody."""
        self._people.forget_person(user)

    def forget_group(self, group: str) -> None:
        """Ask anew who is in a user group."""
        self._people.forget_group(group)

    async def group_members(self, group: str) -> frozenset[UserId]:
        """List the members of a user group."""
        return await self._people.group_members(group)

    async def _own_teams(self) -> frozenset[str]:
        await self._know_ourselves()
        return self._teams

    async def identity(self) -> dict[str, Any]:
        """Ask Slack for the bot's identity: auth.test. Raises CallFailed."""
        answer = await self._learning(self._web.auth_test)
        self._user_id, self._bot_id = str(answer.get("user_id") or ""), str(answer.get("bot_id") or "")
        self._teams = teams_of(answer)
        self._renderer.faces.own_name = str(answer.get("user") or "")
        self._renderer.team_url = str(answer.get("url") or "")
        return answer

    async def _learning(self, method: Method, **arguments: Any) -> dict[str, Any]:
        """Make a call, and learn from its headers what the token may do. Raises CallFailed."""
        answer = await call_with_headers(method, **arguments)
        self._renderer.faces.learn(answer.headers)
        return dict(dict_of(answer.data))


def _seen(message: dict[str, Any], channel: ChannelId, user_id: str, teams: frozenset[str]) -> SeenPost | None:
    ts = ts_of(message.get("ts"))
    if ts is None:
        return None
    keys = tuple(PostKey(key) for key in _keys(message))
    if keys or message.get("user") == user_id:
        return SeenPost(ts, keys, tuple(_carried(message, "about")))
    replies = [event for event in read_history(message, channel, teams) if isinstance(event, Reply)]
    edited_ts = ts_of(dict_of(message.get("edited")).get("ts"))
    mark, by = _mark_of(message, user_id), _withdrawn_by(message, user_id)
    return SeenPost(ts, reply=replies[0] if replies else None, edited_ts=edited_ts, mark=mark, asked_back_by=by)


def _mark_of(message: dict[str, Any], user_id: str) -> DeliveryStatus | None:
    """Read the furthest status that the bot's reactions show on a message."""
    names = {
        reaction.get("name")
        for reaction in dicts_of(message.get("reactions"))
        if user_id in (reaction.get("users") or ())
    }
    return furthest_shown(names)


def _withdrawn_by(message: dict[str, Any], user_id: str) -> UserId | None:
    """Find the person who asks to take a message back by a reaction."""
    asking = (reaction for reaction in dicts_of(message.get("reactions")) if reaction.get("name") in UNDO_REACTIONS)
    return next((UserId(user) for reaction in asking for user in reaction.get("users") or () if user != user_id), None)


def _keys(message: dict[str, Any]) -> Sequence[str]:
    return _carried(message, "keys")


def _carried(message: dict[str, Any], name: str) -> Sequence[str]:
    """Read the values that a post of ours carries in its metadata."""
    metadata = dict_of(message.get("metadata"))
    if metadata.get("event_type") != OWN_EVENT_TYPE:
        return ()
    found = dict_of(metadata.get("event_payload")).get(name)
    return [value for value in found if isinstance(value, str)] if isinstance(found, list) else ()


def _is_of(message: dict[str, Any], key: PostKey) -> bool:
    """Tell whether a post has this key, in its metadata or in the name of its file."""
    return key in _keys(message) or has_upload(message, key)
