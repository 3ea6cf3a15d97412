"""Messages: texts in both directions, and what carriers report about them. Pure.

Frozen values, made by the wire modules. Nothing here is a dict: shapes of the outside end where they are read.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256

from bot.domain.approval import ApprovalReason
from bot.domain.approved_templates import FilledTemplate
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs, UserId
from bot.domain.phone import E164
from bot.domain.pieces import Piece
from bot.domain.thread_events import SlackFile


@dataclass(frozen=True)
class Inbound:
    """Inbound text from a phone.

    `event_id` is the envelope's own id; `content_id` stands for the text itself, so that a redelivery under a new
    envelope id is recognized, while two equal texts are not mistaken for one. `at` is the carrier's time, aware UTC.
    `provider_id` is known only of a text that was read in the provider's record. `free_text_until` is until when the
    contact may be answered in free text, where the provider tells of such a time.
    """

    event_id: str
    content_id: str
    account: E164
    contact: E164
    text: str
    media: tuple[str, ...]
    at: datetime
    legacy_id: str = ""
    provider_id: str = ""
    free_text_until: datetime | None = None


@dataclass(frozen=True)
class Failure:
    """Failure of a text: why it did not arrive, in words an agent understands.

    `code` is the provider's ("702"), or empty. `allows_manual_retry` says whether trying later can help; `is_opt_out`
    that the contact wants no texts.
    """

    code: str
    user_message: str
    allows_manual_retry: bool
    is_opt_out: bool = False


@dataclass(frozen=True)
class Receipt:
    """Receipt: one report of the carrier about one outbound text.

    `key` is our own message key where the provider carried it back, else None. `text` serves only to show a text that
    somebody sent from the provider's own page; it never identifies a message.
    """

    event_id: str
    status: DeliveryStatus
    account: E164
    contact: E164
    at: datetime
    key: MessageKey | None = None
    provider_id: str = ""
    legacy_id: str = ""
    text: str = ""
    media: tuple[str, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True)
class HandOver:
    """Contact whom an automatic flow of the provider hands over to people; `gathered` is what it asked and was told."""

    event_id: str
    account: E164
    contact: E164
    at: datetime
    gathered: tuple[tuple[str, str], ...] = ()


class Direction(Enum):
    """Direction of a text: phone to Slack, or Slack to phone."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True)
class Message:
    """Message: one stored text.

    `channel` and `ts` are the message in Slack that shows it, once there is one; several parts of a long reply share
    it. `status` is None for an inbound text. `turn` is the conversation's when the text was recorded. `replaced_by` is
    the text that was sent in place of this one, `decided_by` who decided about it by a button. `approval_reasons` is
    why it is held, `approved_by` who approved it. `broadcast` is true of the first text after a long silence.
    `edited_at` is Slack's time of the newest edit recorded. `changed_late`: its author changed or deleted it when it
    could not be withdrawn any more; `pieces` are then the words meant now, or none. The words of
    one with a `template` are what a phone shows. Moments are microseconds.
    """

    id: int
    key: MessageKey
    conversation_id: ConversationId
    direction: Direction
    turn: int
    body: str
    media: tuple[str, ...]
    sort_key: int
    status: DeliveryStatus | None = None
    pieces: tuple[Piece, ...] = ()
    channel: ChannelId | None = None
    ts: MessageTs | None = None
    part: int = 1
    author: UserId | None = None
    provider_id: str = ""
    legacy_id: str = ""
    failure: Failure | None = None
    replaced_by: MessageKey | None = None
    decided_by: UserId | None = None
    has_files: bool = False
    created_at: int = 0
    last_attempt_at: int | None = None
    status_at: int | None = None
    files: tuple[SlackFile, ...] = ()
    approval_reasons: tuple[ApprovalReason, ...] = ()
    approved_by: UserId | None = None
    broadcast: bool = False
    edited_at: int | None = None
    changed_late: bool = False
    template: FilledTemplate | None = None

    @property
    def version(self) -> str:
        """A digest of the words and files: an approval counts for one version of a reply."""
        content = repr((self.pieces, tuple(file.id for file in self.files)))
        return sha256(content.encode()).hexdigest()[:12]

    @property
    def is_unwanted(self) -> bool:
        """Whether its author wants it no more: they deleted it, or made it a note, too late to withdraw it."""
        return self.changed_late and not self.pieces
