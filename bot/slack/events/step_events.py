"""Events that tell of a workflow step: function_executed, read without trusting its shape.

It names the function by its callback_id, the execution by function_execution_id, and gives the inputs by name. It names
neither the workflow nor who published or started it, and its bot_access_token lives for minutes only; so it is not used
(https://docs.slack.dev/reference/events/function_executed, https://docs.slack.dev/authentication/tokens).
"""

from collections.abc import Mapping
from typing import Any

from bot.domain.steps import INPUTS, StepExecution
from bot.slack.json_fields import dict_of, str_of

MAX_INPUT_CHARS = 4_000
"""Longest input that is kept: longer ones are refused, and this is long enough to tell."""


def step_of(body: Mapping[str, Any]) -> StepExecution | None:
    """Read the execution that an event tells of; None where it names none."""
    event = dict_of(body.get("event"))
    step_id = str_of(event.get("function_execution_id"))
    callback = str_of(dict_of(event.get("function")).get("callback_id"))
    if not step_id:
        return None
    given = dict_of(event.get("inputs"))
    inputs = {name: _input(given[name])[:MAX_INPUT_CHARS] for name in INPUTS if given.get(name) is not None}
    return StepExecution(step_id, callback, inputs)


def _input(value: object) -> str:
    """Read an input as text; a number may come as one, or as text."""
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, int | float) else str_of(value)
