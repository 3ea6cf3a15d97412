"""Channels that Slack gives a new id, as when they are shared with another company; and which one is home.

A setting cannot be changed from here, so the old id of a setting is understood as the new one from then on.
"""

from bot.domain.ids import ChannelId
from bot.domain.thread_events import Renaming
from bot.ports.storage import Transaction

HOME = "home channel"
"""The fact that holds where conversations open that no route leads elsewhere."""


def record_renaming(tx: Transaction, renaming: Renaming) -> bool:
    """Know a channel by its new id, wherever it is noted; False where the same was told before."""
    if tx.settings.value(new_id_fact(renaming.old)) == renaming.new:
        return False
    tx.conversations.rename_channel(renaming.old, renaming.new)
    tx.settings.set_value(new_id_fact(renaming.old), renaming.new)
    return True


def known_as(tx: Transaction, channel: ChannelId) -> ChannelId:
    """Find by which id Slack knows a channel now."""
    return ChannelId(tx.settings.value(new_id_fact(channel)) or channel)


def settle_in(tx: Transaction, configured: ChannelId) -> ChannelId:
    """Note where conversations open by default, and return it; channels that wait for somebody are tried at once."""
    home = known_as(tx, configured)
    tx.settings.set_value(HOME, home)
    tx.outbox.release_destinations()
    return home


def new_id_fact(old: ChannelId) -> str:
    """Name the fact that holds by which id Slack knows a channel now."""
    return f"renamed {old}"
