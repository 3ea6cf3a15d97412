"""Slack's event of a reaction that phones know, as a value of the domain; None for every other one.

Source: https://docs.slack.dev/reference/events/reaction_added
"""

from collections.abc import Mapping
from typing import Any

from bot.domain.ids import ChannelId, UserId
from bot.domain.tapbacks import DISLIKE, EMPHASIS, HEART, LAUGH, LIKE, QUESTION
from bot.domain.thread_events import AgentReaction
from bot.slack.events.message_events import ts_of
from bot.slack.json_fields import dict_of, str_of

_KNOWN = {
    "heart": HEART,
    "+1": LIKE,
    "thumbsup": LIKE,
    "-1": DISLIKE,
    "thumbsdown": DISLIKE,
    "joy": LAUGH,
    "laughing": LAUGH,
    "bangbang": EMPHASIS,
    "question": QUESTION,
}
"""Slack's names of the six reactions that phones have."""


def agent_reaction_of(body: Mapping[str, Any]) -> AgentReaction | None:
    """Read the reaction out of an event; a tone of skin does not matter."""
    event = dict_of(body.get("event"))
    item = dict_of(event.get("item"))
    emoji = _KNOWN.get(str_of(event.get("reaction")).partition("::")[0])
    channel, ts, author = ChannelId(str_of(item.get("channel"))), ts_of(item.get("ts")), str_of(event.get("user"))
    at = ts_of(event.get("event_ts"))
    if event.get("type") != "reaction_added" or item.get("type") != "message" or emoji is None:
        return None
    return AgentReaction(channel, ts, UserId(author), at, emoji) if channel and ts and author and at else None
