"""Account, credentials and grants: which number a line sends from, and words where something is not ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.errors import CallFailed, Rejected, Retryable
from bot.domain.phone import E164
from bot.ports.provider_grants import FOREIGN_NUMBER, TOKEN_REFUSED
from bot.providers.courier.account import CourierAccount, NumberInfo
from bot.providers.courier.credentials import CourierCredentials, read_credentials, settings_faults
from bot.providers.courier.grants import CourierGrants
from bot.sandbox import CourierStandIn
from tests.providers.courier.stage import DANA, ELI, OURS, PASSWORD, PUBLIC_URL, Bot, Labels

OTHER_ID = "11111111-1111-1111-1111-111111111111"
API_URL = "https://api.carium.com"


@pytest.fixture
async def account(bot: Bot) -> CourierAccount:
    """Give the account of the bot's line."""
    return CourierAccount(await bot.calls(), bot.credentials)


async def refusal_of(bot: Bot, credentials: CourierCredentials, number: E164 = OURS) -> CallFailed:
    """Check credentials that are not accepted."""
    with pytest.raises(CallFailed) as caught:
        await CourierGrants(bot.courier.url).account(credentials.text(), number)
    assert PASSWORD not in f"{caught.value!r} {caught.value.user_message}"
    return caught.value


async def test_the_number_of_a_line_is_found(account: CourierAccount) -> None:
    """The number is found by its id among those of the account, and the account among the organization's."""
    assert (await account.line()).number == OURS
    await account.probe()


@pytest.mark.parametrize("name", ["organization_id", "account_id", "number_id"])
async def test_what_belongs_to_others_is_refused_in_words(bot: Bot, name: str) -> None:
    """An organization, an account or a number that is not the user's is refused, and the words name the setting."""
    error = await refusal_of(bot, replace(bot.credentials, **{name: OTHER_ID}))
    assert (type(error), error.code) == (Rejected, FOREIGN_NUMBER)
    assert "organization" in error.user_message or f"COURIER_{name.upper()}" in error.user_message


async def test_credentials_that_hold_are_accepted_and_store_nothing(bot: Bot, labels: Labels) -> None:
    """A check logs in, finds the number, and registers nothing, for there is nothing to register."""
    grants = CourierGrants(bot.courier.url)
    token = bot.credentials.text()
    assert (await grants.account(token, OURS)).number == OURS
    assert await grants.registrations(token) == ()
    assert not await grants.deregister(token, "1")
    with pytest.raises(Rejected) as caught:
        await grants.register(token, "https://bot.example/hook")
    assert "no webhooks" in caught.value.user_message
    assert bot.shelf.texts == {}
    assert labels() == ["POST /identity/v1/login/", "listTextAccounts", "listTextAccountNumbers"]


async def test_a_wrong_login_number_or_factor_is_refused_in_words(bot: Bot, courier: CourierStandIn) -> None:
    """A wrong password, a wanted second factor, another number, and what is no credentials: words for each."""
    wrong = await refusal_of(bot, replace(bot.credentials, password="wrong"))
    assert (wrong.code, "does not accept" in wrong.user_message) == (TOKEN_REFUSED, True)
    other = await refusal_of(bot, bot.credentials, ELI)
    assert (other.code, OURS in other.user_message) == (FOREIGN_NUMBER, True)
    short = await refusal_of(bot, replace(bot.credentials, account_id="17"))
    assert "COURIER_ACCOUNT_ID" in short.user_message
    with pytest.raises(Rejected):
        await CourierGrants(courier.url).account("nonsense", OURS)
    courier.rules.wants_second_factor = True
    factor = await refusal_of(bot, bot.credentials)
    assert (factor.code, "second factor" in factor.user_message) == (TOKEN_REFUSED, True)


async def test_a_check_that_reaches_nobody_can_be_tried_again(bot: Bot, courier: CourierStandIn) -> None:
    """Where nobody answers, that is said, and says nothing of the credentials."""
    with pytest.raises(Retryable) as caught:
        await CourierGrants("http://127.0.0.1:9").account(bot.credentials.text(), OURS)
    assert "try again" in caught.value.user_message


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
