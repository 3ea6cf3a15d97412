"""Channels: a contact whose channel is known is reached by it, with files in three steps; all else goes by text."""

from __future__ import annotations

import json
from functools import partial

import pytest

from bot.domain.contact_channels import channels_without
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import OutcomeUnknown, Rejected, Retryable, StoreUnavailable
from bot.domain.media import Media
from bot.domain.phone import E164
from bot.ports.capabilities import Capability
from bot.providers.courier.channels.attachments import CourierAttachments
from bot.providers.courier.channels.book import MOST_CHANNELS, ChannelBook
from bot.providers.courier.channels.channels import CourierChannels
from bot.providers.courier.client import CourierClient
from bot.providers.courier.outcomes.lost_send import LostSend
from bot.providers.courier.profile import CAPABILITIES, CHANNEL_CAPABILITIES
from bot.sandbox import CourierStandIn
from bot.sandbox.courier.model import Channel, Individual
from tests.providers.courier.stage import DANA, ELI, OURS, PNG, Bot, Labels, Shelf, key, text

PICTURE = "https://bot.example/media/1"
NO_CHANNEL = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def channel(courier: CourierStandIn) -> Channel:
    """Give a channel with a contact."""
    return courier.add_channel(DANA, "Dana", "Berg")


@pytest.fixture
async def client(bot: Bot, channel: Channel) -> CourierClient:
    """Give the client of a line that knows this channel."""
    one = (await bot.connection(uses_channels=True)).provider
    assert one.channels is not None
    await one.channels.connect(DANA, channel.id)
    return one


def channels_of(client: CourierClient) -> CourierChannels:
    """Return the channels of a client that has some."""
    assert client.channels is not None
    return client.channels


async def test_a_message_goes_by_the_channel_where_it_is_known(
    client: CourierClient, channel: Channel, courier: CourierStandIn
) -> None:
    """A contact with a channel gets messages there, and everybody else gets texts."""
    accepted = await client.send(text("Hello"))
    assert [one.message for one in channel.shown] == ["Hello"]
    assert (accepted.provider_id, accepted.status) == (f"channel:{channel.shown[0].id}", DeliveryStatus.SENT)
    await client.send(text("Hi Eli", 2, ELI))
    assert [one.target for one in courier.texts] == [ELI]
    found = await client.find_text(OURS, accepted.provider_id, "", DANA)
    assert found is not None
    assert (found.body, found.is_outbound) == ("Hello", True)
    record = await client.text_record(accepted.provider_id)
    assert record is not None
    assert (record.body, record.known_status, record.is_received) == ("Hello", DeliveryStatus.SENT, False)
    for unknown in (f"channel:{NO_CHANNEL}", "channel:../texts"):
        assert await client.find_text(OURS, unknown, "", DANA) is None


async def test_a_line_with_channels_says_what_it_can(client: CourierClient) -> None:
    """With channels a line can send files, and reads answers by itself."""
    can = {capability for capability in Capability if client.capabilities.has(capability)}
    assert can == CAPABILITIES | CHANNEL_CAPABILITIES


async def test_files_are_there_before_the_message_is(
    bot: Bot, client: CourierClient, channel: Channel, courier: CourierStandIn, labels: Labels
) -> None:
    """A message with files is a draft until each was reserved, uploaded and processed."""
    accepted = await client.send(text("Look", media=(PICTURE, f"{PICTURE}/2")))
    [posted] = channel.shown
    assert accepted.provider_id == f"channel:{posted.id}"
    assert [(one.filename, one.content_type, one.data) for one in posted.attachments] == [
        ("file-1.png", "image/png", PNG),
        ("file-2.png", "image/png", PNG),
    ]
    assert bot.files.asked == [PICTURE, f"{PICTURE}/2"]
    assert labels()[-6:] == [
        "postMessage",
        *["createAttachment", "processAttachmentUpload"] * 2,
        "updateMessage",
    ]


@pytest.mark.parametrize("step", ["postMessage", "createAttachment", "processAttachmentUpload"])
async def test_a_file_that_fails_sends_nothing(
    client: CourierClient, channel: Channel, courier: CourierStandIn, step: str
) -> None:
    """Where a step fails, or its answer is lost, nothing was sent for certain, and the text may be sent again."""
    for fault in ("drop_answers", "throttle"):
        courier.rules.only = (step,)
        setattr(courier.rules, fault, 1)
        with pytest.raises(Retryable):
            await client.send(text("Look", media=(PICTURE,)))
        assert channel.shown == []
    await client.send(text("Look", media=(PICTURE,)))
    assert len(channel.shown) == 1


async def test_a_message_whose_answer_was_lost_is_found(
    bot: Bot, client: CourierClient, channel: Channel, courier: CourierStandIn
) -> None:
    """A lost answer to a message, with files or without, is settled by the one message that fits, or by people."""
    for number, step, media in ((1, "postMessage", ()), (2, "updateMessage", (PICTURE,))):
        courier.rules.only, courier.rules.drop_answers = (step,), 1
        body = f"text {number}"
        with pytest.raises(OutcomeUnknown):
            await client.send(text(body, number, media=media))
        found = await client.find_sent(LostSend(key(number), DANA, body, bot.now()))
        assert found is not None
        assert found.provider_id == f"channel:{channel.shown[-1].id}"
    courier.write(channel, "text 3")
    assert await client.find_sent(LostSend(key(3), DANA, "text 3", bot.now())) is None
    courier.write_as_colleague(channel, "text 1")
    assert await client.find_sent(LostSend(key(1), DANA, "text 1", bot.now())) is None


