"""What one person sees after a command or a press: the newest ephemeral message, or the modal on top, as plain lines.

Refuses to look at what others see; that is in_process.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.harness.sight import Sight
from tests.harness.world import AVA, CHANNEL

Shown = dict[str, Any]


async def typed(bot: Sight, text: str, user: str = AVA) -> Shown:
    """Type a command; return the ephemeral answer, the late one where the first says to wait."""
    before = len(bot.slack.ephemerals)
    given = await bot.slack.command(user, CHANNEL, "/volt", text)
    assert given.status == 200
    if given.body.get("text") == "One moment…":
        await bot.slack.until(lambda: len(bot.slack.ephemerals) > before + 1)
    assert all(one["user"] == user for one in bot.slack.ephemerals[before:])
    return bot.slack.ephemerals[-1]


async def pressed(bot: Sight, shown: Shown, action_id: str, user: str = AVA, number: int = 0) -> Shown:
    """Press a button of an ephemeral message; return the one that comes of it."""
    before = len(bot.slack.ephemerals)
    await press(bot, shown, action_id, user, number=number)
    await bot.slack.until(lambda: len(bot.slack.ephemerals) > before)
    assert bot.slack.ephemerals[-1]["user"] == user
    return bot.slack.ephemerals[-1]


async def press(bot: Sight, shown: Shown, action_id: str, user: str = AVA, *, number: int = 0) -> None:
    """Press a button; `number` picks one of several of the same name."""
    found = [one for one in buttons(shown) if one["action_id"] == action_id][number]
    only = shown | {"blocks": [{"type": "actions", "block_id": "b", "elements": [found]}]}
    place = bot.slack.ephemerals.index(shown)
    bot.slack.ephemerals[place] = only
    try:
        answer = await bot.slack.press(user, CHANNEL, shown["message_ts"], action_id)
    finally:
        bot.slack.ephemerals[place] = shown
    assert answer.status == 200


async def modal(bot: Sight, words: str) -> Shown:
    """Wait until the modal that was touched last says these words."""

    def found() -> list[Shown]:
        return [one for one in bot.slack.views.values() if words in seen(one)]

    return (await bot.slack.until(found))[-1]


def buttons(shown: Shown) -> list[dict[str, Any]]:
    """List the buttons of a message or a modal."""
    inner = (one for block in shown["blocks"] for one in (*block.get("elements", []), block.get("accessory")) if one)
    return [one for one in inner if one.get("type") == "button"]


def names(shown: Shown) -> list[str]:
    """List the buttons by what stands on them."""
    return [one["text"]["text"] for one in buttons(shown)]


def seen(shown: Shown) -> str:
    """Return what people read, a line for each block; the text where there are no blocks."""
    if not shown.get("blocks"):
        return str(shown.get("text", ""))
    return "\n".join(" ".join(_words(block)) for block in shown["blocks"])


def _words(part: dict[str, Any]) -> Iterator[str]:
    read = _LEAVES.get(str(part.get("type")))
    if read is not None:
        yield read(part)
        return
    if str(part.get("type")).startswith("rich_text"):
        yield "".join(word for one in part["elements"] for word in _words(one))
        return
    inner = [part.get(name) for name in ("label", "text", "hint", "element", "accessory")]
    for one in (*inner, *part.get("elements", [])):
        if isinstance(one, dict):
            yield from _words(one)


_LEAVES: dict[str, Callable[[dict[str, Any]], str]] = {
    "plain_text": lambda part: str(part["text"]),
    "mrkdwn": lambda part: str(part["text"]),
    "text": lambda part: str(part["text"]),
    "date": lambda _: "<date>",
    "user": lambda part: f"<@{part['user_id']}>",
    "link": lambda part: f"{part['text']}<{part['url']}>",
    "plain_text_input": lambda part: f"[{part.get('initial_value', '')}]",
    "checkboxes": lambda part: f"[{'x' if part.get('initial_options') else ' '}]",
}
