"""Registry of all features; their order is that of `/volt help`."""

import difflib

from bot.slack.blocks.kit import MessageBody
from bot.slack.context import (
    ActionHandler,
    Context,
    Feature,
    HomeHandler,
    OptionsHandler,
    Subcommand,
    SubmissionHandler,
)
from bot.slack.events.interactions import Interaction
from bot.slack.features import message_buttons, send
from bot.slack.features.compose import handlers as composing
from bot.slack.features.contacts import handlers as people
from bot.slack.features.history import handlers as history
from bot.slack.features.home import handlers as home
from bot.slack.features.kit import texts
from bot.slack.features.lists import handlers as lists
from bot.slack.features.provider_inbox import handlers as inbox
from bot.slack.features.schedule import handlers as schedule
from bot.slack.features.settings import commands as routing
from bot.slack.features.settings import forms as team
from bot.slack.features.status import handlers as records
from bot.slack.features.templates import editor as template_forms
from bot.slack.features.templates import reply as templates
from bot.slack.features.threads import handlers as threads
from bot.slack.features.waves import handlers as waves
from bot.slack.features.webhooks import handlers as webhooks


async def explain(_desk: Context, _asked: Interaction, words: str) -> MessageBody:
    """Answer `/volt help`, also with the word of one command."""
    asked_for = words.split(maxsplit=1)[0].lower() if words.strip() else ""
    command = COMMANDS.get(asked_for)
    if command is not None and command.word != "help":
        return MessageBody(texts.about_one(command.line, command.how), [])
    return MessageBody(texts.help_of([one.line for one in COMMANDS.values()]), [])


_HELP = Subcommand("help", "", "", "this list; `/volt help send` says more about one of them", explain)

PARTS: tuple[Feature, ...] = (
    send.PART,
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
    message_buttons.PART,
    Feature(commands=(_HELP,)),
)

ACTS: dict[str, ActionHandler] = {name: act for part in PARTS for name, act in part.actions.items()}
SUBMISSIONS: dict[str, SubmissionHandler] = {
    name: submit for part in PARTS for name, submit in part.submissions.items()
}
SHORTCUTS: dict[str, ActionHandler] = {name: act for part in PARTS for name, act in part.shortcuts.items()}
SUGGESTIONS: dict[str, OptionsHandler] = {name: suggest for part in PARTS for name, suggest in part.suggestions.items()}
WELCOMES: tuple[HomeHandler, ...] = tuple(part.welcome for part in PARTS if part.welcome is not None)
COMMANDS: dict[str, Subcommand] = {command.word: command for part in PARTS for command in part.commands}


def nearest(word: str) -> str | None:
    """Find the command that was probably meant."""
    found = difflib.get_close_matches(word, COMMANDS, n=1)
    return found[0] if found else None
