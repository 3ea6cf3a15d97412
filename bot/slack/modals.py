"""What modals share: the window that says one thing, and the parts that forms are made of. Pure.

Limits: https://docs.slack.dev/reference/views and https://docs.slack.dev/reference/block-kit/block-elements
"""

from typing import Any

from bot.slack.blocks import View
from bot.slack.desk import Modal, Option

LONGEST_TITLE = 24


def notice(view: View, *, title: str = "Volt") -> Modal:
    """A window that only says something."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": view.text[:3_000]}}
    return {"type": "modal", "title": plain(title), "close": plain("Close"), "blocks": view.blocks or [section]}


def form(callback_id: str, title: str, submit: str, blocks: list[dict[str, Any]], *, metadata: str = "") -> Modal:
    """A window with inputs. `metadata` comes back with what was typed; it is no secret from whoever has it open."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title[:LONGEST_TITLE]),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "private_metadata": metadata,
        "blocks": blocks,
    }


def plain(text: str) -> dict[str, Any]:
    """A text of our own without formatting."""
    return {"type": "plain_text", "text": text, "emoji": False}


def option(one: Option) -> dict[str, Any]:
    """One line of a menu."""
    made: dict[str, Any] = {"text": plain(one.text[:75]), "value": one.value[:150]}
    return made | ({"description": plain(one.description[:75])} if one.description else {})
