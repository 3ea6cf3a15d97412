"""What Slack tells of a thread, led to the use case that it is for; the one way in, however it came to us."""

from dataclasses import replace

from bot.bridge.channel_ids import known_as, record_renaming
from bot.bridge.messages.actions import record_reaction
from bot.bridge.messages.author_changes import record_deletion, record_edit
from bot.bridge.messages.outbound import record_reply, replay_parked_reply
from bot.bridge.reconcile.echoes import settle_by_echo
from bot.domain.message import Deletion, Echo, Edit, Renaming, Reply, SlackEvent, UndoReaction
from bot.ports.repositories import Transaction


def record_event(ledger: Transaction, event: SlackEvent) -> bool:
    """Take in one event; False where it changed nothing: a repeat, a note, or no thread of ours."""
    if isinstance(event, Renaming):
        is_news = record_renaming(ledger, event)
        replay_parked_reply(ledger, event.new)
        return is_news
    event = replace(event, channel=known_as(ledger, event.channel))  # it may have been on its way for long
    match event:
        case Reply():
            return record_reply(ledger, event)
        case Edit():
            return record_edit(ledger, event)
        case Deletion():
            return record_deletion(ledger, event)
        case Echo():
            return settle_by_echo(ledger, event)
        case UndoReaction():
            return record_reaction(ledger, event)
