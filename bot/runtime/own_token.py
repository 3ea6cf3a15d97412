"""The bot token of the environment: whose it is. A database serves one workspace by it, and never another.

Part of the assembly. A token of another workspace would show its people what belongs to this one.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from bot.bridge.workspaces.environment import record_identity
from bot.config_errors import BadConfig
from bot.domain.errors import CallFailed, VoltBotError
from bot.domain.workspaces import FROM_ENVIRONMENT, Installation
from bot.ports.storage import Store
from bot.slack.api.client import SlackClient
from bot.slack.json_fields import str_of

KNOWN = "bot token"
"""Stored value: a digest of the bot token that was used last."""


class OtherWorkspace(VoltBotError):
    """A token that is for another workspace; str() says what to do, for the operator."""


async def check_token(store: Store, slack: SlackClient, token: str) -> None:
    """Where a token is new to a database that was used with another, ask whose it is before anything runs.

    Raises BadConfig where it is another workspace's, and where Slack does not say.
    """
    known, digest = await store.run(lambda tx: tx.settings.value(KNOWN)), sha256(token.encode()).hexdigest()[:32]
    if known not in (None, digest):
        try:
            await store_identity(store, await slack.identity())
        except CallFailed as error:
            why = "is new, and Slack does not say now whose it is. Start the bot again in a moment."
            raise BadConfig([f"SLACK_BOT_TOKEN  {why} {error.user_message}"]) from error
        except OtherWorkspace as other:
            raise BadConfig([f"SLACK_BOT_TOKEN  {other}"]) from other
    if known != digest:
        await store.run(lambda tx: tx.settings.set_value(KNOWN, digest))


async def store_identity(store: Store, identity: Mapping[str, Any]) -> Installation:
    """Store what auth.test says of the workspace of the environment, and return it. Raises OtherWorkspace."""
    seen = Installation(
        FROM_ENVIRONMENT,
        str_of(identity.get("team_id")),
        str_of(identity.get("enterprise_id")),
        name=str_of(identity.get("team")),
        url=str_of(identity.get("url")),
        bot_id=str_of(identity.get("bot_id")),
        bot_user_id=str_of(identity.get("user_id")),
    )
    if fault := await store.run(lambda tx: record_identity(tx, seen)):
        raise OtherWorkspace(fault)
    return seen
