"""The stand-in for courier over the wire: its login, its texts, what it refuses, and its callbacks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest

from bot.sandbox import CourierStandIn
from bot.sandbox.courier.callbacks import SHAPES
from bot.sandbox.courier.definition import OPERATIONS
from tests.sandbox.courier_stage import DANA, ELI, Caller, Mailbox


@pytest.fixture
async def courier() -> AsyncIterator[CourierStandIn]:
    """Give an organisation in which nothing happens by itself."""
    async with CourierStandIn() as stand_in:
        stand_in.receipts = "manual"
        yield stand_in


@pytest.fixture
async def caller(courier: CourierStandIn) -> AsyncIterator[Caller]:
    """Give a user who has logged in."""
    async with aiohttp.ClientSession() as session:
        one = Caller(courier, session)
        assert (await one.login()).status == 200
        yield one


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """Give a place where callbacks come."""
    async with Mailbox() as one:
        yield one


async def test_a_login_answers_a_token_that_opens_the_api(caller: Caller) -> None:
    """A login answers an access token; the header bears it behind Bearer."""
    answer = await caller.get("/v1/text-accounts/")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/vnd.api+json")
    assert [one["id"] for one in answer.data] == [caller.courier.account_id]
    caller.token = "made-up"
    assert (await caller.get("/v1/text-accounts/")).status == 401


async def test_a_token_lives_as_long_as_was_asked_and_an_hour_at_most(caller: Caller) -> None:
    """A token ends after the seconds that were asked for; more than an hour is refused."""
    assert (await caller.login(**{"access-token-expiration-seconds": 3601})).status == 400
    assert (await caller.login(**{"access-token-expiration-seconds": 60})).status == 200
    caller.courier.move_clock(seconds=61)
    assert (await caller.get("/v1/text-accounts/")).status == 401


@pytest.mark.parametrize("wrong", [{"username": "nobody@clinic.example"}, {"password": "wrong"}])
async def test_a_wrong_login_does_not_say_what_was_wrong(caller: Caller, wrong: dict[str, str]) -> None:
    """A username and a password that are wrong are refused alike."""
    answer = await caller.login(**wrong)
    assert (answer.status, answer.details) == (401, ["The username or password is incorrect."])


async def test_a_second_factor_is_wanted_where_the_user_has_one(caller: Caller) -> None:
    """Without a code the login is refused and says so; with the code it is not."""
    caller.courier.rules.wants_second_factor = True
    refused = await caller.login()
    assert (refused.status, refused.details) == (401, ["A TOTP code is required to log in."])
    assert (await caller.login(**{"totp-code": "493017"})).status == 200


async def test_a_text_is_taken_and_can_be_read(caller: Caller) -> None:
    """A text is answered with 201 as "accepted", its phone has it, and it is read by its id and in the list."""
    sent = await caller.send(DANA, "See you at 5", callback_url="https://bot.example/1")
    assert (sent.status, sent.data["attributes"]["status"]) == (201, "accepted")
    assert caller.courier.phone(DANA) == ["See you at 5"]
    one = await caller.get(f"/v1/texts/{sent.data['id']}/")
    assert one.data == sent.data
    listed = await caller.get("/v1/texts/", ("account-id", caller.courier.account_id), ("filter[target]", DANA))
    assert listed.data == [sent.data]
    assert (await caller.get("/v1/texts/none/")).status == 404


async def test_lists_come_in_pages(caller: Caller) -> None:
    """A page holds what was asked for, at most what the definition allows; there is no total."""
    for number in range(5):
        await caller.send(DANA, f"text {number}")
    account = ("account-id", caller.courier.account_id)
    page = await caller.get("/v1/texts/", account, ("page[limit]", "2"), ("page[offset]", "2"))
    assert [one["attributes"]["message"] for one in page.data] == ["text 2", "text 3"]
    assert page.body["meta"] == {}
    assert (await caller.get("/v1/texts/", account, ("page[limit]", "1001"))).status == 400


REFUSED: list[dict[str, Any]] = [
    {"target": "5555550145"},
    {"message": 5},
    {"number_id": "none"},
    {"media": ["https://a.example/a.png"]},
    {"callback_one_off": "perhaps"},
    {"expected_responses": "yes"},
]


@pytest.mark.parametrize("wrong", REFUSED)
async def test_what_the_definition_does_not_allow_is_refused(caller: Caller, wrong: dict[str, Any]) -> None:
    """A text with an unknown member, or one of another kind, is refused with a pointer, kept, and sends nothing."""
    own = {"account_id": caller.courier.account_id, "number_id": caller.courier.number_id}
    answer = await caller.post("/v1/texts/", "texts", **({"target": DANA, "message": "Hi"} | own | wrong))
    [name] = wrong
    assert answer.status == 400
    assert answer.body["errors"][0]["source"] == {"pointer": f"/data/attributes/{name.replace('_', '-')}"}
    assert [operation for operation, _ in caller.courier.api.refused] == ["sendText"]
    assert caller.courier.texts == []


async def test_other_shapes_of_requests_are_refused(caller: Caller) -> None:
    """A wrong type of resource, a body that is no object, an unknown parameter and a missing one are refused."""
    assert (await caller.post("/v1/texts/", "text", target=DANA)).status == 400
    assert (await caller.request("POST", "/courier/v1/texts/", ["data"])).status == 400
    assert (await caller.get("/v1/texts/")).details == ["account-id is required"]
    account = ("account-id", caller.courier.account_id)
    assert (await caller.get("/v1/texts/", account, ("filter[status]", "sent"))).status == 400
    assert (await caller.get("/v1/nothing/")).status == 404


@pytest.mark.parametrize("foreign", ["account_id", "number_id", "organization_id"])
async def test_what_belongs_to_another_organisation_is_refused(caller: Caller, foreign: str) -> None:
    """An account, a number or an organisation that is not the user's own is refused in words."""
    answer = await caller.send(DANA, "Hi", **{foreign: "11111111-1111-1111-1111-111111111111"})
    name = foreign.replace("_", "-")
    assert (answer.status, answer.details) == (403, [f"{name} does not belong to your organization."])
    assert caller.courier.phone(DANA) == []


