"""Shortcuts of the app as people find them: behind the lightning beside a composer, and in the menu of a message.

Read from the manifest where it is beside the package or inside it; without a manifest, or without shortcuts in it, the
list in this module is used. Only the form that our own manifests have is understood.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).resolve().parents[2]
PLACES = (PACKAGE.parent / "manifests" / "http.yaml", PACKAGE / "manifests" / "http.yaml")
SECTION = re.compile(r"^( *)shortcuts:[^\n]*\n((?:\1 +[^\n]*\n|\s*\n)*)", re.MULTILINE)
FIELD = re.compile(r"^\s*(?:- )?(name|type|callback_id|description): *([^#\n]*)", re.MULTILINE)


class Shortcut(NamedTuple):
    """Shortcut; `kind` is global or message."""

    name: str
    kind: str
    callback_id: str
    description: str


OTHERWISE = (
    Shortcut("New text", "global", "new_text", "Write a text to a contact or a number"),
    Shortcut("New wave", "global", "new_wave", "One text to many"),
    Shortcut("Send as text", "message", "send_as_text", "Text these words to a contact"),
    Shortcut("Reply with a template", "message", "reply_with_template", "Text one of the team's templates"),
    Shortcut("Conversation", "message", "conversation", "What can be done about this conversation"),
)


def shortcuts(places: tuple[Path, ...] = PLACES) -> tuple[Shortcut, ...]:
    """Return every shortcut, in the manifest's order."""
    manifest = next((place.read_text(encoding="utf-8") for place in places if place.is_file()), "")
    return read_shortcuts(manifest) or OTHERWISE


def read_shortcuts(manifest: str) -> tuple[Shortcut, ...]:
    """Return the shortcuts that a manifest names; none where it has no such section."""
    section = SECTION.search(manifest)
    found: list[dict[str, str]] = []
    for name, value in FIELD.findall(section[2]) if section else ():
        if not found or name in found[-1]:
            found.append({})
        found[-1][name] = value.strip().strip("\"'")
    whole = [one for one in found if {"name", "type", "callback_id"} <= one.keys()]
    return tuple(Shortcut(one["name"], one["type"], one["callback_id"], one.get("description", "")) for one in whole)
