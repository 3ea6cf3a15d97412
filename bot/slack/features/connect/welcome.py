"""Welcome: the one message that whoever has installed the app gets, with the steps that are left."""

import structlog

from bot.bridge.connections.first_run import FirstSteps, claim_welcome, give_welcome_back
from bot.domain.errors import CallFailed
from bot.domain.workspaces import Installation
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context
from bot.slack.features.kit.first_run import step_blocks, step_lines

LEAD = "Volt is installed. Three steps are left until your team texts from Slack:"
NOTHING_DONE = FirstSteps(is_connected=False, has_channel=False)

_log = structlog.get_logger(__name__)


async def welcome(context: Context, installation: Installation) -> None:
    """Tell whoever has installed the app what is left to do, once for each installation. May be called again.

    Nothing is said where something is connected: the app was installed again.
    """
    if not installation.installed_by or not await context.units.run(claim_welcome, installation):
        return
    by = context.connectable
    message = MessageBody(f"{LEAD}\n{step_lines(NOTHING_DONE, by)}", step_blocks(NOTHING_DONE, LEAD, by))
    try:
        await context.ui.post_direct(installation.installed_by, message)
    except CallFailed as error:
        _log.warning("welcome.not_sent", code=error.code)
        if error.is_certain:
            await context.units.run(give_welcome_back)
