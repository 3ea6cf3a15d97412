"""Definition of the part of courier that a bridge needs: each operation with its query, its body and its answer. Pure.

Written from the published "courier API definition (1.0.0)". Its tables of bodies are empty, so names come from its
samples, and kinds from the samples and the tables of queries. `Evidence` says how sure each operation is. Which members
of a body have to be there is not in it: `needs` is chosen here where a text could go nowhere without.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from bot.sandbox.courier.kinds import (
    Check,
    compared,
    flag,
    mapping,
    one_of,
    phone,
    text,
    texts,
    us_phone,
    uuid,
    whole,
)


class Evidence(Enum):
    """How sure an operation is."""

    DOCUMENT = "the definition shows it"
    INFERRED = "path or method was inferred from the name and its neighbours"
    VENDOR = "the vendor's public pages or client say so"


@dataclass(frozen=True)
class Body:
    """Body of a request. `type` is that of its resource, "" for plain JSON; with `has_id` it changes one."""

    type: str
    members: Mapping[str, Check]
    needs: frozenset[str] = frozenset()
    has_id: bool = False


@dataclass(frozen=True)
class Operation:
    """Operation: a path in which "{id}" stands for an id, its query, its body and the type of what it answers."""

    name: str
    method: str
    path: str
    answers: str
    evidence: Evidence = Evidence.DOCUMENT
    query: Mapping[str, Check] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    body: Body | None = None

    @property
    def is_list(self) -> bool:
        """Whether it answers a list."""
        return self.method == "GET" and not self.path.endswith("{id}/")

    @property
    def route(self) -> re.Pattern[str]:
        """Form of its paths."""
        return re.compile(re.escape(self.path).replace(r"\{id\}", "(?P<id>[^/]+)"))


PREFIX = "/courier"
LOGIN_PATH = "/identity/v1/login/"
LONGEST_NOTE = 255

_PAGE: dict[str, Check] = {"page[limit]": whole(1, 1000), "page[offset]": whole(0)}
_ORDERS = tuple(f"{sign}{name}" for name in ("ack-timestamp", "last-timestamp", "unread-count") for sign in ("-", ""))
_CHANNEL_TYPES = ("direct-message", "group-message", "multicast", "none", "open", "single")

LOGIN = Body(
    "",
    {
        "username": text(),
        "password": text(),
        "totp-code": text(),
        "access-token-expiration-seconds": whole(1, 3600),
        "refresh-token-expiration-seconds": whole(1),
        "interactive": flag,
        "locale": text(),
    },
    needs=frozenset({"username", "password"}),
)

_TEXT = Body(
    "texts",
    {
        "account-id": uuid,
        "callback-json": mapping,
        "callback-one-off": flag,
        "callback-status-url": text(),
        "callback-url": text(),
        "expected-responses": texts,
        "message": text(),
        "number-id": uuid,
        "organization-id": uuid,
        "target": phone,
    },
    needs=frozenset({"account-id", "number-id", "target", "message"}),
)
_NUMBER_INFO = Body("text-number-info", {"number": us_phone, "reresolve": flag}, needs=frozenset({"number"}))
_MESSAGE = Body(
    "messaging-messages",
    {
        "auto-ack": text(),
        "channel-id": uuid,
        "draft": flag,
        "include-destinations": texts,
        "individual-id": uuid,
        "message": text(),
    },
    needs=frozenset({"channel-id", "message"}),
)
_MESSAGE_CHANGE = Body(
    "messaging-messages", {"draft": flag, "individual-id": uuid, "message": text(), "removed": flag}, has_id=True
)
_ATTACHMENT = Body(
    "messaging-attachments",
    {"content-type": text(), "filename": text(), "message-id": uuid},
    needs=frozenset({"message-id"}),
)
_PROCESS = Body("", {"individual-id": uuid})

OPERATIONS: Mapping[str, Operation] = {
    one.name: one
    for one in (
        Operation(
            "listTextAccounts", "GET", "/v1/text-accounts/", "text-accounts", query={"organization-id": uuid} | _PAGE
        ),
        Operation(
            "listTextAccountNumbers",
            "GET",
            "/v1/text-account-numbers/",
            "text-account-numbers",
            query={"account-id": uuid, "filter[phone-number]": phone, "phone-number": phone} | _PAGE,
        ),
        Operation("sendText", "POST", "/v1/texts/", "texts", body=_TEXT),
        Operation(
            "listTexts",
            "GET",
            "/v1/texts/",
            "texts",
            query={"account-id": uuid, "filter[number-id]": uuid, "filter[target]": phone} | _PAGE,
            needs=frozenset({"account-id"}),
        ),
        Operation("getText", "GET", "/v1/texts/{id}/", "texts", Evidence.INFERRED),
        Operation(
            "listNumberInfo",
            "GET",
            "/v1/text-number-info/",
            "text-number-info",
            query={"number": us_phone} | _PAGE,
            needs=frozenset({"number"}),
        ),
        Operation("resolveNumberInfo", "POST", "/v1/text-number-info/", "text-number-info", body=_NUMBER_INFO),
        Operation("getTextReceiveLog", "GET", "/v1/text-receive-logs/{id}/", "text-receive-logs", Evidence.INFERRED),
        Operation(
            "listCommunicationMessages",
            "GET",
            "/v1/communication-messages/",
            "messaging-channels",
            query={
                "filter[archived]": flag,
                "filter[bookmarked]": flag,
                "filter[cmp-last-modified-time]": compared,
                "filter[individual-group-id]": uuid,
                "filter[text]": text(512),
                "filter[type]": one_of(*_CHANNEL_TYPES),
                "individual-id": uuid,
                "organization-id": uuid,
                "page[limit]": whole(1, 100),
                "page[offset]": whole(0),
                "sort": one_of(*_ORDERS),
                "use-group-name": flag,
            },
        ),
        Operation("getChannel", "GET", "/v1/messaging-channels/{id}/", "messaging-channels", Evidence.INFERRED),
        Operation(
            "listChannels",
            "GET",
            "/v1/messaging-channels/",
            "messaging-channels",
            Evidence.INFERRED,
            query={
                "filter[archived]": flag,
                "individual-id": uuid,
                "organization-id": uuid,
                "participant-id": uuid,
                "page[limit]": whole(1, 50),
                "page[offset]": whole(0),
            },
        ),
        Operation(
            "listMessages",
            "GET",
            "/v1/messaging-messages/",
            "messaging-messages",
            Evidence.INFERRED,
            query={
                "channel-id": uuid,
                "acknowledged": flag,
                "filter[cmp-last-modified-time]": compared,
                "filter[cmp-posted-time]": compared,
                "filter[text]": text(255),
                "individual-id": uuid,
                "user-id": uuid,
            }
            | _PAGE,
            needs=frozenset({"channel-id"}),
        ),
        Operation(
            "postMessage", "POST", "/v1/messaging-messages/", "messaging-messages", Evidence.VENDOR, body=_MESSAGE
        ),
        Operation("getMessage", "GET", "/v1/messaging-messages/{id}/", "messaging-messages", Evidence.INFERRED),
        Operation(
            "updateMessage",
            "PATCH",
            "/v1/messaging-messages/{id}/",
            "messaging-messages",
            Evidence.INFERRED,
            body=_MESSAGE_CHANGE,
        ),
        Operation(
            "listAttachments",
            "GET",
            "/v1/messaging-attachments/",
            "messaging-attachments",
            query={"message-id": uuid, "filter[include-pending]": flag, "individual-id": uuid} | _PAGE,
            needs=frozenset({"message-id"}),
        ),
        Operation("createAttachment", "POST", "/v1/messaging-attachments/", "", body=_ATTACHMENT),
        Operation(
            "processAttachmentUpload",
            "POST",
            "/v1/messaging-attachments/{id}/process-upload/",
            "messaging-attachments",
            body=_PROCESS,
        ),
    )
}
"""Operations by the names that our own description gives them; the login is another service's (LOGIN)."""
