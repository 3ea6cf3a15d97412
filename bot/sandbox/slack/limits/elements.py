"""Limits of a block's element: a button, a menu, a picker, an input. Pure.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.slack.limits.options import check_options
from bot.sandbox.slack.limits.text import Fault, counted, flag, length, text_object

Element = dict[str, Any]

SELECTS = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
MENUS = SELECTS | {f"multi_{name}" for name in SELECTS}
ELEMENTS = MENUS | {"button", "overflow", "datepicker", "timepicker", "datetimepicker", "radio_buttons", "checkboxes"}
ACCESSORIES = (ELEMENTS - {"datetimepicker"}) | {"image"}
INPUTS = (ELEMENTS - {"button", "overflow"}) | {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
BUTTON_STYLES = {"primary", "danger"}
MAX_TYPED = 3000
PLAIN = ("plain_text",)


def check_element(element: Any, allowed: set[str], at: str) -> Iterator[Fault]:
    """Check an element that has to be of one of the allowed types."""
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in allowed:
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        return
    if kind == "image":
        yield from check_image(element, at)
        return
    if "action_id" in element:
        yield from length(element["action_id"], 255, f"{at}/action_id", least=1)
    if "placeholder" in element:
        yield from text_object(element["placeholder"], 150, f"{at}/placeholder", kinds=PLAIN)
    if "confirm" in element:
        yield from check_confirm(element["confirm"], f"{at}/confirm")
    yield from flag(element, "focus_on_load", at)
    yield from check_options(element, at)
    yield from OWN_CHECKS.get(str(kind), _nothing)(element, at)


def check_image(image: Element, at: str) -> Iterator[Fault]:
    """Check an image, as a block or as an element."""
    if bool(image.get("image_url")) == bool(image.get("slack_file")):
        yield f"must hold either image_url or slack_file [json-pointer:{at}]"
    yield from length(image.get("image_url"), 3000, f"{at}/image_url")
    yield from length(image.get("alt_text"), 2000, f"{at}/alt_text", least=1)


def check_confirm(confirm: Any, at: str) -> Iterator[Fault]:
    """Check a confirmation dialog."""
    if not isinstance(confirm, dict):
        yield f"must be an object [json-pointer:{at}]"
        return
    yield from text_object(confirm.get("title"), 100, f"{at}/title", kinds=PLAIN)
    yield from text_object(confirm.get("text"), 300, f"{at}/text")
    yield from text_object(confirm.get("confirm"), 30, f"{at}/confirm", kinds=PLAIN)
    yield from text_object(confirm.get("deny"), 30, f"{at}/deny", kinds=PLAIN)
    yield from _style(confirm, at)


def _style(holder: Element, at: str) -> Iterator[Fault]:
    if "style" in holder and holder["style"] not in BUTTON_STYLES:
        yield f"must be a valid enum value [json-pointer:{at}/style]"


def _button(element: Element, at: str) -> Iterator[Fault]:
    yield from text_object(element.get("text"), 75, f"{at}/text", kinds=PLAIN)
    yield from length(element.get("value"), 2000, f"{at}/value")
    yield from length(element.get("url"), 3000, f"{at}/url")
    yield from length(element.get("accessibility_label"), 75, f"{at}/accessibility_label")
    yield from _style(element, at)


def _text_input(element: Element, at: str) -> Iterator[Fault]:
    least, most = element.get("min_length", 0), element.get("max_length", MAX_TYPED)
    if not isinstance(least, int) or not 0 <= least <= MAX_TYPED:
        yield f"must be 0 to {MAX_TYPED} [json-pointer:{at}/min_length]"
    elif not isinstance(most, int) or not max(1, least) <= most <= MAX_TYPED:
        yield f"must be {max(1, least)} to {MAX_TYPED} [json-pointer:{at}/max_length]"
    else:
        yield from length(element.get("initial_value"), most, f"{at}/initial_value")
    yield from flag(element, "multiline", at)


def _number_input(element: Element, at: str) -> Iterator[Fault]:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        yield f"missing required field: is_decimal_allowed [json-pointer:{at}]"
    for name in ("initial_value", "min_value", "max_value"):
        yield from length(element.get(name), MAX_TYPED, f"{at}/{name}")


def _line_input(element: Element, at: str) -> Iterator[Fault]:
    yield from length(element.get("initial_value"), MAX_TYPED, f"{at}/initial_value")


def _file_input(element: Element, at: str) -> Iterator[Fault]:
    most = element.get("max_files", 10)
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= 10:
        yield f"must be 1 to 10 [json-pointer:{at}/max_files]"
    kinds = element.get("filetypes", ["png"])
    if not isinstance(kinds, list) or not kinds or not all(isinstance(one, str) and one for one in kinds):
        yield f"must be an array of file types [json-pointer:{at}/filetypes]"


def _datepicker(element: Element, at: str) -> Iterator[Fault]:
    yield from _written(element, "initial_date", "%Y-%m-%d", at)


def _timepicker(element: Element, at: str) -> Iterator[Fault]:
    yield from _written(element, "initial_time", "%H:%M", at)


def _written(element: Element, name: str, form: str, at: str) -> Iterator[Fault]:
    if name not in element:
        return
    try:
        found = dt.datetime.strptime(str(element[name]), form)  # noqa: DTZ007 - only its form counts
    except ValueError:
        found = None
    if found is None or found.strftime(form) != element[name]:
        yield f"must have the form {form} [json-pointer:{at}/{name}]"


def _datetimepicker(element: Element, at: str) -> Iterator[Fault]:
    moment = element.get("initial_date_time", 10**9)
    if not isinstance(moment, int) or len(str(moment)) != 10:
        yield f"must be a Unix time of 10 digits [json-pointer:{at}/initial_date_time]"


def _menu(element: Element, at: str) -> Iterator[Fault]:
    for name in ("min_query_length", "max_selected_items"):
        least = 0 if name == "min_query_length" else 1
        if name in element and (not isinstance(element[name], int) or element[name] < least):
            yield f"must be at least {least} [json-pointer:{at}/{name}]"
    for name in ("initial_users", "initial_conversations", "initial_channels"):
        if name in element:
            yield from counted(element[name], 100, f"{at}/{name}")


def _nothing(_element: Element, _at: str) -> Iterator[Fault]:
    yield from ()


OWN_CHECKS: dict[str, Callable[[Element, str], Iterator[Fault]]] = {
    **dict.fromkeys(MENUS, _menu),
    "button": _button,
    "plain_text_input": _text_input,
    "number_input": _number_input,
    "email_text_input": _line_input,
    "url_text_input": _line_input,
    "file_input": _file_input,
    "datepicker": _datepicker,
    "timepicker": _timepicker,
    "datetimepicker": _datetimepicker,
}
