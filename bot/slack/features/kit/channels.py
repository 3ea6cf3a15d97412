"""Channels that people type or pick, checked so that the bot can post there."""

import re

from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId
from bot.domain.text import truncate
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.text.escaping import escape

_CHANNEL = re.compile(
    r"<#(?P<id>[CG][A-Z0-9]{2,20})(?:\|[^<>]*)?>|(?P<bare>[CG][A-Z0-9]{8,20})|#(?P<name>[^\s<>#]{1,80})"
)

NO_ENTRY = "I cannot post there: the channel is archived, or private without me. Invite me with /invite @volt."

CHANNELS = {
    "type": "conversations_select",
    "filter": {"include": ["public", "private"], "exclude_bot_users": True},
}


async def channel_of(context: Context, typed: str) -> ChannelId:
    """Look up a typed channel, and join it if needed. Raises UserError."""
    found = _CHANNEL.fullmatch(typed.strip())
    if found is None:
        raise UserError(f'"{escape(truncate(typed, 40))}" is no channel. Write it like #support.')
    if found["name"]:
        known = await context.ui.find_channel(found["name"])
    else:
        known = await context.ui.channel(ChannelId(found["id"] or found["bare"]))
    if known is None:
        raise UserError(
            f"I see no channel {escape(truncate(typed, 80))}. If it is private, invite me there first: /invite @volt."
        )
    channel = ChannelId(str(known.get("id") or ""))
    if known.get("is_archived"):
        raise UserError(f"<#{channel}> is archived.", has_usage=False)
    if not known.get("is_member"):
        await _join(context, channel)
    return channel


async def _join(context: Context, channel: ChannelId) -> None:
    try:
        await context.ui.join(channel)
    except CallFailed:
        raise UserError(
            f"I cannot join <#{channel}> by myself. Invite me there: /invite @volt.", has_usage=False
        ) from None


async def picked_channel(context: Context, interaction: Interaction, block: str) -> ChannelId:
    """Read the chosen channel, and join it if needed. Raises UserError."""
    chosen = interaction.form.text(block)
    if not chosen:
        raise UserError("Choose a channel.", block=block)
    try:
        return await channel_of(context, f"<#{chosen}>")
    except UserError:
        raise UserError(NO_ENTRY, block=block) from None
