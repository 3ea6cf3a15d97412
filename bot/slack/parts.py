"""Everything that people can ask for, part by part; the order is that of `/volt help`."""

import difflib

from bot.slack import (
    answers,
    composing,
    history,
    home,
    inbox,
    lines,
    lists,
    people,
    records,
    routing,
    schedule,
    team,
    template_forms,
    templates,
    texting,
    threads,
    waves,
    webhooks,
)
from bot.slack.asked import Asked
from bot.slack.blocks import View
from bot.slack.desk import Act, Command, Desk, Part, Submit, Suggest, Welcome


async def explain(_desk: Desk, _asked: Asked, words: str) -> View:
    """Answer `/volt help`, with a word about that one command."""
    asked_for = words.split(maxsplit=1)[0].lower() if words.strip() else ""
    command = COMMANDS.get(asked_for)
    if command is not None and command.word != "help":
        return View(answers.about_one(command.line, command.how), [])
    return View(answers.help_of([one.line for one in COMMANDS.values()]), [])


_HELP = Command("help", "", "", "this list; `/volt help send` says more about one of them", explain)

PARTS: tuple[Part, ...] = (
    texting.PART,
    composing.PART,
    people.PART,
    history.PART,
    inbox.PART,
    schedule.PART,
    lists.PART,
    waves.PART,
    records.PART,
    threads.PART,
    routing.PART,
    home.PART,
    templates.PART,
    template_forms.PART,
    team.PART,
    webhooks.PART,
    lines.PART,
    Part(commands=(_HELP,)),
)

ACTS: dict[str, Act] = {name: act for part in PARTS for name, act in part.actions.items()}
SUBMISSIONS: dict[str, Submit] = {name: submit for part in PARTS for name, submit in part.submissions.items()}
SHORTCUTS: dict[str, Act] = {name: act for part in PARTS for name, act in part.shortcuts.items()}
SUGGESTIONS: dict[str, Suggest] = {name: suggest for part in PARTS for name, suggest in part.suggestions.items()}
WELCOMES: tuple[Welcome, ...] = tuple(part.welcome for part in PARTS if part.welcome is not None)
COMMANDS: dict[str, Command] = {command.word: command for part in PARTS for command in part.commands}


def nearest(word: str) -> str | None:
    """Find the command that somebody may have meant."""
    found = difflib.get_close_matches(word, COMMANDS, n=1)
    return found[0] if found else None
