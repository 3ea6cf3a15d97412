"""Channels and their messages in Carium's answers, turned into ours. Pure.

Of the kinds of users the definition shows "participant" only, which is the patient; everybody else is taken for us. It
documents no address at which a file could be fetched, so files of a patient are named in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import MalformedPayload
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.domain.provider_messages import RemoteText
from bot.domain.provider_records import TextRecord
from bot.domain.text import clean
from bot.providers.courier.calls.json_api import Resource, rows_of
from bot.providers.courier.wire.json_fields import read_moment, read_phone
from bot.providers.json_values import read_id, read_object, read_text

MESSAGE_TYPE = "messaging-messages"
ID_MARK = "channel:"
"""What our ids of messages in channels begin with: they are read by another path than texts."""

_PARTICIPANT = "participant"
_UNNAMED = "without a name"


@dataclass(frozen=True)
class CourierChannel:
    """Channel as Carium has it. `phones` are those of its people; `is_by_sms`: what is posted reaches them as texts.

    `last_at` is when something was posted last.
    """

    id: str
    phones: tuple[E164, ...]
    is_by_sms: bool
    last_at: datetime | None


@dataclass(frozen=True)
class ChannelMessage:
    """Message in a channel. `words` are its own, `text` with its files; `is_hidden`: it is a draft, or was removed."""

    id: str
    channel: str
    words: str
    text: str
    posted_at: datetime
    is_from_patient: bool
    is_hidden: bool

    @property
    def own_id(self) -> str:
        """Our id of it."""
        return f"{ID_MARK}{self.id}"

    def as_remote(self) -> RemoteText:
        """Return it as a text in the provider's record."""
        is_outbound = not self.is_from_patient
        return RemoteText(self.own_id, "", DeliveryStatus.SENT, self.text, self.posted_at, is_outbound)

    def as_record(self) -> TextRecord:
        """Return it with all that Carium tells about it: neither numbers nor what became of it."""
        return TextRecord(
            provider_id=self.own_id,
            legacy_id="",
            to_number=None,
            from_number=None,
            body=self.text,
            status="posted",
            status_words="",
            media=(),
            sent_at=self.posted_at,
            confirmed_at=None,
            error_code="",
            failure=None,
            known_status=DeliveryStatus.SENT,
            is_received=self.is_from_patient,
        )

    def as_event(self, account: E164, contact: E164) -> Inbound | Receipt:
        """Return what a patient wrote as a text, and what was written to them as a receipt."""
        known_by = f"courier:{self.own_id}"
        if self.is_from_patient:
            return Inbound(known_by, known_by, account, contact, self.text, (), self.posted_at, provider_id="")
        return Receipt(
            event_id=known_by,
            status=DeliveryStatus.SENT,
            account=account,
            contact=contact,
            at=self.posted_at,
            provider_id=self.own_id,
            text=self.text,
        )


def channel_from_wire(resource: Resource) -> CourierChannel:
    """Read a channel. Raises MalformedPayload for one without an id."""
    if not resource.id:
        raise MalformedPayload("a channel without an id")
    told = resource.attributes
    phones = (read_phone(one.get("phone-number")) for one in rows_of(told.get("subscribers")))
    last = read_object(told.get("last-message"))
    return CourierChannel(
        resource.id,
        tuple(dict.fromkeys(phone for phone in phones if phone is not None)),
        told.get("with-sms") is True,
        read_moment(last.get("posted-time")),
    )


def message_from_wire(resource: Resource) -> ChannelMessage:
    """Read a message. Raises MalformedPayload for one without an id or a moment."""
    told = resource.attributes
    posted_at = read_moment(told.get("posted-time"))
    if not resource.id or posted_at is None:
        raise MalformedPayload("a message without an id or a moment")
    return ChannelMessage(
        id=resource.id,
        channel=read_id(told.get("channel-id")),
        words=read_text(told.get("message")),
        text=_text_of(told),
        posted_at=posted_at,
        is_from_patient=read_text(told.get("user-type")) == _PARTICIPANT,
        is_hidden=told.get("draft") is True or told.get("removed") is True,
    )


def _text_of(told: Mapping[str, Any]) -> str:
    files = [one for one in rows_of(told.get("attachments")) if one.get("removed") is not True]
    names = [clean(read_text(one.get("filename"))).strip()[:100] or _UNNAMED for one in files]
    lines = [read_text(told.get("message")).strip(), *(f"(A file, to be seen in Carium: {name})" for name in names)]
    return "\n".join(filter(None, lines))
