"""Account, credentials and grants: which number a line sends from, and words where something is not ours."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable
from dataclasses import replace

import pytest

from bot.domain.errors import CallFailed, Rejected, Retryable
from bot.domain.phone import E164
from bot.domain.provider_records import NumberInfo
from bot.ports.provider_grants import FOREIGN_NUMBER, LOGIN_REFUSED, TOKEN_REFUSED, CheckedLogin, TypedLogin
from bot.providers.courier.calls.account import CourierAccount
from bot.providers.courier.credentials import CourierCredentials, read_credentials, settings_faults
from bot.providers.courier.grants import CourierGrants
from bot.sandbox import CourierStandIn
from tests.providers.courier.stage import DANA, OURS, PASSWORD, PUBLIC_URL, Bot, Labels

OTHER_ID = "11111111-1111-1111-1111-111111111111"
API_URL = "https://api.carium.com"


@pytest.fixture
async def account(bot: Bot) -> CourierAccount:
    """Give the account of the bot's line."""
    return CourierAccount(await bot.calls(), bot.credentials)


def typed(bot: Bot, **changed: str) -> TypedLogin:
    """Give a login as somebody types it, all of it right but what is changed."""
    own = bot.credentials
    ids = {name: getattr(own, name) for name in ("organization_id", "account_id", "number_id")}
    return TypedLogin({"username": own.username, "password": own.password, **ids} | changed)


async def refusal_of(checking: Awaitable[object]) -> CallFailed:
    """Check what is not accepted; no password is in what is said."""
    with pytest.raises(CallFailed) as caught:
        await checking
    shown = "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in f"{shown} {caught.value!r} {caught.value.user_message}"
    return caught.value


async def test_the_number_of_a_line_is_found(account: CourierAccount) -> None:
    """The number is found by its id among those of the account, and the account among the organization's."""
    assert (await account.line()).number == OURS
    await account.probe()


@pytest.mark.parametrize("name", ["organization_id", "account_id", "number_id"])
async def test_what_belongs_to_others_is_refused_in_words(bot: Bot, name: str) -> None:
    """An organization, an account or a number that is not the user's is refused at its field, or by its setting."""
    grants = CourierGrants(bot.courier.url)
    error = await refusal_of(grants.line(replace(bot.credentials, **{name: OTHER_ID}).text()))
    assert (type(error), error.code) == (Rejected, FOREIGN_NUMBER)
    assert "organization" in error.user_message or f"COURIER_{name.upper()}" in error.user_message
    error = await refusal_of(grants.checked(typed(bot, **{name: OTHER_ID})))
    assert type(error) is Rejected
    assert "COURIER" not in error.user_message
    at = {"organization_id": ("organization_id", "account_id"), "account_id": ("account_id",)}.get(name, (name,))
    assert grants.form.field_of(error.code) in at


async def test_a_login_that_holds_is_accepted_and_stores_nothing(bot: Bot, labels: Labels) -> None:
    """A check logs in, finds the number, and registers nothing, for there is nothing to register."""
    grants = CourierGrants(bot.courier.url)
    found = await grants.checked(typed(bot, number_id=f" {bot.credentials.number_id.upper()} "))
    assert found == CheckedLogin(bot.credentials.text(), bot.credentials.number_id, OURS, OURS)
    assert (await grants.line(found.grant)).number == OURS
    assert grants.tenant(found.grant) == found.tenant
    assert grants.tenant("nonsense") == ""
    assert PASSWORD not in f"{found!r} {typed(bot)!r}"
    assert bot.shelf.texts == {}
    assert labels()[:3] == ["POST /identity/v1/login/", "listTextAccounts", "listTextAccountNumbers"]


