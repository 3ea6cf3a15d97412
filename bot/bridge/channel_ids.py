"""Channel ids: Slack gives a channel a new one when it is shared with another company. Also the default channel.

A setting cannot be changed from here, so the old id in a setting is read as the new one from then on.
"""

from bot.domain.ids import ChannelId
from bot.domain.thread_events import Renaming
from bot.ports.storage import Transaction

DEFAULT_CHANNEL = "home channel"
"""Stored value: the channel where conversations open that no route leads elsewhere."""


def record_renaming(tx: Transaction, renaming: Renaming) -> bool:
    """Record the new id of a channel everywhere; False where the same was told before."""
    if tx.settings.value(new_id_fact(renaming.old)) == renaming.new:
        return False
    tx.conversations.rename_channel(renaming.old, renaming.new)
    for account in tx.connections.accounts():
        if account.channel == renaming.old:
            tx.connections.set_channel(account.number, renaming.new)
    tx.settings.set_value(new_id_fact(renaming.old), renaming.new)
    if tx.settings.value(DEFAULT_CHANNEL) in (renaming.old, renaming.new):
        tx.installations.note_change(tx.workspace)  # other bots have the old id in memory
    return True


def known_as(tx: Transaction, channel: ChannelId) -> ChannelId:
    """Return the id that a channel has now."""
    return ChannelId(tx.settings.value(new_id_fact(channel)) or channel)


def set_default_channel(tx: Transaction, configured: ChannelId) -> ChannelId:
    """Store the default channel and return it; channels that wait for a person are tried again at once."""
    home = known_as(tx, configured)
    tx.settings.set_value(DEFAULT_CHANNEL, home)
    tx.outbox.release_destinations()
    return home


def new_id_fact(old: ChannelId) -> str:
    """Name the stored value that holds the new id of a channel."""
    return f"renamed {old}"
