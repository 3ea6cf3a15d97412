"""Limits of a list of blocks: known types, lengths, counts, unique ids. Pure.

Limits: https://docs.slack.dev/reference/block-kit. A fault is reported as Slack does, with a JSON pointer to its place.
The inside of tables, videos and rich_text elements is checked only in part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.slack.limits.elements import ACCESSORIES, ELEMENTS, INPUTS, check_element, check_image
from bot.sandbox.slack.limits.text import Fault, counted, flag, length, text_object, unique

Block = dict[str, Any]

MAX_BLOCKS, MAX_CHARACTERS = 50, 13_200
PLAIN = ("plain_text",)
RICH_PARTS = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
RICH_LEAVES = {"text", "link", "user", "usergroup", "channel", "team", "broadcast", "emoji", "date", "color"}


def faults_of(
    blocks: Any, *, most: int = MAX_BLOCKS, at: str = "/blocks", barred: frozenset[str] = frozenset()
) -> list[Fault]:
    """Return the faults of the blocks, in Slack's form of words; an empty list if there is none.

    `barred` are types of blocks and inputs that are not allowed there.
    """
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return [f"must provide an array of objects [json-pointer:{at}]"]
    if len(blocks) > most:
        return [f"no more than {most} items allowed [json-pointer:{at}]"]
    faults = [fault for number, block in enumerate(blocks) for fault in _block(block, f"{at}/{number}", barred)]
    return [*faults, *unique((block.get("block_id") for block in blocks), "block_id", at)]


def characters(value: Any) -> int:
    """Count the characters of text that the blocks show."""
    if isinstance(value, dict):
        own = value.get("text")
        shown = len(own) if isinstance(own, str) else 0
        return shown + sum(characters(item) for item in value.values() if isinstance(item, (dict, list)))
    return sum(characters(item) for item in value) if isinstance(value, list) else 0


def _block(block: Block, at: str, barred: frozenset[str]) -> Iterator[Fault]:
    kind, element = str(block.get("type")), block.get("element")
    check = CHECKS.get(kind)
    if check is None or kind in barred:
        yield f"unsupported type: {block.get('type')} [json-pointer:{at}/type]"
        return
    if isinstance(element, dict) and element.get("type") in barred:
        yield f"unsupported type: {element['type']} [json-pointer:{at}/element/type]"
    yield from length(block.get("block_id"), 255, f"{at}/block_id")
    yield from check(block, at)


def _section(block: Block, at: str) -> Iterator[Fault]:
    if "text" not in block and "fields" not in block:
        yield f"missing required field: text [json-pointer:{at}]"
    if "text" in block:
        yield from text_object(block["text"], 3000, f"{at}/text")
    if "fields" in block:
        yield from counted(block["fields"], 10, f"{at}/fields", least=1)
        for number, field in enumerate(block["fields"] or []):
            yield from text_object(field, 2000, f"{at}/fields/{number}")
    if "accessory" in block:
        yield from check_element(block["accessory"], ACCESSORIES, f"{at}/accessory")


def _actions(block: Block, at: str) -> Iterator[Fault]:
    elements = block.get("elements")
    yield from counted(elements, 25, f"{at}/elements", least=1)
    for number, element in enumerate(elements or []):
        yield from check_element(element, ELEMENTS, f"{at}/elements/{number}")
    ids = [element.get("action_id") for element in elements or [] if isinstance(element, dict)]
    yield from unique(ids, "action_id", f"{at}/elements")


def _context(block: Block, at: str) -> Iterator[Fault]:
    elements = block.get("elements")
    yield from counted(elements, 10, f"{at}/elements", least=1)
    for number, element in enumerate(elements or []):
        place = f"{at}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            yield from check_element(element, {"image"}, place)
        else:
            yield from text_object(element, 2000, place)


def _header(block: Block, at: str) -> Iterator[Fault]:
    yield from text_object(block.get("text"), 150, f"{at}/text", kinds=PLAIN)


def _input(block: Block, at: str) -> Iterator[Fault]:
    yield from text_object(block.get("label"), 2000, f"{at}/label", kinds=PLAIN)
    if "hint" in block:
        yield from text_object(block["hint"], 2000, f"{at}/hint", kinds=PLAIN)
    yield from flag(block, "optional", at)
    yield from flag(block, "dispatch_action", at)
    yield from check_element(block.get("element"), INPUTS, f"{at}/element")


def _image(block: Block, at: str) -> Iterator[Fault]:
    yield from check_image(block, at)
    if "title" in block:
        yield from text_object(block["title"], 2000, f"{at}/title", kinds=PLAIN)


def _markdown(block: Block, at: str) -> Iterator[Fault]:
    if not block.get("text"):
        yield f"missing required field: text [json-pointer:{at}]"
    yield from length(block.get("text"), 12_000, f"{at}/text")


def _rich_text(block: Block, at: str) -> Iterator[Fault]:
    for number, part in enumerate(block.get("elements") or []):
        yield from _rich_part(part, f"{at}/elements/{number}")


def _rich_part(part: Any, at: str) -> Iterator[Fault]:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in RICH_PARTS:
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        return
    for number, leaf in enumerate(part.get("elements") or []):
        place = f"{at}/elements/{number}"
        if kind == "rich_text_list":
            yield from _rich_part(leaf, place)
        elif not isinstance(leaf, dict) or leaf.get("type") not in RICH_LEAVES:
            yield f"unsupported type [json-pointer:{place}/type]"
        elif leaf["type"] == "text" and not leaf.get("text"):
            yield f"must be more than 0 characters [json-pointer:{place}/text]"


def _anything(_block: Block, _at: str) -> Iterator[Fault]:
    yield from ()


CHECKS: dict[str, Callable[[Block, str], Iterator[Fault]]] = {
    "section": _section,
    "actions": _actions,
    "context": _context,
    "header": _header,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "divider": _anything,
    "file": _anything,
    "video": _anything,
    "table": _anything,
    "context_actions": _anything,
}
