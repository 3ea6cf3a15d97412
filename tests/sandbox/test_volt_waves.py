"""The stand-in for Volt over the wire: what it sends later, to whom, from which account, and with which pictures."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox import VoltStandIn
from bot.sandbox.volt.media import MEDIA_LIMIT
from tests.harness.world import ACCOUNT as OURS
from tests.harness.world import DANA
from tests.sandbox.conftest import Ask
from tests.sandbox.recording_app import RecordingApp

SALES = "+15555550124"
ELI, FAY, POOL = "+15555550167", "+15555550178", "+15555550199"
LATER = datetime(2099, 1, 1, 10, 0, tzinfo=UTC)
WAVE = """
mutation W($at: String!, $lists: [String!]!, $status: NewWaveStatus!) {
  scheduleWave(type: account, primaryPhone: "+15555550123", status: $status,
    wave: {waveName: "news", scheduledTime: $at, messageBody: "hello", listNames: $lists}) { id totalMessages }
}
"""
TEXT = """
mutation T($at: String!, $to: [String!]!, $from: String!, $media: [String!]) {
  scheduleMessage(primaryPhone: $from,
    message: {scheduledTime: $at, messageBody: "hello", contactNumbers: $to, media: $media}) { id totalMessages type }
}
"""
COUNTS = """
query Q($id: ID!) { wave(id: $id) { totalMessages totalMessagesDelivered totalMessagesFailed sentBy lists { name } } }
"""
CREATE = """
mutation C($to: String!, $from: String!, $media: [String!]) {
  createMessage(to: $to, from: $from, body: "look", media: $media) { id fromNumber account { primaryPhone name } }
}
"""
LIST = """
mutation L($query: ListQuery!) { createOrUpdateList(primaryPhone: "+15555550123", listQuery: $query) { name size } }
"""
ADD = """
mutation A($name: String!, $numbers: [String!]!) {
  addContactsToList(primaryPhone: "+15555550123", listName: $name, phoneNumbers: $numbers) { size }
}
"""


@pytest.fixture
async def volt(app: RecordingApp) -> AsyncIterator[VoltStandIn]:
    """Give an organization with three contacts that delivers to the app."""
    async with VoltStandIn(OURS) as stand_in:
        stand_in.webhook_url = app.url
        for number, name in ((DANA, "Dana Berg"), (ELI, "Eli Lund"), (FAY, "Fay Berg")):
            stand_in.add_contact(number, name)
        yield stand_in


@pytest.fixture
def ask(ask: Ask) -> Ask:
    """Give a function that sends a query and returns the data, or the whole answer where it has errors."""

    async def data(query: str, /, **variables: Any) -> dict[str, Any]:
        answer = await ask(query, **variables)
        return answer if "errors" in answer else dict(answer["data"])

    return data


def said(at: datetime) -> str:
    """Write a moment as Volt wants it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def event_types(app: RecordingApp, number: str) -> list[str]:
    """Return the types of the events about a number that the app received."""
    payloads = [json.loads(body)["payload"] for body in app.bodies()]
    return [payload["event_type"] for payload in payloads if payload["to_number"] == number]


async def add(ask: Ask, name: str, *numbers: str) -> None:
    """Make a list of these."""
    await ask(LIST, query={"listName": name})
    await ask(ADD, name=name, numbers=list(numbers))


async def test_a_wave_is_sent_to_each_member_once(volt: VoltStandIn, app: RecordingApp, ask: Ask) -> None:
    """A wave reaches who is on any of its lists when it is due, each once, with receipts and no passthrough."""
    await add(ask, "vip", DANA, ELI)
    await add(ask, "south", ELI)
    made = (await ask(WAVE, at=said(LATER), lists=["vip", "south"], status="scheduled"))["scheduleWave"]
    assert (made["totalMessages"], volt.messages) == (2, [])
    assert [wave.id for wave in volt.scheduled] == [made["id"]]
    await ask(ADD, name="south", numbers=[FAY])
    assert await volt.run_due(LATER - timedelta(seconds=1)) == []
    await volt.run_due(LATER)
    await volt.run_due(LATER)
    assert sorted(message.to for message in volt.messages) == [DANA, ELI, FAY]
    assert volt.scheduled == []
    await volt.until(lambda: len(app.received) == 6)
    assert event_types(app, ELI) == ["message.sent", "message.finalized"]
    assert not any("x-volt-passthrough" in request.headers for request in app.received)
    counts = (await ask(COUNTS, id=made["id"]))["wave"]
    assert (counts["totalMessages"], counts["totalMessagesDelivered"], counts["totalMessagesFailed"]) == (3, 3, 0)
    assert counts["lists"] == [{"name": "vip"}, {"name": "south"}]
    assert "@" in counts["sentBy"]


