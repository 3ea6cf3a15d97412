"""Slack events: each goes to the use case it is for, by this one way, however it came to us."""

from dataclasses import replace

from bot.bridge.channel_ids import known_as, record_renaming
from bot.bridge.conversations.archiving import record_archiving
from bot.bridge.conversations.places import is_own_channel
from bot.bridge.messages.actions import record_reaction
from bot.bridge.messages.author_changes import record_deletion, record_edit
from bot.bridge.messages.outbound import record_reply, replay_parked_reply
from bot.bridge.reconcile.echoes import complete_by_echo
from bot.domain.dedup import DedupScope
from bot.domain.ids import ChannelId
from bot.domain.thread_events import Archiving, Deletion, Echo, Edit, Renaming, Reply, SlackEvent, UndoReaction
from bot.ports.storage import Transaction


def is_written_to_contact(tx: Transaction, channel: ChannelId) -> bool:
    """Tell whether what people write in a channel itself, and in no thread, may concern a contact."""
    return is_own_channel(tx, known_as(tx, channel))


def record_word(tx: Transaction, word: Reply) -> bool:
    """Note a word to the bot itself, which is never texted; False where it was noted before."""
    return tx.inbox.first_seen(DedupScope.SLACK_MESSAGE, f"{word.channel}:{word.ts}")


def record_event(tx: Transaction, event: SlackEvent) -> bool:  # noqa: PLR0911 - one for each kind of event
    """Record one event; False where it changed nothing: a repeat, a note, or no thread of ours."""
    if isinstance(event, Renaming):
        is_news = record_renaming(tx, event)
        replay_parked_reply(tx, event.new)
        return is_news
    event = replace(event, channel=known_as(tx, event.channel))  # it may have been on its way for long
    match event:
        case Reply():
            return record_reply(tx, event)
        case Edit():
            return record_edit(tx, event)
        case Deletion():
            return record_deletion(tx, event)
        case Echo():
            return complete_by_echo(tx, event)
        case UndoReaction():
            return record_reaction(tx, event)
        case Archiving():
            return record_archiving(tx, event)
