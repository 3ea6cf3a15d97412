"""The stand-in for Glific over the wire: its session, who may do what, and what is not let in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox import GlificStandIn
from bot.sandbox.glific.rules import old_glific
from tests.sandbox.glific.stage import DANA, Caller


@pytest.fixture
async def glific() -> AsyncIterator[GlificStandIn]:
    """Give an organisation with one contact that wrote."""
    async with GlificStandIn() as stand_in:
        await stand_in.text(DANA, "hello", name="Dana Berg")
        yield stand_in


async def test_a_login_gives_a_pair_and_the_raw_token_opens_the_api(caller: Caller) -> None:
    """A login answers one `data` with both tokens; the header is the token alone, without Bearer."""
    answer = await caller.login()
    assert set(answer.data) == {
        "access_token",
        "token_expiry_time",
        "renewal_token",
        "last_login_time",
        "is_trial",
        "trial_expiration_date",
    }
    told = (await caller.ask("CurrentUser")).data["currentUser"]["user"]
    assert told["organization"] == {"id": "1", "name": "Sandbox", "shortcode": "sandbox"}
    caller.access = f"Bearer {caller.access}"
    assert (await caller.ask("CurrentUser")).status == 401


@pytest.mark.parametrize("wrong", [{"phone": "919999999999"}, {"password": "wrong"}])
async def test_a_wrong_phone_and_a_wrong_password_are_told_alike(caller: Caller, wrong: dict[str, str]) -> None:
    """A login that fails is a 401 with `status` inside, which does not say what was wrong."""
    answer = await caller.login(**wrong)
    assert answer.status == 401
    assert answer.body == {"error": {"status": 401, "message": "Invalid phone or password"}}


async def test_a_call_without_a_living_token_is_told_by_code(caller: Caller) -> None:
    """A call without a token, and one with a dead token, is a 401 with `code` inside."""
    caller.glific.sessions.end_access()
    assert (await caller.ask("CurrentUser")).body == {"error": {"code": 401, "message": "Not authenticated"}}
    answer = await caller.request("POST", "/api", None, {"query": "{ currentUser { user { id } } }"})
    assert answer.status == 401


async def test_a_renewal_ends_both_old_tokens(caller: Caller) -> None:
    """After a renewal the new pair works, and neither the old access token nor the old renewal token does."""
    old, spent = caller.access, caller.renewal
    assert set((await caller.renew()).data) == {"access_token", "token_expiry_time", "renewal_token"}
    assert (await caller.ask("CurrentUser")).status == 200
    caller.access, caller.renewal = old, spent
    assert (await caller.ask("CurrentUser")).status == 401
    again = await caller.renew()
    assert (again.status, again.body) == (401, {"error": {"status": 401, "message": "Invalid token"}})


async def test_a_renewal_whose_answer_is_lost_ends_the_old_pair_all_the_same(caller: Caller) -> None:
    """A caller whose renewal was not answered has nothing left but to log in again."""
    caller.glific.rules.drop_sessions = 1
    with pytest.raises(aiohttp.ClientError):
        await caller.renew()
    assert (await caller.renew()).status == 401
    assert (await caller.login()).status == 200


async def test_tokens_grow_old(caller: Caller) -> None:
    """An access token lives 30 minutes and a renewal token 30 days, by the stand-in's clock."""
    await caller.glific.move_clock(minutes=29)
    assert (await caller.ask("CurrentUser")).status == 200
    await caller.glific.move_clock(minutes=2)
    assert (await caller.ask("CurrentUser")).status == 401
    assert (await caller.renew()).status == 200
    await caller.glific.move_clock(days=31)
    assert (await caller.renew()).status == 401


async def test_a_logout_ends_the_session(caller: Caller) -> None:
    """After a logout neither token works."""
    assert (await caller.request("DELETE", "/api/v1/session", caller.access)).body == {"data": {}}
    assert (await caller.ask("CurrentUser")).status == 401
    assert (await caller.renew()).status == 401


async def test_a_suspended_organisation_lets_nobody_in(caller: Caller) -> None:
    """The login of a suspended organisation is a 403 of the same shape."""
    caller.glific.is_closed = True
    answer = await caller.login()
    assert (answer.status, answer.body["error"]["status"]) == (403, 403)


