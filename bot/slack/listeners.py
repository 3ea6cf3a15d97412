"""Doors Slack knocks on: events, `/volt`, buttons, forms, menus. By HTTP or Socket Mode, with the same listeners.

An event is stored before Bolt authorizes or answers anything: left at its defaults Bolt answers 200 before a listener
has run, and after it has raised. Everything else is answered by a handler of parts.py within Slack's 3 seconds; one
that waits for Volt or Slack longer than that is told to hold the line, and answers later. No decisions about texts here
(bot.bridge), no words (views.py, answers.py). Bolt is told everything explicitly; left alone it reads the environment.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.events import record_event
from bot.domain.errors import CallFailed, StoreUnavailable
from bot.domain.ids import UserId
from bot.domain.message import Edit, Reaction, Ref, Reply, SlackEvent
from bot.slack import answers, modals
from bot.slack.asked import (
    Asked,
    asked_by_action,
    asked_by_command,
    asked_by_shortcut,
    asked_by_typing,
    asked_by_view,
)
from bot.slack.blocks import View
from bot.slack.desk import Act, Command, Desk, Errors, Mistake, Outcome, Show, Submit, Suggest
from bot.slack.parts import COMMANDS, PARTS, nearest
from bot.slack.shapes import dict_of, dicts_of, str_of
from bot.slack.threads import by_word
from bot.slack.wire import parse_event

T = TypeVar("T")
_log = structlog.get_logger(__name__)

PATIENCE_S = 2.0
"""How long a handler may take before it is told to answer later: Slack waits for 3 seconds, the network included."""


class _FromMemory(AsyncAuthorize):
    """Knows who we are without asking Slack: left alone Bolt asks on every request, and loses it where that fails."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, **_: Any) -> AuthorizeResult:
        desk = self._desk
        return AuthorizeResult(
            enterprise_id=None, team_id=None, bot_id=desk.bot_id, bot_user_id=desk.bot_user_id, bot_token=desk.bot_token
        )


