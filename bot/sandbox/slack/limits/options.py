"""Limits of a menu's options: how many, how long, and which are initially chosen. Pure.

The same rules hold for options in a block and for those answered to a typed search.
https://docs.slack.dev/reference/block-kit/composition-objects/option-object
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.limits.text import Fault, counted, length, text_object

MAX_OPTIONS = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}
"""Limit of options, where it is not 100."""

MARKED_UP = {"radio_buttons", "checkboxes"}
"""Elements whose options may have mrkdwn."""


def option_faults(answer: dict[str, Any]) -> list[Fault]:
    """Return the faults of an answer to a typed search; an empty list if there is none."""
    if ("options" in answer) == ("option_groups" in answer):
        return ["must hold either options or option_groups [json-pointer:/]"]
    return list(_either(answer, "external_select", "", least=0))


def check_options(element: dict[str, Any], at: str) -> Iterator[Fault]:
    """Check the options of a menu, and its initial ones."""
    kind = str(element["type"])
    if kind.removeprefix("multi_") == "static_select":
        if ("options" in element) == ("option_groups" in element):
            yield f"must hold either options or option_groups [json-pointer:{at}]"
            return
    elif kind in MAX_OPTIONS and "options" not in element:
        yield f"missing required field: options [json-pointer:{at}]"
        return
    yield from _either(element, kind, at, least=1)
    yield from _first_picks(element, kind, at)


def _either(holder: dict[str, Any], kind: str, at: str, *, least: int) -> Iterator[Fault]:
    if "options" in holder:
        yield from _options(holder["options"], kind, f"{at}/options", least=least)
    if "option_groups" in holder:
        yield from _groups(holder["option_groups"], kind, f"{at}/option_groups", least=least)


def _groups(groups: Any, kind: str, at: str, *, least: int) -> Iterator[Fault]:
    yield from counted(groups, 100, at, least=least)
    for number, group in enumerate(groups if isinstance(groups, list) else []):
        place = f"{at}/{number}"
        if not isinstance(group, dict):
            yield f"must be an object [json-pointer:{place}]"
            continue
        yield from text_object(group.get("label"), 75, f"{place}/label", kinds=("plain_text",))
        yield from _options(group.get("options"), kind, f"{place}/options", least=1)


def _options(options: Any, kind: str, at: str, *, least: int) -> Iterator[Fault]:
    yield from counted(options, MAX_OPTIONS.get(kind, 100), at, least=least)
    for number, option in enumerate(options if isinstance(options, list) else []):
        yield from _option(option, kind, f"{at}/{number}")


def _option(option: Any, kind: str, at: str) -> Iterator[Fault]:
    if not isinstance(option, dict):
        yield f"must be an object [json-pointer:{at}]"
        return
    kinds = ("plain_text", "mrkdwn") if kind in MARKED_UP else ("plain_text",)
    yield from text_object(option.get("text"), 75, f"{at}/text", kinds=kinds)
    yield from length(option.get("value"), 150, f"{at}/value", least=1)
    if "description" in option:
        yield from text_object(option["description"], 75, f"{at}/description", kinds=kinds)
    if "url" in option:
        yield from length(option["url"], 3000, f"{at}/url")


def _first_picks(element: dict[str, Any], kind: str, at: str) -> Iterator[Fault]:
    picks = [(f"{at}/initial_option", element["initial_option"])] if "initial_option" in element else []
    if "initial_options" in element:
        many = element["initial_options"]
        yield from counted(many, 100, f"{at}/initial_options", least=1)
        picks += [(f"{at}/initial_options/{n}", one) for n, one in enumerate(many if isinstance(many, list) else [])]
    for place, pick in picks:
        yield from _option(pick, kind, place)
        if not kind.endswith("external_select") and pick not in _all(element):
            yield f"must be one of the options [json-pointer:{place}]"


def _all(element: dict[str, Any]) -> list[Any]:
    groups = [group for group in element.get("option_groups") or [] if isinstance(group, dict)]
    return [*(element.get("options") or []), *(one for group in groups for one in group.get("options") or [])]
