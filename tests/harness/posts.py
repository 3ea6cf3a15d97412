"""Posts as people read them: the lines of a message, and the customer's texts in it."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.state.model import Message

EMPTY = "_An empty text._"


def takes(place: str) -> list[str]:
    """Return what the answer to a text to Dana may say that nothing stands against, quick or slow."""
    begun = "Your text to (555) 555-0145"
    known = f"{begun} goes out as soon as Volt takes it. How far it is shows in {place}."
    return [known, f"{begun} is taken in. What becomes of it shows in {place}."]


def seen(message: Message) -> str:
    """Return what people read in a message: its blocks where there are any, one line each, else its text."""
    return "\n".join(_block(block) for block in message.blocks) if message.blocks else message.text


def _block(block: dict[str, Any]) -> str:
    match block["type"]:
        case "image":
            return f"[picture {block['image_url']}]"
        case "actions":
            return " ".join(f"[{element['text']['text']}]" for element in block["elements"] if "text" in element)
        case "section":
            return str(block["text"]["text"])
        case "context":
            return " ".join(str(element["text"]) for element in block["elements"])
    return "\n".join(_leaves(part) for part in block["elements"])


def _leaves(part: dict[str, Any]) -> str:
    return "".join(str(leaf.get("text") or leaf.get("url") or _person(leaf)) for leaf in part["elements"])


def _person(leaf: dict[str, Any]) -> str:
    return f"<@{leaf['user_id']}>" if leaf["type"] == "user" else f"<{leaf['type']}>"


def is_name(blocks: list[dict[str, Any]]) -> bool:
    """Tell whether a post begins with a line in bold that says whose words follow."""
    if len(blocks) < 2 or blocks[0]["type"] != "rich_text" or blocks[1]["type"] == "actions":
        return False
    leaves = [leaf for part in blocks[0]["elements"] for leaf in part["elements"]]
    return all(leaf.get("style") == {"bold": True} for leaf in leaves)


def said(message: Message) -> list[str]:
    """Return the customer's words in a post of the bot, one item per text; none for the bot's own lines."""
    blocks = message.blocks[1:] if is_name(message.blocks) else message.blocks
    if not blocks or not (blocks[0]["type"] in ("rich_text", "image") or _block(blocks[0]) == EMPTY):
        return []
    return [_block(block) for block in blocks if block["type"] != "image"]
