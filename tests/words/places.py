"""All words, sorted by the place where people meet them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.words import cards, terminal, thread, windows
from tests.words.people import Example
from tests.words.sentences import ROOT, sentences_of

HEAD = """# All words that the bot can say

Made by `python -m tests.words`, held by `tests/words/test_words.py`. Read a change of this file as people will read it.

Each place has examples first: the real cards, forms and lines, built from facts about Dana Whitfield, Ava and Ben; a
line for each part, [a button], times in UTC. What a form or a Home repeats is shown once. Under *More* stands every
other sentence of the modules that speak in that place, found in their source, so that none can be forgotten: ‹this› is
filled in. What no place claims stands at the end.
"""


@dataclass(frozen=True)
class Section:
    """A place: its examples, and the modules that speak there, by their path without `.py`."""

    title: str
    examples: Callable[[], Sequence[Example]]
    modules: tuple[str, ...]


def _slack(names: str) -> tuple[str, ...]:
    return tuple(f"slack/{name}" for name in names.split())


IN_THREAD = _slack(
    "views notices approval_words receipt_line deeds modes picture_words wave_card beside faces files "
    "uploads inert markup"
)
LEAVING = tuple(f"bridge/{name}" for name in ("setbacks", "attached", "dispatch"))
FROM_VOLT = tuple(f"providers/volt/{name}" for name in ("failures", "outcomes", "session", "directory"))
PRIVATE = _slack(
    "answers accepted parts desk texting numbers people people_view history history_view leafing inbox records "
    "records_view statuses schedule schedule_request when calendar_days clocks once asking_volt lists list_views "
    "waves routing channels admins webhooks webhooks_view composing cards"
)
FORMS = _slack(
    "composed composing_view people_form schedule_views wave_views team template_forms template_view templates "
    "segment_count mode_forms modals blocks"
)
ABOUT_ONE = _slack("threads assigning which_conversation moving lines")
TERMINAL = ("__main__", "config", "doctor", "registration", "manifest", "app", "domain/phone")
KEYS = ("providers/volt/keys", "providers/volt/signature")
FILES = tuple(
    f"store/{name}" for name in ("copies", "restore", "soundness", "locks", "sqlite", "export", "engine", "store")
)

SECTIONS = (
    Section("Header of a thread", thread.headers, _slack("header")),
    Section("In a thread", thread.posts, (*IN_THREAD, *LEAVING)),
    Section("Why a text failed: the carriers and Volt", list, FROM_VOLT),
    Section("Why Slack did not do something", list, _slack("failures surfaces")),
    Section(
        "About a conversation, seen by who asked",
        thread.everything_offered,
        ABOUT_ONE,
    ),
    Section("Private answers", cards.private_answers, PRIVATE),
    Section("Forms", windows.forms, FORMS),
    Section("Home", windows.homes, _slack("home home_view conversation_rows home_team")),
    Section("Command line", terminal.command_line, (*TERMINAL, *KEYS, *FILES)),
)


def all_words() -> str:
    """Write the file."""
    shown = [(section.title, list(section.examples()), section.modules) for section in SECTIONS]
    read = "\n".join(line for _, examples, _ in shown for _, lines in examples for line in lines)
    parts = [HEAD]
    for title, examples, modules in shown:
        parts.append(f"## {title}\n")
        parts += _examples(examples)
        parts += _more([f"{name}.py" for name in modules], read)
    claimed = {f"{name}.py" for section in SECTIONS for name in section.modules}
    parts.append("## In the log, and to machines\n")
    parts += _more([name for name in modules_of_the_bot() if name not in claimed], read)
    return "\n".join(parts)


def modules_of_the_bot() -> list[str]:
    """List every module of the bot itself: not the stand-ins' and the demo's."""
    found = (path.relative_to(ROOT) for path in sorted(ROOT.rglob("*.py")))
    return [path.as_posix() for path in found if path.parts[0] != "sandbox"]


def _examples(examples: Sequence[Example]) -> list[str]:
    """Put those of one name together; what was told before goes."""
    by_name = dict[str, dict[str, None]]()
    for name, lines in examples:
        by_name.setdefault(name, {})["\n  ".join(lines)] = None
    return ["\n".join([f"*{name}*\n", *(f"- {words}" for words in told), ""]) for name, told in by_name.items()]


def _more(modules: Sequence[str], read: str) -> list[str]:
    """List the sentences of modules that no example shows."""
    parts = []
    for module in modules:
        left = [words for words, pattern in sentences_of(Path(ROOT, module)) if not pattern.search(read)]
        if left:
            parts.append("\n".join([f"*More, {module}*\n", *(f"- {words}" for words in left), ""]))
    return parts
