import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from graphql import GraphQLEnumType

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, OutcomeUnknown, Rejected, Retryable
from bot.domain.phone import E164
from bot.domain.provider_records import ContactRecord, CustomField, ListRecord, Rule
from bot.ports.capabilities import Capability
from bot.providers.volt.client import VoltClient
from bot.providers.volt.record_wire import OPERATORS
from bot.sandbox.volt.graphql import load_schema
from bot.sandbox.volt.stand_in import VoltStandIn
from tests.harness.world import ACCOUNT, DANA

OTHER = E164("+15555550124")
ELI, POOL = E164("+15555550167"), E164("+15555550199")
SOON = datetime(2099, 1, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
async def volt() -> AsyncIterator[VoltStandIn]:
    """Give a running Volt that delivers nothing by itself."""
    async with VoltStandIn(ACCOUNT) as stand_in:
        stand_in.receipts = "manual"
        yield stand_in


@pytest.fixture
async def client(volt: VoltStandIn) -> AsyncIterator[VoltClient]:
    """Give a started client of it."""
    client = VoltClient(volt.graphql_url, volt.token, timeout_s=5)
    await client.start()
    yield client
    await client.close()


def asked(volt: VoltStandIn) -> list[str]:
    """Name the operations that were asked for."""
    return [request.operation for request in volt.requests]


def data_of(request: Any) -> dict[str, Any]:
    """Give the variables of a request."""
    variables: dict[str, Any] = request.variables
    return variables


async def test_the_client_can_do_all_but_what_is_of_other_providers(client: VoltClient) -> None:
    """The client offers every capability but those that only other providers know."""
    lacking = {capability for capability in Capability if not client.capabilities.has(capability)}
    of_whatsapp = {Capability.TEMPLATES, Capability.WINDOW, Capability.STREAM, Capability.CONSENTS}
    assert lacking == of_whatsapp | {Capability.CHANNELS, Capability.NUMBER_INFO}
    contacts = client.capabilities.contacts
    assert contacts is not None
    assert await contacts.contact(ACCOUNT, DANA) is None


async def test_a_contact_is_read_whole(volt: VoltStandIn, client: VoltClient) -> None:
    """A card has the name, the custom fields, the lists, the block and the pool number."""
    contact = volt.add_contact(DANA, "Dana <b>", POOL)
    contact.custom_fields = [{"key": "city", "value": "Lund", "type": "text"}]
    contact.blocked = True
    await client.save_list(ACCOUNT, "vip")
    await client.add_to_list(ACCOUNT, "vip", [DANA])
    fields = (CustomField("city", "Lund", "text"),)
    assert await client.contact(ACCOUNT, DANA) == ContactRecord(DANA, "Dana <b>", fields, ("vip",), True, POOL)


async def test_saving_a_contact_sends_all_five_arguments(volt: VoltStandIn, client: VoltClient) -> None:
    """A save writes name, number, account, custom fields and block, each time, and never the type of a field."""
    bare = ContactRecord(DANA, "Dana", (), (), is_blocked=False, mapped_number=None)
    assert await client.save_contact(ACCOUNT, bare) == bare
    card = ContactRecord(DANA, "Dana", (CustomField("city", "Lund", "date"),), (), is_blocked=True, mapped_number=None)
    assert await client.save_contact(ACCOUNT, card) == card
    first, second = (data_of(request) for request in volt.requests)
    who = {"name": "Dana", "phoneNumber": DANA, "accountPhone": ACCOUNT}
    assert first == who | {"customFields": [], "blocked": False}
    assert second == who | {"customFields": [{"key": "city", "value": "Lund"}], "blocked": True}
    assert volt.contacts[DANA].blocked


async def test_a_card_written_back_changes_nothing(volt: VoltStandIn, client: VoltClient) -> None:
    """A contact that is read and saved as it is stays as it was."""
    contact = volt.add_contact(DANA, "Dana", POOL)
    contact.custom_fields = [{"key": "born", "value": "1990-02-03", "type": "date"}]
    contact.blocked = True
    card = await client.contact(ACCOUNT, DANA)
    assert card is not None
    assert await client.save_contact(ACCOUNT, card) == card
    assert (contact.custom_fields[0]["value"], contact.custom_fields[0]["type"]) == ("1990-02-03", "date")
    assert await client.contact(ACCOUNT, DANA) == card


async def test_a_contact_whose_fields_cannot_be_read_is_not_shown(volt: VoltStandIn, client: VoltClient) -> None:
    """Where Volt does not know custom fields as we do, no card is made up that a save would destroy them with."""
    volt.add_contact(DANA, "Dana")
    volt.rules.unknown_fields = ["ContactCustomField.key"]
    with pytest.raises(Rejected):
        await client.contact(ACCOUNT, DANA)
    assert asked(volt) == ["ContactCard", "ContactCard"]


async def test_history_goes_back_page_by_page(volt: VoltStandIn, client: VoltClient) -> None:
    """Following `older` from page to page gives every text once, newest page first, and ends."""
    volt.page_size = 3
    for number in range(7):
        await volt.text(DANA, f"text {number}")
    pages = [await client.history(ACCOUNT, DANA)]
    while pages[-1].older is not None and len(pages) < 9:
        pages.append(await client.history(ACCOUNT, DANA, pages[-1].older))
    assert [len(page.items) for page in pages] == [3, 3, 1]
    assert [text.body for page in pages for text in page.items] == [f"text {number}" for number in range(6, -1, -1)]
    assert {text.is_outbound for text in pages[0].items} == {False}
    assert "before" not in data_of(volt.requests[0])
    assert data_of(volt.requests[1])["before"] == pages[0].older


async def test_the_inbox_goes_back_page_by_page(volt: VoltStandIn, client: VoltClient) -> None:
    """The inbox shows each conversation's last text, and whether it is unread, a page at a time."""
    volt.page_size = 1
    volt.add_contact(DANA, "Dana")
    await volt.text(DANA, "first")
    await volt.foreign_text(ELI, "second")
    newest = await client.inbox_page(ACCOUNT)
    (row,) = newest.items
    assert (row.contact, row.name, row.text, row.is_unread) == (ELI, ELI, "second", False)
    oldest = await client.inbox_page(ACCOUNT, newest.older)
    (row,) = oldest.items
    assert (row.contact, row.name, row.text, row.is_unread) == (DANA, "Dana", "first", True)
    assert row.at is not None
    assert oldest.older is None


@pytest.mark.parametrize("gap", ["PageInfo.hasNextPage", "PageInfo.endCursor", "Conversation.pageInfo"])
async def test_history_survives_an_unknown_page_info(volt: VoltStandIn, client: VoltClient, gap: str) -> None:
    """Where Volt knows no such page field, one page is read without, and it is not asked for again."""
    volt.page_size, volt.rules.unknown_fields = 1, [gap]
    await volt.text(DANA, "first")
    await volt.text(DANA, "second")
    for _ in range(2):
        page = await client.history(ACCOUNT, DANA)
        assert ([text.body for text in page.items], page.older) == (["second"], None)
    assert [request.answer.get("data") is None for request in volt.requests] == [True, False, False]


async def test_other_reads_survive_unknown_fields(volt: VoltStandIn, client: VoltClient) -> None:
    """Where Volt does not know isUnread or the type of a custom field, the rest is read."""
    volt.rules.unknown_fields = ["InboxMessage.isUnread", "ContactCustomField.type"]
    volt.add_contact(DANA, "Dana").custom_fields = [{"key": "city", "value": "Lund", "type": "text"}]
    await volt.text(DANA, "hello")
    assert [row.text for row in (await client.inbox_page(ACCOUNT)).items] == ["hello"]
    card = await client.contact(ACCOUNT, DANA)
    assert card is not None
    assert card.fields == (CustomField("city", "Lund"),)
    assert asked(volt) == ["InboxPage", "InboxPage", "ContactCard", "ContactCard"]


async def test_changes_are_never_made_a_second_time(volt: VoltStandIn, client: VoltClient) -> None:
    """A change that Volt refuses for an unknown field is refused, with one request."""
    volt.rules.unknown_fields = ["Wave.totalMessages"]
    with pytest.raises(Rejected):
        await client.schedule_text(ACCOUNT, [DANA], "soon", SOON)
    assert asked(volt) == ["ScheduleText"]
    assert volt.waves == []


async def test_a_text_is_looked_up_by_either_id(volt: VoltStandIn, client: VoltClient) -> None:
    """A record is found by Volt's id and by the carrier's, and says why the text failed in Volt's words and ours."""
    message = await volt.foreign_text(DANA, "hello")
    await volt.receipt(message, "failed", "802")
    record = await client.text_record(message.id)
    assert record == await client.text_record(message.legacy_id)
    assert record is not None
    assert (record.provider_id, record.legacy_id) == (message.id, message.legacy_id)
    assert (record.to_number, record.from_number, record.body) == (DANA, ACCOUNT, "hello")
    assert (record.status, record.status_words, record.error_code) == ("failed", "Not delivered", "802")
    assert record.failure is not None
    assert record.failure.allows_manual_retry
    assert record.sent_at is not None
    assert record.confirmed_at is not None
    assert asked(volt) == ["TextRecord", "TextRecord", "LegacyTextRecord"]
    assert await client.text_record("nothing") is None


@pytest.mark.parametrize("is_found", [True, False])
async def test_an_id_that_volt_refuses_may_be_the_carriers(*, is_found: bool) -> None:
    """Where Volt refuses an id as none of its own, it is still looked up as the carrier's; its words come last."""
    message = {"id": "rf_1", "status": "sent"} if is_found else None

    async def respond(request: web.Request) -> web.Response:
        if (await request.json())["operationName"] == "TextRecord":
            return web.json_response({"data": None, "errors": [{"message": "malformed id"}]})
        return web.json_response({"data": {"legacyMessage": message}})

    app = web.Application()
    app.router.add_post("/graphql", respond)
    async with TestServer(app) as server:
        client = VoltClient(str(server.make_url("/graphql")), "made-up", timeout_s=5)
        await client.start()
        try:
            if is_found:
                record = await client.text_record("uuid-1")
                assert record is not None
                assert record.provider_id == "rf_1"
            else:
                with pytest.raises(Rejected, match="malformed id"):
                    await client.text_record("uuid-1")
        finally:
            await client.close()


async def test_a_list_is_made_read_and_filled(volt: VoltStandIn, client: VoltClient) -> None:
    """A list keeps its query with every operator, counts who is on it, and takes people by hand."""
    volt.add_contact(DANA, "Dana")
    assert await client.contact_list(ACCOUNT, "adults") is None
    rules = [Rule("age", word, '"4" or 5') for word in OPERATORS] + [Rule("age", "gt", "17"), Rule("age", "is", "17")]
    made = await client.save_list(ACCOUNT, "adults", source="All", search_term="zoe", rules=rules)
    assert made == ListRecord(made.id, "adults", 0, "All", "zoe", tuple(rules))
    assert await client.contact_list(ACCOUNT, "adults") == made
    assert (await client.add_to_list(ACCOUNT, "adults", [DANA])).size == 1
    sent = data_of(volt.requests[1])["listQuery"]["queryCustomFields"]
    assert [json.loads(rule["queryValue"]) for rule in sent[-2:]] == [17, "17"]
    with pytest.raises(Rejected):
        await client.add_to_list(ACCOUNT, "adults", [ELI])


def test_operators_are_those_of_the_schema() -> None:
    """Each operator of the schema has words, in the schema's order."""
    known = load_schema().type_map["ListQueryOperator"]
    assert isinstance(known, GraphQLEnumType)
    assert list(OPERATORS) == list(known.values)


async def test_a_text_is_scheduled_in_utc(volt: VoltStandIn, client: VoltClient) -> None:
    """A moment in any zone reaches Volt as UTC without one, and comes back as the same moment."""
    at = datetime(2099, 1, 1, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=2)))
    wave = await client.schedule_text(ACCOUNT, [DANA, ELI], "soon", at, ["https://bot.example/media/a"])
    assert wave is not None
    assert (wave.body, wave.scheduled_at, wave.total) == ("soon", SOON, 2)
    assert data_of(volt.requests[0])["message"] == {
        "scheduledTime": "2099-01-01 10:00:00",
        "messageBody": "soon",
        "contactNumbers": [DANA, ELI],
        "media": ["https://bot.example/media/a"],
    }


