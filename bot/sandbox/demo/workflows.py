"""Workflows of the demo: a viewer runs one step of the app by itself, as a workflow would, and sees how it ends.

Slack's Workflow Builder checks what a step needs before a workflow is published, so that is refused here.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.demo.actions import ViewerActions
from bot.sandbox.demo.functions import functions
from bot.sandbox.demo.routes import Fields, UnusableError
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.slack.state.model import Execution

Shape = dict[str, Any]

MOST_SHOWN = 20
"""Runs that a page shows: the newest ones."""


class Workflows:
    """Steps that a viewer can run, and the runs."""

    def __init__(self, slack: SlackStandIn, actions: ViewerActions) -> None:
        self.slack = slack
        self.actions = actions
        slack.functions = functions()

    async def run(self, fields: Fields) -> None:
        """POST /slack/workflow {user, step, inputs}: the step by its callback id, its inputs by their names."""
        user, step, given = self.actions.agent(fields), fields.text("step"), fields.plain("inputs")
        self.actions.with_app(user, "steps")
        if step not in self.slack.functions:
            raise UnusableError("there is no such step")
        inputs = self._inputs(self.slack.functions[step]["input_parameters"], given)
        self.actions.record.forms += [one for one in inputs.values() if isinstance(one, str)]
        self.actions.spawn(self.slack.run_step(step, inputs, team_id=self.slack.users[user].team_id))

    def _inputs(self, wanted: Shape, given: Shape) -> Shape:
        filled = {name: value for name, value in given.items() if name in wanted and value not in (None, "")}
        for name, one in wanted.items():
            if one["is_required"] and name not in filled:
                raise UnusableError(f"{one['title']} is empty")
            if one["type"] == "integer" and name in filled:
                filled[name] = _whole(one["title"], filled[name])
        return filled


def _whole(title: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise UnusableError(f"{title} has to be a whole number") from None


def steps_shape(slack: SlackStandIn) -> list[Shape]:
    """Return the steps that can be run, as their forms need them."""
    return [
        {
            "id": step,
            "title": one["title"],
            "description": one["description"],
            "inputs": _named(one, "input_parameters"),
        }
        for step, one in slack.functions.items()
    ]


def _named(step: Shape, which: str) -> list[Shape]:
    return [{"name": name, **one} for name, one in step[which].items()]


def runs_shape(slack: SlackStandIn) -> list[Shape]:
    """Return the newest runs, the latest first, and how each ended."""
    return [_run_shape(slack, one) for one in reversed([*slack.executions.values()][-MOST_SHOWN:])]


def _run_shape(slack: SlackStandIn, run: Execution) -> Shape:
    step = slack.functions.get(run.callback_id, {})
    titles = {name: one["title"] for name, one in step.get("input_parameters", {}).items()}
    gives = {name: one["title"] for name, one in step.get("output_parameters", {}).items()}
    return {
        "id": run.id,
        "title": step.get("title", run.callback_id),
        "at": run.at,
        "inputs": [[titles.get(name, name), value] for name, value in run.inputs.items()],
        "outputs": None if run.outputs is None else [[gives.get(name, name), one] for name, one in run.outputs.items()],
        "error": run.error,
    }
