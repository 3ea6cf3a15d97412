"""All words, sorted by the place where people meet them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.words import cards, pages, terminal, thread, windows
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


def _modules(names: str) -> tuple[str, ...]:
    return tuple(names.split())


IN_THREAD = _modules(
    """
    slack/render/renderer slack/render/notices slack/render/approval_texts slack/render/receipt_line
    slack/render/audit_actions slack/render/own_channel slack/render/modes slack/render/attachment_texts
    slack/render/wave_card slack/render/waiting_texts slack/events/beside_text slack/render/faces slack/api/files
    slack/api/uploads
    slack/text/escaping slack/text/markup
    """
)
LEAVING = tuple(f"bridge/{name}" for name in ("outbox/failures", "attachments/outgoing", "outbox/dispatcher"))
FROM_VOLT = tuple(f"providers/volt/{name}" for name in ("error_codes", "error_mapping", "graphql", "directory"))
PRIVATE = _modules(
    """
    slack/features/kit/texts slack/features/kit/accepted slack/ingress/registry slack/context
    slack/features/send parsing/phone_numbers slack/features/contacts/handlers slack/features/contacts/card
    slack/features/history/handlers slack/features/history/view slack/features/kit/pagination
    slack/features/provider_inbox/handlers slack/features/status/handlers slack/features/status/view
    slack/render/statuses slack/features/schedule/handlers slack/features/schedule/request parsing/moments
    parsing/calendar_days parsing/time_zones slack/features/kit/confirmations slack/features/kit/provider_calls
    slack/features/lists/handlers slack/features/lists/view slack/features/waves/handlers
    slack/features/tags/handlers slack/features/tags/view slack/features/tags/subjects slack/features/tags/rules
    slack/features/kit/tags parsing/search_terms
    slack/features/hours/office slack/features/hours/goals slack/features/hours/handlers slack/render/hours_words
    parsing/week_hours slack/features/kit/time_zone
    slack/features/settings/commands
    slack/features/on_duty/handlers slack/features/kit/channels slack/features/kit/permissions
    slack/features/webhooks/handlers slack/features/webhooks/view slack/features/compose/handlers
    slack/features/compose/contact_menu slack/features/kit/capabilities
    slack/blocks/cards slack/features/workflows/handlers slack/features/reactions
    """
)
FORMS = _modules(
    """
    slack/features/compose/form slack/features/compose/from_message slack/features/compose/view
    slack/features/contacts/form
    slack/features/schedule/view slack/features/waves/view slack/features/settings/forms
    slack/features/templates/editor slack/features/templates/view slack/features/templates/reply
    slack/render/segment_count slack/features/settings/mode_form slack/features/threads/mode_form
    slack/blocks/modals slack/blocks/kit slack/features/on_duty/form slack/features/kit/writing
    """
)
ABOUT_ONE = _modules(
    """
    slack/features/threads/handlers slack/features/threads/assign slack/features/kit/which_conversation
    slack/features/threads/move slack/features/threads/own_channel slack/features/threads/later
    slack/features/threads/tags slack/features/message_buttons
    """
)
TERMINAL = (
    "__main__",
    "config",
    "config_errors",
    "doctor/report",
    "doctor/checks",
    "doctor/proof_checks",
    "doctor/server_checks",
    "webhook_registration",
    "manifest",
    "app",
    "domain/phone",
)
KEYS = ("providers/volt/public_keys", "providers/volt/key_rotation", "providers/volt/signature")
FILES = (
    *(f"store/sqlite/{name}" for name in ("backup", "restore", "soundness", "locks", "connection", "export", "engine")),
    "store/group_commit",
    "store/sql/store",
)

SECTIONS = (
    Section("Header of a thread", thread.headers, _modules("slack/render/header")),
    Section("In a thread", thread.posts, (*IN_THREAD, *LEAVING)),
    Section("Why a text failed: the carriers and Volt", list, FROM_VOLT),
    Section("Why Slack did not do something", list, _modules("slack/api/errors slack/api/ui")),
    Section(
        "About a conversation, seen by who asked",
        thread.everything_offered,
        ABOUT_ONE,
    ),
    Section("Private answers", cards.private_answers, PRIVATE),
    Section(
        "A workflow's step, by Slackbot to whoever looks after it",
        list,
        _modules("slack/render/step_words slack/features/workflows/view slack/features/workflows/runner"),
    ),
    Section("Forms", windows.forms, FORMS),
    Section(
        "Home",
        windows.homes,
        _modules(
            """
    slack/features/home/handlers slack/features/home/view slack/features/home/rows
    slack/features/home/admin_blocks slack/features/home/search_blocks slack/features/home/kept_searches
    slack/features/home/searching
    """
        ),
    ),
    Section(
        "Pages of the installation",
        pages.installation,
        _modules("slack/oauth/outcomes slack/oauth/pages slack/oauth/scopes"),
    ),
    Section("Pages of files", pages.files, _modules("slack/media/file_page")),
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
