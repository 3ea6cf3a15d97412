"""Answering what people ask for by command, button, shortcut, form or menu, within Slack's 3 seconds.

A handler (desk.py) that waits for Volt or Slack longer than that goes on beside, and answers later. Submitted forms are
answered in submissions.py. No words of its own but through answers.py.
"""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.errors import CallFailed, VoltBotError
from bot.domain.ids import UserId
from bot.domain.text import clean
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import ActionHandler, Context, Subcommand, UserError
from bot.slack.events.interactions import (
    Interaction,
    asked_by_action,
    asked_by_command,
    asked_by_shortcut,
    asked_by_typing,
)
from bot.slack.features.kit import texts
from bot.slack.ingress.handler_tasks import HandlerTasks, is_done_in_time, safely
from bot.slack.ingress.registry import ACTS, COMMANDS, SHORTCUTS, SUGGESTIONS, WELCOMES, nearest
from bot.slack.ingress.submissions import Submissions

_log = structlog.get_logger(__name__)


class InteractionRouter:
    """The handlers of parts.py, as listeners that Bolt can call."""

    def __init__(self, context: Context) -> None:
        self._desk = context
        self._tasks = HandlerTasks()
        self.forms = Submissions(context, self._tasks)

    async def close(self) -> None:
        """Give up what people would have been answered later."""
        await self._tasks.close()

    def welcome(self, user: UserId) -> None:
        """Show App Home beside everything else: nothing is lost where that fails, and opening it again shows it."""
        for welcome in WELCOMES if user else ():
            self._tasks.spawn(safely(Interaction(name="app_home_opened", user=user), welcome(self._desk, user)))

    def beside(self, interaction: Interaction, work: Awaitable[MessageBody | None]) -> None:
        """Do something beside everything else, and tell the one who asked what came of it."""
        self._tasks.spawn(self._show_later(interaction, self._tasks.spawn(safely(interaction, work))))

    # --- /volt

    async def command(self, ack: AsyncAck, command: dict[str, Any]) -> None:
        """Answer `/volt`."""
        first, _, rest = _typed(command).partition(" ")
        interaction = asked_by_command(command, first.lower() or "help")
        work = self._tasks.spawn(safely(interaction, self._answer(interaction, rest.strip())))
        view = work.result() if await is_done_in_time(work) else None
        if view is None:
            view = MessageBody(texts.ONE_MOMENT, [])
            self._tasks.spawn(self._answer_later(interaction, work))
        await ack(text=view.text, blocks=view.blocks or None, response_type="ephemeral")

    async def _answer(self, interaction: Interaction, words: str) -> MessageBody:
        if not _is_complete(interaction):
            return MessageBody(texts.INCOMPLETE, [])
        command = COMMANDS.get(interaction.name)
        if command is None:
            return MessageBody(texts.unknown_command(interaction.name, nearest(interaction.name)), [])
        try:
            return await command.answer(self._desk, interaction, words)
        except UserError as mistake:
            return MessageBody(_with_usage(mistake, command), [])

    async def _answer_later(self, interaction: Interaction, work: asyncio.Task[MessageBody | None]) -> None:
        view = await work
        if view is not None:
            with contextlib.suppress(CallFailed):
                await self._desk.ui.respond(interaction.response_url, view)

    # --- buttons, menus, shortcuts

    async def action(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        """Act on a button or a menu."""
        interaction = asked_by_action(body, action)
        await self._act(ack, ACTS.get(interaction.name, _out_of_date), interaction)

    async def shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Act on a shortcut."""
        interaction = asked_by_shortcut(body)
        await self._act(ack, SHORTCUTS.get(interaction.name, _out_of_date), interaction)

    async def _act(self, ack: AsyncAck, act: ActionHandler, interaction: Interaction) -> None:
        """Acknowledge once it is done, or after a while: from then on it goes on beside."""
        if not _is_complete(interaction):
            _log.warning("slack.incomplete", interaction=interaction.name)
            await ack()
            return
        work = self._tasks.spawn(safely(interaction, act(self._desk, interaction)))
        await is_done_in_time(work)
        self._tasks.spawn(self._show_later(interaction, work))
        await ack()

    async def _show_later(self, interaction: Interaction, work: asyncio.Task[MessageBody | None]) -> None:
        view = await work
        if view is not None:
            await self._show(interaction, view)

    async def _show(self, interaction: Interaction, view: MessageBody) -> None:
        """Tell the one who asked: in the channel where that was, else in a window of its own."""
        ui = self._desk.ui
        try:
            if interaction.channel is not None:
                await ui.post_ephemeral(interaction.user, interaction.channel, view, thread_ts=interaction.answer_ts)
            else:
                await self._desk.open_over(interaction, modals.notice(view))
        except CallFailed as error:
            if await self._is_answered(interaction, view):
                return
            _log.warning("slack.not_told", code=error.code)

    async def _is_answered(self, interaction: Interaction, view: MessageBody) -> bool:
        """Try the address that Slack gave for answers: it works also where the bot is no member."""
        try:
            await self._desk.ui.respond(interaction.response_url, view)
        except CallFailed:
            return False
        return True

    # --- menus that ask for their options

    async def suggestion(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """List what matches what was typed."""
        interaction = asked_by_typing(body)
        suggest = SUGGESTIONS.get(interaction.name)
        try:
            found = await suggest(self._desk, interaction) if suggest is not None else ()
        except VoltBotError:
            found = ()  # the menu says that nothing was found, and asks again as people go on typing
        await ack(options=[modals.option(one) for one in found[:100]])


def _is_complete(interaction: Interaction) -> bool:
    """Tell whether it is known who asks, and for which press: without that nothing could be done just once."""
    return bool(interaction.user and interaction.trigger_id)


def _typed(command: dict[str, Any]) -> str:
    """Read what was typed: the first word without what cannot be seen, a space, and the rest as it is."""
    first, *rest = str(command.get("text") or "").split(maxsplit=1) or [""]
    word = clean(first).strip()
    if not word and rest:
        return _typed({"text": rest[0]})
    return " ".join((word, *rest))


async def _out_of_date(_desk: Context, _asked: Interaction) -> MessageBody:
    """Answer a button that this version does not know."""
    return MessageBody(texts.OUT_OF_DATE, [])


def _with_usage(mistake: UserError, command: Subcommand) -> str:
    return texts.bad_argument(str(mistake), command.how) if mistake.has_usage else str(mistake)