async def test_a_wave_tells_how_far_it_got(volt: VoltStandIn, client: VoltClient) -> None:
    """A wave to a list is counted as its receipts come."""
    for number in (DANA, ELI):
        volt.add_contact(number, "somebody")
    await client.save_list(ACCOUNT, "vip")
    await client.add_to_list(ACCOUNT, "vip", [DANA, ELI])
    made = await client.schedule_wave(ACCOUNT, "news", "hello", SOON, ["vip"], is_draft=False)
    assert made is not None
    assert (made.name, made.total, made.lists) == ("news", 2, ("vip",))
    assert await client.wave(made.id) == made
    await volt.run_due(SOON)
    await volt.receipt(volt.messages[0], "delivered")
    await volt.receipt(volt.messages[1], "failed", "802")
    found = await client.wave(made.id)
    assert found is not None
    assert (found.total, found.delivered, found.failed) == (2, 1, 1)
    assert await client.wave("0") is None


async def test_a_draft_is_a_draft(volt: VoltStandIn, client: VoltClient) -> None:
    """A draft is kept by Volt as one and is not waiting to be sent."""
    await client.save_list(ACCOUNT, "vip")
    assert await client.schedule_wave(ACCOUNT, "news", "hello", SOON, ["vip"], is_draft=True)
    assert [wave.status for wave in volt.waves] == ["draft"]
    assert volt.scheduled == []


