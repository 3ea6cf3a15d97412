"""Counting: the figures of a team, kept in the transaction that takes a text in, or notes that one left.

Each text is counted once, in the hour in which the bot learned of it. Only a person's answer is a first answer: what
the bot, a workflow or the provider's own pages send by themselves answers nobody. Decides nothing about a text.
"""

from bot.domain.conversation import Conversation
from bot.domain.figures import NOBODY, Figure, bucket_of
from bot.domain.ids import UserId
from bot.domain.message import Message
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction


def count_inbound(tx: Transaction, conversation: Conversation) -> None:
    """Count a text of the contact; from the first on, somebody waits, unless their texts are muted."""
    tx.figures.count(Figure.TEXT_IN, conversation.account, NOBODY)
    if conversation.muted_by is None:
        tx.figures.begin(conversation.id)


def count_outbound(tx: Transaction, conversation: Conversation, message: Message, *, is_by_workflow: bool) -> None:
    """Count a text of ours that left, and the time until it where it is a person's first answer."""
    person = NOBODY if is_by_workflow else message.author or NOBODY
    tx.figures.count(Figure.TEXT_OUT, conversation.account, person)
    if person == NOBODY or message.turn < conversation.answers_from:
        return
    since = tx.figures.answer(conversation.id)
    if since is not None:
        tx.figures.count(Figure.FIRST_ANSWER, conversation.account, person, _bucket_since(tx, since))


def count_closing(tx: Transaction, conversation: Conversation, user: UserId) -> None:
    """Count the time until a conversation was closed; none where the contact wrote nothing."""
    since = tx.figures.end(conversation.id)
    if since is not None:
        tx.figures.count(Figure.RESOLUTION, conversation.account, user, _bucket_since(tx, since))


def _bucket_since(tx: Transaction, since: Micros) -> int:
    return bucket_of((tx.now - since) / 1_000_000)
