"""Runner of workflow steps: reads and checks what a step asks for, has it done once, and tells Slack how it ended.

A step acts as the person it names under On behalf of: Slack's event names neither the workflow nor who published or
started it (https://docs.slack.dev/reference/events/function_executed). An input of the type user_context would name who
started a workflow, where a person did (https://docs.slack.dev/reference/types/user_context-type); but whoever presses
a link has not written the words behind it. So that person must have allowed it by `/volt workflows on`, and may do by a
step what they may do by hand. Whatever cannot be read or done ends the step with words, never half done.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.bridge.conversations.queries import get_conversation
from bot.bridge.steps.executions import (
    StepPlace,
    assign_for_step,
    begin_listing,
    finish_new,
    lends_name,
    look_again,
    open_for_step,
    send_for_step,
    settle_step,
)
from bot.bridge.unit_of_work import UnitsOfWork
from bot.bridge.workspaces.roles import read_policy, reason_against
from bot.domain.duties import Duty
from bot.domain.errors import CallFailed, Rejected, Retryable
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.roles import Role
from bot.domain.steps import (
    ACCOUNT,
    ADD,
    ASSIGN,
    ASSIGNEE,
    BEHALF,
    LIST,
    LONGEST_WAIT_H,
    OPEN,
    RUN_WITHIN_S,
    SEND,
    TEXT,
    TO,
    WAIT,
    StepExecution,
    StepOutcome,
    StepStatus,
)
from bot.domain.text import clean
from bot.domain.timestamps import add_seconds, to_micros
from bot.ports.capabilities import Capability
from bot.slack.api.step_reports import REFUSED_OUTPUTS, StepReports
from bot.slack.context import Context, UserError
from bot.slack.features.kit.capabilities import lists_of, require_capability
from bot.slack.features.kit.provider_calls import change_at_provider
from bot.slack.features.kit.which_line import line_for, picked_line
from bot.slack.features.workflows import view
from bot.slack.render.step_words import error_words, old_manifest_words, outputs_of
from bot.slack.text.escaping import escape, unescape
from bot.slack.text.rich_text import is_note, pieces_of_workflow_text
from bot.time_of_day import utc_now

_log = structlog.get_logger(__name__)

CALL_BUDGET_S = 60.0
"""Time for what a step asks Slack or the provider, before it is put off."""

REPORTED_WITHIN_S = 14 * 86_400.0
"""Time from its event within which Slack is told how a step ended: twice the longest wait."""

NOTABLE_TRIES = 8
"""Tries to tell Slack after which the log says what keeps it."""

MAX_LIST_TRIES = 20
"""Tries to put somebody on a list while the provider does not say what became of it."""


class AssigneeCheck(Protocol):
    """Refuses whoever cannot be assigned. Raises UserError or CallFailed."""

    async def __call__(self, context: Context, user: UserId, *, block: str = "") -> None:
        """Look up whether this person can be assigned."""


@dataclass(frozen=True)
class StepRunner:
    """Runner of one workspace's steps (bot.bridge.steps.watcher.Runner)."""

    context: Context
    reports: StepReports
    check_assignee: AssigneeCheck

    @property
    def _units(self) -> UnitsOfWork:
        return self.context.units.on_duty(Duty.STEPS)

    # --- acting

    async def act(self, step: StepExecution) -> None:
        """Act on a new step. Raises NotOnDuty, StoreUnavailable."""
        assert step.at is not None
        if add_seconds(step.at, RUN_WITHIN_S) < to_micros(utc_now()):
            await self._units.run(finish_new, step.id, StepOutcome(StepStatus.LATE))
            return
        try:
            async with asyncio.timeout(CALL_BUDGET_S):
                await self._act(step)
        except UserError as mistake:
            await self._refuse(step, unescape(str(mistake)))
        except Rejected as error:
            await self._refuse(step, error.user_message)
        except (CallFailed, TimeoutError):
            await self._units.run(look_again, step)

    async def _refuse(self, step: StepExecution, words: str) -> None:
        await self._units.run(finish_new, step.id, StepOutcome(StepStatus.REFUSED, words=words))

    async def _act(self, step: StepExecution) -> None:
        acts: dict[str, Callable[[StepExecution], Awaitable[None]]] = {
            SEND: self._send,
            OPEN: self._open,
            ADD: self._add,
            ASSIGN: self._assign,
        }
        if step.callback not in acts:
            raise UserError(view.UNKNOWN_STEP)
        await acts[step.callback](step)

    async def _send(self, step: StepExecution) -> None:
        place = await self._place(step, Role.AGENT)
        self.context.require_reachable(place.account, place.contact)
        given = step.inputs.get(TEXT, "")
        if len(given) > view.MAX_TEXT_CHARS:
            raise UserError(view.TOO_LONG)
        pieces = pieces_of_workflow_text(clean(given))
        if not pieces:
            raise UserError(view.NO_TEXT)
        if is_note(pieces):
            raise UserError(view.IS_NOTE)
        wait_s = _wait_hours(step.inputs.get(WAIT, "")) * 3_600
        await self._units.run(send_for_step, step.id, place, pieces, wait_s=wait_s)

    async def _open(self, step: StepExecution) -> None:
        place = await self._place(step, Role.AGENT)
        await self._units.run(open_for_step, step.id, place)

    async def _assign(self, step: StepExecution) -> None:
        place, to = await self._place(step, Role.AGENT), UserId(step.inputs.get(ASSIGNEE, ""))
        if not to:
            raise UserError(view.NO_ASSIGNEE)
        await self.check_assignee(self.context, to)
        if not await self._units.run(assign_for_step, step.id, place, to):
            raise UserError(view.NO_CONVERSATION)

    async def _add(self, step: StepExecution) -> None:
        require_capability(self.context, Capability.LISTS)
        author = await self._author(step, Role.SENDER_TO_MANY)
        name = " ".join(clean(step.inputs.get(LIST, "")).split())
        if not name:
            raise UserError(view.NO_LIST_NAMED)
        contact = self._contact(step)
        account = await line_for(self.context, await self._line(step), Capability.LISTS)
        lists, by = lists_of(self.context, account), self.context.lines.profile(account)
        self.context.require_reachable(account, contact)
        if await lists.contact_list(account, name) is None:
            raise UserError(escape(f"{by.capital_name} has no list called {name}."))
        if not await self._units.run(begin_listing, step.id, author):
            return
        adding = lists.add_to_list(account, name, [contact])  # twice changes nothing
        try:
            await change_at_provider(by, adding, "", missing=view.NOT_A_CONTACT.format(name=by.capital_name))
        except Retryable:
            raise
        except CallFailed as error:
            if error.is_certain or step.attempts < MAX_LIST_TRIES:
                raise
            raise UserError(view.NOT_ON_LIST) from error
        await self._units.run(finish_new, step.id, StepOutcome(StepStatus.DONE))

    # --- what it names

    async def _place(self, step: StepExecution, role: Role) -> StepPlace:
        """Read whom a step is about and in whose name. Raises UserError, CallFailed."""
        author = await self._author(step, role)
        contact = self._contact(step)
        account = await self._line(step) or await self.context.account_with(contact)
        return StepPlace(account, contact, author, self.context.channel)

    async def _author(self, step: StepExecution, role: Role) -> UserId:
        """Read in whose name a step acts; they must have allowed it, and may do it by hand."""
        context, user = self.context, UserId(step.inputs.get(BEHALF, ""))
        if not user:
            raise UserError(view.NO_PERSON)
        policy = await context.units.run(read_policy)
        reason = await reason_against(context.workspace, policy, role, user, own_teams=context.team_ids)
        if reason is not None:
            raise UserError(view.may_not(reason))
        if not await context.units.run(lends_name, user):
            raise UserError(view.NOT_LENT)
        return user

    def _contact(self, step: StepExecution) -> E164:
        typed = step.inputs.get(TO, "").strip()
        if not typed:
            raise UserError(view.NO_NUMBER)
        return self.context.require_textable(self.context.read_number(typed))

    async def _line(self, step: StepExecution) -> E164 | None:
        """Read which of our numbers is meant, by its label or its number; None where the step names none."""
        named = step.inputs.get(ACCOUNT, "").strip()
        if not named:
            return None
        line, rest = await picked_line(self.context, f"from {escape(named)}")
        if rest:
            raise UserError(escape(f"None of our numbers is called {named}."))
        return line

    # --- telling Slack

    async def report(self, step: StepExecution) -> None:
        """Tell Slack how a step ended; where it does not take that now, later again. Raises NotOnDuty."""
        outcome = step.outcome
        assert outcome is not None
        try:
            if outcome.status.is_failure:
                await self.reports.failed(step.id, error_words(outcome))
            else:
                await self._succeeded(step, outcome)
        except CallFailed as error:
            if not self._is_given_up(step, error):
                wait_s = (error.retry_after_s or 0.0) if isinstance(error, Retryable) else 0.0
                await self._units.run(look_again, step, at_least_s=wait_s)
                return
        await self._units.run(settle_step, step.id)

    def _is_given_up(self, step: StepExecution, error: CallFailed) -> bool:
        """Tell whether Slack will not be told any more how a step ended; logged, as is what keeps it for long."""
        assert step.at is not None
        is_over = add_seconds(step.at, REPORTED_WITHIN_S) < to_micros(utc_now())
        if is_over or step.attempts == NOTABLE_TRIES:
            event = "workflow.given_up" if is_over else "workflow.not_reported"
            _log.warning(event, execution=step.id, code=error.code, todo=error.user_message)
        return is_over

    async def _succeeded(self, step: StepExecution, outcome: StepOutcome) -> None:
        conversation = None
        if step.conversation_id is not None:
            conversation = await self.context.units.run(get_conversation, step.conversation_id)
        outputs = outputs_of(step.callback, outcome, self.context.thread_link(conversation))
        try:
            await self.reports.succeeded(step.id, outputs)
        except CallFailed as error:
            if error.code != REFUSED_OUTPUTS:
                raise
            await self.reports.failed(step.id, old_manifest_words(outcome))


def _wait_hours(given: str) -> int:
    """Read for how many hours a step waits; 0 where it does not. Raises UserError."""
    given = given.strip().removesuffix(".0")
    if given in ("", "0"):
        return 0
    if not (given.isascii() and given.isdecimal()) or int(given) > LONGEST_WAIT_H:
        raise UserError(view.BAD_WAIT)
    return int(given)
