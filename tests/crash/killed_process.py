"""The bot's own program, watched from beside it and killed when it comes to a named point for the n-th time.

python -m tests.crash.killed_process POINT N [SIGNAL] -- ARGUMENTS OF THE BOT

With SIGSTOP it is frozen there instead, until somebody lets it go on; after that it is not watched any more.

Looks on through the interpreter's tracing hook and changes nothing. Refuses a point it does not know, or one that is no
plain function (exit code 2), so that no test passes because its point was never reached.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

from bot.__main__ import run
from tests.crash.points import POINTS, Point


class Killer:
    """Counts how often the first step is reached; from the n-th time on waits for the other steps, then kills."""

    def __init__(self, point: Point, nth: int, sign: signal.Signals = signal.SIGKILL) -> None:
        self._sign = sign
        self._name = f"{point.name} {nth}"
        self._steps = [(step, step.code()) for step in point.steps]
        self._codes = {code for _, code in self._steps}  # also of later steps: a COMMIT is entered before what it holds
        self._left = nth
        self._at = 0

    def __call__(self, frame: FrameType, event: str, argument: object) -> Killer | None:
        """Take one look: the interpreter calls this at every call, and at the end of the calls that are of interest."""
        if frame.f_code not in self._codes or self._at >= len(self._steps):
            return None
        frame.f_trace_lines = False
        step, code = self._steps[self._at]
        if frame.f_code is code and step.is_reached(frame, event, argument):
            self._reach()
        return self

    def _reach(self) -> None:
        self._left -= 1
        if self._left > 0:
            return
        if self._at + 1 < len(self._steps):
            self._at += 1
            return
        self._at = len(self._steps)
        os.write(2, f"died at {self._name}\n".encode())
        os.kill(os.getpid(), self._sign)


def main(arguments: list[str]) -> None:
    """Watch from now on, and run the bot."""
    own, rest = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    name, nth, *sign = own
    try:
        killer = Killer(POINTS[name], int(nth), *(signal.Signals[one] for one in sign))
    except (KeyError, TypeError) as error:
        sys.stderr.write(f"no such point: {error!r}\n")
        sys.exit(2)
    threading.settrace(killer)
    sys.settrace(killer)
    run(rest)


if __name__ == "__main__":
    main(sys.argv[1:])
