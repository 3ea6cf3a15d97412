"""Incoming attachments: pictures and files from phones, fetched at once and shown behind their text.

Fetching has a lane of its own and waits for nothing in Slack, since nobody knows how long the provider keeps a picture.
Showing stands in the lane of the texts, one entry for each attachment, so that the order stays. What cannot be shown is
said in a line; no picture is lost silently.
"""

from collections.abc import Awaitable, Callable

from bot.bridge.enqueue import enqueue_notice
from bot.bridge.enqueue_text import enqueue_text
from bot.bridge.requests import FetchAttachments, UploadAttachment
from bot.domain.errors import Rejected, Retryable
from bot.domain.ids import ThreadRef
from bot.domain.media import Media
from bot.domain.message import Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import FETCH_LIMIT, UPLOAD_LIMIT, EntryKind, EntryState, Lane, NewEntry, OutboxEntry
from bot.domain.retry_policy import PICTURE_WAIT_S
from bot.domain.subjects import Attachment
from bot.domain.thread_content import Speaker
from bot.domain.thread_notes import MissingAttachment, NoticeKind
from bot.domain.timestamps import add_seconds
from bot.domain.url_safety import is_link
from bot.ports.media import Fetcher
from bot.ports.storage import Transaction

MAX_ATTACHMENTS = 20
"""Attachments of one text that are shown; no carrier takes as many."""

NOT_TO_OPEN = frozenset({"internal", "unreadable", "page"})
"""Reasons why an attachment is not shown that also forbid people to open its address."""

MOST_WAITING_BYTES = 256 * 2**20
"""Attachments in the database that wait to be shown; above it the provider keeps what has come since."""

OPEN = (EntryState.PENDING, EntryState.IN_FLIGHT, EntryState.UNKNOWN)
LOST = "lost"


def enqueue_attachments(tx: Transaction, message: Message) -> None:
    """Enqueue the fetching of attachments, and their posts behind the text."""
    if not message.media:
        return
    tx.outbox.add(NewEntry(message.conversation_id, Lane.FETCH, EntryKind.FETCH, FETCH_LIMIT, message_id=message.id))
    for number in range(1, min(len(message.media), MAX_ATTACHMENTS) + 1):
        enqueue_text(tx, message, EntryKind.UPLOAD, UPLOAD_LIMIT, subject=Attachment(number))
    for number in range(MAX_ATTACHMENTS + 1, len(message.media) + 1):
        tx.attachments.fail(message.id, number, "too_many")
    if len(message.media) > MAX_ATTACHMENTS:
        enqueue_notice(tx, message, NoticeKind.PICTURE_NOT_SHOWN, delay_s=PICTURE_WAIT_S)


def fetch_request(
    tx: Transaction, entry: OutboxEntry, *, most_waiting: int = MOST_WAITING_BYTES
) -> FetchAttachments | None:
    """Return the attachments that are left to fetch; None where all are here, or others have to be shown first."""
    assert entry.message_id is not None
    here = {picture.number for picture in tx.attachments.of_message(entry.message_id)}
    if not here and tx.attachments.waiting_bytes() >= most_waiting:  # what has begun is ended in any case
        tx.outbox.retry_at(entry, add_seconds(tx.now, PICTURE_WAIT_S))
        return None
    addresses = enumerate(tx.messages.get(entry.message_id).media[:MAX_ATTACHMENTS], start=1)
    wanted = tuple((number, url) for number, url in addresses if number not in here)
    if not wanted:
        record_fetched(tx, entry)
        tx.outbox.complete(entry)
        return None
    return FetchAttachments(entry.message_id, wanted)


async def fetch_pictures(
    call: FetchAttachments, fetcher: Fetcher, write: Callable[[Callable[[Transaction], None]], Awaitable[None]]
) -> None:
    """Fetch attachments one after the other; each is stored before the next is asked for.

    Raises the first Retryable once all were asked for: an address that does not answer holds back no other.
    """
    not_now: Retryable | None = None
    for number, url in call.wanted:
        try:
            media = await fetcher.fetch(url)
        except Rejected as refused:
            await write(_failing(call.message_id, number, refused.code))
        except Retryable as error:
            not_now = not_now or error
        else:
            await write(_keeping(call.message_id, number, media))
    if not_now is not None:
        raise not_now