async def test_staff_may_not_see_phones_nor_make_contacts(caller: Caller) -> None:
    """To staff phones and the signature phrase are empty, and making contacts and groups is "Unauthorized"."""
    caller.glific.add_user("919876500002", "staff", role="staff")
    await caller.login(phone="919876500002", password="staff")
    found = (await caller.ask("ContactByPhone", phone=DANA)).data["contactByPhone"]["contact"]
    assert (found["name"], found["phone"]) == ("Dana Berg", "")
    assert (await caller.ask("Organization")).data["organization"]["organization"]["signaturePhrase"] == ""
    for operation, variables in (
        ("CreateContact", {"input": {"phone": "1"}}),
        ("OptIn", {"phone": DANA}),
        ("CreateGroup", {"input": {"label": "Friends"}}),
    ):
        answer = await caller.ask(operation, **variables)
        [error] = answer.body["errors"]
        assert (answer.status, error["message"], list(answer.data.values())) == (200, "Unauthorized", [None])
        assert error["path"] == list(answer.data)
    assert (await caller.send(DANA, "hello")).data["createAndSendMessage"]["message"]["id"]


async def test_restricted_staff_see_their_own_groups(caller: Caller) -> None:
    """A restricted user finds the contacts of their groups, and no others."""
    glific = caller.glific
    eli = glific.add_contact("15555550167", "Eli Lund")
    group = glific.add_group("Mine", eli)
    glific.add_user("919876500003", "few", is_restricted=True, groups={group.id})
    await caller.login(phone="919876500003", password="few")
    found = (await caller.ask("Contacts", term="", limit=50)).data["contacts"]
    assert [one["name"] for one in found] == ["Eli Lund"]
    assert [one["label"] for one in (await caller.ask("Groups", limit=5, offset=0)).data["groups"]] == ["Mine"]


async def test_a_user_without_a_role_may_do_nothing(caller: Caller) -> None:
    """Who has no role yet is refused whatever they ask for."""
    caller.glific.users[0].role = "none"
    answer = await caller.ask("CurrentUser")
    assert (answer.data, answer.words) == ({"currentUser": None}, ["Unauthorized"])


async def test_calls_above_the_limit_are_refused_until_the_minute_is_over(caller: Caller) -> None:
    """180 calls of a user pass in a minute; the next is a 429 in plain text that does not say for how long."""
    for _ in range(180):
        assert (await caller.query("{ attachmentsEnabled }")).status == 200
    answer = await caller.ask("CurrentUser")
    assert (answer.status, answer.text, answer.body) == (429, "Rate limit exceeded", None)
    await caller.glific.move_clock(minutes=1)
    assert (await caller.ask("CurrentUser")).status == 200


async def test_logins_above_the_limit_are_refused(caller: Caller) -> None:
    """50 logins of a phone pass in a minute, right or wrong."""
    caller.glific.rules.logins_a_minute = 2
    assert (await caller.login(password="wrong")).status == 401
    assert (await caller.login()).status == 429


async def test_a_host_name_that_belongs_to_nobody_answers_a_page(caller: Caller) -> None:
    """Where there is no such tenant, every address answers 404 with a page."""
    caller.glific.rules.no_tenant = True
    for answer in (await caller.login(), await caller.renew(), await caller.ask("CurrentUser")):
        assert (answer.status, answer.body) == (404, None)


async def test_a_token_of_another_tenant_opens_nothing(caller: Caller) -> None:
    """Tokens are the tenant's own: at another one they are dead."""
    async with GlificStandIn("Other") as other:
        caller.glific, at_home = other, caller.glific
        assert (await caller.ask("CurrentUser")).status == 401
        assert (await caller.renew()).status == 401
        caller.glific = at_home
        assert (await caller.ask("CurrentUser")).status == 200


async def test_an_old_glific_does_not_know_todays_fields(caller: Caller) -> None:
    """What an old Glific does not know makes the document a bad one: HTTP 400, and nothing is done."""
    caller.glific.rules.unknown_fields = old_glific()
    for answer in (
        await caller.ask("ContactByPhone", phone=DANA),
        await caller.ask("ChangedSince", **{"from": "2026-01-01T00:00:00Z"}, limit=5, offset=0),
    ):
        assert (answer.status, "data" in answer.body) == (400, False)
        assert answer.words
    assert (await caller.ask("CurrentUser")).status == 200


async def test_neither_passwords_nor_tokens_stay_on_the_record(caller: Caller) -> None:
    """The record of the wire names login and renewal, and holds neither password nor token."""
    await caller.renew()
    await caller.ask("CurrentUser")
    written = repr(list(caller.glific.wire)) + repr(caller.glific.requests) + repr(caller.glific.users)
    assert [hop.label for hop in caller.glific.wire] == ["login", "renew", "CurrentUser"]
    assert not any(secret in written for secret in (caller.access, caller.renewal, "correct horse"))
