"""Named moments of a text's way, told by which functions of the bot have just been entered or left.

A point is reached by a chain of steps, one after the other. Only plain functions serve as steps: a coroutine is
"entered" and "left" at each of its waits. Nothing of the bot is changed or replaced; killed_process.py only looks on.

Three points have no steps: there the peer has the call and has acted on it, which the bot cannot know. Whoever runs
the peer kills the bot at that moment (rounds.py).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType, FunctionType
from typing import Any

from bot.bridge.inbox.processor import store_events
from bot.bridge.messages.inbound import record_inbound
from bot.bridge.messages.outbound import record_reply
from bot.bridge.messages.receipts import record_receipt
from bot.bridge.messages.send import record_send
from bot.bridge.outbox.claims import _call
from bot.bridge.outbox.results import record_accepted, record_posted
from bot.call_deadline import note_departure
from bot.store.group_commit import GroupCommit

HEADER, POST, SEND, ARRIVAL, TEXT, REPLY, COMMAND, RECEIPT = (
    "header",
    "post",
    "send",
    "arrival",
    "text",
    "reply",
    "command",
    "receipt",
)
KINDS = {HEADER: "OPEN_THREAD", POST: "POST_TEXT", SEND: "SEND"}
"""What the bot calls these effects."""


WAITS = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE


@dataclass(frozen=True)
class Step:
    """A function is entered (event "call") or left ("return"); where a kind or a result is given, only with these.

    `kind` is that of the function's own variable `entry`; `result` is the name of the result's type, or its value.
    """

    function: Callable[..., Any]
    event: str
    kind: str | None = None
    result: str | None = None

    def code(self) -> CodeType:
        """Return what of the function the interpreter runs. Raises TypeError where it may wait."""
        function = self.function
        if not isinstance(function, FunctionType) or function.__code__.co_flags & WAITS:
            raise TypeError(f"{function!r} is no plain function")
        return function.__code__

    def is_reached(self, frame: FrameType, event: str, argument: object) -> bool:
        """Whether this is it; the frame runs the function found."""
        if event != self.event:
            return False
        if self.result is not None and self.result not in (type(argument).__name__, repr(argument)):
            return False
        return self.kind is None or frame.f_locals["entry"].kind.name == self.kind


@dataclass(frozen=True)
class Point:
    """When the process dies, and what about."""

    moment: str
    subject: str
    steps: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        """The name on command lines and in reports."""
        return f"{self.moment}:{self.subject}"


TOLD = Step(GroupCommit._run, "return")
"""A COMMIT is through, and nobody has heard of it yet."""

TAKEN_IN = {
    ARRIVAL: Step(store_events, "return", result="set"),
    TEXT: Step(record_inbound, "return", result="True"),
    REPLY: Step(record_reply, "return", result="True"),
    COMMAND: Step(record_send, "return", result="Message"),
    RECEIPT: Step(record_receipt, "return", result="True"),
}
CLAIMED = {
    HEADER: Step(_call, "return", kind=KINDS[HEADER], result="OpenThread"),
    POST: Step(_call, "return", kind=KINDS[POST], result="PostContent"),
    SEND: Step(_call, "return", kind=KINDS[SEND], result="SendText"),
}
ANSWERED = {
    HEADER: Step(record_posted, "return", kind=KINDS[HEADER]),
    POST: Step(record_posted, "return", kind=KINDS[POST]),
    SEND: Step(record_accepted, "return", kind=KINDS[SEND]),
}

CHECKS, CHECKED = Step(note_departure, "call"), Step(note_departure, "return")
"""The last line before the bytes of a request go to the kernel: whether it still may leave."""


def _points() -> list[Point]:
    taken_in = [Point("before-commit", what, (step,)) for what, step in TAKEN_IN.items()]
    taken_in += [Point("after-commit", what, (step, TOLD)) for what, step in TAKEN_IN.items()]
    claimed = [Point("after-claim", what, (step,)) for what, step in CLAIMED.items()]
    claimed += [Point("after-sending", what, (step, TOLD)) for what, step in CLAIMED.items()]
    claimed += [Point("before-check", what, (step, TOLD, CHECKS)) for what, step in CLAIMED.items()]
    claimed += [Point("after-check", what, (step, TOLD, CHECKED)) for what, step in CLAIMED.items()]
    in_flight = [Point("in-flight", what) for what in KINDS]
    answered = [Point("after-answer", what, (step,)) for what, step in ANSWERED.items()]
    answered += [Point("after-done", what, (step, TOLD)) for what, step in ANSWERED.items()]
    return [*taken_in, *claimed, *in_flight, *answered]


POINTS = {point.name: point for point in _points()}
