"""A text that was asked for by command or form: taken in, and what is known of it by the time that is answered.

What will be asked about it, and whether Volt takes it, is found out after it was taken in. So the answer waits a little
for the question, says how the text stands, and claims nothing that is not in the books.
"""

import asyncio
import time

from bot.bridge.messages.queries import prepared_text
from bot.bridge.messages.send import AcceptedText
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import MessageKey
from bot.domain.message import ApprovalReason, Message
from bot.slack.context import Context
from bot.slack.render.approval_texts import why
from bot.slack.text.escaping import escape

PATIENCE_S = 1.0
"""How long an answer waits for what will be asked; Slack waits for three seconds, the network included."""

LOOK_AGAIN_S = 0.02


async def said(context: Context, taken: AcceptedText) -> str:
    """Say in mrkdwn how the text stands."""
    number, place = escape(context.renderer.number(taken.conversation.contact)), context.place(taken.conversation)
    key = taken.key
    text = await _settled(context, key) if key else None
    return f"Your text to {number} {_stands(text, place)}"


async def _settled(context: Context, key: MessageKey) -> Message | None:
    """Read the text once it is known whether something is asked about it; None where that takes too long."""
    last = time.monotonic() + PATIENCE_S
    while time.monotonic() < last:
        try:
            text = await context.units.run(prepared_text, key)
        except StoreUnavailable:  # it is taken in all the same
            return None
        if text is not None:
            return text
        await asyncio.sleep(LOOK_AGAIN_S)
    return None


def _stands(text: Message | None, place: str) -> str:
    """Say of a text what the books say; `place` is its thread or channel, in mrkdwn."""
    if text is None:
        return f"is taken in. What becomes of it shows in {place}."
    match text.status:
        case DeliveryStatus.DRAFT if ApprovalReason.OPTED_OUT in text.approval_reasons:
            return f"is not sent. {why((ApprovalReason.OPTED_OUT,))} It waits in {place}."
        case DeliveryStatus.DRAFT:
            return " ".join(
                filter(None, ("is not sent yet.", why(text.approval_reasons), f"Decide about it in {place}."))
            )
        case DeliveryStatus.FAILED | DeliveryStatus.CANCELLED:
            return f"was not sent. Why stands in {place}."
        case _:
            return f"goes out as soon as Volt takes it. How far it is shows in {place}."
