"""The client: each text leaves once, with addresses of its own, and what became of it is looked up, never guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.domain.phone import E164
from bot.ports.capabilities import Capability
from bot.ports.provider_grants import FOREIGN_NUMBER
from bot.providers.courier.callbacks.address import CallbackKind
from bot.providers.courier.client import CourierClient
from bot.providers.courier.outcomes.lost_send import LostSend
from bot.providers.courier.profile import CAPABILITIES
from bot.sandbox import CourierStandIn
from tests.providers.courier.stage import DANA, ELI, OURS, Bot, Labels, key, text


@pytest.fixture
async def client(bot: Bot) -> CourierClient:
    """Give the client of a connection without channels."""
    return (await bot.connection()).provider


def lost(bot: Bot, body: str, number: int = 1, **changed: object) -> LostSend:
    """Return a send whose answer was lost just now."""
    return replace(LostSend(key(number), DANA, body, bot.now()), **changed)  # type: ignore[arg-type]


async def failure_of(client: CourierClient, body: str = "Hi", contact: E164 = DANA) -> CallFailed:
    """Send a text that is not taken."""
    with pytest.raises(CallFailed) as caught:
        await client.send(text(body, contact=contact))
    error = caught.value
    assert contact not in f"{error!r} {error.user_message} {error.__context__!r}"
    assert error.user_message.endswith((".", '"'))
    return error


async def test_a_text_leaves_once_with_addresses_of_its_own(
    bot: Bot, client: CourierClient, courier: CourierStandIn
) -> None:
    """A text names our account and number, and brings two addresses that nobody else could have made."""
    accepted = await client.send(text("See you at 5"))
    [sent] = courier.texts
    assert (accepted.provider_id, accepted.legacy_id, accepted.status) == (sent.id, sent.sid, DeliveryStatus.SENT)
    assert (sent.target, sent.message, sent.callback_json) == (DANA, "See you at 5", None)
    found = [bot.signer.read_address(address) for address in (sent.callback_url, sent.status_url)]
    assert [target.kind for target in found if target] == [CallbackKind.ANSWER, CallbackKind.STATUS]
    assert {(target.number, target.contact, target.key) for target in found if target} == {(OURS, DANA, key(1))}
    request = next(hop.request for hop in courier.wire if hop.label == "sendText")["body"]["data"]["attributes"]
    assert not {"callback-one-off", "expected-responses", "callback-json"} & request.keys()


async def test_a_text_only_line_says_what_it_can(client: CourierClient) -> None:
    """Without channels a line sends texts and looks them up; it has no lists, waves, scheduling, templates or media."""
    can = {capability for capability in Capability if client.capabilities.has(capability)}
    assert can == CAPABILITIES == {Capability.STATUS_LOOKUP, Capability.NUMBER_INFO}
    assert client.profile.line.endswith("(experimental)")
    assert client.profile.limits.sends.per_s == 5


@pytest.mark.parametrize(("body", "contact", "code"), [("Hi", E164("46645"), "no_number"), (" ", DANA, "empty")])
async def test_what_cannot_be_sent_is_refused_before_it_leaves(
    client: CourierClient, labels: Labels, body: str, contact: E164, code: str
) -> None:
    """A short code and a text without words are refused in words, and nothing is asked of Carium."""
    assert (await failure_of(client, body, contact)).code == code
    assert labels() == []


async def test_a_text_of_another_number_is_refused(client: CourierClient, courier: CourierStandIn) -> None:
    """A conversation of another number of ours is never carried on from this one."""
    with pytest.raises(Rejected) as caught:
        await client.send(replace(text("Hi"), account=OURS))
    assert caught.value.code == FOREIGN_NUMBER
    assert courier.texts == []


async def test_files_are_refused_in_words(client: CourierClient, courier: CourierStandIn) -> None:
    """A text takes no files; the words say what would help."""
    with pytest.raises(Rejected) as caught:
        await client.send(text("Look", media=("https://bot.example/media/1",)))
    assert "channel" in caught.value.user_message
    assert courier.texts == []


async def test_a_refusal_is_quoted(bot: Bot, courier: CourierStandIn) -> None:
    """What Carium says of a text that it does not take is quoted with numbers masked, and nothing is sent."""
    foreign = replace(bot.credentials, number_id="11111111-1111-1111-1111-111111111111")
    client = (await bot.connection(credentials=foreign)).provider
    error = await failure_of(client)
    assert isinstance(error, Rejected)
    assert error.user_message == 'Carium refused it. It said: "number-id does not belong to your organization."'
    courier.rules.statuses = [(400, '{"errors": [{"detail": "+15555550145 has unsubscribed"}]}')]
    assert (await failure_of(client)).user_message == 'Carium refused it. It said: "…0145 has unsubscribed"'
    assert courier.texts == []


@pytest.mark.parametrize(
    ("status", "body", "kind", "scope"),
    [
        (400, "<html>", Rejected, None),
        (404, '{"errors": [{"detail": "no such account"}]}', Rejected, None),
        (404, "<html>", Retryable, FailureScope.DESTINATION),
        (302, "", Retryable, FailureScope.DESTINATION),
        (503, "<html>", Retryable, FailureScope.RATE_LIMIT),
        (500, "<html>", OutcomeUnknown, None),
        (502, '{"errors": []}', OutcomeUnknown, None),
        (200, "<html>", OutcomeUnknown, None),
        (201, "{}", OutcomeUnknown, None),
        (201, '{"data": {"type": "texts"}}', OutcomeUnknown, None),
    ],
)
async def test_only_what_is_certain_is_said_to_be(
    client: CourierClient,
    courier: CourierStandIn,
    status: int,
    body: str,
    kind: type[CallFailed],
    scope: FailureScope | None,
) -> None:
    """A status that says no is a certain failure; one of a fault, and an answer that cannot be read, are unknown."""
    courier.rules.statuses = [(status, body)]
    error = await failure_of(client)
    assert type(error) is kind
    assert getattr(error, "scope", None) is scope


async def test_a_text_that_failed_at_once_is_refused(client: CourierClient, courier: CourierStandIn) -> None:
    """An answer that the text has failed already is a refusal with the carrier's reason in words."""
    answer = '{"data": {"id": "t", "type": "texts", "attributes": {"status": "failed", "error": "21610"}}}'
    courier.rules.statuses = [(201, answer)]
    error = await failure_of(client)
    assert isinstance(error, Rejected)
    assert (error.code, error.allows_manual_retry) == ("21610", False)
    assert "STOP" in error.user_message