class Listeners:
    """The listeners, on a Bolt app of their own."""

    def __init__(self, desk: Desk, client: AsyncWebClient) -> None:
        self._desk = desk
        self._under_way: set[asyncio.Task[Any]] = set()
        self.bolt = AsyncApp(
            logger=logging.getLogger("slack_bolt"),
            client=client,
            signing_secret="checked at the door",  # noqa: S106 - HTTP requests are verified in door.py, before Bolt
            authorize=_FromMemory(desk),
            before_authorize=self._store_first,
            process_before_response=True,
            request_verification_enabled=False,
            ignoring_self_events_enabled=False,
        )
        self.bolt.command("/volt")(self._command)
        for part in PARTS:
            for name, act in part.actions.items():
                self.bolt.action(_exactly(name))(self._acting(act))
            for name, submit in part.submissions.items():
                self.bolt.view(_exactly(name))(self._submitting(submit))
            for name, act in part.shortcuts.items():
                self.bolt.shortcut(_exactly(name))(self._using(act))
            for name, suggest in part.suggestions.items():
                self.bolt.options(_exactly(name))(self._suggesting(suggest))

    async def close(self) -> None:
        """Give up what people would have been answered later; what was asked for is in the books or was never done."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    # --- events

    async def _store_first(
        self,
        req: AsyncBoltRequest,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt names its arguments
    ) -> BoltResponse:
        kind = req.body.get("type")
        if kind == "event_callback":
            try:
                await self._take_event(req.body)
            except StoreUnavailable as error:  # not acknowledged, so Slack brings it again
                _log.warning("slack.event_not_stored", reason=str(error))
                return BoltResponse(status=503, headers={"Retry-After": str(error.retry_after_s)})
            return BoltResponse(status=200, body="")
        if kind == "app_rate_limited":  # Slack tells us that it dropped events; Bolt would answer 404
            _log.warning("slack.events_dropped", minute=req.body.get("minute_rate_limited"))
            return BoltResponse(status=200, body="")
        return await next()

    async def _take_event(self, body: Mapping[str, Any]) -> None:
        inner = dict_of(body.get("event"))
        if inner.get("type") == "app_home_opened" and inner.get("tab") == "home":
            self._welcome(UserId(str_of(inner.get("user"))))
        event = parse_event(body, self._desk.bot_id, str(body.get("api_app_id") or ""))
        if event is None or self._is_own(event, body):
            self._desk.count("ignored")
            return
        if isinstance(event, Reply) and (words := self._said_to_us(event)) is not None:
            await self._take_word(event, words)
            return
        is_new = await self._desk.store.run(lambda ledger: record_event(ledger, event, undo_s=self._desk.undo_s))
        is_note = isinstance(event, Reply) and event.is_note
        self._desk.count("note" if is_note else "accepted" if is_new else "repeat")

    def _is_own(self, event: SlackEvent, body: Mapping[str, Any]) -> bool:
        """Know our own words, pictures and marks even where Slack leaves the marks of a bot out."""
        known = self._desk.bot_user_id
        granted = (str_of(one.get("user_id")) for one in dicts_of(body.get("authorizations")) if one.get("is_bot"))
        ours = {known} if known else {user for user in granted if user}
        if isinstance(event, Reaction) and not ours:
            return True  # it may be the one that we put there ourselves, and must not take a reply back
        return isinstance(event, Reply | Edit | Reaction) and event.author in ours

    def _said_to_us(self, reply: Reply) -> str | None:
        """Read what was said to the bot itself, by its name in front; None for anything else."""
        first = next((piece for piece in reply.pieces if not isinstance(piece, str) or piece.strip()), "")
        if not isinstance(first, Ref) or not self._desk.bot_user_id or first.id != self._desk.bot_user_id:
            return None
        rest = reply.pieces[reply.pieces.index(first) + 1 :]
        return "".join(piece if isinstance(piece, str) else f"<@{piece.id}>" for piece in rest)

    async def _take_word(self, reply: Reply, words: str) -> None:
        """Act on a word to the bot, once, and never text it, whatever an edit makes of it."""
        event = f"{reply.channel}:{reply.ts}"
        if not await self._desk.store.run(lambda ledger: ledger.note_event("slack-message", event)):
            return
        asked = Asked("word", reply.author, channel=reply.channel, thread_ts=reply.thread_ts, answer_ts=reply.thread_ts)
        work = self._spawn(self._safely(asked, by_word(self._desk, asked, words)))
        self._spawn(self._show_later(asked, work))

    def _welcome(self, user: UserId) -> None:
        """Show App Home beside everything else: nothing is lost where that fails, and opening it again shows it."""
        for part in PARTS:
            if part.welcome is not None and user:
                asked = Asked(name="app_home_opened", user=user)
                self._spawn(self._safely(asked, part.welcome(self._desk, user)))

    # --- /volt

    async def _command(self, ack: AsyncAck, command: dict[str, Any]) -> None:
        typed = str(command.get("text") or "").strip()
        first = typed.split(maxsplit=1)[0] if typed else "help"
        asked = asked_by_command(command, first.lower())
        work = self._spawn(self._safely(asked, self._answer(asked, typed[len(first) :].strip())))
        view = await _within(work)
        if view is None:
            view = View(answers.ONE_MOMENT, [])
            self._spawn(self._answer_later(asked, work))
        await ack(text=view.text, blocks=view.blocks or None, response_type="ephemeral")

    async def _answer(self, asked: Asked, words: str) -> View:
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

    def _acting(self, act: Act) -> Callable[..., Awaitable[None]]:
        async def acted(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
            await self._act(ack, act, asked_by_action(body, action))

        return acted

    def _using(self, act: Act) -> Callable[..., Awaitable[None]]:
        async def used(ack: AsyncAck, body: dict[str, Any]) -> None:
            await self._act(ack, act, asked_by_shortcut(body))

        return used

    async def _act(self, ack: AsyncAck, act: Act, asked: Asked) -> None:
        """Acknowledge once it is done, or after a while: from then on it goes on beside."""
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
            elif asked.view is not None and asked.view.callback_id:
                await surfaces.push_modal(asked.trigger_id, modals.notice(view))
            else:
                await surfaces.open_modal(asked.trigger_id, modals.notice(view))
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

    def _submitting(self, submit: Submit) -> Callable[..., Awaitable[None]]:
        async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
            asked = asked_by_view(body)
            work = self._spawn(self._outcome(asked, submit))
            try:
                async with asyncio.timeout(PATIENCE_S):
                    outcome = await asyncio.shield(work)
            except TimeoutError:
                await ack(response_action="update", view=modals.notice(View(answers.ONE_MOMENT, [])))
                self._spawn(self._finish_form(asked, work))
                return
            await _acknowledge(ack, outcome)

        return submitted

    async def _outcome(self, asked: Asked, submit: Submit) -> Outcome:
        outcome: list[Outcome] = [None]

        async def run() -> View | None:
            try:
                outcome[0] = await submit(self._desk, asked)
            except Mistake as mistake:
                if not mistake.block:
                    return View(str(mistake), [])
                outcome[0] = Errors({mistake.block: _plain(str(mistake))})
            return None

        view = await self._safely(asked, run())
        return outcome[0] if view is None else Show(modals.notice(view), is_over=True)

    async def _finish_form(self, asked: Asked, work: "asyncio.Task[Outcome]") -> None:
        outcome = await work
        if isinstance(outcome, Show):
            view = outcome.view
        elif isinstance(outcome, Errors):
            view = modals.notice(View("\n".join(outcome.words.values()), []))
        else:
            view = modals.notice(View(answers.DONE, []))
        with contextlib.suppress(CallFailed):
            await self._desk.surfaces.update_modal(asked.view.id if asked.view else "", view)

    # --- menus that ask for their options

    def _suggesting(self, suggest: Suggest) -> Callable[..., Awaitable[None]]:
        async def suggested(ack: AsyncAck, body: dict[str, Any]) -> None:
            try:
                found = await suggest(self._desk, asked_by_typing(body))
            except (StoreUnavailable, CallFailed):
                found = ()  # the menu says that nothing was found, and asks again as people go on typing
            await ack(options=[modals.option(one) for one in found[:100]])

        return suggested

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
        except StoreUnavailable as error:
            return View(answers.not_now(error), [])
        except CallFailed as error:
            _log.info("slack.call_failed", asked=asked.name, code=error.code)
            return View(answers.failed(error), [])
        except Exception as error:  # noqa: BLE001 - a bug in one handler: the one who asked is told, the log says why
            _log.error("slack.handler_failed", asked=asked.name, exc_info=error)
            return View(answers.STUMBLED, [])


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
            await ack(response_action="push" if outcome.is_over else "update", view=outcome.view)
        case None:
            await ack()


def _with_usage(mistake: Mistake, command: Command) -> str:
    return answers.bad_argument(str(mistake), command.how) if mistake.has_usage else str(mistake)


def _plain(words: str) -> str:
    """Slack shows errors of a form as plain text."""
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("`", "")[:2_000]


def _exactly(name: str) -> "str | re.Pattern[str]":
    """Bolt takes a name as it is, or a pattern; ours ending in * stand for all that begin so."""
    return re.compile(re.escape(name[:-1]) + ".*") if name.endswith("*") else name
