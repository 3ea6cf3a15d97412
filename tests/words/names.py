"""Names that are stored, or that people, monitors, Slack and Volt rely on: each of them is a promise, none is prose."""

import ast
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from bot.config import Config
from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Mode, Stage
from bot.domain.dedup import DedupScope
from bot.domain.delivery import DeliveryStatus
from bot.domain.message import Direction
from bot.domain.message_events import MessageEventKind
from bot.domain.outbox import EntryKind, EntryState, Lane
from bot.domain.pieces import RefKind
from bot.domain.thread_notes import NoticeKind
from bot.observability.metrics import Metrics
from bot.slack.ingress.registry import FEATURES
from tests.words.places import modules_of_the_bot
from tests.words.sentences import ROOT

HEAD = """# Names that are stored or promised

Made by `python -m tests.words`, held by `tests/words/test_words.py`. A line that changes here breaks somebody's
database, dashboard, button in a thread, or installation: change it on purpose.
"""

STORED: dict[str, type[Enum]] = {
    "Kinds of calls": EntryKind,
    "Lanes": Lane,
    "States of a call": EntryState,
    "Directions": Direction,
    "Reasons to ask": ApprovalReason,
    "References in a text": RefKind,
    "Lines about a text": NoticeKind,
    "Delivery statuses": DeliveryStatus,
    "Stages of a conversation": Stage,
    "Modes of a conversation": Mode,
    "What happened to a text": MessageEventKind,
    "What was seen before": DedupScope,
}
"""Values that lie in columns or in labels."""

_LEVELS = frozenset({"debug", "info", "warning", "error", "exception"})
_KEPT = frozenset({"value", "set_value"})


def all_names() -> str:
    """Write the file."""
    groups = {title: [str(one.value) for one in values] for title, values in STORED.items()}
    groups |= {
        "Values that are kept by name": _arguments_of(_KEPT),
        "Buttons, menus and links": [name for part in FEATURES for name in part.actions],
        "Forms": [name for part in FEATURES for name in part.submissions],
        "Shortcuts": [name for part in FEATURES for name in part.shortcuts],
        "Menus that are filled while somebody types": [name for part in FEATURES for name in part.options],
        "Subcommands": [command.word for part in FEATURES for command in part.commands],
        "Metrics": list(_metrics()),
        "Log events": _arguments_of(_LEVELS),
        "Fields of log lines": list(_log_fields()),
        "Paths": sorted({text for text in _constants() if re.fullmatch(r"/[a-z]+(/[a-z]+|/\{\w+\})*", text)}),
        "Settings": [name.upper() for name in Config.model_fields],
    }
    return "\n".join([HEAD, *(_group(title, names) for title, names in groups.items())])


def _group(title: str, names: Iterable[str]) -> str:
    return "\n".join([f"## {title}\n", *(f"- `{name}`" for name in sorted(set(names))), ""])


def _metrics() -> Iterator[str]:
    """Name each metric with its labels."""
    for metric in vars(Metrics()).values():
        if isinstance(metric, MetricWrapperBase):
            yield " ".join([next(iter(metric.describe())).name, *metric._labelnames])


@cache
def _modules() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(Path(ROOT, name).read_text(encoding="utf-8")) for name in modules_of_the_bot())


def _calls(methods: frozenset[str]) -> Iterator[ast.Call]:
    for module in _modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
                yield node


def _constants() -> Iterator[str]:
    for module in _modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _arguments_of(methods: frozenset[str]) -> list[str]:
    """Find the text that calls of these methods begin with, written there or as a constant of some module."""
    known = dict(pair for module in _modules() for pair in _named_texts(module))
    firsts = [call.args[0] for call in _calls(methods) if call.args]
    written = [first.value for first in firsts if isinstance(first, ast.Constant)]
    named = [known[first.id] for first in firsts if isinstance(first, ast.Name) and first.id in known]
    return [*map(str, written), *named]


def _log_fields() -> Iterator[str]:
    """Find the names of the values that log lines carry."""
    return (keyword.arg for call in _calls(_LEVELS) for keyword in call.keywords if keyword.arg is not None)


def _named_texts(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Find the constants of a module that are texts."""
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value.value