async def test_a_wrong_login_id_or_factor_is_refused_in_words(bot: Bot, courier: CourierStandIn) -> None:
    """A wrong password, a wanted second factor, what is no id, and what is no credentials: words for each."""
    grants, own = CourierGrants(courier.url), bot.credentials
    wrong = await refusal_of(grants.line(replace(own, password="wrong").text()))
    assert (wrong.code, "COURIER_PASSWORD" in wrong.user_message) == (TOKEN_REFUSED, True)
    wrong = await refusal_of(grants.checked(typed(bot, password="wrong")))
    assert (wrong.code, "does not accept this username or password" in wrong.user_message) == (LOGIN_REFUSED, True)
    short = await refusal_of(grants.line(replace(own, account_id="17").text()))
    assert "COURIER_ACCOUNT_ID" in short.user_message
    short = await refusal_of(grants.checked(typed(bot, account_id="17")))
    assert (grants.form.field_of(short.code), "36 characters" in short.user_message) == ("account_id", True)
    for asking in (grants.line("nonsense"), grants.alive("nonsense")):
        assert "no credentials" in (await refusal_of(asking)).user_message
    courier.rules.wants_second_factor = True
    for check in (grants.line(own.text()), grants.checked(typed(bot)), grants.alive(own.text())):
        factor = await refusal_of(check)
        assert (type(factor), "second factor" in factor.user_message) == (Rejected, True)


async def test_a_login_that_ended(bot: Bot, courier: CourierStandIn) -> None:
    """A stored login is accepted as long as Carium takes it."""
    grants = CourierGrants(courier.url)
    await grants.alive(bot.credentials.text())
    courier.sessions.users.clear()
    assert (await refusal_of(grants.alive(bot.credentials.text()))).code == LOGIN_REFUSED


async def test_a_check_that_reaches_nobody_can_be_tried_again(bot: Bot, courier: CourierStandIn) -> None:
    """Where nobody answers, that is said, and says nothing of the login; a wrong address is said to be one."""
    away = await refusal_of(CourierGrants("http://127.0.0.1:9").checked(typed(bot)))
    assert (type(away), "try again" in away.user_message) == (Retryable, True)
    courier.rules.login_down = True
    busy = await refusal_of(CourierGrants(courier.url).checked(typed(bot)))
    assert (type(busy), "try again" in busy.user_message) == (Retryable, True)
    nowhere = await refusal_of(CourierGrants(f"{courier.url}/elsewhere").checked(typed(bot)))
    assert "COURIER_API_URL" in nowhere.user_message


async def test_a_carrier_is_asked_about_a_number_once(
    account: CourierAccount, courier: CourierStandIn, labels: Labels
) -> None:
    """The first look asks the carrier, later ones read what it said; other countries cannot be asked about."""
    courier.carriers[DANA] = ("T-Mobile USA", "mobile")
    first = await account.number_info(DANA)
    assert first == NumberInfo("", "", is_pending=True)
    assert "look again" in first.words
    assert (await account.number_info(DANA)) == NumberInfo("", "", is_pending=True)
    courier.resolve(courier.infos[0])
    found = await account.number_info(DANA)
    assert found is not None
    assert found.words == "T-Mobile USA, mobile"
    assert labels().count("resolveNumberInfo") == 1
    assert await account.number_info(E164("+442071838750")) is None


async def test_a_number_nobody_knows_says_nothing(account: CourierAccount, courier: CourierStandIn) -> None:
    """Where a carrier found nothing the card has no line about it."""
    await account.number_info(DANA)
    courier.resolve(courier.infos[0])
    found = await account.number_info(DANA)
    assert found is not None
    assert found.words == ""


def test_credentials_are_written_and_read_again(bot: Bot) -> None:
    """Credentials survive being written, show no password, and what is none is refused."""
    own = bot.credentials
    assert read_credentials(own.text()) == own
    assert PASSWORD not in repr(own)
    for broken in ("", "[]", "{}", '"text"'):
        with pytest.raises(ValueError, match="no credentials"):
            read_credentials(broken)


def test_each_fault_of_the_settings_is_named(bot: Bot) -> None:
    """Without a public address no answer can come, so that is a fault; so is every id that was not copied whole."""
    assert settings_faults(API_URL, PUBLIC_URL, bot.credentials) == []
    [no_address] = settings_faults(API_URL, None, bot.credentials)
    assert no_address.startswith("PUBLIC_URL  missing. ")
    faults = settings_faults("carium", PUBLIC_URL, CourierCredentials("", "", "1", "2", "3"))
    names = ("API_URL", "USERNAME", "PASSWORD", "ORGANIZATION_ID", "ACCOUNT_ID", "NUMBER_ID")
    assert [fault.split("  ")[0] for fault in faults] == [f"COURIER_{name}" for name in names]
    assert len(CourierCredentials("", "", "", "", "").faults()) == 5