async def test_a_throttle_is_waited_for(client: CourierClient, courier: CourierStandIn) -> None:
    """Above Carium's limit a text certainly did not leave, and the wait is the one that was asked for."""
    courier.rules.throttle, courier.rules.retry_after_s = 1, 17
    error = await failure_of(client)
    assert isinstance(error, Retryable)
    assert (error.scope, error.retry_after_s) == (FailureScope.RATE_LIMIT, 17.0)
    await client.send(text("Hi"))
    assert courier.phone(DANA) == ["Hi"]


async def test_a_token_that_ends_in_the_middle_costs_nothing(
    bot: Bot, client: CourierClient, courier: CourierStandIn
) -> None:
    """A text that is refused for its token leaves once under the next one."""
    for number in range(4):
        courier.sessions.kill()
        await client.send(text(f"text {number}", number))
    assert courier.phone(DANA) == [f"text {number}" for number in range(4)]


async def test_a_token_that_never_works_is_said_in_words(client: CourierClient, courier: CourierStandIn) -> None:
    """Where a token that was just made is refused as well an admin has to look at the user."""
    courier.rules.statuses = [(401, '{"errors": []}')] * 2
    error = await failure_of(client)
    assert isinstance(error, Retryable)
    assert (error.code, error.scope) == ("invalid_token", FailureScope.DESTINATION)


@pytest.mark.parametrize("hides", [False, True], ids=["by their addresses", "by their words"])
async def test_twenty_lost_answers_are_settled_by_the_record(
    bot: Bot, client: CourierClient, courier: CourierStandIn, *, hides: bool
) -> None:
    """Of twenty texts whose answers were lost each went out once, and is found on record, the alike ones too."""
    courier.rules.only, courier.rules.drop_answers, courier.rules.hides_callbacks = ("sendText",), -1, hides
    found: list[str] = []
    for number in range(20):
        body = f"text {number}" if hides else "the same words"
        with pytest.raises(OutcomeUnknown):
            await client.send(text(body, number))
        settled = await client.find_sent(lost(bot, body, number, known_ids=tuple(found)))
        assert settled is not None
        found.append(settled.provider_id)
        bot.courier.move_clock(seconds=1)
    assert found == [one.id for one in courier.texts]
    assert len(courier.phone(DANA)) == 20