async def test_a_channel_is_checked_before_it_is_used(bot: Bot, client: CourierClient, courier: CourierStandIn) -> None:
    """What is no id, a channel that is not there, and one of other people are refused in words."""
    channels, other = channels_of(client), courier.add_channel(ELI)
    for channel_id, words in (("17", "no id"), (NO_CHANNEL, "no such channel"), (other.id, "other numbers")):
        with pytest.raises(Rejected) as caught:
            await channels.connect(DANA, channel_id)
        assert words in caught.value.user_message
    await channels.connect(DANA, "")
    await client.send(text("by text"))
    assert [one.message for one in courier.texts] == ["by text"]


async def test_who_sent_stop_is_refused_in_words(client: CourierClient, channel: Channel) -> None:
    """A channel whose phone is unsubscribed takes no message, and Carium's words say why."""
    channel.subscribers[0].is_unsubscribed = True
    with pytest.raises(Rejected) as caught:
        await client.send(text("Hi"))
    assert caught.value.user_message == 'Carium refused it. It said: "The phone number is unsubscribed."'


@pytest.mark.parametrize("url", ["http://files.example/up", "ftp://files.example/up", "/up", "https://a:b@c.example/"])
async def test_files_go_nowhere_unsafe(bot: Bot, courier: CourierStandIn, channel: Channel, url: str) -> None:
    """A file is uploaded encrypted, or to the API itself, and nowhere else, whatever Carium names."""
    ticket = {"data": {"id": NO_CHANNEL, "upload-url": url, "upload-data": {}, "expiration-time": 1}}
    courier.rules.only, courier.rules.statuses = ("createAttachment",), [(201, json.dumps(ticket))]
    draft = courier.write_as_colleague(channel, "draft")
    with pytest.raises(Rejected) as caught:
        await CourierAttachments(await bot.calls(), courier.url).add(draft.id, 1, Media("image/png", PNG))
    assert caught.value.code == "upload_address"


async def test_the_book_survives_a_restart(bot: Bot, client: CourierClient, channel: Channel) -> None:
    """The channel of a contact is known after a restart; what is broken or cannot be stored loses nothing else."""
    again = (await bot.connection(uses_channels=True)).provider
    assert await channels_of(again).book.of(DANA) == channel.id
    bot.shelf.is_full = True
    with pytest.raises(StoreUnavailable):
        await channels_of(again).book.set(DANA, "")
    assert await channels_of(again).book.of(DANA) == channel.id
    bot.shelf.texts = dict.fromkeys(bot.shelf.texts, "[broken")
    third = (await bot.connection(uses_channels=True)).provider
    assert await channels_of(third).book.all() == {}


async def test_the_book_has_an_end() -> None:
    """Channels that are found are added up to a number, and never over one that a person has set."""
    shelf = Shelf()
    book = ChannelBook(OURS, shelf.recall, partial(shelf.alter, ""))
    await book.set(DANA, "own")
    await book.add({E164(f"+1555{number:07}"): "found" for number in range(MOST_CHANNELS + 10)} | {DANA: "found"})
    assert len(await book.all()) == MOST_CHANNELS
    assert await book.of(DANA) == "own"
    await book.add({DANA: "found"})
    assert len(shelf.log) == 2


async def test_a_book_is_shared(bot: Bot, client: CourierClient, channel: Channel) -> None:
    """What another bot has noted counts here at once, and nothing of it is written over."""
    other = (await bot.connection(uses_channels=True)).provider
    await channels_of(client).book.set(DANA, channel.id)
    await channels_of(other).book.set(ELI, channel.id)
    assert await channels_of(client).book.all() == {DANA: channel.id, ELI: channel.id}


async def test_a_contact_is_taken_out_of_all_books() -> None:
    """An erased contact is in the book of no line any more, and the others stay."""
    shelf = Shelf()
    books = [ChannelBook(number, shelf.recall, partial(shelf.alter, "")) for number in (OURS, E164("+15555550198"))]
    for book in books:
        await book.set(DANA, "a channel")
        await book.set(ELI, "another")
    left = channels_without(shelf.texts[""], DANA)
    assert left is not None
    shelf.texts[""] = left
    assert [await book.all() for book in books] == [{ELI: "another"}] * 2
    assert channels_without(left, DANA) is None


async def test_a_channel_is_one_contacts(client: CourierClient, courier: CourierStandIn) -> None:
    """Two people never share a channel: nobody could say which of them wrote in it."""
    channels = channels_of(client)
    group = courier.add_channel(ELI, "Eli", "Fox", Individual(DANA, "Dana"))
    await channels.connect(ELI, group.id)
    await channels.connect(ELI, group.id)
    with pytest.raises(Rejected) as caught:
        await channels.connect(DANA, group.id)
    assert "Another contact" in caught.value.user_message
    await channels.connect(ELI, "")
    await channels.connect(DANA, group.id)
