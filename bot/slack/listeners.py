"""Doors Slack knocks on: events, `/volt`, buttons. By HTTP or Socket Mode, with the same listeners.

An event is stored before Bolt authorizes or answers anything: left at its defaults Bolt answers 200 before a listener
has run, and after it has raised. A command or a button is one unit of work and an answer; what it owes is paid
afterwards. No decisions about texts here (bot.bridge), no words (views.py, answers.py), no calls to Slack (client.py).
Bolt is told everything explicitly; left alone it reads the environment.
"""

import difflib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.bridge.events import record_event
from bot.bridge.outbound import (
    Command,
    confirm_arrived,
    record_open,
    record_send,
    send_again,
    send_correction,
)
from bot.domain.conversation import Conversation
from bot.domain.errors import InvalidNumber, StoreUnavailable
from bot.domain.ids import ChannelId, MessageKey, UserId
from bot.domain.message import Edit, Reply, SlackEvent
from bot.domain.phone import E164
from bot.ports import Ledger, Store
from bot.slack import answers, views
from bot.slack.inert import escape
from bot.slack.mrkdwn import is_note, pieces_of
from bot.slack.numbers import region_of, take_number
from bot.slack.shapes import dict_of, str_of
from bot.slack.wire import parse_event

T = TypeVar("T")
_log = structlog.get_logger(__name__)

COMMANDS = ("send", "open", "help")


@dataclass
class Desk:
    """What the listeners need to know: whose number, which channel, how long an undo lasts, and who the bot is."""

    store: Store
    account: E164
    channel: ChannelId
    undo_s: float
    views: views.Views
    count: Callable[[str], None]
    bot_token: str = field(repr=False)
    bot_id: str = ""
    bot_user_id: str = ""
    team_url: str = ""


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
        for name, unit in _BUTTONS.items():
            self.bolt.action(name)(self._button(unit))

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
        event = parse_event(body, self._desk.bot_id, str(body.get("api_app_id") or ""))
        if event is None or self._is_own(event):
            self._desk.count("ignored")
            return
        is_new = await self._desk.store.run(lambda ledger: record_event(ledger, event, undo_s=self._desk.undo_s))
        is_note = isinstance(event, Reply) and event.is_note
        self._desk.count("note" if is_note else "accepted" if is_new else "repeat")

    def _is_own(self, event: SlackEvent) -> bool:
        """Know our own words even where Slack leaves the marks of a bot out."""
        return isinstance(event, Reply | Edit) and event.author == self._desk.bot_user_id

    # --- buttons

    def _button(self, unit: "Press") -> Callable[..., Awaitable[None]]:
        async def pressed(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
            key, author = (
                MessageKey(str(action.get("value") or "")),
                UserId(str_of(dict_of(body.get("user")).get("id"))),
            )
            await self._desk.store.run(lambda ledger: unit(ledger, key, author))
            await ack()

        return pressed

    # --- /volt

    async def _command(self, ack: AsyncAck, command: dict[str, Any]) -> None:
        try:
            answer = await self._answer(command)
        except StoreUnavailable as error:
            answer = answers.not_now(error)
        await ack(text=answer, response_type="ephemeral")

    async def _answer(self, command: dict[str, Any]) -> str:
        typed = str(command.get("text") or "").strip()
        first = typed.split(maxsplit=1)[0] if typed else "help"
        word, rest = first.lower(), typed[len(first) :].strip()
        if word == "help":
            return answers.HELP
        if word not in COMMANDS:
            nearest = difflib.get_close_matches(word, COMMANDS, n=1)
            return answers.unknown_command(word, nearest[0] if nearest else None)
        try:
            number, text = take_number(rest, region_of(self._desk.account))
        except InvalidNumber as error:
            return answers.bad_argument(escape(str(error)), word)
        if number == self._desk.account:
            return answers.own_number(self._desk.views.number(number))
        ask = Command(
            trigger_id=str(command.get("trigger_id") or ""),
            account=self._desk.account,
            contact=number,
            author=UserId(str(command.get("user_id") or "")),
        )
        return await (self._send(ask, text) if word == "send" else self._open(ask, text))

    async def _send(self, ask: Command, text: str) -> str:
        pieces = pieces_of(text, None)
        if not pieces:
            return answers.bad_argument("There is no text after the number.", "send")
        if is_note(pieces):
            return answers.KEPT_INSIDE
        conversation = await self._desk.store.run(
            lambda ledger: record_send(ledger, ask, pieces, channel=self._desk.channel)
        )
        return answers.sending(self._desk.views.number(ask.contact), self._place(conversation))

    async def _open(self, ask: Command, text: str) -> str:
        if text.strip():
            return answers.bad_argument("There are words after the number.", "open")
        conversation = await self._desk.store.run(lambda ledger: record_open(ledger, ask, channel=self._desk.channel))
        return answers.opening(self._desk.views.number(ask.contact), self._place(conversation))

    def _place(self, conversation: Conversation | None) -> str:
        """Point at the thread where it is known, else at its channel."""
        if conversation is None or conversation.thread_ts is None or not self._desk.team_url:
            return f"<#{conversation.channel if conversation else self._desk.channel}>"
        path = f"archives/{conversation.channel}/p{conversation.thread_ts.replace('.', '')}"
        return f"<{self._desk.team_url.rstrip('/')}/{path}|its thread>"


Press = Callable[[Ledger, MessageKey, UserId], bool]

_BUTTONS: dict[str, Press] = {
    views.SEND_AGAIN: send_again,
    views.ARRIVED: confirm_arrived,
    views.SEND_CORRECTION: send_correction,
}
