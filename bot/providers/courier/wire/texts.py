"""Texts in Carium's answers, turned into ours. Pure.

Refuses (MalformedPayload) a text without an id; all else that is missing is empty or None.
"""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import MalformedPayload
from bot.domain.message import Failure
from bot.domain.phone import E164
from bot.domain.provider_messages import RemoteText
from bot.domain.provider_records import TextRecord
from bot.providers.courier.calls.json_api import Resource
from bot.providers.courier.wire.json_fields import read_moment, read_phone
from bot.providers.courier.wire.statuses import RECEIVED, failure_of, status_of
from bot.providers.json_values import read_id, read_text

TEXT_TYPE = "texts"


@dataclass(frozen=True)
class CourierText:
    """Text as Carium has it. `sid` is the carrier's id; `callback_url` the address of ours that it was given."""

    id: str
    sid: str
    sender: E164 | None
    target: E164 | None
    message: str
    state: str
    error: str
    created_at: datetime | None
    changed_at: datetime | None
    callback_url: str = field(repr=False)

    @property
    def status(self) -> DeliveryStatus:
        """What its state means to us; one that we do not know counts as sent, because Carium has the text."""
        return status_of(self.state) or DeliveryStatus.SENT

    @property
    def failure(self) -> Failure | None:
        """Why it did not arrive."""
        return failure_of(self.state, self.error)

    @property
    def is_received(self) -> bool:
        """Whether it came in; whether such texts are listed is not documented."""
        return self.state in RECEIVED

    def as_remote(self) -> RemoteText:
        """Return it as a text in the provider's record."""
        return RemoteText(
            provider_id=self.id,
            legacy_id=self.sid,
            status=self.status,
            body=self.message,
            at=self.created_at,
            is_outbound=not self.is_received,
            failure=self.failure,
        )

    def as_record(self) -> TextRecord:
        """Return it with all that Carium tells about it."""
        return TextRecord(
            provider_id=self.id,
            legacy_id=self.sid,
            to_number=self.target,
            from_number=self.sender,
            body=self.message,
            status=self.state,
            status_words="",
            media=(),
            sent_at=self.created_at,
            confirmed_at=self.changed_at if self.status is DeliveryStatus.DELIVERED else None,
            error_code=self.error,
            failure=self.failure,
            known_status=status_of(self.state),
            is_received=self.is_received,
        )


def text_from_wire(resource: Resource) -> CourierText:
    """Read a text. Raises MalformedPayload."""
    told = resource.attributes
    if not resource.id:
        raise MalformedPayload("a text without an id")
    return CourierText(
        id=resource.id,
        sid=read_id(told.get("twilio-sid")),
        sender=read_phone(told.get("from")),
        target=read_phone(told.get("target")),
        message=read_text(told.get("message")),
        state=read_text(told.get("status")).strip().lower(),
        error=read_id(told.get("error")),
        created_at=read_moment(told.get("created-at")),
        changed_at=read_moment(told.get("last-modified-at")),
        callback_url=read_text(told.get("callback-url")),
    )
