"""What Slack tells of a thread, led to the use case that it is for; the one way in, however it came to us."""

from bot.bridge.echoes import settle_by_echo
from bot.bridge.edits import record_deletion, record_edit
from bot.bridge.outbound import record_reply
from bot.bridge.pressed import record_reaction
from bot.domain.message import Deletion, Edit, OwnPost, Reaction, Reply, SlackEvent
from bot.ledger import Ledger


def record_event(ledger: Ledger, event: SlackEvent, *, undo_s: float) -> bool:
    """Take in one event; False where it changed nothing: a repeat, a note, or no thread of ours."""
    match event:
        case Reply():
            return record_reply(ledger, event, undo_s=undo_s)
        case Edit():
            return record_edit(ledger, event, undo_s=undo_s)
        case Deletion():
            return record_deletion(ledger, event)
        case OwnPost():
            return settle_by_echo(ledger, event, undo_s=undo_s)
        case Reaction():
            return record_reaction(ledger, event)
