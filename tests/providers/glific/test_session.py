"""The session: one renewal at a time, stored sealed before it is used, and a login where nothing else helps."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import CallFailed, FailureScope, Retryable, StoreUnavailable
from bot.domain.workspaces import Sealed
from bot.providers.refused_login import REFUSAL_PAUSE_S
from bot.sandbox import GlificStandIn
from bot.store.sealing import FernetSealer, new_key
from tests.providers.glific.stage import PASSWORD, PHONE, Bot, Labels


async def failure_of(call: Any) -> CallFailed:
    """Await a call that fails, and check that it shows no secret."""
    with pytest.raises(CallFailed) as caught:
        await call
    error = caught.value
    shown = f"{error!r} {error} {error.user_message} {error.__cause__!r} {error.__context__!r}"
    assert PASSWORD not in shown
    assert PHONE not in shown
    assert error.user_message.endswith((".", '"'))
    return error


async def test_a_first_token_is_a_login_and_serves_until_it_is_old(bot: Bot, labels: Labels) -> None:
    """The first token comes by a login, later ones from memory; a '+' before the phone is left out."""
    session = await bot.session(phone=f"+{PHONE}")
    first = await session.token()
    assert await session.token() == first
    assert labels() == ["login"]


async def test_a_pair_is_stored_sealed_before_it_is_used(bot: Bot, labels: Labels) -> None:
    """What is stored opens by the key alone, and is there when the token is given out."""
    session = await bot.session()
    token = await session.token()
    assert bot.shelf.log == ["stored"]
    assert bot.shelf.text is not None
    assert token not in bot.shelf.text
    again = await bot.session()
    assert await again.token() == token
    assert labels() == ["login"]


async def test_a_store_that_cannot_be_read_is_no_unknown_outcome(bot: Bot, labels: Labels) -> None:
    """While the pair cannot be looked up nothing is asked of Glific, and whoever wanted a token tries again."""

    async def recall() -> Sealed | None:
        raise StoreUnavailable("no answer")

    session = await bot.session(recall=recall)
    error = await failure_of(session.token())
    assert isinstance(error, Retryable)
    assert error.scope is FailureScope.RATE_LIMIT
    assert labels() == []


async def test_a_token_is_renewed_before_it_ends(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """With less than a minute left the pair is renewed, and the new one is stored."""
    session = await bot.session()
    first = await session.token()
    await glific.move_clock(minutes=28)
    assert await session.token() == first
    await glific.move_clock(minutes=1, seconds=30)
    second = await session.token()
    assert second != first
    assert labels() == ["login", "renew"]
    assert await (await bot.session()).token() == second


async def test_many_who_ask_at_once_cause_one_renewal(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """Twenty calls with a dead token lead to one renewal, and all get the same new token."""
    session = await bot.session()
    dead = await session.token()
    glific.sessions.end_access()
    tokens = await asyncio.gather(*(session.token_after(dead) for _ in range(20)))
    assert len(set(tokens)) == 1
    assert tokens[0] != dead
    assert labels() == ["login", "renew"]


async def test_an_ended_session_is_begun_anew(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """Where the renewal is refused the bot logs in."""
    session = await bot.session()
    dead = await session.token()
    glific.sessions.end()
    assert await session.token_after(dead) != dead
    assert labels() == ["login", "renew", "login"]


async def test_a_renewal_whose_answer_is_lost_ends_in_a_login(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """A lost answer is a failure in which nothing was sent; the next call logs in, because both old tokens are dead."""
    session = await bot.session()
    dead = await session.token()
    glific.rules.drop_sessions = 1
    error = await failure_of(session.token_after(dead))
    assert isinstance(error, Retryable)
    assert error.scope is FailureScope.RATE_LIMIT
    assert await session.token_after(dead)
    assert labels() == ["login", "renew", "renew", "login"]


async def test_a_pair_that_was_stored_against_what_was_said_counts_as_stored(
    bot: Bot, labels: Labels, glific: GlificStandIn
) -> None:
    """Where the store took a pair and its answer was lost that pair is not taken out again once it is dead."""
    bot.shelf.is_lost = True
    session = await bot.session()
    assert isinstance(await failure_of(session.token()), Retryable)
    bot.shelf.is_lost = False
    dead = await session.token()
    glific.sessions.end_access()
    assert await session.token_after(dead) != dead
    assert labels() == ["login", "renew"]


async def test_a_pair_that_was_stored_against_what_was_said_outlives_the_bot(bot: Bot, labels: Labels) -> None:
    """Such a pair is not logged out of when the bot stops: the next start goes on with it."""
    bot.shelf.is_lost = True
    session = await bot.session()
    await failure_of(session.token())
    await session.close()
    await (await bot.session()).token()
    assert labels() == ["login"]


async def test_a_bot_that_was_killed_before_it_stored_logs_in(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """After a restart with a pair that has been renewed since, the bot finds its own way back."""
    session = await bot.session()
    dead = await session.token()
    old = bot.shelf.text
    renewed = await session.token_after(dead)
    bot.shelf.text = old
    again = await bot.session()
    assert await again.token_after(await again.token()) not in (dead, renewed)
    assert labels() == ["login", "renew", "renew", "login"]


async def test_a_pair_that_cannot_be_stored_is_not_used(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """While the database takes nothing no token is given out; afterwards the same pair is, without another login."""
    bot.shelf.is_full = True
    session = await bot.session()
    error = await failure_of(session.token())
    assert (type(error), error.code) == (Retryable, "not_stored")
    bot.shelf.is_full = False
    assert await session.token()
    assert labels() == ["login"]


async def test_two_bots_share_what_is_stored(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """A bot whose token another one has renewed takes the pair that the other stored, and renews nothing."""
    first, second = await bot.session(), await bot.session()
    token = await first.token()
    assert await second.token() == token
    renewed = await first.token_after(token)
    assert await second.token_after(token) == renewed
    assert labels() == ["login", "renew"]


async def test_what_no_key_opens_is_no_obstacle(bot: Bot, labels: Labels) -> None:
    """A pair sealed under a key that is gone, or damaged, is forgotten: the bot logs in."""
    await (await bot.session()).token()
    assert await (await bot.session(sealer=FernetSealer([new_key()]))).token()
    bot.shelf.text = bot.sealer.seal("no pair")
    assert await (await bot.session()).token()
    assert labels() == ["login", "login", "login"]


async def test_without_a_key_nothing_is_stored(bot: Bot, labels: Labels) -> None:
    """A bot without ENCRYPTION_KEYS keeps its pair in memory, and logs in at each start."""
    for _ in range(2):
        session = await bot.session(sealer=None)
        assert await session.token()
    assert bot.shelf.text is None
    assert labels() == ["login", "login"]


@pytest.mark.parametrize("wrong", [{"phone": "919999999999"}, {"password": "wrong"}])
async def test_a_wrong_login_is_said_and_not_repeated(
    bot: Bot, labels: Labels, glific: GlificStandIn, wrong: dict[str, str]
) -> None:
    """A refused login waits for an admin, in words that name the settings; it is tried again only after a while."""
    session = await bot.session(**wrong)
    for _ in range(3):
        error = await failure_of(session.token())
        assert isinstance(error, Retryable)
        assert error.scope is FailureScope.DESTINATION
        assert "GLIFIC_PHONE and GLIFIC_PASSWORD" in error.user_message
    assert labels() == ["login"]
    glific.users[0].phone = wrong.get("phone", PHONE)
    glific.users[0].password = wrong.get("password", PASSWORD)
    await glific.move_clock(seconds=REFUSAL_PAUSE_S)
    assert await session.token()


async def test_a_suspended_organisation_is_said(bot: Bot, glific: GlificStandIn) -> None:
    """The login of a suspended organisation says so, and what to do."""
    glific.is_closed = True
    error = await failure_of((await bot.session()).token())
    assert (error.code, "suspended" in error.user_message) == ("suspended", True)


async def test_an_address_without_a_tenant_is_said(bot: Bot, glific: GlificStandIn) -> None:
    """An address that is nobody's, or no Glific, names the setting to check."""
    glific.rules.no_tenant = True
    error = await failure_of((await bot.session()).token())
    assert (error.code, "GLIFIC_API_URL" in error.user_message) == ("http_404", True)
    error = await failure_of((await bot.session(url=f"{glific.url}/media")).token())
    assert "GLIFIC_API_URL" in error.user_message