Call = Callable[[VoltClient], Awaitable[object]]


def schedule_text(client: VoltClient) -> Awaitable[object]:
    """Schedule a text."""
    return client.schedule_text(ACCOUNT, [DANA], "the words of an agent", SOON)


def schedule_wave(client: VoltClient) -> Awaitable[object]:
    """Schedule a wave."""
    return client.schedule_wave(ACCOUNT, "news", "the words of an agent", SOON, ["All"], is_draft=False)


@pytest.mark.parametrize("call", [schedule_text, schedule_wave])
async def test_a_lost_answer_to_a_schedule_is_unknown(volt: VoltStandIn, client: VoltClient, call: Call) -> None:
    """A schedule whose answer is lost may stand: it is said to be unknown, and asked for once."""
    volt.rules.drop_answers = 1
    with pytest.raises(OutcomeUnknown) as caught:
        await call(client)
    assert DANA not in str(caught.value)
    assert "words of an agent" not in str(caught.value)
    assert (len(volt.requests), len(volt.waves)) == (1, 1)


@pytest.mark.parametrize("call", [schedule_text, schedule_wave])
async def test_what_a_schedule_that_failed_means(volt: VoltStandIn, client: VoltClient, call: Call) -> None:
    """A status that says no is certain failure; a server's fault is not; nothing is asked twice."""
    expected: list[tuple[int, type[CallFailed]]] = [(429, Retryable), (400, Rejected), (502, OutcomeUnknown)]
    for status, kind in expected:
        volt.rules.statuses = [(status, None)]
        with pytest.raises(kind):
            await call(client)
    assert len(volt.requests) == 3
    volt.rules.refuse = True
    with pytest.raises(OutcomeUnknown):
        await call(client)
    assert volt.waves == []