async def test_a_draft_is_never_sent(volt: VoltStandIn, ask: Ask) -> None:
    """A draft stays one, whatever the time."""
    await add(ask, "vip", DANA)
    await ask(WAVE, at=said(datetime.now(UTC) - timedelta(days=1)), lists=["vip"], status="draft")
    assert await volt.run_due(LATER + timedelta(days=1)) == []
    assert (volt.messages, [wave.status for wave in volt.waves]) == ([], ["draft"])


async def test_those_who_do_not_want_texts_get_none(volt: VoltStandIn, ask: Ask) -> None:
    """Who opted out or is blocked is not texted and counts as failed, as does a text that fails on its way."""
    volt.opted_out.add(DANA)
    volt.contacts[ELI].blocked, volt.outcomes[FAY] = True, "802"
    made = (await ask(WAVE, at=said(LATER), lists=["All"], status="scheduled"))["scheduleWave"]
    await volt.run_due(LATER)
    await volt.until(lambda: volt.messages[0].status == "failed")
    assert [message.to for message in volt.messages] == [FAY]
    counts = (await ask(COUNTS, id=made["id"]))["wave"]
    assert (counts["totalMessages"], counts["totalMessagesDelivered"], counts["totalMessagesFailed"]) == (3, 0, 3)


async def test_a_text_is_sent_when_its_time_comes(volt: VoltStandIn, ask: Ask) -> None:
    """A scheduled text goes out by the clock, once to each number, and belongs to its wave."""
    at = datetime.now(UTC) + timedelta(seconds=1)
    made = (await ask(TEXT, at=said(at), to=[DANA, DANA, POOL], **{"from": OURS}))["scheduleMessage"]
    assert (made["totalMessages"], made["type"]) == (2, "contact")
    await volt.until(lambda: len(volt.messages) == 2)
    assert [message.to for message in volt.messages] == [DANA, POOL]
    found = await ask("query Q($id: ID!) { message(id: $id) { wave { id } } }", id=volt.messages[0].id)
    assert found["message"]["wave"]["id"] == made["id"]


async def test_what_was_scheduled_outlives_a_restart(volt: VoltStandIn, ask: Ask) -> None:
    """After the server closed and started again, what is due is sent."""
    await ask(TEXT, at=said(LATER), to=[DANA], **{"from": OURS})
    await volt.close()
    volt.waves[0].at = datetime.now(UTC)
    await volt.start()
    await volt.until(lambda: len(volt.messages) == 1)


@pytest.mark.parametrize(
    ("query", "changed"),
    [
        (TEXT, {"at": "tomorrow"}),
        (TEXT, {"at": "2099-01-01T10:00:00Z"}),
        (TEXT, {"to": ["5550145"]}),
        (TEXT, {"from": DANA}),
        (WAVE, {"lists": ["nobody"]}),
        (LIST, {"query": {"listName": "All"}}),
        (LIST, {"query": {"listName": "l", "querySourceListName": "nobody"}}),
        (
            LIST,
            {"query": {"listName": "l", "queryCustomFields": [{"field": "f", "operator": "is", "queryValue": "x"}]}},
        ),
    ],
)
async def test_what_makes_no_sense_is_refused(volt: VoltStandIn, ask: Ask, query: str, changed: dict[str, Any]) -> None:
    """Times in another form, wrong numbers, unknown lists and values that are no JSON come back as errors."""
    variables: dict[str, Any] = {"at": said(LATER), "to": [DANA], "from": OURS, "lists": ["All"], "status": "draft"}
    assert "errors" in await ask(query, **variables | changed)
    assert volt.waves == []