async def test_an_outage_is_temporary(bot: Bot, glific: GlificStandIn) -> None:
    """While Glific is down, or nobody is there, a token is a temporary failure."""
    glific.rules.session_down = True
    assert (await failure_of((await bot.session()).token())).code == "http_503"
    error = await failure_of((await bot.session(url="http://127.0.0.1:9")).token())
    assert (type(error), error.code) == (Retryable, "unreachable")


async def test_too_many_logins_wait(bot: Bot, glific: GlificStandIn) -> None:
    """Glific's limit of logins is a temporary failure with a time to wait."""
    glific.rules.logins_a_minute = 0
    error = await failure_of((await bot.session()).token())
    assert isinstance(error, Retryable)
    assert (error.code, error.retry_after_s is not None) == ("http_429", True)


async def test_a_stored_session_lives_on(bot: Bot, labels: Labels) -> None:
    """A bot that stops keeps its session for the next start; so does one whose pair another bot has renewed."""
    first, second = await bot.session(), await bot.session()
    token = await first.token()
    assert await second.token() == token
    await second.token_after(token)
    await first.close()
    await second.close()
    assert labels() == ["login", "renew"]


async def test_a_session_that_nobody_can_go_on_with_is_ended(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """Where nothing is stored, or what was stored was removed, the bot logs out when it stops."""
    for given in ({"sealer": None}, {}):
        session = await bot.session(**given)
        await session.token()
        bot.shelf.text = None
        await session.close()
    assert labels() == ["login", "logout"] * 2
    assert glific.sessions.pairs == []


async def test_an_old_session_is_ended_as_well(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """A session whose access token has run out is renewed first, for only then can it be ended."""
    session = await bot.session()
    await session.token()
    await glific.move_clock(minutes=31)
    bot.shelf.text = None
    await session.close()
    assert labels() == ["login", "renew", "logout"]
    assert glific.sessions.pairs == []


async def test_no_stop_waits_for_a_logout(bot: Bot, glific: GlificStandIn) -> None:
    """Where Glific is down, or is not there any more, the bot stops all the same."""
    session = await bot.session(sealer=None)
    await session.token()
    glific.rules.session_down = True
    await session.close()
    other = await bot.session(sealer=None)
    glific.rules.session_down = False
    await other.token()
    await glific.close()
    await other.close()


async def test_a_session_of_a_connection_that_is_gone_is_not_used(
    bot: Bot, labels: Labels, glific: GlificStandIn
) -> None:
    """A bot that has not yet heard that its connection was removed logs out again, and uses nothing."""
    bot.shelf.is_gone = True
    error = await failure_of((await bot.session()).token())
    assert (type(error), error.code) == (Retryable, "closed")
    assert labels() == ["login", "logout"]
    assert glific.sessions.pairs == []


async def test_another_login_does_not_go_on_with_a_session(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """A session that a former login has left is ended by the one in its place, which logs in itself."""
    glific.users.append(replace(glific.users[0], id=99, phone="919876500099"))
    await (await bot.session()).token()
    await (await bot.session(phone="919876500099")).token()
    assert labels() == ["login", "login", "logout"]
    assert [pair.user.phone for pair in glific.sessions.pairs] == ["919876500099"]
    assert bot.shelf.text is not None
    assert "919876500099" in bot.sealer.open(bot.shelf.text)


async def test_a_login_is_not_lost_with_what_is_stored(bot: Bot, labels: Labels, glific: GlificStandIn) -> None:
    """Where the store fails between a login and its storing, the next call goes on with that login."""
    answers = [None, None, StoreUnavailable("no answer")]  # looked up twice before the login, once behind it

    async def recall() -> Sealed | None:
        if answers and (error := answers.pop(0)) is not None:
            raise error
        return bot.shelf.text

    assert await (await bot.session(recall=recall)).token()
    assert answers == []
    assert labels() == ["login"]