async def test_nothing_leaves_where_nobody_listens(volt: VoltStandIn, client: VoltClient) -> None:
    """A schedule that could not leave is certain failure and may be tried again."""
    await volt.close()
    with pytest.raises(Retryable):
        await schedule_text(client)


async def test_accounts_have_conversations_of_their_own(volt: VoltStandIn, client: VoltClient) -> None:
    """History and inbox answer for the account they are asked about; contacts are shared."""
    volt.add_account(OTHER, "Sales")
    volt.add_contact(DANA, "Dana")
    await volt.text(DANA, "to support")
    await volt.text(DANA, "to sales", to=OTHER)
    assert [text.body for text in (await client.history(OTHER, DANA)).items] == ["to sales"]
    assert [row.text for row in (await client.inbox_page(ACCOUNT)).items] == ["to support"]
    assert await client.contact(OTHER, DANA) == await client.contact(ACCOUNT, DANA)
    with pytest.raises(Rejected):
        await client.inbox_page(ELI)


async def test_reads_show_failures_of_texts(volt: VoltStandIn, client: VoltClient) -> None:
    """A failed text in a conversation says so."""
    message = await volt.foreign_text(DANA, "hello")
    await volt.receipt(message, "failed", "503")
    (text,) = (await client.history(ACCOUNT, DANA)).items
    assert (text.status, text.is_outbound) == (DeliveryStatus.FAILED, True)
    assert text.failure is not None
    assert text.failure.code == "503"
