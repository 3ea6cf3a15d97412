"""Answering what people ask for by command, button, shortcut, form or menu, within Slack's 3 seconds.

A handler (desk.py) that waits for Volt or Slack longer than that goes on beside, and answers later. Every way in which
one can fail becomes words for the one who asked. No words of its own but through answers.py.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.errors import CallFailed, InvalidNumber, NoSuchRow, StoreUnavailable, VoltBotError
from bot.domain.ids import UserId
from bot.domain.text import clean
from bot.slack import answers, modals
from bot.slack.asked import (
    Asked,
    asked_by_action,
    asked_by_command,
    asked_by_shortcut,
    asked_by_typing,
    asked_by_view,
)
from bot.slack.blocks import Block, View
from bot.slack.desk import Act, Close, Command, Desk, Errors, Mistake, Modal, Outcome, Refusal, Show, Submit
from bot.slack.inert import unescape
from bot.slack.parts import ACTS, COMMANDS, SHORTCUTS, SUBMISSIONS, SUGGESTIONS, WELCOMES, nearest
from bot.slack.refilled import reasons, refilled

T = TypeVar("T")
_log = structlog.get_logger(__name__)

PATIENCE_S = 2.0
"""How long a handler may take before it is told to answer later: Slack waits for 3 seconds, the network included."""

SETTLED_S = 0.3
"""How long our answer to a form may take to Slack: what is shown before it arrives would be covered by it for good."""


class Answering:
    """The handlers of parts.py, as listeners that Bolt can call."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._under_way: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Give up what people would have been answered later; what was asked for is in the books or was never done."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def welcome(self, user: UserId) -> None:
        """Show App Home beside everything else: nothing is lost where that fails, and opening it again shows it."""
        for welcome in WELCOMES if user else ():
            self._spawn(self._safely(Asked(name="app_home_opened", user=user), welcome(self._desk, user)))

    def beside(self, asked: Asked, work: Awaitable[View | None]) -> None:
        """Do something beside everything else, and tell the one who asked what came of it."""
        self._spawn(self._show_later(asked, self._spawn(self._safely(asked, work))))

    # --- /volt

    async def command(self, ack: AsyncAck, command: dict[str, Any]) -> None:
        """Answer `/volt`."""
        first, _, rest = _typed(command).partition(" ")
        asked = asked_by_command(command, first.lower() or "help")
        work = self._spawn(self._safely(asked, self._answer(asked, rest.strip())))
        view = await _within(work)
        if view is None:
            view = View(answers.ONE_MOMENT, [])
            self._spawn(self._answer_later(asked, work))
        await ack(text=view.text, blocks=view.blocks or None, response_type="ephemeral")

    async def _answer(self, asked: Asked, words: str) -> View:
        if not _is_complete(asked):
            return View(answers.INCOMPLETE, [])
        command = COMMANDS.get(asked.name)
        if command is None:
            return View(answers.unknown_command(asked.name, nearest(asked.name)), [])
        try:
            return await command.answer(self._desk, asked, words)
        except Mistake as mistake:
            return View(_with_usage(mistake, command), [])

    async def _answer_later(self, asked: Asked, work: "asyncio.Task[View | None]") -> None:
        view = await work
        if view is not None:
            with contextlib.suppress(CallFailed):
                await self._desk.surfaces.answer_later(asked.response_url, view)

    # --- buttons, menus, shortcuts

    async def action(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        """Act on a button or a menu."""
        asked = asked_by_action(body, action)
        await self._act(ack, ACTS.of(asked.name) or _out_of_date, asked)

    async def shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Act on a shortcut."""
        asked = asked_by_shortcut(body)
        await self._act(ack, SHORTCUTS.of(asked.name) or _out_of_date, asked)

    async def _act(self, ack: AsyncAck, act: Act, asked: Asked) -> None:
        """Acknowledge once it is done, or after a while: from then on it goes on beside."""
        if not _is_complete(asked):
            _log.warning("slack.incomplete", asked=asked.name)
            await ack()
            return
        work = self._spawn(self._safely(asked, act(self._desk, asked)))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.shield(work)
        self._spawn(self._show_later(asked, work))
        await ack()

    async def _show_later(self, asked: Asked, work: "asyncio.Task[View | None]") -> None:
        view = await work
        if view is not None:
            await self._show(asked, view)

    async def _show(self, asked: Asked, view: View) -> None:
        """Tell the one who asked: in the channel where that was, else in a window of its own."""
        surfaces = self._desk.surfaces
        try:
            if asked.channel is not None:
                await surfaces.whisper(asked.user, asked.channel, view, thread_ts=asked.answer_ts)
            else:
                await self._desk.open_over(asked, modals.notice(view))
        except CallFailed as error:
            if await self._is_answered(asked, view):
                return
            _log.warning("slack.not_told", code=error.code)

    async def _is_answered(self, asked: Asked, view: View) -> bool:
        """Try the address that Slack gave for answers: it works also where the bot is no member."""
        try:
            await self._desk.surfaces.answer_later(asked.response_url, view)
        except CallFailed:
            return False
        return True

    # --- forms

    async def submission(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Act on a form."""
        asked = asked_by_view(body)
        work = self._spawn(self._outcome(asked, SUBMISSIONS.of(asked.name) or _form_out_of_date))
        try:
            async with asyncio.timeout(PATIENCE_S):
                outcome = await asyncio.shield(work)
        except TimeoutError:
            await ack(response_action="update", view=modals.notice(View(answers.ONE_MOMENT, [])))
            self._spawn(self._finish_form(asked, work))
            return
        await _acknowledge(ack, outcome)

    async def _outcome(self, asked: Asked, submit: Submit) -> Outcome:
        outcome: list[Outcome] = [None]

        async def run() -> View | None:
            if not (asked.user and asked.view_id):
                return View(answers.INCOMPLETE, [])
            if unreadable := asked.form.unreadable:
                outcome[0] = Errors(dict.fromkeys(unreadable, answers.NOT_READABLE))
                return None
            try:
                outcome[0] = await submit(self._desk, asked)
            except Mistake as mistake:
                if not mistake.block:
                    return View(str(mistake), [])
                outcome[0] = Errors({mistake.block: _plain(str(mistake))})
            return None

        view = await self._safely(asked, run())
        return outcome[0] if view is None else Refusal(view)

    async def _finish_form(self, asked: Asked, work: "asyncio.Task[Outcome]") -> None:
        """Say what came of a form that has given way to "One moment"; a refused one is put back as it was."""
        outcome = await work
        await asyncio.sleep(SETTLED_S)
        given = asked.given
        match outcome:
            case Errors():
                await self._put_back(asked, reasons(given, outcome.words), "\n".join(outcome.words.values()))
            case Refusal():
                await self._put_back(asked, modals.notice(outcome.view)["blocks"], outcome.view.text)
            case Show():
                await self._replace(asked, outcome.view)
            case Close():
                await self._replace(asked, modals.notice(View(await outcome.words(), [])))
            case None:
                await self._replace(asked, modals.notice(View(answers.DONE, [])))

    async def _put_back(self, asked: Asked, why: list[Block], words: str) -> None:
        """Show a refused form again; who has closed it meanwhile is told all the same that nothing came of it."""
        if await self._replace(asked, refilled(asked.given, why)):
            return
        with contextlib.suppress(CallFailed):
            await self._desk.surfaces.whisper(asked.user, self._desk.channel, View(words, []))

    async def _replace(self, asked: Asked, view: Modal) -> bool:
        try:
            await self._desk.surfaces.update_modal(asked.view_id, view)
        except CallFailed as error:
            _log.info("slack.window_gone", asked=asked.name, code=error.code)
            return False
        return True

    # --- menus that ask for their options

    async def suggestion(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """List what matches what was typed."""
        asked = asked_by_typing(body)
        suggest = SUGGESTIONS.of(asked.name)
        try:
            found = await suggest(self._desk, asked) if suggest is not None else ()
        except VoltBotError:
            found = ()  # the menu says that nothing was found, and asks again as people go on typing
        await ack(options=[modals.option(one) for one in found[:100]])

    # --- around all of them

    def _spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _safely(self, asked: Asked, work: Awaitable[View | None]) -> View | None:
        """Turn every way in which a handler can fail into words for the one who asked."""
        try:
            return await work
        except Mistake as mistake:
            return View(str(mistake), [])
        except (
            NoSuchRow,
            InvalidNumber,
            OverflowError,
        ):  # what it names is not ours: an id of no row, or of none at all
            return View(answers.OUT_OF_DATE, [])
        except StoreUnavailable as error:
            return View(answers.not_now(error), [])
        except CallFailed as error:
            _log.info("slack.call_failed", asked=asked.name, code=error.code)
            return answers.failed(error)
        except Exception as error:  # noqa: BLE001 - a bug in one handler: the one who asked is told, the log says why
            _log.error("slack.handler_failed", asked=asked.name, exc_info=error)
            return View(answers.STUMBLED, [])


def _is_complete(asked: Asked) -> bool:
    """Tell whether it is known who asks, and for which press: without that nothing could be done just once."""
    return bool(asked.user and asked.trigger_id)


def _typed(command: dict[str, Any]) -> str:
    """Read what was typed: the first word without what cannot be seen, a space, and the rest as it is."""
    first, *rest = str(command.get("text") or "").split(maxsplit=1) or [""]
    word = clean(first).strip()
    if not word and rest:
        return _typed({"text": rest[0]})
    return " ".join((word, *rest))


async def _out_of_date(_desk: Desk, _asked: Asked) -> View:
    """Answer a button that this version does not know."""
    return View(answers.OUT_OF_DATE, [])


async def _form_out_of_date(_desk: Desk, _asked: Asked) -> Outcome:
    """Answer a form that this version does not know."""
    raise Mistake(answers.OUT_OF_DATE)


async def _within(work: "asyncio.Task[View | None]") -> View | None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.shield(work)
    except TimeoutError:
        return None


async def _acknowledge(ack: AsyncAck, outcome: Outcome) -> None:
    match outcome:
        case Errors():
            await ack(response_action="errors", errors=dict(outcome.words))
        case Show():
            await ack(response_action="update", view=outcome.view)
        case Refusal():
            await ack(response_action="push", view=modals.notice(outcome.view))
        case Close() | None:
            await ack()


def _with_usage(mistake: Mistake, command: Command) -> str:
    return answers.bad_argument(str(mistake), command.how) if mistake.has_usage else str(mistake)


def _plain(words: str) -> str:
    """Slack shows errors of a form as plain text."""
    return unescape(words).replace("`", "")[:2_000]
