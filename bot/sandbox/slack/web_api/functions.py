"""Web API methods that end the execution of a workflow step; each execution ends once.

functions.completeSuccess checks the outputs against the function's definition, where the manifest was given. Errors:
https://docs.slack.dev/reference/methods/functions.completeSuccess, .../functions.completeError. Assumed, since Slack
does not document it: outputs that are not declared are refused, and missing ones only where they are required.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.args import ApiError, Args
from bot.sandbox.slack.state.model import Execution
from bot.sandbox.slack.state.workspace import Workspace

Answer = dict[str, Any]


def complete_success(slack: Workspace, args: Args) -> Answer:
    """functions.completeSuccess."""
    outputs = args.structure("outputs", "invalid_arguments")
    if not isinstance(outputs, dict):
        raise ApiError("invalid_arguments")
    execution = _running(slack, args)
    declared = slack.functions.get(execution.callback_id, {}).get("output_parameters")
    if declared is not None:
        missing = [name for name, one in declared.items() if one.get("is_required") and name not in outputs]
        wrong = [name for name, value in outputs.items() if name not in declared or not isinstance(value, str)]
        if missing or wrong:
            raise ApiError("parameter_validation_failed")
    execution.outputs = outputs
    slack.tell("execution", execution)
    return {}


def complete_error(slack: Workspace, args: Args) -> Answer:
    """functions.completeError: its words reach whoever looks after the workflow."""
    execution = _running(slack, args)
    execution.error = args.text("error")
    slack.tell("execution", execution)
    return {}


def _running(slack: Workspace, args: Args) -> Execution:
    execution = slack.executions.get(args.text("function_execution_id"))
    if execution is None:
        raise ApiError("function_execution_not_found")
    if execution.installation is not args.caller:
        raise ApiError("access_denied")
    if not execution.is_running:
        raise ApiError("execution_not_in_running_state")
    return execution