async def test_what_is_not_one_candidate_is_left_to_people(
    bot: Bot, client: CourierClient, courier: CourierStandIn
) -> None:
    """No text, several alike, one of another time, or one that is known to be another, settles nothing."""
    assert await client.find_sent(lost(bot, "Hi")) is None
    courier.rules.hides_callbacks = True
    first = await client.send(text("Hi", 1))
    assert await client.find_sent(lost(bot, "Hi", known_ids=(first.provider_id,))) is None
    assert await client.find_sent(lost(bot, "Hi", left_at=bot.now() - timedelta(hours=1))) is None
    assert await client.find_sent(lost(bot, "Hi", left_at=bot.now() + timedelta(hours=1))) is None
    assert await client.find_sent(lost(bot, "Hello")) is None
    assert await client.find_sent(lost(bot, "Hi", contact=ELI)) is None
    assert await client.find_sent(lost(bot, "Hi")) == first
    await client.send(text("Hi", 2))
    assert await client.find_sent(lost(bot, "Hi")) is None


async def test_a_text_of_somebody_else_is_never_ours(bot: Bot, client: CourierClient, courier: CourierStandIn) -> None:
    """The same words with the address of another text, or of another program, are not the lost text."""
    await client.send(text("Hi", 2))
    assert await client.find_sent(lost(bot, "Hi", 1)) is None
    courier.texts[0].callback_url = "https://other.example/hook"
    assert await client.find_sent(lost(bot, "Hi", 1)) is None


async def test_a_long_record_is_read_to_its_end(bot: Bot, client: CourierClient, courier: CourierStandIn) -> None:
    """A text is found on a later page, in any order, and where pages are shorter than asked for."""
    courier.rules.page_most = 2
    for number in range(5):
        await client.send(text(f"text {number}", number))
    for newest_first in (False, True):
        courier.rules.newest_first = newest_first
        for number in (0, 2, 4):
            found = await client.find_sent(lost(bot, "", number))
            assert found is not None
            assert found.provider_id == courier.texts[number].id


async def test_a_text_is_looked_up_by_either_id(bot: Bot, client: CourierClient, courier: CourierStandIn) -> None:
    """A text is found by Carium's id, by the carrier's, and in the list where single texts cannot be read."""
    accepted = await client.send(text("Hi"))
    await courier.move(courier.texts[0], "undelivered", "30003", tells=False)
    for is_hidden in (False, True):
        courier.rules.no_single_text = is_hidden
        for ids in ((accepted.provider_id, ""), ("", accepted.legacy_id)):
            found = await client.find_text(OURS, *ids, DANA)
            assert found is not None
            assert (found.status, found.body, found.is_outbound) == (DeliveryStatus.FAILED, "Hi", True)
            assert found.failure is not None
            assert found.failure.allows_manual_retry
    assert await client.find_text(OURS, "none", "", DANA) is None


async def test_a_text_is_shown_with_all_that_is_told(client: CourierClient, courier: CourierStandIn) -> None:
    """/volt status shows a text by its id; what is no id, and one that is not known, are nothing."""
    accepted = await client.send(text("Hi"))
    await courier.move(courier.texts[0], "delivered", tells=False)
    record = await client.text_record(accepted.provider_id)
    assert record is not None
    assert (record.to_number, record.from_number, record.known_status) == (DANA, OURS, DeliveryStatus.DELIVERED)
    assert record.confirmed_at is not None
    assert await client.text_record("no/id") is None
    assert await client.text_record("11111111-1111-1111-1111-111111111111") is None


async def test_unknown_statuses_are_no_failures(client: CourierClient, courier: CourierStandIn) -> None:
    """A status that we do not know counts as sent, for Carium has the text."""
    accepted = await client.send(text("Hi"))
    await courier.move(courier.texts[0], "teleported", tells=False)
    found = await client.find_text(OURS, accepted.provider_id, "", DANA)
    assert found is not None
    assert (found.status, found.failure) == (DeliveryStatus.SENT, None)


async def test_a_closed_client_sends_nothing(bot: Bot, courier: CourierStandIn) -> None:
    """Before the start and after the end a text certainly did not leave."""
    connection = await bot.connection()
    await connection.close()
    error = await failure_of(connection.provider)
    assert (type(error), error.code) == (Retryable, "closed")
    assert courier.texts == []


async def test_an_answer_about_another_text_is_not_believed(client: CourierClient, courier: CourierStandIn) -> None:
    """Where Carium answers with another text than was asked for, the list says what became of ours."""
    ours, other = await client.send(text("Ours")), await client.send(text("Another", 2))
    await courier.move(courier.texts[1], "undelivered", "30003", tells=False)
    strange = json.dumps({"data": {"id": other.provider_id, "type": "texts", "attributes": {"status": "undelivered"}}})
    courier.rules.only, courier.rules.statuses = ("getText",), [(200, strange), (200, strange)]
    found = await client.find_text(OURS, ours.provider_id, ours.legacy_id, DANA)
    assert found is not None
    assert (found.provider_id, found.body, found.status) == (ours.provider_id, "Ours", DeliveryStatus.SENT)
    assert await client.text_record(ours.provider_id) is None
