"""What a view says to whoever looks at it, a line for each part; no ids, times as their fallbacks."""

import html
import re
from collections.abc import Iterator
from typing import Any

from bot.slack.blocks.kit import Block, MessageBody

NAMES = {"U0AVA": "Ava", "U0BEN": "Ben", "C0SUPPORT": "support", "C0SALES": "sales"}


def lines_of(view: MessageBody) -> list[str]:
    """Read a message; what only notifications and screen readers get stands last, where it says anything else."""
    shown = [line for block in view.blocks for line in _block(block)]
    alone = plain(view.text)
    return shown if shown and _is_told(alone, shown) else [*shown, *(f"(read out: {line})" for line in alone)]


def _is_told(alone: list[str], shown: list[str]) -> bool:
    """Tell whether notifications get no word that does not stand in the blocks too."""
    return set(_words(alone)) <= set(_words(shown))


def _words(lines: list[str]) -> list[str]:
    return re.findall(r"\w+", " ".join(lines))


def lines_of_window(view: dict[str, Any]) -> list[str]:
    """Read a window or a Home."""
    title = [f"Title: {view['title']['text']}"] if "title" in view else []
    ends = [f"[{view[end]['text']}]" for end in ("submit", "close") if end in view]
    return [*title, *(line for block in view["blocks"] for line in _block(block)), *ends]


def plain(words: str) -> list[str]:
    """Read mrkdwn, line by line, as Slack shows it; its own marks are left where they are."""
    words = re.sub(r"<!date\^\d+\^[^|>]*\|([^>]*)>", r"\1", words)
    words = re.sub(r"<([@#])(\w+)>", lambda found: found[1] + NAMES.get(found[2], found[2]), words)
    words = re.sub(r"<(?:https?:[^|>]*)\|([^>]*)>", r"\1 (link)", words)
    return [line for line in html.unescape(words).split("\n") if line.strip()]


def _block(block: Block) -> Iterator[str]:
    match block["type"]:
        case "rich_text":
            for part in block["elements"]:
                yield from "".join(_leaf(leaf) for leaf in part["elements"]).split("\n")
        case "section" | "header":
            yield from plain(block["text"]["text"])
            yield from _element(block["accessory"]) if "accessory" in block else ()
        case "context":
            yield from " | ".join("\n".join(plain(one["text"])) for one in block["elements"]).split("\n")
        case "actions":
            yield from (line for one in block["elements"] for line in _element(one))
        case "input":
            yield block["label"]["text"] + (" (optional)" if block["optional"] else "")
            yield from _element(block["element"])
            yield from [f"Hint: {block['hint']['text']}"] if "hint" in block else []
        case "image":
            yield f"({block['alt_text']})"


def _leaf(leaf: dict[str, Any]) -> str:
    match leaf["type"]:
        case "user":
            return f"@{NAMES.get(leaf['user_id'], leaf['user_id'])}"
        case "link":
            return f"{leaf['text']} (link)"
        case "date":
            return str(leaf["fallback"])
    mark = {"bold": "**", "italic": "*"}.get(next(iter(leaf.get("style", {})), ""), "")
    words = leaf["text"].strip()
    return str(leaf["text"]).replace(words, f"{mark}{words}{mark}") if mark else str(leaf["text"])


def _element(element: dict[str, Any]) -> Iterator[str]:
    if element["type"] == "button":
        yield f"[{element['text']['text']}]"
    if "placeholder" in element:
        yield f"Placeholder: {element['placeholder']['text']}"
    options = [_option(one) for one in element.get("options", ())]
    if options:
        yield "Menu: " + " / ".join(options)
    if "confirm" in element:
        asked = element["confirm"]
        words = [asked[part]["text"] for part in ("title", "text", "confirm", "deny")]
        yield "Asks first: {} {} [{}] [{}]".format(*words)


def _option(option: dict[str, Any]) -> str:
    more = f" ({option['description']['text']})" if "description" in option else ""
    return f"{option['text']['text']}{more}"
