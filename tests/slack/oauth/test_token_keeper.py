"""Renewal of tokens that end: in time, once, stored before it is used, and tried again where it failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.duties import Duty
from bot.domain.workspaces import Installation, WorkspaceId
from bot.slack.oauth.token_keeper import TokenKeeper
from tests.harness.on_duty import SharedStore
from tests.slack.oauth.conftest import ACME, HARBOUR, Bench

TEN_HOURS = 36_000.0
"""The stand-in's tokens live for twelve."""


@pytest.fixture(autouse=True)
def rotating(bench: Bench) -> None:
    """Let the app at Slack rotate its tokens."""
    bench.slack.app.rotates = True


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[TokenKeeper]:
    """Run a keeper."""
    keeper = bench.keeper()
    await keeper.start()
    try:
        yield keeper
    finally:
        await keeper.close()


async def installed(bench: Bench, team: str = ACME) -> Installation:
    """Install the app and return what is stored."""
    await bench.install(team)
    return next(one for one in await bench.stored() if one.team_id == team)


def refreshes(bench: Bench) -> int:
    """Count how often Slack was asked to renew."""
    return [call.args.get("grant_type") for call in bench.slack.calls].count("refresh_token")


async def test_renewed_in_time(bench: Bench) -> None:
    """Two hours before its end a token is renewed; both new ones are stored, and the clients get the new token."""
    bench.later_s = 3_600
    later = await installed(bench, HARBOUR)
    bench.later_s = 0
    before = await installed(bench)
    bench.later_s = TEN_HOURS + 60
    async with running(bench) as keeper:
        await bench.slack.until(lambda: bench.renewed)
        assert bench.renewed == [(before.workspace, bench.granted(ACME).token)]
        bench.later_s += 3_600
        keeper.look_again()
        await bench.slack.until(lambda: len(bench.renewed) == 2)
    assert bench.renewed[1] == (later.workspace, bench.granted(HARBOUR).token)
    _, after = await bench.stored()
    assert after.grant is not None
    assert before.grant is not None
    assert after.grant.refresh_token not in (None, before.grant.refresh_token)
    assert bench.token_of(after) == bench.granted(ACME).token != bench.token_of(before)
    assert after.grant.scopes == before.grant.scopes
    assert bench.observer.bugs == []


async def test_due_at_the_start(bench: Bench) -> None:
    """What fell due while the bot was away is renewed at once, also where the token has ended meanwhile."""
    workspace = (await installed(bench)).workspace
    bench.slack.expire_token(ACME)
    bench.later_s = 200_000
    async with running(bench):
        await bench.slack.until(lambda: bench.renewed)
    assert bench.renewed == [(workspace, bench.granted(ACME).token)]


async def test_many_calls_meet_the_same_end(bench: Bench) -> None:
    """However many calls find their token expired at once, it is renewed once, and all get the new one."""
    before = await installed(bench)
    expired = bench.token_of(before)
    bench.slack.expire_token(ACME)
    async with running(bench) as keeper:
        got = await asyncio.gather(*(keeper.renew_expired(before.workspace, expired) for _ in range(5)))
        assert set(got) == {bench.granted(ACME).token}
        assert await keeper.renew_expired(before.workspace, expired) == bench.granted(ACME).token
    assert refreshes(bench) == 1


async def test_tokens_that_do_not_end(bench: Bench) -> None:
    """A token without an end is never renewed, and there is none in its place where Slack refuses it."""
    bench.slack.app.rotates = False
    stored = await installed(bench)
    bench.later_s = 10_000_000
    async with running(bench) as keeper:
        assert await keeper.renew_expired(stored.workspace, bench.token_of(stored)) is None
        assert await keeper.renew_expired(WorkspaceId(77), "xoxb-unknown") is None
    assert refreshes(bench) == 0


