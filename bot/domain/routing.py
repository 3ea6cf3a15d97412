"""Routes: which channel shows a new conversation. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.ids import ChannelId
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.text import clean


@dataclass(frozen=True)
class Route:
    """A route: where a new conversation is shown.

    `kind` is "number" (`subject` is one of ours) or "keyword" (`subject` is how its first text begins).
    """

    kind: str
    subject: str
    channel: ChannelId


def route_for(routes: Sequence[Route], account: E164, text: str) -> ChannelId | None:
    """Return the channel for a new conversation: by how its first text begins, else by the number it came to."""
    words = clean(text).casefold().split()
    keywords = (route for route in routes if route.kind == "keyword")
    numbers = (route for route in routes if route.kind == "number" and route.subject == number_of(account))
    fitting = (route for route in keywords if words[: len(route.subject.split())] == route.subject.split())
    return next((route.channel for route in (*fitting, *numbers)), None)
