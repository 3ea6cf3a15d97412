"""Channels of a conversation's own: made, furnished, unarchived and made nameless by the Web API.

Every call may be repeated, so each step may. A channel that was made before and whose answer was lost is found by its
name, which no two channels have, and by who made it and when. Source:
https://docs.slack.dev/reference/methods/conversations.create and the pages beside it. Of conversations.unarchive Slack
says that it cannot be called by bots for now; it is tried nevertheless, as nothing is lost by that. A bot is not in a
channel any more that was archived, and goes into a public one by itself once a person has unarchived it.
"""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected
from bot.domain.ids import ChannelId, UserId
from bot.domain.own_channels import OwnChannel
from bot.domain.thread_content import ChannelTopic
from bot.domain.timestamps import add_seconds
from bot.slack.api.calls import Method, call
from bot.slack.json_fields import dict_of, dicts_of, int_of, str_of
from bot.slack.render.own_channel import ERASED_TOPIC
from bot.slack.render.renderer import Renderer

MAX_PAGES = 100
"""Limit of pages of channels that are read, of a thousand channels each."""

CLOCKS_APART_S = 120.0
"""How far our clock and Slack's may be apart."""

NAME_TAKEN = "name_taken"

UNDECIDED = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"})
"""Slack's codes that do not say whether something happened; every other one says that it did not."""

ALREADY_IN = frozenset({"already_in_channel", "cant_invite_self"})


class OwnChannels:
    """Making and changing of such channels, through a web client."""

    def __init__(self, web: AsyncWebClient, renderer: Renderer) -> None:
        self._web = web
        self._renderer = renderer

    async def make(self, own: OwnChannel, like: ChannelId, own_user: str, *, may_exist: bool) -> ChannelId | None:
        """Make one, or find it made; see bot.ports.workspace.Workspace.make_channel."""
        beside = dict_of((await _changing(self._web.conversations_info, channel=like)).get("channel"))
        team = str_of(beside.get("context_team_id")) or None  # Slack wants it of an app that an organization has
        is_private = bool(beside.get("is_private"))
        if may_exist and (found := await self._find(own, own_user, team, is_private=is_private)) is not None:
            return found
        try:
            made = await _changing(self._web.conversations_create, name=own.name, is_private=is_private, team_id=team)
        except Rejected as refused:
            if refused.code != NAME_TAKEN:
                raise
            return await self._find(own, own_user, team, is_private=is_private)
        channel = str_of(dict_of(made.get("channel")).get("id"))
        if not channel:
            raise OutcomeUnknown("no_channel", "Slack did not say which channel it made.")
        return ChannelId(channel)

    async def _find(self, own: OwnChannel, own_user: str, team: str | None, *, is_private: bool) -> ChannelId | None:
        """Find one made; none that is public where a private one is wanted: what it is like was made private since."""
        arguments: dict[str, Any] = {"types": "public_channel,private_channel", "limit": 1_000, "team_id": team}
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            page = await _changing(self._web.conversations_list, **arguments, cursor=cursor)
            for channel in dicts_of(page.get("channels")):
                is_open = is_private and not channel.get("is_private")
                if not is_open and _is_it(channel, own, own_user):
                    return ChannelId(str_of(channel.get("id")))
            cursor = str_of(dict_of(page.get("response_metadata")).get("next_cursor")) or None
            if cursor is None:
                return None
        raise OutcomeUnknown("too_many_channels", "Slack has more channels than can be looked through.")

    async def furnish(
        self, channel: ChannelId, topic: ChannelTopic, members: Sequence[UserId]
    ) -> tuple[tuple[UserId, str], ...]:
        """Let people in, and say who it is about; see bot.ports.workspace.Workspace.furnish_channel."""
        left_out: list[tuple[UserId, str]] = []
        for user in members:
            try:
                await _changing(self._web.conversations_invite, channel=channel, users=user)
            except Rejected as refused:
                if refused.code not in ALREADY_IN:
                    left_out.append((user, refused.code))
        await _changing(self._web.conversations_setTopic, channel=channel, topic=self._renderer.topic(topic))
        return tuple(left_out)

    async def unarchive(self, channel: ChannelId) -> None:
        """Go into one, and unarchive it where nobody has. Raises Rejected where Slack does not let us."""
        with contextlib.suppress(Rejected):  # it is archived, or private, or the app lacks the permission
            await _changing(self._web.conversations_join, channel=channel)
            return
        try:
            await _changing(self._web.conversations_unarchive, channel=channel)
        except Rejected as refused:
            if refused.code != "not_archived":
                raise

    async def take_name_off(self, channel: str, name: str) -> bool:
        """Give a channel whose contact was erased a name and a topic without theirs; False where Slack refuses."""
        changes: tuple[tuple[Method, dict[str, str]], ...] = (
            (self._web.conversations_rename, {"name": name}),
            (self._web.conversations_setTopic, {"topic": ERASED_TOPIC}),
        )
        is_done = True
        for method, change in changes:
            try:
                await _changing(method, channel=channel, **change)
            except Rejected:
                is_done = False
        return is_done


def _is_it(channel: Mapping[str, Any], own: OwnChannel, own_user: str) -> bool:
    """Tell whether the bot made a channel because it was asked for this one; people may have renamed it since."""
    names = [channel.get("name"), *(channel.get("previous_names") or ())]
    made_at = (int_of(channel.get("created")) or 0) * 1_000_000
    is_ours = bool(own_user) and channel.get("creator") == own_user
    return is_ours and own.name in names and made_at >= add_seconds(own.asked_at, -CLOCKS_APART_S)


async def _changing(method: Method, **arguments: Any) -> dict[str, Any]:
    """Make one call. Raises Rejected for what Slack has refused, else what `call` raises."""
    try:
        return await call(method, **arguments)
    except CallFailed as failed:
        is_answered = isinstance(failed, OutcomeUnknown) and failed.code not in _UNANSWERED
        is_place = not isinstance(failed, OutcomeUnknown) and getattr(failed, "scope", None) is FailureScope.DESTINATION
        if (is_answered and not failed.code.startswith("http_")) or is_place:
            raise Rejected(failed.code, failed.user_message) from failed
        raise


_UNANSWERED = UNDECIDED | {"timeout", "connection_lost"}