@pytest.mark.parametrize("shape", SHAPES)
async def test_an_answer_comes_to_the_address_of_the_newest_text(caller: Caller, mailbox: Mailbox, shape: str) -> None:
    """What a phone answers comes to the newest text's own address, in the shape that was chosen."""
    caller.courier.rules.shape = shape
    for number in range(2):
        await caller.send(DANA, f"text {number}", callback_url=f"{mailbox.url}/{number}")
    called = await caller.courier.answer(DANA, "Yes please")
    assert called is not None
    assert called.is_taken
    [came] = mailbox.came
    assert came.path == "/1"
    assert came.method == ("GET" if shape == "get" else "POST")
    fields: dict[str, Any] = came.query
    if came.content_type == "application/json":
        body = json.loads(came.body)
        fields = body["data"]["attributes"] if shape == "json_api" else body
    elif came.body:
        fields = {name: values[0] for name, values in parse_qs(came.body).items()}
    assert fields["Body" if shape == "twilio" else "message"] == "Yes please"
    assert fields["From" if shape == "twilio" else "sender"] == DANA


async def test_an_answer_to_nothing_goes_nowhere(caller: Caller, mailbox: Mailbox) -> None:
    """There is no standing address: what answers no text of ours comes nowhere."""
    await caller.send(DANA, "Hi", callback_url=f"{mailbox.url}/1")
    assert await caller.courier.answer(ELI, "Hello?") is None
    assert mailbox.came == []


