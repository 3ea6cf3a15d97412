"""Shared files: kept with the preparation of their text, opened when it leaves, and ended when a person says so.

Units of work only. Their bytes stay in Slack and are read for each download: nothing of a customer's documents is
stored twice, nothing is left behind by a crash, and a file that is deleted in Slack is gone for everybody.
"""

from bot.bridge.enqueue import enqueue_notice, refresh_lines
from bot.domain.ids import ChannelId, MessageKey, MessageTs, UserId
from bot.domain.message import Message
from bot.domain.shared_files import OPEN_FOR_S, SharedFile
from bot.domain.thread_notes import NoticeKind
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction

STOPPED = "stopped sharing"


def keep_shared(tx: Transaction, message: Message) -> None:
    """Keep the files of a text that links will lead to, once it leaves; a text that somebody has stopped stays so."""
    ended_by = next((one.ended_by for one in tx.shared_files.of(message.id) if one.ended_by is not None), None)
    files = [
        SharedFile(number, file, ended_by=ended_by)
        for number, file in enumerate(message.files, start=1)
        if file.by_link
    ]
    tx.shared_files.keep(message.id, files)


def say_shared(tx: Transaction, message: Message) -> None:
    """Say in the thread which files go as links."""
    if any(file.by_link for file in message.files):
        enqueue_notice(tx, message, NoticeKind.FILES_LINKED)


def open_shared(tx: Transaction, message: Message) -> None:
    """Let the links of a text lead to its files, because it leaves now."""
    if any(file.by_link for file in message.files):
        tx.shared_files.open_until(message.id, Micros(add_seconds(tx.now, OPEN_FOR_S)))


def open_again(tx: Transaction, old: Message) -> None:
    """Let the links in a text that goes once more lead to their files for as long again."""
    for part in tx.messages.shown_at(old.channel, old.ts) if old.channel and old.ts else [old]:
        open_shared(tx, part)


def shared_file(tx: Transaction, key: MessageKey, number: int) -> SharedFile | None:
    """Find the file that a link leads to now; None where it leads to nothing, or to nothing any more."""
    message = tx.messages.by_key(key)
    if message is None or tx.conversations.get(message.conversation_id).is_erased:
        return None
    found = (one for one in tx.shared_files.of(message.id) if one.number == number and one.is_open(tx.now))
    return next(found, None)


def stop_sharing(tx: Transaction, key: MessageKey, by: UserId) -> bool:
    """End the links to the files of a text; False where that was done before, or it has none."""
    message = tx.messages.by_key(key)
    return message is not None and _stop(tx, message, by)


def stop_sharing_at(tx: Transaction, channel: ChannelId, ts: MessageTs, by: UserId) -> bool:
    """End the links to the files of what stands in a message in Slack; False where there was none to end."""
    stopped = [message for message in tx.messages.shown_at(channel, ts) if _stop(tx, message, by)]
    return bool(stopped)


def _stop(tx: Transaction, message: Message, by: UserId) -> bool:
    if not tx.shared_files.end(message.id, by):
        return False
    tx.audit.add(by, STOPPED, message.conversation_id)
    refresh_lines(tx, message, (NoticeKind.FILES_LINKED,))
    return True