RULES = [
    ("gt", 30, "age", [ELI]),
    ("gte", 30, "age", [DANA, ELI]),
    ("lt", "30", "age", [FAY]),
    ("lte", 30.0, "age", [DANA, FAY]),
    ("eq", "30.0", "age", [DANA]),
    ("neq", 30, "age", [ELI, FAY]),
    ("before", "2026-02-01", "since", [DANA]),
    ("after", "2026-02-01T00:00:00Z", "since", [ELI]),
    ("is", "Lund", "city", [DANA]),
    ("is", "lund", "city", []),
    ("contains", "LUN", "city", [DANA]),
    ("notContains", "lun", "city", [ELI, FAY]),
    ("gt", 1, "nothing", []),
    ("neq", 1, "nothing", [DANA, ELI, FAY]),
    ("gt", 1, "city", []),
]


@pytest.mark.parametrize(("operator", "value", "field", "numbers"), RULES)
async def test_a_list_picks_by_custom_fields(
    volt: VoltStandIn, ask: Ask, operator: str, value: object, field: str, numbers: list[str]
) -> None:
    """Each of the eleven operators picks whom it says."""
    for number, pairs in (
        (DANA, {"age": "30", "city": "Lund", "since": "2026-01-01"}),
        (ELI, {"age": "41", "city": "Malmö", "since": "2026-03-01"}),
        (FAY, {"age": "9"}),
    ):
        volt.contacts[number].custom_fields = [{"key": key, "value": text} for key, text in pairs.items()]
    rule = {"field": field, "operator": operator, "queryValue": json.dumps(value)}
    made = await ask(LIST, query={"listName": "picked", "queryCustomFields": [rule]})
    assert made["createOrUpdateList"]["size"] == len(numbers)
    await ask(WAVE, at=said(LATER), lists=["picked"], status="scheduled")
    await volt.run_due(LATER)
    assert sorted(message.to for message in volt.messages) == numbers


async def test_a_list_picks_by_name_and_source(volt: VoltStandIn, ask: Ask) -> None:
    """A list picks from its source by a part of the name in any case, and keeps those added by hand."""
    sizes = 'query S($n: String!) { list(primaryPhone: "+15555550123", listName: $n) { size } }'
    await add(ask, "vip", DANA, ELI)
    await ask(LIST, query={"listName": "bergs", "querySourceListName": "vip", "queryNameSearchTerm": "BERG"})
    assert (await ask(sizes, n="bergs"))["list"]["size"] == 1
    await ask(ADD, name="vip", numbers=[FAY])
    assert (await ask(sizes, n="bergs"))["list"]["size"] == 2
    await ask(ADD, name="bergs", numbers=[ELI])
    assert [(await ask(sizes, n=name))["list"]["size"] for name in ("bergs", "vip", "All")] == [3, 3, 3]
    await ask(LIST, query={"listName": "vip", "querySourceListName": "bergs"})
    volt.add_contact(POOL, "Gus Berg")
    assert (await ask(sizes, n="vip"))["list"]["size"] == 3
    of = 'query C($n: String!) { contact(primaryPhone: "+15555550123", phoneNumber: $n) { lists { name } } }'
    assert (await ask(of, n=DANA))["contact"]["lists"] == [{"name": "bergs"}, {"name": "vip"}]


async def test_pictures_are_fetched_when_a_text_is_sent(volt: VoltStandIn, app: RecordingApp, ask: Ask) -> None:
    """Volt gets each address once, with no credentials, and the phone shows what came."""
    app.answer = lambda _request: web.Response(body=b"GIF89a", content_type="image/gif")
    urls = [volt.picture_url("lake.png"), volt.picture_url("dana.vcf"), f"{app.url}/picture"]
    volt.webhook_url = None
    await ask(CREATE, to=DANA, media=urls, **{"from": OURS})
    [message] = volt.phone(DANA)
    await volt.until(lambda: message.status == "delivered")
    assert [(one.url, one.status, one.content_type) for one in message.fetched] == [
        (urls[0], 200, "image/png"),
        (urls[1], 200, "text/vcard"),
        (urls[2], 200, "image/gif"),
    ]
    assert (message.fetched[0].data[:4], message.fetched[2].data) == (b"\x89PNG", b"GIF89a")
    assert len(app.received) == 1
    assert not {"authorization", "cookie"} & app.received[0].headers.keys()


