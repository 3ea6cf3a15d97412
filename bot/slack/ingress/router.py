"""Interaction router: commands, buttons, menus and shortcuts, each answered within Slack's 3 seconds.

A handler (context.py) that waits longer for Slack or a provider continues, and its answer comes later. submissions.py
answers forms. The router's own words are in features/kit/texts.py.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Sequence
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.errors import CallFailed, VoltBotError
from bot.domain.ids import UserId
from bot.domain.roles import Role
from bot.domain.text import clean
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import (
    Interaction,
    read_action,
    read_command,
    read_search,
    read_shortcut,
    read_submission,
)
from bot.slack.features.kit import texts
from bot.slack.features.kit.capabilities import require_capability
from bot.slack.features.kit.first_run import require_connection
from bot.slack.features.kit.permissions import require
from bot.slack.features.kit.writing import form_closed
from bot.slack.handling import ActionHandler, Subcommand
from bot.slack.ingress.handler_tasks import HandlerTasks, is_done_in_time, safely
from bot.slack.ingress.registry import (
    ACTION,
    ACTIONS,
    COMMAND,
    COMMANDS,
    HOMES,
    MENU,
    NEEDS,
    OPTIONS,
    ROLES,
    SHORTCUT,
    SHORTCUTS,
    nearest_command,
)
from bot.slack.ingress.submissions import Submissions

_log = structlog.get_logger(__name__)


class InteractionRouter:
    """Interaction router: the handlers of registry.py, as listeners of Bolt."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tasks = HandlerTasks()
        self.forms = Submissions(context, self._tasks)

    async def close(self) -> None:
        """Cancel the handlers that would have answered later."""
        await self._tasks.close()

    def show_home(self, user: UserId) -> None:
        """Show App Home in a task of its own: if that fails nothing is lost, and opening it again shows it."""
        for welcome in HOMES if user else ():
            self._tasks.spawn(safely(Interaction(name="app_home_opened", user=user), welcome(self._context, user)))

    def run_in_background(self, interaction: Interaction, work: Awaitable[MessageBody | None]) -> None:
        """Run a handler as a task of its own, and show its message to the person who acted."""
        self._tasks.spawn(self._show_later(interaction, self._tasks.spawn(safely(interaction, work))))

    def answer_in_channel(self, interaction: Interaction, work: Awaitable[MessageBody]) -> None:
        """Answer as a task of its own, by a message that stays."""
        self._tasks.spawn(self._posted(interaction, work))

    async def _posted(self, interaction: Interaction, work: Awaitable[MessageBody]) -> None:
        message = await safely(interaction, work)
        try:
            await self._context.ui.post(interaction.channel or self._context.channel, message)
        except CallFailed as error:
            _log.warning("slack.not_told", code=error.code)

    # --- /volt

    async def command(self, ack: AsyncAck, command: dict[str, Any]) -> None:
        """Answer `/volt`."""
        first, _, rest = _typed(command).partition(" ")
        interaction = read_command(command, first.lower() or "help")
        work = self._tasks.spawn(safely(interaction, self._answer(interaction, rest.strip())))
        message = work.result() if await is_done_in_time(work) else None
        if message is None:
            message = MessageBody(texts.ONE_MOMENT, [])
            self._tasks.spawn(self._answer_later(interaction, work))
        await ack(text=message.text, blocks=message.blocks or None, response_type="ephemeral")

    async def _answer(self, interaction: Interaction, words: str) -> MessageBody:
        if not _is_complete(interaction):
            return MessageBody(texts.INCOMPLETE, [])
        command = COMMANDS.get(interaction.name)
        await require(self._context, interaction, ROLES.get((COMMAND, interaction.name), Role.INSIDER))
        if command is None:
            return MessageBody(texts.unknown_command(interaction.name, nearest_command(interaction.name)), [])
        try:
            require_connection(self._context, command.word)
            require_capability(self._context, NEEDS.get((COMMAND, command.word)))
            return await command.handler(self._context, interaction, words)
        except UserError as mistake:
            return MessageBody(_with_usage(mistake, command), [])

    async def _answer_later(self, interaction: Interaction, work: asyncio.Task[MessageBody | None]) -> None:
        message = await work
        if message is not None:
            with contextlib.suppress(CallFailed):
                await self._context.ui.respond(interaction.response_url, message)

    # --- buttons, menus, shortcuts

    async def action(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        """Act on a button or a menu."""
        interaction = read_action(body, action)
        await self._act(ack, ACTIONS.get(interaction.name, _out_of_date), interaction, ACTION)

    async def shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Act on a shortcut."""
        interaction = read_shortcut(body)
        await self._act(ack, SHORTCUTS.get(interaction.name, _out_of_date), interaction, SHORTCUT)

    async def _act(self, ack: AsyncAck, act: ActionHandler, interaction: Interaction, kind: str) -> None:
        """Acknowledge when the handler is done, or when its time is over; it then continues."""
        if not _is_complete(interaction):
            _log.warning("slack.incomplete", asked=interaction.name)
            await ack()
            return
        work = self._tasks.spawn(safely(interaction, self._acted(act, interaction, kind)))
        await is_done_in_time(work)
        self._tasks.spawn(self._show_later(interaction, work))
        await ack()

    async def _acted(self, act: ActionHandler, interaction: Interaction, kind: str) -> MessageBody | None:
        await require(self._context, interaction, ROLES.get((kind, interaction.name), Role.INSIDER))
        require_connection(self._context, interaction.name)
        require_capability(self._context, NEEDS.get((kind, interaction.name)))
        return await act(self._context, interaction)

    async def _show_later(self, interaction: Interaction, work: asyncio.Task[MessageBody | None]) -> None:
        message = await work
        if message is not None:
            await self._show(interaction, message)

    async def _show(self, interaction: Interaction, message: MessageBody) -> None:
        """Show a message to the person who acted: in the channel of the interaction, else in a modal."""
        ui = self._context.ui
        try:
            if interaction.channel is not None:
                await ui.post_ephemeral(interaction.user, interaction.channel, message, thread_ts=interaction.answer_ts)
            else:
                await self._context.open_over(interaction, modals.notice_modal(message))
        except CallFailed as error:
            if await self._is_answered(interaction, message):
                return
            _log.warning("slack.not_told", code=error.code)

    async def _is_answered(self, interaction: Interaction, message: MessageBody) -> bool:
        """Try the response_url: it works also in channels that the bot is not in."""
        try:
            await self._context.ui.respond(interaction.response_url, message)
        except CallFailed:
            return False
        return True

    async def closed(self, body: dict[str, Any]) -> None:
        """Note that a form was closed without being sent off; where that fails, time tells it."""
        interaction = read_submission(body)
        await is_done_in_time(self._tasks.spawn(safely(interaction, form_closed(self._context, interaction))))

    # --- menus that ask for their options

    async def search(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """List the options that match what was typed."""
        work = self._tasks.spawn(self._found(read_search(body)))
        found = work.result() if await is_done_in_time(work) else ()
        await ack(options=[modals.option_object(option) for option in found[:100]])

    async def _found(self, interaction: Interaction) -> Sequence[modals.Option]:
        """Find what a menu offers; nothing where that fails: it asks again as people go on typing."""
        suggest = OPTIONS.get(interaction.name)
        try:
            await require(self._context, interaction, ROLES.get((MENU, interaction.name), Role.INSIDER))
            return await suggest(self._context, interaction) if suggest is not None else ()
        except VoltBotError:
            return ()


def _is_complete(interaction: Interaction) -> bool:
    """Tell whether user and trigger_id are given: without them nothing can be done exactly once."""
    return bool(interaction.user and interaction.trigger_id)


def _typed(command: dict[str, Any]) -> str:
    """Read the text of a command: the first word without invisible characters, a space, and the rest as it is."""
    first, *rest = str(command.get("text") or "").split(maxsplit=1) or [""]
    word = clean(first).strip()
    if not word and rest:
        return _typed({"text": rest[0]})
    return " ".join((word, *rest))


async def _out_of_date(_context: Context, _interaction: Interaction) -> MessageBody:
    """Answer a button that this version does not know."""
    return MessageBody(texts.OUT_OF_DATE, [])


def _with_usage(mistake: UserError, command: Subcommand) -> str:
    return texts.bad_argument(str(mistake), command.usage_text) if mistake.has_usage else str(mistake)
