"""Typed words as Slack stores them: the text and its rich_text block. Pure.

Known forms: <@U…>, <#C…|name>, <!here>, <url|label>, bare URLs and :emoji: codes; everything else is plain text, whose
three special characters are escaped in the stored text only. https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from typing import Any

FORMS = re.compile(
    r"<@(?P<user>[UW]\w+)(?:\|[^>]*)?>"
    r"|<#(?P<channel>[CG]\w+)(?:\|[^>]*)?>"
    r"|<!subteam\^(?P<group>S\w+)(?:\|[^>]*)?>"
    r"|<!(?P<range>here|channel|everyone)>"
    r"|<(?P<link>(?:https?://|mailto:|tel:)[^|>]+)(?:\|(?P<label>[^>]*))?>"
    r"|(?P<bare>https?://[^\s<>]+)"
    r"|(?<![\w:]):(?P<emoji>[a-z+\-][a-z0-9_+\-']*):(?::skin-tone-(?P<tone>[2-6]):)?"
)


def escape(text: str) -> str:
    """Escape the three characters Slack escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def stored_text(typed: str) -> str:
    """Return the `text` of the message a person typed."""
    parts: list[str] = []
    end = 0
    for found in FORMS.finditer(typed):
        parts.append(escape(typed[end : found.start()]))
        parts.append(f"<{escape(found['bare'])}>" if found["bare"] else found[0])
        end = found.end()
    return "".join([*parts, escape(typed[end:])])


def rich_text(typed: str, block_id: str) -> dict[str, Any]:
    """Return the rich_text block of the message a person typed."""
    elements: list[dict[str, Any]] = []
    end = 0
    for found in FORMS.finditer(typed):
        if found.start() > end:
            elements.append({"type": "text", "text": typed[end : found.start()]})
        elements.append(_element(found))
        end = found.end()
    if end < len(typed):
        elements.append({"type": "text", "text": typed[end:]})
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def _element(found: re.Match[str]) -> dict[str, Any]:
    match found.lastgroup:
        case "user":
            return {"type": "user", "user_id": found["user"]}
        case "channel":
            return {"type": "channel", "channel_id": found["channel"]}
        case "group":
            return {"type": "usergroup", "usergroup_id": found["group"]}
        case "range":
            return {"type": "broadcast", "range": found["range"]}
        case "emoji" | "tone":
            tone = {"skin_tone": int(found["tone"])} if found["tone"] else {}
            return {"type": "emoji", "name": found["emoji"], **tone}
        case _:
            label = {"text": found["label"]} if found["label"] else {}
            return {"type": "link", "url": found["link"] or found["bare"], **label}
