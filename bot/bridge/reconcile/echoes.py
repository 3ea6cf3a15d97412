"""What Slack echoes of our own posts: proof that a post in doubt arrived, and the second of two headers.

Holds units of work only. An echo is known by our key in the post's metadata, never by its words.
"""

from bot.bridge.messages.outbound import lead_to
from bot.bridge.outbox.results import record_posted
from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, PostKey
from bot.domain.outbox import OutboxEntry
from bot.domain.subjects import former_thread
from bot.domain.thread_content import ThreadRef
from bot.domain.thread_events import Echo
from bot.ports.storage import Transaction


def settle_by_echo(tx: Transaction, echo: Echo) -> bool:
    """Take Slack's echo of a post of ours as proof that it arrived; False where everybody knew.

    It may come before the answer to its call, or instead of it: a call under way is settled as one in doubt is.
    """
    keyed = [entry for key in echo.keys if (entry := tx.outbox.by_key(PostKey(key))) is not None]
    settled = [entry for entry in keyed if _is_here(tx, entry, echo)]
    for entry in settled:
        tx.outbox.complete(entry)
        record_posted(tx, entry, echo.ts)
    return bool(settled) or _adopt_second_header(tx, echo)


def _is_here(tx: Transaction, entry: OutboxEntry, echo: Echo) -> bool:
    """Tell whether a post stands where it is owed now; one that came late into a channel since left does not."""
    own = former_thread(entry.subject) or tx.conversations.get(entry.conversation_id)
    return own.channel == echo.channel


def expect_second_header(tx: Transaction, entry: OutboxEntry) -> None:
    """A header is made once more because it stays absent; should Slack make both after all, both count."""
    tx.settings.set_value(_fact(entry.key), str(entry.conversation_id))


def _adopt_second_header(tx: Transaction, echo: Echo) -> bool:
    """Let both headers of a contact lead to it: people write under either."""
    for key in echo.keys:
        conversation = conversation_of_header(tx, key)
        if conversation is not None:
            lead_to(tx, conversation, ThreadRef(echo.channel, echo.ts))
            return True
    return False


def conversation_of_header(tx: Transaction, key: str) -> Conversation | None:
    """Find whose header was made more than once under this key; None for any other post."""
    conversation_id = tx.settings.value(_fact(key))
    return None if conversation_id is None else tx.conversations.get(ConversationId(int(conversation_id)))


def _fact(key: str) -> str:
    return f"header {key}"
