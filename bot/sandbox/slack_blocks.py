"""Whether Slack would take a list of blocks: known types, lengths, counts, unique ids. Pure.

Limits: https://docs.slack.dev/reference/block-kit. A fault is reported as Slack does, with a JSON pointer to its place.
What the inside of tables, videos and rich_text leaves must look like is checked only in part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Fault = str
Block = dict[str, Any]

MAX_BLOCKS, MAX_CHARACTERS = 50, 13_200
BUTTON_STYLES = {"primary", "danger"}
SELECTS = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
ELEMENTS = (
    {f"multi_{name}" for name in SELECTS}
    | SELECTS
    | {"button", "overflow", "datepicker", "timepicker", "datetimepicker", "radio_buttons", "checkboxes", "image"}
)
INPUTS = (ELEMENTS - {"button", "overflow", "image"}) | {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
RICH_PARTS = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
RICH_LEAVES = {"text", "link", "user", "usergroup", "channel", "team", "broadcast", "emoji", "date", "color"}
OPTION_LIMITS = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}


def faults_of(blocks: Any, *, most: int = MAX_BLOCKS) -> list[Fault]:
    """Return what is wrong with the blocks, in Slack's form of words; an empty list when nothing is."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["must provide an array of objects [json-pointer:/blocks]"]
    if len(blocks) > most:
        return [f"no more than {most} items allowed [json-pointer:/blocks]"]
    faults = [fault for number, block in enumerate(blocks) for fault in _block(block, f"/blocks/{number}")]
    return faults + _unique([block.get("block_id") for block in blocks], "block_id", "/blocks")


def characters(value: Any) -> int:
    """Return how many characters of text the blocks show."""
    if isinstance(value, dict):
        own = value.get("text")
        shown = len(own) if isinstance(own, str) else 0
        return shown + sum(characters(item) for item in value.values() if isinstance(item, (dict, list)))
    return sum(characters(item) for item in value) if isinstance(value, list) else 0


def _block(block: Block, at: str) -> Iterator[Fault]:
    check = CHECKS.get(str(block.get("type")))
    if check is None:
        yield f"unsupported type: {block.get('type')} [json-pointer:{at}/type]"
        return
    yield from _length(block.get("block_id"), 255, f"{at}/block_id")
    yield from check(block, at)


def _section(block: Block, at: str) -> Iterator[Fault]:
    fields = block.get("fields")
    if "text" not in block and not fields:
        yield f"missing required field: text [json-pointer:{at}]"
    if "text" in block:
        yield from _text(block["text"], 3000, f"{at}/text")
    yield from _items(fields or [], 10, f"{at}/fields")
    for number, field in enumerate(fields or []):
        yield from _text(field, 2000, f"{at}/fields/{number}")
    if "accessory" in block:
        yield from _element(block["accessory"], ELEMENTS, f"{at}/accessory")


def _actions(block: Block, at: str) -> Iterator[Fault]:
    elements = block.get("elements")
    yield from _items(elements, 25, f"{at}/elements", least=1)
    for number, element in enumerate(elements or []):
        yield from _element(element, ELEMENTS - {"image"}, f"{at}/elements/{number}")
    ids = [element.get("action_id") for element in elements or [] if isinstance(element, dict)]
    yield from _unique(ids, "action_id", f"{at}/elements")


def _context(block: Block, at: str) -> Iterator[Fault]:
    elements = block.get("elements")
    yield from _items(elements, 10, f"{at}/elements", least=1)
    for number, element in enumerate(elements or []):
        place = f"{at}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            yield from _element(element, {"image"}, place)
        else:
            yield from _text(element, 2000, place)


def _header(block: Block, at: str) -> Iterator[Fault]:
    yield from _text(block.get("text"), 150, f"{at}/text", kinds=("plain_text",))


def _input(block: Block, at: str) -> Iterator[Fault]:
    yield from _text(block.get("label"), 2000, f"{at}/label", kinds=("plain_text",))
    if "hint" in block:
        yield from _text(block["hint"], 2000, f"{at}/hint", kinds=("plain_text",))
    yield from _element(block.get("element"), INPUTS, f"{at}/element")


def _image(block: Block, at: str) -> Iterator[Fault]:
    if not block.get("image_url") and not block.get("slack_file"):
        yield f"missing required field: image_url [json-pointer:{at}]"
    if not block.get("alt_text"):
        yield f"missing required field: alt_text [json-pointer:{at}]"
    yield from _length(block.get("image_url"), 3000, f"{at}/image_url")
    yield from _length(block.get("alt_text"), 2000, f"{at}/alt_text")


def _markdown(block: Block, at: str) -> Iterator[Fault]:
    if not block.get("text"):
        yield f"missing required field: text [json-pointer:{at}]"
    yield from _length(block.get("text"), 12_000, f"{at}/text")


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


def _element(element: Any, allowed: set[str], at: str) -> Iterator[Fault]:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in allowed:
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        return
    yield from _length(element.get("action_id"), 255, f"{at}/action_id")
    if kind == "button":
        yield from _button(element, at)
    if kind == "image":
        yield from _image(element, at)
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, f"{at}/placeholder", kinds=("plain_text",))
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{at}/confirm")
    yield from _options(element, str(kind), at)


def _button(element: Block, at: str) -> Iterator[Fault]:
    yield from _text(element.get("text"), 75, f"{at}/text", kinds=("plain_text",))
    yield from _length(element.get("value"), 2000, f"{at}/value")
    yield from _length(element.get("url"), 3000, f"{at}/url")
    if "style" in element and element["style"] not in BUTTON_STYLES:
        yield f"must be a valid enum value [json-pointer:{at}/style]"


def _confirm(confirm: Any, at: str) -> Iterator[Fault]:
    if not isinstance(confirm, dict):
        yield f"must be an object [json-pointer:{at}]"
        return
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if name in confirm:
            yield from _text(confirm[name], most, f"{at}/{name}")


def _options(element: Block, kind: str, at: str) -> Iterator[Fault]:
    options = element.get("options")
    if options is None:
        return
    yield from _items(options, OPTION_LIMITS.get(kind, 100), f"{at}/options", least=1)
    for number, option in enumerate(options):
        place = f"{at}/options/{number}"
        yield from _text(option.get("text"), 75, f"{place}/text")
        yield from _length(option.get("value"), 150, f"{place}/value")


def _text(value: Any, most: int, at: str, *, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[Fault]:
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield f"must be a text object of type {' or '.join(kinds)} [json-pointer:{at}]"
    elif not isinstance(value.get("text"), str) or not value["text"]:
        yield f"must be more than 0 characters [json-pointer:{at}/text]"
    else:
        yield from _length(value["text"], most, f"{at}/text")


def _length(value: Any, most: int, at: str) -> Iterator[Fault]:
    if isinstance(value, str) and len(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{at}]"
    elif value is not None and not isinstance(value, str):
        yield f"must be a string [json-pointer:{at}]"


def _items(value: Any, most: int, at: str, *, least: int = 0) -> Iterator[Fault]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        yield f"must have {least} to {most} items [json-pointer:{at}]"


def _unique(ids: list[Any], name: str, at: str) -> list[Fault]:
    given = [one for one in ids if one]
    return [] if len(set(given)) == len(given) else [f"{name} must be unique [json-pointer:{at}]"]


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
