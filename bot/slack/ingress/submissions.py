"""Submissions: a form is answered in the response to Slack or, later, in the view that says "One moment"."""

import asyncio
import contextlib
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.errors import CallFailed
from bot.domain.roles import Role
from bot.slack.blocks import modals
from bot.slack.blocks.kit import Block, MessageBody
from bot.slack.blocks.modals import Modal
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction, read_submission
from bot.slack.features.kit import texts
from bot.slack.features.kit.capabilities import require_capability
from bot.slack.features.kit.first_run import require_connection
from bot.slack.features.kit.permissions import require
from bot.slack.handling import Close, FieldErrors, Refusal, ShowView, SubmissionHandler, SubmissionResult
from bot.slack.ingress.handler_tasks import HandlerTasks, is_done_in_time, safely
from bot.slack.ingress.refilled_form import error_blocks, refilled_form
from bot.slack.ingress.registry import NEEDS, ROLES, SUBMISSION, SUBMISSIONS
from bot.slack.text.escaping import unescape

_log = structlog.get_logger(__name__)

ACK_TRANSIT_S = 0.3
"""Time our response may need to reach Slack: a view that is updated before it arrives would be replaced by it."""


class Submissions:
    """Submissions: the form handlers of registry.py, as a listener of Bolt."""

    def __init__(self, context: Context, tasks: HandlerTasks) -> None:
        self._context = context
        self._tasks = tasks

    async def submission(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Act on a submitted form."""
        interaction = read_submission(body)
        work = self._tasks.spawn(self._outcome(interaction, SUBMISSIONS.get(interaction.name, _form_out_of_date)))
        if await is_done_in_time(work):
            await _acknowledge(ack, work.result())
            return
        await ack(response_action="update", view=modals.notice_modal(MessageBody(texts.ONE_MOMENT, [])))
        self._tasks.spawn(self._finish(interaction, work))

    async def _outcome(self, interaction: Interaction, submit: SubmissionHandler) -> SubmissionResult:
        outcome = await safely(interaction, self._submitted(interaction, submit))
        return Refusal(outcome) if isinstance(outcome, MessageBody) else outcome

    async def _submitted(self, interaction: Interaction, submit: SubmissionHandler) -> SubmissionResult:
        if not (interaction.user and interaction.view_id):
            return Refusal(MessageBody(texts.INCOMPLETE, []))
        await require(self._context, interaction, ROLES.get((SUBMISSION, interaction.name), Role.INSIDER))
        if unreadable := interaction.form.unreadable:
            return FieldErrors(dict.fromkeys(unreadable, texts.NOT_READABLE))
        try:
            require_connection(self._context, interaction.name)
            require_capability(self._context, NEEDS.get((SUBMISSION, interaction.name)))
            return await submit(self._context, interaction)
        except UserError as mistake:
            if not mistake.block:
                raise
            return FieldErrors({mistake.block: _plain(str(mistake))})

    async def _finish(self, interaction: Interaction, work: asyncio.Task[SubmissionResult]) -> None:
        """Show the result of a form that has become "One moment"; a refused form is put back with what was typed."""
        outcome = await work
        await asyncio.sleep(ACK_TRANSIT_S)
        match outcome:
            case FieldErrors():
                await self._put_back(
                    interaction, error_blocks(interaction.given, outcome.messages), "\n".join(outcome.messages.values())
                )
            case Refusal():
                await self._put_back(interaction, modals.notice_modal(outcome.body)["blocks"], outcome.body.text)
            case ShowView():
                await self._replace(interaction, outcome.view)
            case Close():
                await self._replace(interaction, modals.notice_modal(MessageBody(await outcome.message(), [])))
            case None:
                await self._replace(interaction, modals.notice_modal(MessageBody(texts.DONE, [])))

    async def _put_back(self, interaction: Interaction, why: list[Block], words: str) -> None:
        """Show a refused form again; if its view was closed meanwhile, the refusal goes to the person as a message."""
        if await self._replace(interaction, refilled_form(interaction.given, why)):
            return
        with contextlib.suppress(CallFailed):
            await self._context.ui.post_ephemeral(interaction.user, self._context.channel, MessageBody(words, []))

    async def _replace(self, interaction: Interaction, view: Modal) -> bool:
        try:
            await self._context.ui.update_modal(interaction.view_id, view)
        except CallFailed as error:
            _log.info("slack.window_gone", asked=interaction.name, code=error.code)
            return False
        return True


async def _form_out_of_date(_context: Context, _interaction: Interaction) -> SubmissionResult:
    """Answer a form that this version does not know."""
    raise UserError(texts.OUT_OF_DATE)


async def _acknowledge(ack: AsyncAck, outcome: SubmissionResult) -> None:
    match outcome:
        case FieldErrors():
            await ack(response_action="errors", errors=dict(outcome.messages))
        case ShowView():
            await ack(response_action="update", view=outcome.view)
        case Refusal():
            await ack(response_action="push", view=modals.notice_modal(outcome.body))
        case Close() | None:
            await ack()


def _plain(words: str) -> str:
    """Write an error of a form as plain text, as Slack shows it."""
    return unescape(words).replace("`", "")[:2_000]
