"""The program as an installation has it: without what only its development brings along, and with compiled modules."""

import contextlib
import re
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

from bot.sandbox.bot_process import child_environment

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_MAIN = "import sys; sys.modules.update(dict.fromkeys({absent!r})); from bot.__main__ import run; run(['serve'])"


def serve_command() -> tuple[str, ...]:
    """Return the command that serves; what an installation does not have cannot be imported there."""
    return sys.executable, "-c", _MAIN.format(absent=_absent())


def serve_environment(settings: dict[str, str]) -> dict[str, str]:
    """Return its environment; modules may be kept compiled, as installing does, so that no start compiles them."""
    surroundings = child_environment(settings)
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    return surroundings


@cache
def _absent() -> list[str]:
    """Name the modules here that the bot does not require."""
    needed = _required("volt-bot", set())
    found = packages_distributions()
    return sorted(module for module, names in found.items() if not needed & {_written(name) for name in names})


def _required(name: str, seen: set[str]) -> set[str]:
    seen.add(_written(name))
    for line in distribution(name).requires or ():
        required = _written(_NAME.findall(line)[0])
        if "extra ==" not in line and required not in seen:
            with contextlib.suppress(PackageNotFoundError):  # wanted on another platform
                _required(required, seen)
    return seen


def _written(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
