"""Posts as people read them in a round: their words, buttons' too, and which buttons they have."""

from __future__ import annotations

from typing import Any

from bot.sandbox.demo.score import words_of
from bot.sandbox.slack.state.model import Message


def seen(message: Message) -> str:
    """Return all words of a post, a line for each part."""
    return str(words_of(message.text, message.blocks))


def elements(message: Message) -> list[dict[str, Any]]:
    """List its buttons and menus."""
    return [one for block in message.blocks if block["type"] == "actions" for one in block["elements"]]


def actions(message: Message) -> set[str]:
    """Tell what its buttons and menus do, by their names."""
    return {str(one.get("action_id")) for one in elements(message)}
