"""Logins that are checked before they are stored: what Glific says to each, in words for whoever typed it."""

from __future__ import annotations

import pytest

from bot.domain.errors import CallFailed, Rejected, Retryable
from bot.domain.phone import E164
from bot.ports.provider_grants import ADDRESS_REFUSED, LOGIN_REFUSED, TypedLogin
from bot.providers.glific.calls.error_mapping import INSIDE
from bot.providers.glific.connection import GlificAccess, GlificConnection, GlificSurroundings
from bot.providers.glific.grant import GlificGrant, address_of, read_grant
from bot.providers.glific.grants import LOW_ROLE, SUSPENDED, GlificGrants
from bot.sandbox import GlificStandIn
from bot.sandbox.bot_process import free_port
from bot.sandbox.glific.rules import old_glific
from tests.providers.glific.stage import OURS, PASSWORD, PHONE
from tests.providers.glific.test_session import failure_of

GRANTS = GlificGrants(allows_local=True)
NUMBER = E164(f"+{PHONE}")


def login(glific: GlificStandIn, **changed: str) -> TypedLogin:
    """Give the login as somebody types it."""
    right = {"address": glific.url, "phone": NUMBER, "password": PASSWORD}
    return TypedLogin(right | changed)


async def test_a_good_login(glific: GlificStandIn) -> None:
    """A login that Glific takes gives what is stored of it, the tenant, and what it is called."""
    found = await GRANTS.checked(login(glific))
    assert read_grant(found.grant) == GlificGrant(glific.url, PHONE, PASSWORD)
    assert (found.tenant, found.organization, found.number) == (glific.url.removeprefix("http://"), "Sandbox", NUMBER)
    assert GRANTS.tenant(found.grant) == found.tenant
    await GRANTS.alive(found.grant)
    assert PASSWORD not in f"{found!r} {login(glific)!r} {read_grant(found.grant)!r}"


async def test_no_log_shows_what_is_typed(glific: GlificStandIn) -> None:
    """Each password that is typed is concealed before anything is asked, also a wrong one."""
    concealed: list[str] = []
    grants = GlificGrants(allows_local=True, conceal=concealed.append)
    await failure_of(grants.checked(login(glific, password="wrong one")))
    await grants.checked(login(glific))
    assert concealed == ["wrong one", PASSWORD]


async def test_a_check_leaves_no_session(glific: GlificStandIn) -> None:
    """Whoever only looks whether a login is good logs out again, whatever came of it."""
    grant = (await GRANTS.checked(login(glific))).grant
    await GRANTS.alive(grant)
    glific.users[0].role = "staff"
    await failure_of(GRANTS.checked(login(glific)))
    assert glific.sessions.pairs == []


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        ("password", LOGIN_REFUSED, "Glific does not accept this phone or password."),
        ("suspended", SUSPENDED, "Glific has suspended this organisation."),
        ("staff", LOW_ROLE, "Give it the role manager there"),
        ("nobody", ADDRESS_REFUSED, "There is no Glific at this address."),
        ("old", "too_old", "This Glific is older than the bot needs."),
    ],
)
async def test_what_is_wrong_is_said(glific: GlificStandIn, fault: str, code: str, said: str) -> None:
    """A wrong password, a suspended organisation, a low role, a wrong address and an old Glific have words each."""
    glific.is_closed = fault == "suspended"
    glific.users[0].role = "staff" if fault == "staff" else "manager"
    glific.rules.no_tenant = fault == "nobody"
    glific.rules.unknown_fields = old_glific() if fault == "old" else []
    error = await failure_of(GRANTS.checked(login(glific, password="wrong" if fault == "password" else PASSWORD)))
    assert (type(error), error.code) == (Rejected, code)
    assert said in error.user_message
    assert PASSWORD not in str(error)


async def test_what_cannot_be_known_now(glific: GlificStandIn) -> None:
    """Where Glific does not answer, or has been asked too often, nothing is known: it may be tried again."""
    glific.rules.session_down = True
    assert type(await failure_of(GRANTS.checked(login(glific)))) is Retryable
    glific.rules.session_down, glific.rules.logins_a_minute = False, 0
    busy = await failure_of(GRANTS.checked(login(glific)))
    assert "Glific is busy" in busy.user_message
    away = await failure_of(GRANTS.checked(login(glific, address=f"http://127.0.0.1:{free_port()}")))
    assert "cannot be reached" in away.user_message


async def test_a_login_that_ended(glific: GlificStandIn) -> None:
    """A stored login whose password was changed is refused; what is no grant at all is, too."""
    grant = (await GRANTS.checked(login(glific))).grant
    glific.users[0].password = "another one"
    for stored in (grant, "not a grant"):
        error = await failure_of(GRANTS.alive(stored))
        assert error.code == LOGIN_REFUSED
    assert GRANTS.tenant("not a grant") == ""


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("demo.glific.com", "https://api.demo.glific.com"),
        (" https://Demo.glific.com/ ", "https://api.demo.glific.com"),
        ("https://api.demo.glific.com/api", "https://api.demo.glific.com"),
        ("http://demo.glific.com", "https://api.demo.glific.com"),
        ("http://127.0.0.1:4000", "http://127.0.0.1:4000"),
    ],
)
def test_addresses_as_people_type_them(typed: str, url: str) -> None:
    """What stands in the browser is enough: the address of the API is made from it."""
    assert address_of(typed) == url


@pytest.mark.parametrize(
    "typed", ["", "glific", "ftp://demo.glific.com", "https://a@demo.glific.com", "https://demo.glific.com/chat?x=1"]
)
async def test_what_is_no_address(glific: GlificStandIn, typed: str) -> None:
    """What cannot be a tenant's address is refused, and nobody is asked."""
    error = await failure_of(GRANTS.checked(login(glific, address=typed)))
    assert (error.code, "https://demo.glific.com" in error.user_message) == (ADDRESS_REFUSED, True)
    assert not glific.wire


@pytest.mark.parametrize(
    "typed", ["{own}", "https://10.0.0.1", "https://169.254.169.254", "https://localhost.localdomain"]
)
async def test_no_login_leaves_for_an_address_within(glific: GlificStandIn, typed: str) -> None:
    """A bot in service logs in on the public internet only, whatever a manager types."""
    error: CallFailed = await failure_of(GlificGrants().checked(login(glific, address=typed.format(own=glific.url))))
    assert error.code == ADDRESS_REFUSED
    assert not glific.wire


async def test_a_stored_login_does_not_follow_its_address_within(glific: GlificStandIn) -> None:
    """An address that was public when it was typed and leads inside now gets no login: neither checks nor calls."""
    grant = (await GRANTS.checked(login(glific))).grant
    glific.wire.clear()
    error = await failure_of(GlificGrants().alive(grant))
    assert (type(error), error.code) == (Rejected, ADDRESS_REFUSED)
    known = read_grant(grant)
    access = GlificAccess(known.url, known.phone, known.password, OURS, is_public=True)
    failures: list[CallFailed] = []
    around = GlificSurroundings(None, _kept, _kept_aside, lambda _outcome: None, failures.append)
    connection = GlificConnection(access, around)
    await connection.start()
    try:
        error = await failure_of(connection.provider.probe())
        assert (type(error), error.code) == (Retryable, INSIDE)
        assert (await failure_of(connection.stream.try_out())).code == INSIDE
    finally:
        await connection.close()
    assert not glific.wire


async def _kept(_event: object) -> bool:
    return True


async def _kept_aside(_event_id: str, _row: object) -> bool:
    return True
