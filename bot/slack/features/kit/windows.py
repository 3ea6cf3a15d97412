"""Windows as forms show them: until when free text may be sent to a contact, where its line has such a rule.

What is stored says it while that lies ahead; else the provider is asked, for the contact may have written a moment ago.
"""

from datetime import datetime

from bot.bridge.conversations.queries import find_conversation
from bot.bridge.conversations.window import window_facts
from bot.domain.errors import CallFailed
from bot.domain.phone import E164
from bot.domain.thread_content import WindowFacts
from bot.domain.timestamps import to_micros
from bot.slack.context import Context
from bot.slack.render.window_words import shut_by_then


async def window_of(context: Context, account: E164, contact: E164, now: datetime) -> WindowFacts | None:
    """Return a contact's window; None where its line has none, or cannot tell just now."""
    can = context.lines.capabilities(account)
    if can is None or can.window is None:
        return None
    conversation = await context.units.run(find_conversation, account, contact)
    known = window_facts(conversation, to_micros(now)) if conversation is not None else None
    if known is not None and known.until is not None:
        return known
    try:
        return WindowFacts(await can.window.open_until(account, contact))
    except CallFailed:
        return known


async def window_warning(context: Context, account: E164, contact: E164, at: datetime, now: datetime) -> str:
    """Write, in mrkdwn, that free text may not be taken at a moment; "" where it is."""
    window = await window_of(context, account, contact, now)
    return shut_by_then(window) if window is not None and (window.until is None or window.until <= at) else ""
