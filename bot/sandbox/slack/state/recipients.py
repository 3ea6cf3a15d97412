"""Whom Slack tells of an event: one envelope for each installation that is to know of it.

Known: an event names the installation it is for in `authorizations[0]`, and `team_id` is where it happened, which in a
shared channel may be another team (recorded by Slack's libraries: reaction-added of a shared channel); where one app
is installed in several teams of a channel, Slack documents one event per occurrence that shows one of them
(https://docs.slack.dev/apis/events-api#authorizations). Assumed, because each team's bot is a member there: an event
of its own, under an id of its own, for each installation. `rules.shared_once` sends the first alone.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.state.model import Channel
from bot.sandbox.slack.state.teams import Installation
from bot.sandbox.slack.state.wire import envelope
from bot.sandbox.slack.state.workspace import Workspace

Event = dict[str, Any]

TOLD_TO_ALL = frozenset({"channel_archive", "channel_unarchive"})
"""Events of public channels that apps which are not in them get as well."""


def envelopes_of(slack: Workspace, event: Event) -> list[Event]:
    """Return what is delivered of an event; nothing where nobody subscribed to it or may see it."""
    channel = _channel(slack, event)
    kind = "message.im" if event["type"] == "message" and channel and channel.is_im else event["type"]
    if kind not in slack.subscribed or (event.get("bot_id") and not slack.rules.echoes):
        return []
    takers = [one for one in slack.installations if _may_know(slack, one, channel, event)]
    is_external = channel is not None and slack.is_external(channel)
    source = _source(slack, event, channel)
    chosen = takers[:1] if slack.rules.shared_once else takers
    return [envelope(event, one, source=source, is_external=is_external) for one in chosen]


def _channel(slack: Workspace, event: Event) -> Channel | None:
    place = event.get("channel") or event.get("item", {}).get("channel") or event.get("new_channel_id")
    return slack.channels.get(place) if isinstance(place, str) else None


def _may_know(slack: Workspace, who: Installation, channel: Channel | None, event: Event) -> bool:
    if channel is not None and event["type"] in TOLD_TO_ALL:
        return slack.can_see(who, channel)
    if channel is not None:
        return slack.is_in(who, channel)
    person = slack.users.get(str(event.get("user")))
    return person is None or who.covers(person.team_id)


def _source(slack: Workspace, event: Event, channel: Channel | None) -> str | None:
    """Return the team of who did it; else that of the channel's host."""
    author = slack.users.get(str(event.get("user") or (event.get("message") or {}).get("user")))
    if author is not None:
        return author.team_id
    return str(event["team"]) if event.get("bot_id") and event.get("team") else channel.teams[0] if channel else None
