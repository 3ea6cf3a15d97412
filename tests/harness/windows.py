"""What a person does in windows and in App Home, and what they read there; for the end-to-end tests."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.state.model import SlashAnswer
from tests.harness.sight import Sight
from tests.harness.world import AVA


def words(view: dict[str, Any]) -> str:
    """Return what people read in a view, a line for each text of it."""
    return "\n".join(_texts(view["blocks"]))


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == "rich_text_section":
        return ["".join(_leaf(one) for one in value["elements"])]
    own = value.get("text")
    return [own] if isinstance(own, str) else [text for one in value.values() for text in _texts(one)]


def _leaf(leaf: dict[str, Any]) -> str:
    if leaf["type"] == "date":
        return f"<!date^{leaf['timestamp']}^{leaf['format']}|{leaf['fallback']}>"
    return str(leaf["text"])


def window(bot: Sight, user: str = AVA) -> dict[str, Any]:
    """Return the window that somebody has open on top."""
    return bot.slack.views[bot.slack.open_modals[user][-1]]


def is_open(bot: Sight, user: str = AVA) -> bool:
    """Tell whether somebody has a window open."""
    return bool(bot.slack.open_modals.get(user))


async def opened(bot: Sight, user: str = AVA) -> str:
    """Return the id of the window that somebody has open on top, once it is open: a press is answered before that."""
    windows = await bot.slack.until(lambda: bot.slack.open_modals.get(user))
    assert windows
    return windows[-1]


async def fill(bot: Sight, user: str = AVA, **typed: Any) -> SlashAnswer:
    """Fill in the window that is open, each input under the name of its block, and submit it."""
    return await bot.slack.submit(user, window(bot, user), {block: {block: value} for block, value in typed.items()})


async def press_in_window(bot: Sight, action_id: str, user: str = AVA, **more: Any) -> SlashAnswer:
    """Press or pick something in the window that somebody has open on top."""
    return await bot.slack.press_in_view(user, window(bot, user)["id"], action_id, **more)


def typed(**values: Any) -> dict[str, dict[str, Any]]:
    """Name what stands in inputs, each under the name of its block."""
    return {block: {block: value} for block, value in values.items()}
