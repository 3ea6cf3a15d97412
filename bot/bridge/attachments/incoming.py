"""Pictures and files of texts from phones: fetched at once, kept, and shown behind the words they came with.

The fetching has a lane of its own, so that it waits for nothing in Slack: nobody knows how long the provider keeps a
picture. The showing stands in the lane of the texts, one call a picture, so that nothing changes places. What cannot be
shown is said in a line; no picture is lost silently.
"""

from collections.abc import Awaitable, Callable

from bot.bridge.enqueue import enqueue_notice
from bot.bridge.enqueue_text import enqueue_text
from bot.bridge.requests import FetchAttachments, UploadAttachment
from bot.domain.errors import Rejected, Retryable
from bot.domain.media import Media
from bot.domain.message import Message
from bot.domain.message_events import MessageEvent, MessageEventKind
from bot.domain.outbox import FETCH_LIMIT, UPLOAD_LIMIT, EntryKind, EntryState, Lane, NewEntry, OutboxEntry
from bot.domain.retry_policy import PICTURE_WAIT_S
from bot.domain.thread_content import NoticeKind, Speaker, ThreadRef
from bot.domain.timestamps import add_seconds
from bot.ports.media import Fetcher
from bot.ports.repositories import Transaction

MOST = 20
"""Pictures of one text that are shown; no carrier takes as many."""


OPEN = (EntryState.OWED, EntryState.SENDING, EntryState.UNKNOWN)
LOST = "lost"


def enqueue_attachments(ledger: Transaction, message: Message) -> None:
    """Owe the fetching of what came with a text, and its showing behind the words."""
    if not message.media:
        return
    ledger.owe(NewEntry(message.conversation_id, Lane.FETCH, EntryKind.FETCH, FETCH_LIMIT, message_id=message.id))
    for number in range(1, min(len(message.media), MOST) + 1):
        enqueue_text(ledger, message, EntryKind.UPLOAD, UPLOAD_LIMIT, subject=str(number))
    for number in range(MOST + 1, len(message.media) + 1):
        ledger.fail_picture(message.id, number, "too_many")
    if len(message.media) > MOST:
        enqueue_notice(ledger, message, NoticeKind.PICTURE_NOT_SHOWN, in_s=PICTURE_WAIT_S)


def fetch_request(ledger: Transaction, effect: OutboxEntry) -> FetchAttachments | None:
    """Say what is left to fetch; None where everything is here."""
    assert effect.message_id is not None
    here = {picture.number for picture in ledger.pictures(effect.message_id)}
    addresses = enumerate(ledger.message(effect.message_id).media[:MOST], start=1)
    wanted = tuple((number, url) for number, url in addresses if number not in here)
    if not wanted:
        record_fetched(ledger, effect)
        ledger.settle(effect, EntryState.DONE)
        return None
    return FetchAttachments(effect.message_id, wanted)


async def fetch_pictures(
    call: FetchAttachments, fetcher: Fetcher, write: Callable[[Callable[[Transaction], None]], Awaitable[None]]
) -> None:
    """Fetch one after the other, each kept before the next is asked for.

    Raises the first NotNow once all were asked for: an address that does not answer keeps no other picture back.
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
    return lambda ledger: ledger.keep_picture(message_id, number, media)


def _failing(message_id: int, number: int, why: str) -> Callable[[Transaction], None]:
    return lambda ledger: ledger.fail_picture(message_id, number, why)


def upload_request(ledger: Transaction, effect: OutboxEntry, place: ThreadRef) -> UploadAttachment | None:
    """Say which picture is shown now; None where it has not come yet, or never will."""
    assert effect.message_id is not None
    picture = ledger.picture(effect.message_id, int(effect.subject))
    if picture is not None and picture.media is not None:
        return UploadAttachment(place, picture.media, speaker_of(ledger, ledger.message(effect.message_id)))
    if picture is None and _is_coming(ledger, effect.message_id):
        ledger.settle(effect, EntryState.OWED, due_at=add_seconds(ledger.now, PICTURE_WAIT_S))
        return None
    ledger.settle(effect, EntryState.DONE)
    record_not_shown(ledger, effect, picture.failure if picture is not None else LOST)
    return None


def speaker_of(ledger: Transaction, message: Message) -> Speaker:
    """Say whose text it is."""
    conversation = ledger.conversation(message.conversation_id)
    return Speaker(conversation.contact, conversation.name)


def _is_coming(ledger: Transaction, message_id: int) -> bool:
    return any(one.kind is EntryKind.FETCH and one.state in OPEN for one in ledger.effects_of(message_id))


def record_fetched(ledger: Transaction, effect: OutboxEntry) -> None:
    """Let the showing go on, which waits for this."""
    assert effect.message_id is not None
    for one in ledger.effects_of(effect.message_id):
        if one.kind is EntryKind.UPLOAD and one.state is EntryState.OWED:
            ledger.settle(one, EntryState.OWED, due_at=ledger.now)


def record_not_fetched(ledger: Transaction, effect: OutboxEntry, why: str) -> None:
    """Give up what did not come."""
    assert effect.message_id is not None
    here = {picture.number for picture in ledger.pictures(effect.message_id)}
    for number in range(1, min(len(ledger.message(effect.message_id).media), MOST) + 1):
        if number not in here:
            ledger.fail_picture(effect.message_id, number, why)
    record_fetched(ledger, effect)


def record_shown(ledger: Transaction, effect: OutboxEntry) -> None:
    """Forget a picture that is in Slack."""
    assert effect.message_id is not None
    ledger.drop_picture(effect.message_id, int(effect.subject))
    ledger.tell(MessageEvent(MessageEventKind.SHOWN, ledger.message(effect.message_id).key, detail=effect.kind.value))


def record_not_shown(ledger: Transaction, effect: OutboxEntry, why: str) -> None:
    """Note why a picture is not shown, and say so in its thread."""
    assert effect.message_id is not None
    ledger.fail_picture(effect.message_id, int(effect.subject), why)
    enqueue_notice(ledger, ledger.message(effect.message_id), NoticeKind.PICTURE_NOT_SHOWN)