def _keeping(message_id: int, number: int, media: Media) -> Callable[[Transaction], None]:
    return lambda tx: tx.attachments.add(message_id, number, media)


def _failing(message_id: int, number: int, why: str) -> Callable[[Transaction], None]:
    return lambda tx: tx.attachments.fail(message_id, number, why)


def upload_request(tx: Transaction, entry: OutboxEntry, place: ThreadRef) -> UploadAttachment | None:
    """Return the attachment to show now; None where it has not come yet, or never will."""
    assert entry.message_id is not None
    picture = tx.attachments.get(entry.message_id, _number(entry))
    if picture is not None and picture.media is not None:
        return UploadAttachment(place, picture.media, speaker_of(tx, tx.messages.get(entry.message_id)))
    if picture is None and _is_coming(tx, entry.message_id):
        tx.outbox.retry_at(entry, add_seconds(tx.now, PICTURE_WAIT_S))
        return None
    tx.outbox.complete(entry)
    record_not_shown(tx, entry, picture.failure if picture is not None else LOST)
    return None


def _number(entry: OutboxEntry) -> int:
    assert isinstance(entry.subject, Attachment)
    return entry.subject.number


def speaker_of(tx: Transaction, message: Message) -> Speaker:
    """Return the contact who speaks in a text."""
    conversation = tx.conversations.get(message.conversation_id)
    return Speaker(conversation.contact, conversation.name)


def _is_coming(tx: Transaction, message_id: int) -> bool:
    return any(entry.kind is EntryKind.FETCH and entry.state in OPEN for entry in tx.outbox.of_message(message_id))


def record_fetched(tx: Transaction, entry: OutboxEntry) -> None:
    """Record that attachments are here, and let their pending posts leave."""
    assert entry.message_id is not None
    for upload in tx.outbox.of_message(entry.message_id):
        if upload.kind is EntryKind.UPLOAD and upload.state is EntryState.PENDING:
            tx.outbox.retry_at(upload, tx.now)


def record_not_fetched(tx: Transaction, entry: OutboxEntry, why: str) -> None:
    """Record that attachments could not be fetched."""
    assert entry.message_id is not None
    here = {picture.number for picture in tx.attachments.of_message(entry.message_id)}
    for number in range(1, min(len(tx.messages.get(entry.message_id).media), MAX_ATTACHMENTS) + 1):
        if number not in here:
            tx.attachments.fail(entry.message_id, number, why)
    record_fetched(tx, entry)


def record_shown(tx: Transaction, entry: OutboxEntry) -> None:
    """Record that an attachment is in Slack, and remove it from the store."""
    assert entry.message_id is not None
    tx.attachments.remove(entry.message_id, _number(entry))
    tx.emit(MessageEvent(MessageEventKind.SHOWN, tx.messages.get(entry.message_id).key, detail=entry.kind.value))


def record_not_shown(tx: Transaction, entry: OutboxEntry, why: str) -> None:
    """Record why an attachment is not shown, and say so in its thread."""
    assert entry.message_id is not None
    tx.attachments.fail(entry.message_id, _number(entry), why)
    enqueue_notice(tx, tx.messages.get(entry.message_id), NoticeKind.PICTURE_NOT_SHOWN)


def missing_attachments(tx: Transaction, message: Message) -> tuple[MissingAttachment, ...]:
    """Return the attachments that are not shown; an address is told only where people may safely open it."""
    return tuple(
        MissingAttachment(picture.failure, url if picture.failure not in NOT_TO_OPEN and is_link(url) else "")
        for picture in tx.attachments.of_message(message.id)
        if picture.failure
        for url in message.media[picture.number - 1 : picture.number]
    )
