"""What the stand-in for courier keeps: texts, numbers, channels and their messages, and how each is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.sandbox.courier.clock import text_of


def new_id() -> str:
    """Make an id as the API does."""
    return str(uuid4())


@dataclass(eq=False)
class Text:
    """Text that went out, with what becomes of it."""

    account_id: str
    number_id: str
    sender: str
    target: str
    message: str
    created_at: datetime
    callback_url: str = ""
    status_url: str = ""
    callback_json: dict[str, Any] | None = None
    status: str = "accepted"
    error: str = ""
    id: str = field(default_factory=new_id)
    sid: str = field(default_factory=lambda: f"SM{uuid4().hex}")
    created_by: str = field(default_factory=new_id)
    changed_at: datetime | None = None

    def resource(self, *, hides_callbacks: bool = False) -> dict[str, Any]:
        """Write it as a resource."""
        attributes: dict[str, Any] = {
            "created-at": text_of(self.created_at),
            "created-by": self.created_by,
            "error": self.error,
            "from": self.sender,
            "last-modified-at": text_of(self.changed_at or self.created_at),
            "message": self.message,
            "status": self.status,
            "target": self.target,
            "twilio-sid": self.sid,
        }
        if not hides_callbacks:
            attributes |= {"callback-url": self.callback_url, "callback-status-url": self.status_url}
        return {"id": self.id, "type": "texts", "attributes": attributes}


@dataclass(eq=False)
class Received:
    """Text that a phone sent; `sid` is the carrier's id."""

    sender: str
    to: str
    message: str
    created_at: datetime
    sid: str = field(default_factory=lambda: f"SM{uuid4().hex}")

    def attributes(self) -> dict[str, Any]:
        """Write what a log of it holds."""
        return {
            "created-at": text_of(self.created_at),
            "message": self.message,
            "sender": self.sender,
            "sid": self.sid,
            "to": self.to,
        }

    def resource(self) -> dict[str, Any]:
        """Write it as a resource; its id is no UUID in the definition's sample."""
        return {"id": self.sid, "type": "text-receive-logs", "attributes": self.attributes()}


@dataclass(eq=False)
class NumberInfo:
    """What a carrier says of a number, once it was asked."""

    number: str
    created_at: datetime
    carrier: str = ""
    kind: str = ""
    status: str = "pending"
    error: str = ""
    id: str = field(default_factory=new_id)

    def resource(self) -> dict[str, Any]:
        """Write it as a resource."""
        attributes = {
            "carrier-name": self.carrier,
            "created-at": text_of(self.created_at),
            "error": self.error,
            "number": self.number,
            "status": self.status,
            "type": self.kind,
        }
        return {"id": self.id, "type": "text-number-info", "attributes": attributes}


@dataclass(eq=False)
class Attachment:
    """File of a message: reserved, then uploaded, then processed."""

    message_id: str
    filename: str
    content_type: str
    created_at: datetime
    data: bytes = b""
    is_processed: bool = False
    id: str = field(default_factory=new_id)

    def attributes(self) -> dict[str, Any]:
        """Write what is told of it."""
        return {
            "id": self.id,
            "content-size": len(self.data),
            "content-type": self.content_type,
            "created-at": text_of(self.created_at),
            "filename": self.filename,
            "message-id": self.message_id,
            "removed": False,
        }

    def resource(self) -> dict[str, Any]:
        """Write it as a resource."""
        return {"id": self.id, "type": "messaging-attachments", "attributes": self.attributes()}


@dataclass(eq=False)
class ChannelMessage:
    """Message in a channel. `user_type` "participant" is the patient."""

    channel_id: str
    individual_id: str
    message: str
    posted_at: datetime
    user_type: str
    draft: bool = False
    removed: bool = False
    source: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    id: str = field(default_factory=new_id)

    def resource(self) -> dict[str, Any]:
        """Write it as a resource."""
        attributes: dict[str, Any] = {
            "ack": False,
            "attachments": [one.attributes() for one in self.attachments if one.is_processed],
            "channel-id": self.channel_id,
            "draft": self.draft,
            "individual-id": self.individual_id,
            "last-modified-time": text_of(self.posted_at),
            "message": self.message,
            "posted-time": text_of(self.posted_at),
            "removed": self.removed,
            "user-type": self.user_type,
        }
        if self.source:
            attributes["source"] = self.source
        return {"id": self.id, "type": "messaging-messages", "attributes": attributes}


@dataclass(eq=False)
class Individual:
    """Person whom Carium knows."""

    phone: str
    first_name: str = ""
    last_name: str = ""
    is_unsubscribed: bool = False
    id: str = field(default_factory=new_id)

    def as_subscriber(self) -> dict[str, Any]:
        """Write it as a subscriber of a channel."""
        return {
            "id": self.id,
            "first-name": self.first_name,
            "last-name": self.last_name,
            "phone-number": self.phone,
            "phone-number-unsubscribed": self.is_unsubscribed,
            "phone-number-verified": bool(self.phone),
        }


@dataclass(eq=False)
class Channel:
    """Channel between people whom Carium knows and their care team."""

    organization_id: str
    subscribers: list[Individual]
    created_at: datetime
    number_id: str
    name: str = ""
    with_sms: bool = True
    messages: list[ChannelMessage] = field(default_factory=list)
    id: str = field(default_factory=new_id)

    @property
    def shown(self) -> list[ChannelMessage]:
        """The messages that are posted and were not removed."""
        return [one for one in self.messages if not one.draft and not one.removed]

    def resource(self) -> dict[str, Any]:
        """Write it as a resource."""
        attributes: dict[str, Any] = {
            "archived": False,
            "caller-has-new-message": False,
            "caller-new-message-count": 0,
            "can-enable-sms": True,
            "created-at": text_of(self.created_at),
            "last-modified-time": text_of(self.last_at),
            "name": self.name,
            "org-id": self.organization_id,
            "subscribers": [one.as_subscriber() for one in self.subscribers],
            "subscription-type": "single",
            "text-number": {"id": self.number_id},
            "with-sms": self.with_sms,
        }
        if self.shown:
            last = self.shown[-1]
            attributes["last-message"] = {
                "id": last.id,
                "message": last.message,
                "posted-time": text_of(last.posted_at),
                "removed": False,
            }
        return {"id": self.id, "type": "messaging-channels", "attributes": attributes}

    @property
    def last_at(self) -> datetime:
        """When something was posted last."""
        return self.shown[-1].posted_at if self.shown else self.created_at
