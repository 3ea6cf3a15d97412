"""Glific's messages as events of a line: ids that nobody else has, texts and receipts, and what is left out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import MalformedPayload
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.providers.glific.events import event_of, hand_over_of, remote_text
from bot.providers.glific.flows.events import FlowHandOver
from bot.providers.glific.line import GlificLine, line_at
from tests.providers.glific.test_wire import message

LINE = GlificLine("demo.glific.com", E164("glific:+15555550123"))
DANA = E164("+15555550145")
OUT = {"flow": "OUTBOUND", "bspStatus": "READ", "user": {"id": "3", "name": "Asha"}}


def test_ids_bear_their_tenant() -> None:
    """An id says which tenant's it is, and gives the own one back to that tenant only."""
    assert line_at("https://api.demo.glific.com", LINE.account) == LINE
    assert LINE.own_id(LINE.whole_id("7")) == "7"
    assert LINE.own_id("7") == "7"
    assert LINE.own_id("other.glific.com:7") == ""


@pytest.mark.parametrize(
    "url", ["https://API.Demo.Glific.com", "https://api.demo.glific.com:443", "https://me:pw@api.demo.glific.com"]
)
def test_a_tenant_has_one_name(url: str) -> None:
    """However the address is written, ids bear the same name: else all texts would be others after a change of it."""
    assert line_at(url, LINE.account) == LINE
    assert line_at("http://127.0.0.1:4000", LINE.account).tenant == "127.0.0.1:4000"


def test_a_contact_s_message_is_a_text() -> None:
    """What a contact writes is a text, known by one id wherever it is found."""
    event = event_of(LINE, message())
    assert isinstance(event, Inbound)
    assert (event.account, event.contact, event.text) == (LINE.account, DANA, "hello")
    assert event.event_id == "demo.glific.com:7:DELIVERED"
    assert event.content_id == f"record:{event.provider_id}" == "record:demo.glific.com:7"


def test_what_was_sent_is_a_receipt() -> None:
    """What somebody sent is a receipt, another one for each state."""
    event = event_of(LINE, message(**OUT))
    assert isinstance(event, Receipt)
    assert (event.status, event.provider_id, event.text) == (DeliveryStatus.READ, "demo.glific.com:7", "hello")
    assert event.event_id == "demo.glific.com:7:READ"


def test_what_is_left_out() -> None:
    """Summary rows, test contacts and what is to be sent later are nobody's texts yet."""
    simulator = {"id": "9", "phone": "9876543210_1"}
    assert event_of(LINE, message(contact=None)) is None
    assert event_of(LINE, message(contact=simulator)) is None
    later = OUT | {"bspStatus": "ENQUEUED", "sendAt": "2026-08-22T10:00:00Z"}
    assert event_of(LINE, message(**later)) is None
    assert event_of(LINE, message(**later | {"updatedAt": "2026-08-22T10:00:01Z"})) is not None


def test_a_contact_whose_phone_is_hidden() -> None:
    """A message of a contact whose phone the bot's user may not see is refused, for nobody could be shown."""
    with pytest.raises(MalformedPayload):
        event_of(LINE, message(contact={"id": "4", "phone": ""}))


def test_whose_a_text_on_record_is() -> None:
    """A text on record says whether the bot's own user sent it, where that is known."""
    assert remote_text(LINE, message(**OUT), "3").is_by_us is True
    assert remote_text(LINE, message(**OUT), "4").is_by_us is False
    assert remote_text(LINE, message(**OUT), "").is_by_us is None
    assert remote_text(LINE, message(), "3").is_by_us is None


@pytest.mark.parametrize("own_user", ["3", ""])
def test_a_wave_s_text_is_no_text_of_a_conversation(own_user: str) -> None:
    """A wave's text is never taken for a reply in the same words whose outcome is unknown, though our user began it."""
    assert remote_text(LINE, message(**OUT, messageBroadcastId="8"), own_user).is_by_us is False


def test_a_hand_over_is_known_by_its_proof() -> None:
    """What a flow hands over is recognized when it comes again, and never taken for another tenant's."""
    at = datetime(2026, 8, 21, tzinfo=UTC)
    event = hand_over_of(LINE, FlowHandOver("1:ab", "4", DANA, "Dana", (("order", "4711"),)), at)
    assert (event.event_id, event.contact, event.gathered) == (
        "demo.glific.com:flow:1:ab",
        DANA,
        (("order", "4711"),),
    )
