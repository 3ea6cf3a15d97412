"""Workflow handlers, `/volt workflows`: whether workflows may text in the name of who asks.

Slack does not tell who published a workflow, so that a step names a person, and nobody is named against their will.
"""

from bot.bridge.steps.executions import lend_name, lends_name
from bot.domain.roles import Role
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.workflows import view
from bot.slack.handling import Feature, Subcommand


async def workflows(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt workflows`, alone or with on or off."""
    word = words.strip().lower()
    if word not in ("", "on", "off"):
        raise UserError("Say on or off.")
    if not word:
        lends = await context.units.run(lends_name, interaction.user)
        return MessageBody(view.STANDS_ON if lends else view.STANDS_OFF, [])
    await context.units.run(lend_name, interaction.user, lends=word == "on")
    return MessageBody(view.IS_ON if word == "on" else view.IS_OFF, [])


FEATURE = Feature(
    role=Role.AGENT,
    commands=(
        Subcommand(
            "workflows",
            "on",
            "on",
            "let steps of Slack's Workflow Builder text in your name; `off` ends that",
            workflows,
        ),
    ),
)
