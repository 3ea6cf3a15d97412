"""Worker: the process that opens one picture and ends. `python -m bot.pictures.worker`, started by fitter.py alone.

Reads a line of JSON and the picture, writes a line of JSON and what it was made into. Libraries that read pictures have
had faults, so it has none of the bot's settings in its environment, and little memory, time and rights: a picture that
would take more ends it, and nothing else.
"""

import contextlib
import json
import os
import resource
import sys

MEMORY_BYTES = 1_200_000_000
CPU_S = 30
_LIMITS = (
    (resource.RLIMIT_AS, MEMORY_BYTES),
    (resource.RLIMIT_CPU, CPU_S),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
)


def main() -> None:
    """Fit the picture on standard input."""
    for kind, most in _LIMITS:
        with contextlib.suppress(ValueError, OSError):  # some systems know no such limit
            resource.setrlimit(kind, (most, most))
    os.nice(10)
    from bot.domain.media import Media  # noqa: PLC0415 - behind the limits
    from bot.domain.pictures import PictureLimit  # noqa: PLC0415
    from bot.pictures.fitting import Refused, fit  # noqa: PLC0415

    asked = json.loads(sys.stdin.buffer.readline())
    limit = PictureLimit(frozenset(asked["types"]), asked["most_bytes"])
    try:
        fitted = fit(Media(asked["type"], sys.stdin.buffer.read()), limit)
    except Refused as refused:
        _answer({"refused": refused.code})
    else:
        _answer({"type": fitted.type}, fitted.data)


def _answer(head: dict[str, str], data: bytes = b"") -> None:
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n" + data)
    out.flush()


if __name__ == "__main__":
    main()
