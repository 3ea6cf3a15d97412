"""Second person: a text to very many, by a wave or to the people of a file, is made by one person and sent by another.

The question stands in the bot's channel, for whoever may text many people. It is the same confirmation as that of the
window, so that it is sent once, whoever presses what.
"""

from bot.domain.confirmation import PendingConfirmation
from bot.domain.ids import UserId
from bot.domain.timestamps import from_micros
from bot.domain.waves import WavePlan
from bot.slack.blocks.kit import (
    LONG_DATE,
    MessageBody,
    button,
    button_row,
    confirm_dialog,
    date,
    section,
    section_plain,
)
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.confirmations import cancel
from bot.slack.render.wave_card import people_counted

SEND, REFUSE = "wave_send", "wave_refuse"

MOST_ALONE = 1_000
"""Recipients up to whom one person alone may send a wave."""

OWN = "You wrote this, so somebody else has to press Send: anybody who may text many people."


def needs_second(plan: WavePlan) -> bool:
    """Tell whether a wave needs the word of a second person. Nobody is texted by a draft."""
    return plan.people > MOST_ALONE and not plan.is_draft


async def ask_second(
    context: Context, confirmation: PendingConfirmation, plan: WavePlan, buttons: tuple[str, str] = (SEND, REFUSE)
) -> str:
    """Ask in the bot's channel for a second person's word; returns what the first is told. Raises CallFailed."""
    await context.ui.post(context.channel, _question(confirmation, plan, buttons))
    return (
        f"Nobody is texted yet: more than {MOST_ALONE:,} people need the word of a second person. "
        f"Whoever may text many people can press Send in <#{context.channel}>."
    )


def require_other(confirmation: PendingConfirmation, user: UserId) -> None:
    """Check that it is not the one who made the wave. Raises UserError."""
    if confirmation.author == user:
        raise UserError(OWN, has_usage=False)


async def settle(context: Context, interaction: Interaction, words: str) -> None:
    """Put what became of it in place of the question. Raises CallFailed."""
    if interaction.channel is not None and interaction.message_ts is not None:
        await context.ui.edit(interaction.channel, interaction.message_ts, MessageBody(words, [section(words)]))


async def refuse(context: Context, confirmation: PendingConfirmation, user: UserId) -> str:
    """Refuse it for good; returns what stands in place of the question. Raises UserError where it was sent."""
    words = f"<@{user}> refused this. Nobody is texted."
    await cancel(context, confirmation.id, confirmation.kind, words)
    return words


def _question(confirmation: PendingConfirmation, plan: WavePlan, buttons: tuple[str, str]) -> MessageBody:
    many = people_counted(plan.people, is_most=plan.is_most)
    words = (
        f"<@{confirmation.author}> wants to text *{many}* on {date(from_micros(plan.at), LONG_DATE)}. More than "
        f"{MOST_ALONE:,} need the word of a second person who may text many people."
    )
    dialog = confirm_dialog(f"Text {many}?", "This cannot be undone from Slack.", "Text them", no="Go back")
    blocks = [section(words), section_plain(f"Name: {plan.name}\nLists: {', '.join(plan.lists)}"[:2_900])]
    blocks.append(section_plain(plan.body))  # no rich_text: Slack lets nothing else take its place
    if plan.picture:
        blocks.append(section_plain(f"With a picture: {plan.picture}"))
    send = button("Send", buttons[0], confirmation.id, style="danger", confirm=dialog)
    return MessageBody(words, [*blocks, *button_row(send, button("Do not send", buttons[1], confirmation.id))])
