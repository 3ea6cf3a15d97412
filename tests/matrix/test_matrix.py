"""Each kind of person tries everything that can be done, over signed HTTP; each outcome is that of the table."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.bridge.workspaces.roles import change_policy, read_policy
from bot.domain.ids import UserId
from bot.domain.roles import Role
from bot.sandbox.slack.state.wire import envelope
from bot.sandbox.slack.ui.payloads import command_form, interaction
from bot.slack.ingress.registry import ROLES
from tests.harness.in_process import Relay
from tests.harness.world import AVA, CHANNEL, DANA
from tests.matrix.table import BEFORE as CASE_USER
from tests.matrix.table import CASES, DOORS, Case

TYPED = {"compose_to": "(555) 555-0145"}
"""What is typed into a menu so that it has something to offer; nothing for all others."""

SILENT = frozenset({"visit_thread", "home_open", "compose_line"})
"""Buttons that lead somewhere by themselves, and a choice that waits for another: answered only where refused."""

ANSWERS = frozenset({"chat.postEphemeral", "views.open", "views.push", "views.update", "views.publish"})


def test_every_handler_is_in_the_table() -> None:
    """Every command, button, menu, shortcut and form declares the role that the table has for it."""
    assert dict(ROLES) == dict(DOORS)


class Attempt:
    """One kind of person who tries things in a workspace."""

    def __init__(self, relay: Relay, case: Case, thread: str) -> None:
        self.case = case
        self.relay, self.slack, self.thread = relay, relay.slack, thread
        self.user = self.slack.users[CASE_USER]
        self.value = "0"

    def _tickets(self) -> dict[str, str]:
        return self.slack._tickets(CHANNEL, CASE_USER, self.slack.installations[0], self.thread)

    def _payload(self, kind: str, **fields: Any) -> dict[str, Any]:
        return interaction(kind, self.user, self._tickets()) | fields

    def _answers(self) -> list[list[str]]:
        """Return what the person was shown so far: by calls that show something to one person, and by responses."""
        calls = [json.dumps(call.args) for call in self.slack.calls if call.method in ANSWERS and call.status]
        return [calls, [json.dumps(answer) for answer in self.slack.responses]]

    async def _shown_by(self, work: Awaitable[Any]) -> str:
        """Do something and return what the person is shown then."""
        before = [len(shown) for shown in self._answers()]

        def new() -> list[str]:
            return [one for shown, seen in zip(self._answers(), before, strict=True) for one in shown[seen:]]

        await work
        return "\n".join(await self.slack.until(new))

    async def command(self, name: str) -> str:
        """Type a command."""
        place = self.slack.channels[CHANNEL]
        form = command_form(place, self.user, command="/volt", text=name, tickets=self._tickets())
        return (await self.slack._courier.carry_command(form)).text

    async def action(self, name: str) -> str:
        """Press a button in a message of the thread."""
        container = {"type": "message", "message_ts": self.thread, "channel_id": CHANNEL, "thread_ts": self.thread}
        action = {"type": "button", "action_id": name, "block_id": "x", "value": self.value}
        payload = self._payload("block_actions", container=container, channel={"id": CHANNEL}, actions=[action])
        pressing = self.slack._courier.carry_interaction(payload)
        if name in SILENT and Role.AGENT in self.case.roles:
            return (await pressing).text
        return await self._shown_by(pressing)

    async def shortcut(self, name: str) -> str:
        """Use a shortcut on a message of the thread."""
        message = {"ts": self.thread, "thread_ts": self.thread, "text": "Hi", "user": AVA}
        payload = self._payload("message_action", callback_id=name, channel={"id": CHANNEL}, message=message)
        return await self._shown_by(self.slack._courier.carry_interaction(payload))

    async def submission(self, name: str) -> str:
        """Submit a form, as if it had been open since before."""
        view = {"id": "V0OLD", "callback_id": name, "private_metadata": "", "state": {"values": {}}, "type": "modal"}
        payload = self._payload("view_submission", view=view | {"blocks": []})
        return (await self.slack._courier.carry_interaction(payload)).text

    async def menu(self, name: str) -> str:
        """Type into a menu; what is not offered anything is refused."""
        view = {"id": "V0OLD", "callback_id": "x", "private_metadata": "", "state": {"values": {}}, "blocks": []}
        payload = self._payload("block_suggestion", action_id=name, value=TYPED.get(name, ""), view=view)
        return (await self.slack._courier.carry_interaction(payload)).text

    async def home(self) -> str:
        """Open App Home."""
        event = {"type": "app_home_opened", "user": CASE_USER, "tab": "home", "event_ts": self.slack.next_ts()}
        return await self._shown_by(self.slack.deliver(envelope(event)))

    async def mention(self) -> str:
        """Write to the bot in the thread."""
        return await self._shown_by(self._event(f"<@{self.slack.bot_user_id}> help"))

    async def reply(self, words: str) -> None:
        """Write in the thread."""
        await self._event(words)

    async def _event(self, words: str) -> None:
        await self.slack.say(CASE_USER, CHANNEL, words, thread_ts=self.thread)


@pytest.fixture
async def attempt(relay: Relay, request: pytest.FixtureRequest) -> Attempt:
    """Give one kind of person, in a workspace that has decided what the case says."""
    case: Case = request.getfixturevalue("case")
    relay.slack.add_person(CASE_USER, "Casey Case", case.kind, channels=[CHANNEL])
    relay.slack.add_usergroup("S0DESK", "desk", [CASE_USER])
    thread = await relay.open_thread()
    assert relay.app is not None
    store = relay.app.storage.store
    before = await store.run(read_policy)
    assert await store.run(lambda tx: change_policy(tx, before.version, case.policy, UserId(AVA)))
    return Attempt(relay, case, thread)


by_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)


@by_case
async def test_doors(attempt: Attempt, case: Case) -> None:
    """What a person may is done or answered, and what they may not is refused in words that say why."""
    tries: dict[str, Callable[[str], Awaitable[str]]] = {
        "command": attempt.command,
        "action": attempt.action,
        "shortcut": attempt.shortcut,
        "submission": attempt.submission,
    }
    wrong = []
    for (kind, name), role in DOORS.items():
        if kind == "menu":
            is_refused = json.loads(await attempt.menu(name))["options"] == []
        else:
            said = await tries[kind](name)
            is_refused = bool(case.refusal) and case.refusal in said
        if is_refused is (role in case.roles):
            wrong.append((kind, name))
    assert wrong == []
    assert "handler_failed" not in attempt.relay.log


@by_case
async def test_home(attempt: Attempt, case: Case) -> None:
    """App Home shows conversations to whom may see them, and one sentence to everybody else."""
    shown = await attempt.home()
    assert ("Unassigned (1)" in shown) is (Role.AGENT in case.roles)
    assert ("555-0145" in shown) is (Role.AGENT in case.roles)
    assert ("Who may do what" in shown) is (Role.APPOINTER in case.roles)
    if Role.AGENT not in case.roles:
        assert case.refusal in shown


@by_case
async def test_mention(attempt: Attempt, case: Case) -> None:
    """A word to the bot is answered, by a refusal where the person may not; apps get no answer at all."""
    if case.silent:
        await attempt.reply("<@U0BOT> help")
        await attempt.relay.reply(attempt.thread, "Hello there")
        await attempt.relay.receives("Hello there")
        return
    said = await attempt.mention()
    assert (bool(case.refusal) and case.refusal in said) is (Role.AGENT not in case.roles)


@by_case
async def test_reply(attempt: Attempt, case: Case) -> None:
    """A reply is texted, or stays inside, which the thread says once; apps are passed over."""
    relay = attempt.relay
    await attempt.reply("It is on its way")
    await attempt.reply("You can track it")
    if Role.AGENT in case.roles:
        await relay.receives("It is on its way", "You can track it")
        return
    if not case.silent:
        await relay.line("Not texted:")
    await relay.reply(attempt.thread, "Hello from Ava")
    await relay.receives("Hello from Ava")
    assert sum("Not texted:" in line for line in relay.lines(DANA)) == (0 if case.silent else 1)