async def test_failure_is_tried_again(bench: Bench) -> None:
    """Where Slack does not renew, it is asked again later, and not before, whoever wants it."""
    before = await installed(bench)
    bench.later_s = TEN_HOURS + 60
    bench.slack.rules.errors["oauth.v2.access"] = ["internal_error", "internal_error"]
    async with running(bench) as keeper:
        await bench.slack.until(lambda: bench.slack.rules.errors["oauth.v2.access"] == ["internal_error"])
        assert await keeper.renew_expired(before.workspace, bench.token_of(before)) is None
        assert bench.slack.rules.errors["oauth.v2.access"] == ["internal_error"]
        assert await bench.stored() == [before]
        for seconds in (100, 200):
            bench.later_s = TEN_HOURS + 60 + seconds
            keeper.look_again()
            await bench.slack.until(lambda: bench.slack.rules.errors["oauth.v2.access"] == [])
        await bench.slack.until(lambda: bench.renewed)
    assert bench.renewed == [(before.workspace, bench.granted(ACME).token)]
    assert bench.observer.bugs == []


async def test_lost_answer(bench: Bench) -> None:
    """Where Slack's answer is lost, and the refresh token with it, the log says what to do, and nothing changes."""
    before = await installed(bench)
    bench.later_s = TEN_HOURS + 60
    bench.slack.rules.drops["oauth.v2.access"] = 1
    with capture_logs() as logged:
        async with running(bench) as keeper:
            await bench.slack.until(lambda: refreshes(bench) == 1)
            bench.later_s += 10
            keeper.look_again()
            await bench.slack.until(lambda: refreshes(bench) == 2)
    entries = [entry for entry in logged if entry["event"] == "slack.token_not_renewed"]
    assert entries[-1]["reason"] == "invalid_refresh_token"
    assert entries[-1]["todo"] == "install the app again at /slack/install"
    assert await bench.stored() == [before]
    assert not [secret for secret in (bench.token_of(before), bench.app.client_secret) if secret in repr(logged)]


async def test_removed_meanwhile(bench: Bench) -> None:
    """Tokens that come after the app was uninstalled are stored nowhere."""
    before = await installed(bench)
    bench.later_s = TEN_HOURS + 60
    answering = bench.slack.rules.late["oauth.v2.access"] = asyncio.Event()
    async with running(bench):
        await bench.slack.until(lambda: refreshes(bench) == 1)
        for body in await bench.slack.uninstall(ACME, told=False):
            await bench.uninstalls.take(body | {"event_time": bench.now() // 1_000_000})
        answering.set()
    (gone,) = await bench.stored()
    assert (gone.workspace, gone.grant) == (before.workspace, None)
    assert bench.renewed == []


async def test_installed_anew_meanwhile(bench: Bench) -> None:
    """Tokens that come after the app was installed anew do not replace those of the new installation."""
    await installed(bench)
    bench.later_s = TEN_HOURS + 60
    answering = bench.slack.rules.late["oauth.v2.access"] = asyncio.Event()
    async with running(bench):
        await bench.slack.until(lambda: refreshes(bench) == 1)
        bench.slack.rules.late.clear()
        anew = await installed(bench)
        answering.set()
    assert await bench.stored() == [anew]
    assert bench.renewed == []


async def test_stopped_during_a_renewal(bench: Bench) -> None:
    """A renewal under way is finished before the bot ends: its answer is known only there."""
    before = await installed(bench)
    bench.later_s = TEN_HOURS + 60
    answering = bench.slack.rules.late["oauth.v2.access"] = asyncio.Event()
    async with running(bench):
        await bench.slack.until(lambda: refreshes(bench) == 1)
        asyncio.get_running_loop().call_soon(answering.set)
    (after,) = await bench.stored()
    assert bench.token_of(after) == bench.granted(ACME).token != bench.token_of(before)


async def test_one_of_several_bots_renews(bench: Bench) -> None:
    """A bot that meets the end of a token and has not the duty leaves it to the one that has, which sees that."""
    before = await installed(bench)
    ended, ours = bench.token_of(before), bench.units
    bench.slack.expire_token(ACME)
    bench.units = UnitsOfWork(SharedStore(ours.store, {Duty.TOKENS: "another"}, "this one"))
    other = bench.keeper()
    assert await other.renew_expired(before.workspace, ended) is None
    assert (refreshes(bench), bench.renewed) == (0, [])
    bench.units = ours
    async with running(bench):
        await bench.slack.until(lambda: bench.renewed)
    assert await other.renew_expired(before.workspace, ended) == bench.granted(ACME).token
    assert refreshes(bench) == 1
