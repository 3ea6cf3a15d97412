"""Reports to Slack of how workflow steps ended: functions.completeSuccess and functions.completeError.

Safe to repeat: Slack takes one of them for each execution, and answers a second with execution_not_in_running_state
("no longer in a state to be completed"), or with function_execution_not_found once it has let go of the execution.
Either means that nothing is left to report. Outputs that do not fit the manifest are refused by
parameter_validation_failed.
Both need no scope, so that the bot's own token is used: the one in the event lives for minutes, and a step may wait for
days. Sources: https://docs.slack.dev/reference/methods/functions.completeSuccess,
https://docs.slack.dev/reference/methods/functions.completeError
"""

from collections.abc import Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CallFailed, Rejected
from bot.slack.api.calls import Method, call

_OVER = frozenset({"execution_not_in_running_state", "function_execution_not_found"})

_REFUSED = frozenset({"parameter_validation_failed", "invalid_arguments"})

REFUSED_OUTPUTS = "refused_outputs"


class StepReports:
    """Reports of ended steps, made once each; who calls decides on repeats."""

    def __init__(self, web: AsyncWebClient) -> None:
        self._web = web

    async def succeeded(self, step_id: str, outputs: Mapping[str, str]) -> None:
        """Report that a step has done its work. Raises CallFailed, with REFUSED_OUTPUTS where the manifest is older."""
        try:
            await _call(self._web.functions_completeSuccess, function_execution_id=step_id, outputs=dict(outputs))
        except CallFailed as error:
            if error.code in _REFUSED:
                raise Rejected(REFUSED_OUTPUTS, "Slack did not take the outputs of a workflow step.") from error
            raise

    async def failed(self, step_id: str, words: str) -> None:
        """Report why a step failed. Raises CallFailed."""
        await _call(self._web.functions_completeError, function_execution_id=step_id, error=words)


async def _call(method: Method, **arguments: object) -> None:
    try:
        await call(method, **arguments)
    except CallFailed as error:
        if error.code not in _OVER:
            raise
