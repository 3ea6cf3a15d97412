"""Workflows that run: each step of the app is an event with an id of its own, and ends when the app says so.

https://docs.slack.dev/reference/events/function_executed
"""

from __future__ import annotations

import secrets
from typing import Any

from bot.sandbox.clock import clock
from bot.sandbox.slack.state.model import Execution
from bot.sandbox.slack.state.teams import APP_ID, TEAM_ID
from bot.sandbox.slack.state.wire import envelope
from bot.sandbox.slack.state.workspace import Workspace


class StepActions(Workspace):
    """Runs of workflow steps."""

    async def _carry_event(self, whole: dict[str, Any]) -> int:
        raise NotImplementedError

    async def run_step(self, callback_id: str, inputs: dict[str, Any], *, team_id: str = TEAM_ID) -> Execution:
        """Run one step of a workflow; returns it after the first attempt to tell the app.

        Raises LookupError where the app is not installed in that team: such a workflow cannot be run.
        """
        by = self.installation_for(team_id)
        if by is None:
            raise LookupError(f"the app is not installed in {team_id}")
        execution = Execution(f"Fx{secrets.token_hex(5).upper()}", callback_id, inputs, by)
        self.executions[execution.id] = execution
        self.tell("execution", execution)
        await self.tell_again(execution)
        return execution

    async def tell_again(self, execution: Execution) -> int:
        """Deliver the event of an execution, once more where it was delivered before; returns the status."""
        return await self._carry_event(envelope(self._event_of(execution), execution.installation))

    def _event_of(self, execution: Execution) -> dict[str, Any]:
        defined = self.functions.get(execution.callback_id, {})
        listed = {
            kind: [{"name": name, **one} for name, one in defined.get(kind, {}).items()]
            for kind in ("input_parameters", "output_parameters")
        }
        function = {
            "id": f"Fn{execution.callback_id.upper()[:9]}",
            "callback_id": execution.callback_id,
            "title": defined.get("title", execution.callback_id),
            "description": defined.get("description", ""),
            "type": "app",
            **listed,
            "app_id": APP_ID,
            "date_created": 1694727597,
            "date_updated": 1698947481,
            "date_deleted": 0,
        }
        return {
            "type": "function_executed",
            "function": function,
            "inputs": execution.inputs,
            "function_execution_id": execution.id,
            "workflow_execution_id": execution.id.replace("Fx", "Wx"),
            "event_ts": f"{clock.unix_time():.6f}",
            "bot_access_token": execution.token,
        }
