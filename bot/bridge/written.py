"""What crosses the bridge, written as plain values that JSON can hold, and read back."""

import json
from dataclasses import astuple
from datetime import datetime
from typing import Any

from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey
from bot.domain.message import Failure, Inbound, Receipt
from bot.domain.phone import E164


def written_event(event: Inbound | Receipt) -> str:
    """Write an event of the provider as JSON."""
    return json.dumps(_of_inbound(event) if isinstance(event, Inbound) else _of_receipt(event))


def read_event(body: str) -> Inbound | Receipt:
    """Read what written_event wrote."""
    fields = json.loads(body)
    at, media = datetime.fromisoformat(fields.pop("at")), tuple(fields.pop("media"))
    account, contact = E164(fields.pop("account")), E164(fields.pop("contact"))
    if "status" not in fields:
        return Inbound(**fields, at=at, media=media, account=account, contact=contact)
    status, failure, key = DeliveryStatus(fields.pop("status")), fields.pop("failure"), fields.pop("key")
    return Receipt(
        **fields,
        at=at,
        media=media,
        account=account,
        contact=contact,
        status=status,
        failure=Failure(*failure) if failure else None,
        key=MessageKey(key) if key else None,
    )


def _of_inbound(inbound: Inbound) -> dict[str, Any]:
    return {**vars(inbound), "at": inbound.at.isoformat()}


def _of_receipt(receipt: Receipt) -> dict[str, Any]:
    failure = receipt.failure
    told = astuple(failure) if failure else None
    return {**vars(receipt), "at": receipt.at.isoformat(), "status": receipt.status.value, "failure": told}
