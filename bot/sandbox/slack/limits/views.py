"""Limits of a view: a modal or an App Home with its title, buttons, hidden fields and blocks. Pure.

https://docs.slack.dev/reference/views
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.limits.blocks import faults_of
from bot.sandbox.slack.limits.text import Fault, flag, length, text_object

MAX_VIEW_BLOCKS = 100
HIDDEN = (("callback_id", 255), ("private_metadata", 3000), ("external_id", 255))
FIELDS = {"type", "blocks", "callback_id", "private_metadata", "external_id"}
MODAL_FIELDS = FIELDS | {"title", "close", "submit", "clear_on_close", "notify_on_close"}
MESSAGES_ONLY = frozenset({"markdown", "table", "file", "context_actions"})
MODALS_ONLY = frozenset({"file_input"})
PLAIN = ("plain_text",)


def view_faults(view: Any, kind: str) -> list[Fault]:
    """Return the faults of a view that has to be a "modal" or a "home"; an empty list if there is none."""
    if not isinstance(view, dict):
        return ["must provide an object [json-pointer:/view]"]
    if view.get("type") != kind:
        return [f"must be of type {kind} [json-pointer:/view/type]"]
    barred = MESSAGES_ONLY if kind == "modal" else MESSAGES_ONLY | MODALS_ONLY
    blocks = faults_of(view.get("blocks"), most=MAX_VIEW_BLOCKS, at="/view/blocks", barred=barred)
    return [*blocks, *(_frame(view) if kind == "modal" else _bare(view)), *_hidden(view)]


def _frame(view: dict[str, Any]) -> Iterator[Fault]:
    for name in sorted(set(view) - MODAL_FIELDS):
        yield f"unsupported field: {name} [json-pointer:/view/{name}]"
    yield from text_object(view.get("title"), 24, "/view/title", kinds=PLAIN)
    for name in ("close", "submit"):
        if name in view:
            yield from text_object(view[name], 24, f"/view/{name}", kinds=PLAIN)
    blocks = view["blocks"] if isinstance(view.get("blocks"), list) else []
    has_inputs = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if has_inputs and "submit" not in view:
        yield "missing required field: submit, because there are inputs [json-pointer:/view/submit]"
    yield from flag(view, "clear_on_close", "/view")
    yield from flag(view, "notify_on_close", "/view")


def _bare(view: dict[str, Any]) -> Iterator[Fault]:
    for name in sorted(set(view) - FIELDS):
        yield f"unsupported field: {name} [json-pointer:/view/{name}]"


def _hidden(view: dict[str, Any]) -> Iterator[Fault]:
    for name, most in HIDDEN:
        yield from length(view.get(name), most, f"/view/{name}")
