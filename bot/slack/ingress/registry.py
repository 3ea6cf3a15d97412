"""Registry of all features; their order is that of `/volt help`."""

import difflib
from collections.abc import Iterable, Iterator

from bot.domain.roles import Role
from bot.ports.capabilities import Capability
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction
from bot.slack.features import message_buttons, reactions, send
from bot.slack.features.approved_templates import handlers as approved_templates
from bot.slack.features.compose import handlers as compose
from bot.slack.features.connect import handlers as connect
from bot.slack.features.contacts import handlers as contacts
from bot.slack.features.figures import handlers as figures
from bot.slack.features.history import handlers as history
from bot.slack.features.home import handlers as home
from bot.slack.features.hours import handlers as hours
from bot.slack.features.kit import permissions, texts
from bot.slack.features.kit.which_line import has_several_lines
from bot.slack.features.lists import handlers as lists
from bot.slack.features.on_duty import handlers as on_duty
from bot.slack.features.provider_inbox import handlers as provider_inbox
from bot.slack.features.roles import handlers as roles
from bot.slack.features.schedule import handlers as schedule
from bot.slack.features.settings import commands as setting_commands
from bot.slack.features.settings import forms as setting_forms
from bot.slack.features.status import handlers as status
from bot.slack.features.tags import handlers as tags
from bot.slack.features.templates import editor as template_editor
from bot.slack.features.templates import reply as template_reply
from bot.slack.features.threads import handlers as threads
from bot.slack.features.waves import handlers as waves
from bot.slack.features.webhooks import handlers as webhooks
from bot.slack.features.workflows import handlers as workflows
from bot.slack.handling import (
    ActionHandler,
    Feature,
    HomeHandler,
    OptionsHandler,
    Subcommand,
    SubmissionHandler,
)


async def answer_help(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt help`, also with the word of one command; it lists what this person may use."""
    word = words.split(maxsplit=1)[0].lower() if words.strip() else ""
    command = COMMANDS.get(word)
    name = (context.lines.profile() if context.connected is not None else context.connectable).name
    if command is not None and command.word != "help":
        lines = "\n".join(_lines(context, command, name))
        return MessageBody(texts.command_help_text(lines, command.usage_text), [])
    allowed = await permissions.roles_of(context, interaction.user)
    offered = [one for one in COMMANDS.values() if _is_offered(context, NEEDS.get((COMMAND, one.word)))]
    shown = (command for command in offered if ROLES[COMMAND, command.word] in allowed)
    listed = [line for command in shown for line in _lines(context, command, name)]
    more = [texts.FROM_LINE] if context.connected is not None and await has_several_lines(context) else []
    return MessageBody(texts.help_text(listed + more), [])


def _lines(context: Context, command: Subcommand, name: str) -> list[str]:
    """Write a command's lines of the help, also about what one of our numbers can do by it besides."""
    more = (line for needed, line in command.besides.items() if context.connected and _is_offered(context, needed))
    return [command.help_line(name), *more]


def _is_offered(context: Context, needed: Capability | None) -> bool:
    return needed is None or context.lines.any_offers(needed)


_HELP = Subcommand("help", "", "", "this list; `/volt help send` says more about one of them", answer_help)

FEATURES: tuple[Feature, ...] = (
    send.FEATURE,
    compose.FEATURE,
    contacts.FEATURE,
    history.FEATURE,
    provider_inbox.FEATURE,
    schedule.FEATURE,
    lists.FEATURE,
    waves.FEATURE,
    status.FEATURE,
    threads.FEATURE,
    tags.FEATURE,
    on_duty.FEATURE,
    setting_commands.FEATURE,
    hours.FEATURE,
    home.FEATURE,
    figures.FEATURE,
    approved_templates.FEATURE,
    template_reply.FEATURE,
    template_editor.FEATURE,
    setting_forms.FEATURE,
    connect.FEATURE,
    roles.FEATURE,
    workflows.FEATURE,
    reactions.FEATURE,
    webhooks.FEATURE,
    message_buttons.FEATURE,
    Feature(role=Role.INSIDER, commands=(_HELP,)),
)

ACTIONS: dict[str, ActionHandler] = {name: act for feature in FEATURES for name, act in feature.actions.items()}
SUBMISSIONS: dict[str, SubmissionHandler] = {
    name: submit for feature in FEATURES for name, submit in feature.submissions.items()
}
SHORTCUTS: dict[str, ActionHandler] = {name: act for feature in FEATURES for name, act in feature.shortcuts.items()}
OPTIONS: dict[str, OptionsHandler] = {
    name: suggest for feature in FEATURES for name, suggest in feature.options.items()
}
HOMES: tuple[HomeHandler, ...] = tuple(feature.home for feature in FEATURES if feature.home is not None)
COMMANDS: dict[str, Subcommand] = {command.word: command for feature in FEATURES for command in feature.commands}

COMMAND, ACTION, SUBMISSION, SHORTCUT, MENU = "command", "action", "submission", "shortcut", "menu"
"""Kinds of handlers."""


def _handlers(feature: Feature) -> Iterator[tuple[str, str]]:
    """List the handlers of a feature, by kind and name."""
    named: tuple[tuple[str, Iterable[str]], ...] = (
        (COMMAND, [command.word for command in feature.commands]),
        (ACTION, feature.actions),
        (SUBMISSION, feature.submissions),
        (SHORTCUT, feature.shortcuts),
        (MENU, feature.options),
    )
    return ((kind, name) for kind, names in named for name in names)


ROLES: dict[tuple[str, str], Role] = {
    (kind, name): feature.role_of(name) for feature in FEATURES for kind, name in _handlers(feature)
}
"""The role that each handler asks for, by its kind and name."""

NEEDS: dict[tuple[str, str], Capability] = {
    handler: feature.needs for feature in FEATURES if feature.needs is not None for handler in _handlers(feature)
}
"""What one of our numbers has to offer for a handler, by its kind and name."""


def nearest_command(word: str) -> str | None:
    """Find the command that was probably meant."""
    found = difflib.get_close_matches(word, COMMANDS, n=1)
    return found[0] if found else None
