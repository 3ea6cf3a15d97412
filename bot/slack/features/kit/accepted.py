"""Accepted text: stored on a command or form, and answered with its status.

Approval and the provider's answer come after the text was stored. So the answer waits a little for the approval, states
the status, and claims nothing that is not stored.
"""

import asyncio
import time

from bot.bridge.messages.queries import prepared_text
from bot.bridge.messages.send import AcceptedText
from bot.domain.approval import ApprovalReason
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import MessageKey
from bot.domain.message import Message
from bot.domain.provider_profile import ProviderProfile
from bot.slack.context import Context
from bot.slack.render.approval_texts import reasons_text
from bot.slack.text.escaping import escape

APPROVAL_WAIT_S = 1.0
"""Time an answer waits for the approval; Slack waits for three seconds, the network included."""

POLL_S = 0.02


async def status_text(context: Context, taken: AcceptedText) -> str:
    """Write the status of the text, in mrkdwn."""
    number, place = (
        escape(context.renderer.number(taken.conversation.contact)),
        context.thread_mention(taken.conversation),
    )
    key = taken.key
    text = await _settled(context, key) if key else None
    by = context.lines.profile(taken.conversation.account)
    return f"Your text to {number} {_stands(text, place, by)}"


async def _settled(context: Context, key: MessageKey) -> Message | None:
    """Read the text once its approval is decided; None if that takes too long."""
    last = time.monotonic() + APPROVAL_WAIT_S
    while time.monotonic() < last:
        try:
            text = await context.units.run(prepared_text, key)
        except StoreUnavailable:  # the text is stored all the same
            return None
        if text is not None:
            return text
        await asyncio.sleep(POLL_S)
    return None


def _stands(text: Message | None, place: str, by: ProviderProfile) -> str:
    """Write the status in the store; `place` is the thread or channel, in mrkdwn."""
    if text is None:
        return f"is taken in. What becomes of it shows in {place}."
    match text.status:
        case DeliveryStatus.DRAFT if ApprovalReason.OPTED_OUT in text.approval_reasons:
            return f"is not sent. {reasons_text((ApprovalReason.OPTED_OUT,), by=by)} It waits in {place}."
        case DeliveryStatus.DRAFT if ApprovalReason.ALLOWANCE in text.approval_reasons:
            return f"is not sent yet. {reasons_text(text.approval_reasons)} It waits in {place}."
        case DeliveryStatus.DRAFT:
            return " ".join(
                filter(None, ("is not sent yet.", reasons_text(text.approval_reasons), f"Decide about it in {place}."))
            )
        case DeliveryStatus.FAILED | DeliveryStatus.CANCELLED:
            return f"was not sent. Why stands in {place}."
        case _:
            return f"goes out as soon as {by.name} takes it. How far it is shows in {place}."
