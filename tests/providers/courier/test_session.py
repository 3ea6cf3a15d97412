"""The session: one login at a time, stored sealed before it is used, an hour at most, and words where it is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.errors import CallFailed, FailureScope, Retryable
from bot.providers.courier.calls.error_mapping import INVALID_LOGIN, SECOND_FACTOR
from bot.providers.courier.calls.session import LOGIN_PATH
from bot.providers.courier.calls.tokens import AccessToken, read_token
from bot.providers.refused_login import REFUSAL_PAUSE_S
from bot.sandbox import CourierStandIn
from bot.store.sealing import FernetSealer, new_key
from tests.providers.courier.stage import PASSWORD, USERNAME, Bot, Labels

LOGIN = f"POST {LOGIN_PATH}"


async def failure_of(call: Any) -> Retryable:
    """Await a call that fails for now, and check that it shows no secret."""
    with pytest.raises(CallFailed) as caught:
        await call
    error = caught.value
    shown = f"{error!r} {error} {error.user_message} {error.__cause__!r} {error.__context__!r}"
    assert PASSWORD not in shown
    assert USERNAME not in shown
    assert error.user_message.endswith((".", '"'))
    assert isinstance(error, Retryable)
    return error


async def test_a_first_token_is_a_login_and_serves_for_almost_an_hour(
    bot: Bot, labels: Labels, courier: CourierStandIn
) -> None:
    """The first token comes by a login, and later ones from memory until two minutes before its hour is over."""
    session = await bot.session()
    first = await session.token()
    courier.move_clock(minutes=57)
    assert await session.token() == first
    assert labels() == [LOGIN]
    courier.move_clock(minutes=2)
    assert await session.token() != first
    assert labels() == [LOGIN] * 2


async def test_a_token_is_stored_sealed_before_it_is_used(bot: Bot, labels: Labels) -> None:
    """What is stored opens by the key alone, and is there when the token is given out; a restart takes it up."""
    token = await (await bot.session()).token()
    assert bot.shelf.log == ["session"]
    assert token not in bot.shelf.texts["session"]
    assert await (await bot.session()).token() == token
    assert labels() == [LOGIN]


async def test_many_who_ask_at_once_cause_one_login(bot: Bot, labels: Labels, courier: CourierStandIn) -> None:
    """Twenty calls with a dead token lead to one login, and all get the same new token."""
    session = await bot.session()
    dead = await session.token()
    courier.sessions.kill()
    tokens = await asyncio.gather(*(session.token_after(dead) for _ in range(20)))
    assert len(set(tokens)) == 1
    assert tokens[0] != dead
    assert labels() == [LOGIN] * 2


async def test_two_bots_share_what_is_stored(bot: Bot, labels: Labels) -> None:
    """A bot whose token is dead takes the one that another bot has stored since, and does not log in."""
    first, second = await bot.session(), await bot.session()
    dead = await first.token()
    assert await second.token() == dead
    fresh = await first.token_after(dead)
    assert await second.token_after(dead) == fresh
    assert labels() == [LOGIN] * 2


async def test_a_token_that_cannot_be_stored_is_not_used(bot: Bot, labels: Labels) -> None:
    """While the database takes nothing no token is given out; afterwards the same one is, without another login."""
    bot.shelf.is_full = True
    session = await bot.session()
    assert (await failure_of(session.token())).code == "not_stored"
    bot.shelf.is_full = False
    assert await session.token()
    assert labels() == [LOGIN]


async def test_a_token_of_another_login_is_not_used(bot: Bot, labels: Labels) -> None:
    """What is stored of a login that was replaced is left alone."""
    of_another = AccessToken("stale", bot.wall() + 3_000, "another@example.org")
    bot.shelf.texts["session"] = bot.sealer.seal(of_another.written())
    assert await (await bot.session()).token() != "stale"
    assert labels() == [LOGIN]


async def test_nothing_is_given_out_once_the_line_is_gone(bot: Bot) -> None:
    """A session that is made while its line is disconnected is not used."""
    bot.shelf.is_gone = True
    assert (await failure_of((await bot.session()).token())).code == "closed"


@pytest.mark.parametrize("stored", ["nonsense", ""])
async def test_what_cannot_be_opened_is_a_login(bot: Bot, labels: Labels, stored: str) -> None:
    """A stored token that is broken, or was sealed under a key that is gone, costs a login and nothing else."""
    bot.shelf.texts["session"] = stored or FernetSealer([new_key()]).seal("{}")
    assert await (await bot.session()).token()
    assert labels() == [LOGIN]


async def test_a_wrong_password_is_said_in_words_and_not_tried_again_at_once(
    bot: Bot, labels: Labels, courier: CourierStandIn
) -> None:
    """A login that is refused names the settings to check, quotes Carium, and is tried again after a while only."""
    session = await bot.session(password="wrong")
    error = await failure_of(session.token())
    assert (error.code, error.scope) == (INVALID_LOGIN, FailureScope.DESTINATION)
    assert "COURIER_USERNAME and COURIER_PASSWORD" in error.user_message
    assert 'It said: "The username or password is incorrect."' in error.user_message
    await failure_of(session.token())
    assert labels() == [LOGIN]
    courier.move_clock(seconds=REFUSAL_PAUSE_S + 1)
    await failure_of(session.token())
    assert labels() == [LOGIN] * 2


async def test_a_wanted_second_factor_is_said_in_words(bot: Bot, courier: CourierStandIn) -> None:
    """Where the user needs a second factor an admin is told to give the bot another user."""
    courier.rules.wants_second_factor = True
    error = await failure_of((await bot.session()).token())
    assert (error.code, error.scope) == (SECOND_FACTOR, FailureScope.DESTINATION)
    assert "second factor" in error.user_message


async def test_a_login_without_an_answer_is_tried_again(bot: Bot, courier: CourierStandIn) -> None:
    """An outage, and an answer that is lost, are failures in which nothing was sent."""
    session = await bot.session()
    courier.rules.login_down = True
    assert (await failure_of(session.token())).scope is FailureScope.RATE_LIMIT
    courier.rules.login_down = False
    courier.rules.drop_logins = 1
    assert (await failure_of(session.token())).scope is FailureScope.RATE_LIMIT
    assert await session.token()


async def test_a_wrong_address_is_said_in_words(bot: Bot, courier: CourierStandIn) -> None:
    """Where there is no login at the address, and where nobody answers, the words say which setting that is."""
    elsewhere = await bot.session(url=f"{courier.url}/elsewhere")
    error = await failure_of(elsewhere.token())
    assert error.scope is FailureScope.DESTINATION
    assert "COURIER_API_URL" in error.user_message
    nobody = await bot.session(url="http://127.0.0.1:9")
    assert (await failure_of(nobody.token())).code == "unreachable"


async def test_without_a_sealer_nothing_is_stored(bot: Bot, labels: Labels) -> None:
    """Where there is no key to seal with, each start logs in."""
    for _ in range(2):
        assert await (await bot.session(shelf=None)).token()
    assert bot.shelf.texts == {}
    assert labels() == [LOGIN] * 2


def test_a_token_is_written_and_read_again() -> None:
    """A token survives being written; what is none is refused; it shows nothing of itself."""
    token = AccessToken("s3cret", 1_800_000_000.5, "Ava")
    assert read_token(token.written()) == token
    assert "s3cret" not in repr(token)
    for broken in ("", "[]", "{}", '{"access": 1}'):
        with pytest.raises(ValueError, match=r"\w"):
            read_token(broken)


def test_a_token_from_a_clock_that_was_set_back_is_not_used() -> None:
    """A token that would live for longer than an hour is not believed to be alive."""
    assert AccessToken("t", 10_000.0).is_fresh(10_000.0 - 3_000)
    assert not AccessToken("t", 10_000.0).is_fresh(10_000.0 - 60)
    assert not AccessToken("t", 10_000.0).is_fresh(10_000.0 - 7_200)
