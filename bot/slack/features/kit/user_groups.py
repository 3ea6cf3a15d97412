"""User groups of Slack, as forms offer them."""

import asyncio

from bot.domain.errors import CallFailed
from bot.domain.text import ellipsized
from bot.slack.blocks.modals import Option
from bot.slack.context import Context
from bot.slack.events.interactions import Interaction

GROUPS_BUDGET_S = 1.2
"""Time Slack has to list the user groups before a form is opened: a trigger_id lasts for three seconds."""


async def user_groups(context: Context) -> dict[str, str] | None:
    """List the user groups by id, with their names; None where the app may not see them."""
    try:
        async with asyncio.timeout(GROUPS_BUDGET_S):
            return await context.ui.user_groups()
    except TimeoutError:
        return {}
    except CallFailed as error:
        return None if error.code == "missing_scope" else {}


async def suggest_groups(context: Context, interaction: Interaction) -> list[Option]:
    """Offer the user groups whose name holds what was typed."""
    typed = interaction.value.casefold().strip()
    found = (await user_groups(context) or {}).items()
    return [Option(ellipsized(name, 75), group) for group, name in found if typed in name.casefold()]
