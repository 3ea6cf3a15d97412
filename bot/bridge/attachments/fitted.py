"""Fitted pictures: kept for the provider, which fetches them when it takes their text, and forgotten soon after.

They are kept with the preparation of the text, so that each fetch gets the same bytes. A text that leaves much later,
or is sent again then, has its pictures made anew at the fetch.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.alarms import Alarm, AlarmKind
from bot.domain.ids import MessageKey
from bot.domain.media import Media
from bot.domain.message import Message
from bot.domain.pictures import ANY_PROVIDER, PictureLimit, share
from bot.domain.thread_events import SlackFile
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction

PICTURES = AlarmKind("pictures")

KEPT_FOR_S = 2 * 3_600.0
"""Time for which pictures are kept: a link to them is good for an hour after the last try."""


def keep_pictures(tx: Transaction, message: Message, pictures: Mapping[int, Media]) -> None:
    """Keep the pictures of a text for a while."""
    tx.pictures.keep(message.id, pictures)
    if pictures:
        _forget_later(tx, message)


def copy_pictures(tx: Transaction, old: Message, again: Message) -> None:
    """Keep the pictures of a text for the one that goes in place of it, if they are still there."""
    if tx.pictures.copy(old.id, again.id):
        _forget_later(tx, again)


def _forget_later(tx: Transaction, message: Message) -> None:
    due_at = Micros(add_seconds(tx.now, KEPT_FOR_S))
    tx.alarms.set(Alarm(PICTURES, message.key, due_at, message.conversation_id))


def forget_pictures(tx: Transaction, alarm: Alarm) -> None:
    """Forget the pictures of a text."""
    message = tx.messages.by_key(MessageKey(alarm.subject))
    if message is not None:
        tx.pictures.forget(message.id)


@dataclass(frozen=True)
class TextedFile:
    """File that goes along with a text. `picture` is what it was made into, else `limit` says what it may be made."""

    file: SlackFile
    limit: PictureLimit
    picture: Media | None = None


def texted_file(tx: Transaction, key: MessageKey, number: int) -> TextedFile | None:
    """Find a file of a text by its number, from 1; None where there is none."""
    message = tx.messages.by_key(key)
    if message is None or not 0 < number <= len(message.files):
        return None
    if message.files[number - 1].by_link:
        return None
    limit = share(ANY_PROVIDER, ANY_PROVIDER.most_bytes, len(message.files))
    return TextedFile(message.files[number - 1], limit, tx.pictures.get(message.id, number))