@pytest.mark.parametrize("name", ["huge.png", "page.html", "gone.png", "two", "nowhere"])
async def test_bad_pictures_fail_the_text(volt: VoltStandIn, app: RecordingApp, ask: Ask, name: str) -> None:
    """Too large, of another type, not there, or too large together: the text is finalized as failed with 407."""
    app.answer = lambda _request: web.Response(body=bytes(MEDIA_LIMIT // 2 + 1), content_type="image/png")
    urls = [f"{volt.server.url}/media/{name}"]
    if name == "two":
        urls = [f"{app.url}/1", f"{app.url}/2"]
    elif name == "nowhere":
        urls = ["http://127.0.0.1:9/x.png"]
    volt.webhook_url = None
    await ask(CREATE, to=DANA, media=urls, **{"from": OURS})
    await volt.until(lambda: volt.messages[0].status == "failed")
    assert volt.messages[0].error_code == "407"
    assert len(volt.messages[0].fetched) == len(urls)
    assert all(len(one.data) <= MEDIA_LIMIT + 1 for one in volt.messages[0].fetched)


async def test_the_huge_picture_is_as_long_as_it_says(volt: VoltStandIn) -> None:
    """huge.png starts as a picture does, says no length, and is twelve million bytes."""
    size = 0
    async with aiohttp.ClientSession() as session, session.get(volt.picture_url("huge.png")) as answer:
        assert "Content-Length" not in answer.headers
        assert (await answer.content.readexactly(4)) == b"\x89PNG"
        async for chunk in answer.content.iter_chunked(2**16):
            size += len(chunk)
    assert size + 4 == 12_000_000
    with pytest.raises(KeyError):
        volt.picture_url("unknown.png")


async def test_each_account_has_conversations_of_its_own(volt: VoltStandIn, app: RecordingApp, ask: Ask) -> None:
    """Texts belong to the account they went through; only the first account texts from its pool."""
    volt.add_account(SALES, "Sales")
    volt.contacts[DANA].mapped_number = POOL
    created = (await ask(CREATE, to=DANA, **{"from": SALES}))["createMessage"]
    assert created["fromNumber"] == SALES
    assert created["account"] == {"primaryPhone": SALES, "name": "Sales"}
    pooled = (await ask(CREATE, to=DANA, **{"from": OURS}))["createMessage"]
    assert (pooled["fromNumber"], pooled["account"]["primaryPhone"]) == (POOL, OURS)
    await volt.text(DANA, "to sales", to=SALES)
    await volt.text(DANA, "to support")
    for message, home in zip(volt.inbound, (SALES, OURS), strict=True):
        query = "query Q($id: ID!) { legacyMessage(id: $id) { account { primaryPhone } } }"
        assert (await ask(query, id=message.legacy_id))["legacyMessage"]["account"] == {"primaryPhone": home}
    both = "query Q($a: String!, $b: String!) { conversation(to: $a, from: $b) { messages { body } } }"
    for order in ({"a": DANA, "b": SALES}, {"a": SALES, "b": DANA}):
        bodies = [one["body"] for one in (await ask(both, **order))["conversation"]["messages"]]
        assert bodies == ["to sales", "look"]
    assert len(volt.phone(DANA)) == 4
    assert "errors" in await ask(both, a=DANA, b=ELI)
    assert "errors" in await ask(both, a=OURS, b=OURS)


async def test_a_registration_for_one_account_hears_of_that_alone(
    volt: VoltStandIn, app: RecordingApp, ask: Ask
) -> None:
    """A webhook that is limited to a number gets the events of that account only."""
    volt.add_account(SALES, "Sales")
    volt.webhook_url = None
    register = "mutation R($u: String!, $p: String) { registerWebhook(url: $u, primaryPhone: $p) { id } }"
    await ask(register, u=app.url, p=SALES)
    assert (await volt.text(DANA, "to support")).status == 0
    assert (await volt.text(DANA, "to sales", to=SALES)).status == 200


async def test_pages_follow_each_other(volt: VoltStandIn, ask: Ask) -> None:
    """A cursor leads to the next page, also when its conversation has moved on since; a wrong one is refused."""
    volt.page_size = 1
    for number in (DANA, ELI, FAY):
        await volt.text(number, "hello")
    query = """query Q($from: String!, $before: String) { inbox(from: $from, before: $before) {
      items { contact { phoneNumber } } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
    first = (await ask(query, **{"from": OURS}))["inbox"]
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    assert first["items"] == [{"contact": {"phoneNumber": FAY}}]
    await volt.text(FAY, "again")
    second = (await ask(query, before=first["pageInfo"]["endCursor"], **{"from": OURS}))["inbox"]
    assert second["items"] == [{"contact": {"phoneNumber": ELI}}]
    assert "errors" in await ask(query, before="nonsense", **{"from": OURS})
