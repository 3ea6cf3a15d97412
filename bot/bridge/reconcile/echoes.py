"""Echoes: Slack's own event of our post, which proves that it arrived, and the second of two headers.

Units of work only. An echo is known by our key in the post's metadata, never by its words.
"""

from bot.bridge.messages.outbound import lead_to
from bot.bridge.outbox.results import record_posted
from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, PostKey, ThreadRef
from bot.domain.outbox import OutboxEntry
from bot.domain.subjects import former_thread
from bot.domain.thread_events import Echo
from bot.ports.storage import Transaction


def complete_by_echo(tx: Transaction, echo: Echo) -> bool:
    """Complete entries by an echo, which proves that their post arrived; False where that was known.

    It may come before the answer to its call, or instead of it: a call in flight is completed like an unknown one.
    """
    keyed = [entry for key in echo.keys if (entry := tx.outbox.by_key(PostKey(key))) is not None]
    settled = [entry for entry in keyed if _is_here(tx, entry, echo)]
    for entry in settled:
        tx.outbox.complete(entry)
        record_posted(tx, entry, echo.ts)
    return bool(settled) or _adopt_second_header(tx, echo)


def _is_here(tx: Transaction, entry: OutboxEntry, echo: Echo) -> bool:
    """Tell whether a post stands where its entry belongs now; one that came late into a former channel does not."""
    own = former_thread(entry.subject) or tx.conversations.get(entry.conversation_id)
    return own.channel == echo.channel


def expect_second_header(tx: Transaction, entry: OutboxEntry) -> None:
    """Note that a header is retried because it stays absent; should Slack make both after all, both count."""
    tx.settings.set_value(_fact(entry.key), str(entry.conversation_id))


def _adopt_second_header(tx: Transaction, echo: Echo) -> bool:
    """Let both headers of a contact lead to its conversation: people write under either."""
    for key in echo.keys:
        conversation = conversation_of_header(tx, key)
        if conversation is not None:
            lead_to(tx, conversation, ThreadRef(echo.channel, echo.ts))
            return True
    return False


def conversation_of_header(tx: Transaction, key: str) -> Conversation | None:
    """Return whose header was made more than once under this key; None for any other post."""
    conversation_id = tx.settings.value(_fact(key))
    return None if conversation_id is None else tx.conversations.get(ConversationId(int(conversation_id)))


def _fact(key: str) -> str:
    return f"header {key}"
