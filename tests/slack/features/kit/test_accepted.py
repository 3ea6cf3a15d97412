"""What is said of a text that was asked for: how it stands in our books by then, and nothing that is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.bridge.messages.send import AcceptedText, SendRequest, accept_text
from bot.domain.approval import ApprovalReason
from bot.domain.delivery import DeliveryStatus
from bot.domain.ids import MessageKey
from bot.ports.storage import Transaction
from bot.slack.features.kit.accepted import status_text
from tests.harness.handlers import Handlers
from tests.harness.posts import takes
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA

BEGINNING = "Your text to (555) 555-0145 "


async def taken(handlers: Handlers, trigger_id: str = "1.1.a") -> AcceptedText:
    """Take in a text, and let it leave."""
    wish = SendRequest(trigger_id, ACCOUNT, DANA, AVA)
    found = await handlers.store.run(lambda tx: accept_text(tx, wish, ("Hi",), channel=CHANNEL))
    await handlers.idle()
    return found


def let_be(tx: Transaction, key: MessageKey, status: DeliveryStatus, asks: tuple[ApprovalReason, ...]) -> None:
    """Write down that a text stands so."""
    text = tx.messages.by_key(key)
    assert text is not None
    tx.messages.save(replace(text, status=status, approval_reasons=asks))


async def test_a_text_that_leaves(handlers: Handlers) -> None:
    """A text against which nothing stands goes out, and the words say where it shows."""
    assert await status_text(handlers.context, await taken(handlers)) == takes(f"<#{CHANNEL}>")[0]
    assert handlers.phone() == ["Hi"]


async def test_the_same_wish_again(handlers: Handlers) -> None:
    """A wish that was taken in before texts nothing more, and nothing is claimed of it."""
    await taken(handlers)
    again = await taken(handlers)
    assert again.key is None
    assert (await status_text(handlers.context, again)).startswith(
        f"{BEGINNING}is taken in. What becomes of it shows in "
    )
    assert handlers.phone() == ["Hi"]


@pytest.mark.parametrize(
    ("status", "asks", "words"),
    [
        (DeliveryStatus.DRAFT, (ApprovalReason.OPTED_OUT,), "is not sent. The contact has opted out."),
        (DeliveryStatus.DRAFT, (ApprovalReason.LONG,), "is not sent yet. It is long"),
        (DeliveryStatus.FAILED, (), "was not sent. Why stands in "),
        (DeliveryStatus.CANCELLED, (), "was not sent. Why stands in "),
        (DeliveryStatus.SENT, (), "goes out as soon as Volt takes it."),
    ],
)
async def test_how_it_stands(
    handlers: Handlers, status: DeliveryStatus, asks: tuple[ApprovalReason, ...], words: str
) -> None:
    """A text that waits, failed or was taken back is said to, with the place where people decide or read why."""
    text = await taken(handlers)
    assert text.key is not None
    key = text.key
    await handlers.store.run(lambda tx: let_be(tx, key, status, asks))
    assert (await status_text(handlers.context, text)).startswith(BEGINNING + words)
