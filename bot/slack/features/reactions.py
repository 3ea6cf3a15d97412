"""Reactions of agents, texted in the words that phones write for them: `/volt reactions`, and the offer itself.

The offer is seen by whoever reacted and by nobody else. Who may not text is offered nothing.
"""

import contextlib

from bot.bridge.messages.agent_reactions import are_offered, offer_reaction, send_reaction, set_offered
from bot.bridge.workspaces.roles import read_policy, reason_against
from bot.domain.errors import CallFailed
from bot.domain.roles import Role
from bot.domain.thread_events import AgentReaction
from bot.slack.blocks.kit import MessageBody, button, button_row, section_plain
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.confirmations import show_instead
from bot.slack.handling import Feature, Subcommand
from bot.slack.text.escaping import escape

SEND = "send_reaction"

IS_ON = "Whoever reacts to a contact's text with ❤️ 👍 👎 😂 ‼️ or ❓ is asked, alone, whether to text that."
IS_OFF = "Reactions to a contact's text stay in Slack, and nobody is asked about them."
SENT = "It goes out as you, in those words."
SENT_BEFORE = "This reaction was texted before, or cannot be texted any more. Nothing was sent now."


async def reactions(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt reactions`, alone or with on or off."""
    word = words.strip().lower()
    if word not in ("", "on", "off"):
        raise UserError("Say on or off.")
    if word:
        await context.units.run(set_offered, interaction.user, is_on=word == "on")
    is_on = await context.units.run(are_offered)
    return MessageBody(IS_ON if is_on else IS_OFF, [])


async def offer(context: Context, reaction: AgentReaction) -> None:
    """Offer to text a reaction, if there is something to offer, and to somebody who may text."""
    if not await context.units.run(are_offered):
        return
    policy = await context.units.run(read_policy)
    try:
        reason = await reason_against(
            context.workspace, policy, Role.AGENT, reaction.author, own_teams=context.team_ids
        )
    except CallFailed:
        return
    offered = await context.units.run(offer_reaction, reaction) if reason is None else None
    if offered is None:
        return
    words = f"Text this to {offered.name or 'the contact'}?"
    blocks = [section_plain(words), section_plain(offered.words), *button_row(button("Send", SEND, offered.id))]
    message = MessageBody(f"{escape(words)} {escape(offered.words)}", blocks)
    with contextlib.suppress(CallFailed):  # nobody was asked, and a new reaction asks again
        channel, thread_ts = offered.place.channel, offered.place.thread_ts
        await context.ui.post_ephemeral(reaction.author, channel, message, thread_ts=thread_ts)


async def send(context: Context, interaction: Interaction) -> MessageBody | None:
    """Text the reaction of an offer, once."""
    if not await context.units.run(send_reaction, interaction.value, interaction.user):
        return MessageBody(SENT_BEFORE, [])
    await show_instead(context, interaction, MessageBody(SENT, []))
    return None


FEATURE = Feature(
    role=Role.AGENT,
    roles={"reactions": Role.MANAGER},
    commands=(
        Subcommand("reactions", "on", "on", "ask whoever reacts to a contact's text whether to text that", reactions),
    ),
    actions={SEND: send},
)