async def test_a_callback_that_was_not_taken_is_made_again(caller: Caller, mailbox: Mailbox) -> None:
    """A callback that is answered with an error is made again, three times at most; copies come on demand."""
    await caller.send(DANA, "Hi", callback_url=f"{mailbox.url}/1")
    mailbox.answers = [503, 500]
    called = await caller.courier.answer(DANA, "Yes")
    assert called is not None
    assert called.statuses == (503, 500, 200)
    caller.courier.rules.repeat_callbacks = 2
    await caller.courier.answer(DANA, "No")
    assert len(mailbox.came) == 6
    caller.courier.rules.lose_callbacks = 1
    assert await caller.courier.answer(DANA, "Perhaps") is None


async def test_statuses_come_by_themselves(caller: Caller, mailbox: Mailbox) -> None:
    """A text becomes sent, then delivered or what its phone says, and each status is told."""
    caller.courier.receipts = "auto"
    caller.courier.outcomes[ELI] = ("undelivered", "30003")
    for phone in (DANA, ELI):
        await caller.send(phone, "Hi", callback_status_url=f"{mailbox.url}/{phone}")
    await caller.courier.until(lambda: len(caller.courier.callbacks.called) == 4)
    told = [(came.path[1:], json.loads(came.body)["status"]) for came in mailbox.came]
    assert sorted(told) == [(DANA, "delivered"), (DANA, "sent"), (ELI, "sent"), (ELI, "undelivered")]
    assert {one.target: one.error for one in caller.courier.texts} == {DANA: "", ELI: "30003"}


async def test_faults_come_on_demand(caller: Caller) -> None:
    """A throttle names its wait, a status is answered once, and an answer is lost after the deed."""
    rules = caller.courier.rules
    rules.throttle = 1
    throttled = await caller.send(DANA, "one")
    assert (throttled.status, throttled.headers["Retry-After"]) == (429, "1")
    rules.statuses = [(502, "<html>bad gateway</html>")]
    assert (await caller.send(DANA, "two")).status == 502
    rules.drop_answers = 1
    with pytest.raises(aiohttp.ClientError):
        await caller.send(DANA, "three")
    caller.courier.sessions.kill()
    assert (await caller.send(DANA, "four")).status == 401
    assert caller.courier.phone(DANA) == ["three"]


async def test_number_info_is_asked_for_and_comes_later(caller: Caller) -> None:
    """A carrier's answer is pending first; a number outside of the US is refused."""
    caller.courier.carriers[DANA] = ("T-Mobile USA", "mobile")
    assert (await caller.get("/v1/text-number-info/", ("number", DANA))).data == []
    asked = await caller.post("/v1/text-number-info/", "text-number-info", number=DANA)
    assert (asked.status, asked.data["attributes"]["status"]) == (201, "pending")
    caller.courier.resolve(caller.courier.infos[0])
    [found] = (await caller.get("/v1/text-number-info/", ("number", DANA))).data
    assert (found["attributes"]["carrier-name"], found["attributes"]["type"]) == ("T-Mobile USA", "mobile")
    assert (await caller.get("/v1/text-number-info/", ("number", "+442071838750"))).status == 400


async def test_what_came_in_can_be_read_one_by_one(caller: Caller, mailbox: Mailbox) -> None:
    """A text that came in is read by the carrier's id; there is no list of them."""
    await caller.send(DANA, "Hi", callback_url=mailbox.url)
    await caller.courier.answer(DANA, "Yes")
    [received] = caller.courier.received
    found = await caller.get(f"/v1/text-receive-logs/{received.sid}/")
    assert (found.data["attributes"]["message"], found.data["attributes"]["to"]) == ("Yes", caller.courier.number)
    assert (await caller.get("/v1/text-receive-logs/")).status == 404


def test_each_operation_says_how_sure_it_is() -> None:
    """Paths end with a slash, and every operation is marked by its evidence."""
    assert all(one.path.endswith("/") for one in OPERATIONS.values())
    inferred = {one.name for one in OPERATIONS.values() if one.evidence.name == "INFERRED"}
    assert {"getText", "getTextReceiveLog", "updateMessage", "listMessages"} <= inferred
    assert "sendText" not in inferred
