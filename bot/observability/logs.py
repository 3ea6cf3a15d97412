"""Log configuration: lines for people (console) or for machines (JSON), from the same calls.

Shows no secret, no whole phone number and no more than 2 KiB a line, whatever a library logs. Texts are never logged:
no caller passes one. Source of the processors: https://www.structlog.org
"""

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

LONGEST_LINE = 2_000
"""Bytes; with the ellipsis and the line break it stays under 2 KiB."""

LONGEST_VALUE = 800
"""Characters of one value, so that a line for machines stays whole JSON."""

MOST_LATER = 1_000
"""Secrets that are kept of those that came after the start; the oldest are forgotten first."""

_NUMBER = re.compile(r"\+\d{3,11}(\d{4})(?!\d)")
_BARE_NUMBER = re.compile(r"(?<![\w.+-])\d{6,11}(\d{4})(?![\w-]|\.\d)")
"""Number as a provider may write it that knows no plus sign; times and parts of ids are something else."""

_QUIET = {
    "aiohttp": logging.WARNING,
    "asyncio": logging.WARNING,
    "gql": logging.WARNING,
    "slack_bolt": logging.ERROR,  # at INFO it logs whole bodies, at WARNING parts of requests nobody listens to
    "slack_sdk": logging.WARNING,  # at DEBUG it logs tokens
}


def configure(level: str, form: str, secrets: Iterable[str]) -> None:
    """Send every log line of the program to standard error in one form."""
    _secrets.begin(secrets)
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _concealed,
    ]
    structlog.configure(
        processors=[*shared, renderer, _Shortener()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, _Shortener()],
    )
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name, threshold in _QUIET.items():
        logging.getLogger(name).setLevel(threshold)


def conceal(secret: str) -> None:
    """Show a secret in no line from now on: one that came after the start, as where somebody typed it."""
    _secrets.add(secret)


class _Secrets:
    """Secrets that no line shows: those of the start, and the newest of those that came later."""

    def __init__(self) -> None:
        self._first: tuple[str, ...] = ()
        self._later: dict[str, None] = {}
        self.pattern: re.Pattern[str] | None = None

    def begin(self, secrets: Iterable[str]) -> None:
        """Know those of the start, and no other."""
        self._first = tuple(secrets)
        self._later.clear()
        self.pattern = _pattern(self._first)

    def add(self, secret: str) -> None:
        """Know one more."""
        if secret in self._later:
            return
        self._later[secret] = None
        if len(self._later) > MOST_LATER:
            del self._later[next(iter(self._later))]
        self.pattern = _pattern([*self._first, *self._later])


_secrets = _Secrets()


def _pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    found = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found))) if found else None


def _concealed(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {key: _without_secrets(value) for key, value in event.items()}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    text = value if isinstance(value, str) else str(value)
    if _secrets.pattern is not None:
        text = _secrets.pattern.sub("[secret]", text)
    if "+" in text:
        text = _NUMBER.sub(r"…\1", text)
    text = _BARE_NUMBER.sub(r"…\1", text)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE // 2]} … {text[-LONGEST_VALUE // 2 :]}"


class _Shortener:
    def __call__(self, _logger: WrappedLogger, _name: str, line: Any) -> str:
        raw = str(line).encode(errors="replace")
        return raw.decode() if len(raw) <= LONGEST_LINE else f"{raw[:LONGEST_LINE].decode(errors='ignore')}…"
