"""Channels that people type or pick, checked so that the bot can post there."""

import re
from collections.abc import Mapping
from typing import Any

from bot.bridge.conversations.queries import belongs_to_contact
from bot.bridge.workspaces.roles import read_policy
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId
from bot.domain.text import truncate
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.json_fields import str_of
from bot.slack.text.escaping import escape

_CHANNEL = re.compile(
    r"<#(?P<id>[CG][A-Z0-9]{2,20})(?:\|[^<>]*)?>|(?P<bare>[CG][A-Z0-9]{8,20})|#(?P<name>[^\s<>#]{1,80})"
)

NO_ENTRY = "I cannot post there: the channel is archived, or private without me. Invite me with /invite @volt."

CHANNELS = {
    "type": "conversations_select",
    "filter": {"include": ["public", "private"], "exclude_bot_users": True},
}


class SharedChannel(UserError):
    """Refusal of a channel whose other companies are not allowed."""


class OwnedChannel(UserError):
    """Refusal of a channel that is one contact's own."""


def owned_text(channel: str) -> str:
    """Write that a channel shows one contact alone."""
    return f"{channel} is one contact's own channel: what is written there is texted to them. Choose another one."


async def refuse_shared(context: Context, known: Mapping[str, Any]) -> None:
    """Refuse a channel, as conversations.info gives it, that is shared with a company which is not allowed.

    Everybody in it reads the texts there. Raises SharedChannel.
    """
    if not known.get("is_ext_shared") and not known.get("is_pending_ext_shared"):
        return
    partners = (await context.units.run(read_policy)).partners
    if not (teams := _other_teams(context, known)) or not teams <= partners:
        raise SharedChannel(shared_text(f"<#{str_of(known.get('id'))}>"), has_usage=False)


def _other_teams(context: Context, known: Mapping[str, Any]) -> set[str]:
    """Read whose workspaces a channel is shared with; none where Slack does not name them."""
    lists = [known.get(name) for name in ("connected_team_ids", "shared_team_ids", "pending_connected_team_ids")]
    return {str_of(team) for teams in lists if isinstance(teams, list) for team in teams} - {"", *context.team_ids}


async def shared_warning(context: Context, channel: ChannelId) -> str:
    """Write that people of another company read the texts of a channel; "" where none do, or Slack does not say."""
    try:
        known = await context.ui.channel(channel)
    except CallFailed:
        return ""
    if known is None or not known.get("is_ext_shared"):
        return ""
    return f"*<#{channel}> is shared with another company*, whose people can read the texts there."


def shared_text(channel: str) -> str:
    """Write what it means for texts that a channel is shared."""
    return (
        f"{channel} is shared with another company, whose people would read every text there. "
        "Choose another channel, or let a manager allow that company's people to read and text, by Who may do what in "
        "the Home of this app."
    )


async def channel_of(context: Context, typed: str, *, for_texts: bool = False) -> ChannelId:
    """Look up a typed channel, and join it if needed. Raises UserError.

    `for_texts`: texts will show there, so that a channel shared with another company is refused.
    """
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
    if for_texts:
        await refuse_shared(context, known)
        if await context.units.run(belongs_to_contact, channel):
            raise OwnedChannel(owned_text(f"<#{channel}>"), has_usage=False)
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


async def picked_channel(
    context: Context, interaction: Interaction, block: str, *, for_texts: bool = False
) -> ChannelId:
    """Read the chosen channel, and join it if needed, as channel_of does. Raises UserError."""
    chosen = interaction.form.text(block)
    if not chosen:
        raise UserError("Choose a channel.", block=block)
    try:
        return await channel_of(context, f"<#{chosen}>", for_texts=for_texts)
    except SharedChannel:
        raise UserError(shared_text("This channel"), block=block) from None
    except OwnedChannel:
        raise UserError(owned_text("This channel"), block=block) from None
    except UserError:
        raise UserError(NO_ENTRY, block=block) from None
