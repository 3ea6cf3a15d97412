"""Installing by a browser: what is stored, what a person reads, and what comes of everything that can go wrong."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from slack_bolt.async_app import AsyncApp
from structlog.testing import capture_logs
from yarl import URL

from bot.domain.workspaces import FROM_ENVIRONMENT, Installation
from bot.slack.oauth.flow import is_grant
from bot.slack.oauth.scopes import PERMISSIONS, SCOPES
from tests.slack.oauth.conftest import ACME, GROUP, HARBOUR, Bench, Page

NOTHING = "Nothing was installed."


async def assert_nothing_installed(bench: Bench, page: Page, status: int, *words: str) -> None:
    """Assert that a page says so in words, and that it is so."""
    assert page.status == status, page.text
    for word in words:
        assert word in page.text
    assert "What to do." in page.text
    assert await bench.stored() == []
    assert bench.installed == []
    assert bench.observer.bugs == []


# --- the first page


async def test_installation_page(bench: Bench) -> None:
    """The page says what the bot does and what each permission is for, and leads to Slack with all of them."""
    page = await bench.visit(await bench.browser(), "/slack/install")
    assert "Text your customers from Slack" in page.text
    for permission in PERMISSIONS:
        assert permission.purpose in page.text
        assert all(scope in page.text for scope in permission.scopes)
    asked = parse_qs(urlsplit(await bench.begin(await bench.browser())).query)
    assert asked["scope"] == [",".join(SCOPES)]
    assert asked["redirect_uri"] == [f"{bench.url}/slack/oauth_redirect"]
    assert asked["client_id"] == [bench.slack.app.client_id]


async def test_headers_of_pages(bench: Bench) -> None:
    """A page runs no script, is shown in no frame, is kept nowhere, and tells no other site where it was."""
    for path in ("/slack/install", "/slack/oauth_redirect", "/slack/oauth_redirect?error=access_denied"):
        page = await bench.visit(await bench.browser(), path)
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "script" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!127[.]0[.]0[.]1)', page.html)


async def test_cookie(bench: Bench) -> None:
    """The cookie of a state is out of reach of scripts and other sites, and lives for ten minutes."""
    page = await bench.visit(await bench.browser(), "/slack/install")
    name_and_value, *marks = page.headers["Set-Cookie"].split("; ")
    assert name_and_value.startswith("volt-install=")
    assert set(marks) == {"HttpOnly", "SameSite=Lax", "Path=/slack", "Max-Age=600"}


async def test_cookie_over_https(unopened: Bench) -> None:
    """Where browsers reach the bot by https, the cookie never travels without; it follows the path of the address."""
    await unopened.start(public_url="https://acme.example/bot/")
    page = await unopened.visit(await unopened.browser(), "/slack/install")
    assert set(page.headers["Set-Cookie"].split("; ")[1:]) == {
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/bot/slack",
        "Max-Age=600",
    }


async def test_preselected_team(bench: Bench) -> None:
    """The page passes a team on to Slack, and nothing that is no id of one."""
    browser = await bench.browser()
    assert parse_qs(urlsplit(await bench.begin(browser, "?team=T0ACME")).query)["team"] == ["T0ACME"]
    assert "admin" not in await bench.begin(browser, "?team=T0ACME%26scope%3Dadmin")


# --- what is stored


async def test_installed(bench: Bench) -> None:
    """An installation is stored with sealed tokens, the bot hears who installed, and the page leads back to Slack."""
    bench.slack.add_user("U0EVE", "Eve", team_id=ACME, is_admin=True)
    page = await bench.install(user="U0EVE")
    assert page.status == 200
    assert "Installed in Acme <b>Ltd</b>" in page.text
    (stored,) = await bench.stored()
    installed = bench.granted(ACME)
    assert (stored.team_id, stored.name, stored.installed_by) == (ACME, "Acme <b>Ltd</b>", "U0EVE")
    assert (stored.app_id, stored.bot_id, stored.bot_user_id) == (
        bench.slack.app_id,
        installed.bot_id,
        installed.bot_user_id,
    )
    assert stored.grant is not None
    assert (set(stored.grant.scopes), stored.grant.expires_at) == (set(SCOPES), None)
    assert bench.token_of(stored) == installed.token
    assert not bench.holds(installed.token)
    assert bench.holds(stored.grant.token)
    assert bench.now() - 60_000_000 < stored.installed_at <= bench.now()
    assert bench.installed == [(stored.workspace, "U0EVE")]
    assert f"slack://app?team={ACME}&amp;id={bench.slack.app_id}" in page.html
    assert "Max-Age=0" in page.headers["Set-Cookie"]


async def test_two_workspaces(bench: Bench) -> None:
    """Each workspace has an installation of its own."""
    await bench.install(ACME)
    await bench.install(HARBOUR)
    first, second = await bench.stored()
    assert (first.team_id, second.team_id, second.enterprise_id) == (ACME, HARBOUR, GROUP)
    assert bench.token_of(first) != bench.token_of(second)


async def test_installed_again(bench: Bench) -> None:
    """A workspace that installs again keeps its number, whether or not it was uninstalled in between."""
    await bench.install()
    (first,) = await bench.stored()
    await bench.install()
    (second,) = await bench.stored()
    assert second.workspace == first.workspace
    assert second.installed_at > first.installed_at
    for body in await bench.slack.uninstall(ACME, told=False):
        await bench.uninstalls.take(body)
    (gone,) = await bench.stored()
    assert (gone.grant, gone.removed_at is not None) == (None, True)
    await bench.install()
    (again,) = await bench.stored()
    assert (again.workspace, again.removed_at) == (first.workspace, None)
    assert bench.token_of(again) == bench.granted(ACME).token
    assert [workspace for workspace, _ in bench.installed] == [first.workspace] * 3


async def test_whole_organisation(bench: Bench) -> None:
    """An organisation-wide installation is one workspace of its own, known by the organisation's id."""
    bench.slack.add_team("T0PIER", "Pier", enterprise_id=GROUP)
    await bench.install(HARBOUR)
    page = await bench.install(HARBOUR, org_wide=True)
    assert "Installed in the organisation" in page.text
    one, whole = await bench.stored()
    assert (one.team_id, one.is_org_wide) == (HARBOUR, False)
    assert (whole.team_id, whole.enterprise_id, whole.is_org_wide) == ("", GROUP, True)
    await bench.install(HARBOUR, org_wide=True)
    assert len(await bench.stored()) == 2


async def test_renewed_tokens_are_stored(bench: Bench) -> None:
    """Where the app rotates its tokens, the refresh token is sealed too, and the end is known."""
    bench.slack.app.rotates = True
    await bench.install()
    (stored,) = await bench.stored()
    assert stored.grant is not None
    assert stored.grant.refresh_token is not None
    assert bench.sealer.open(stored.grant.refresh_token).startswith("xoxe-1-")
    assert stored.grant.expires_at is not None
    assert abs(stored.grant.expires_at - bench.now() - 43_200_000_000) < 60_000_000


async def test_bug_after_the_installation(bench: Bench) -> None:
    """What fails once the installation is stored is reported, and the page still says that it is installed."""

    async def fail() -> None:
        raise RuntimeError("a bug")

    bench.told = fail
    assert "Installed in" in (await bench.install()).text
    assert [str(bug) for bug in bench.observer.bugs] == ["a bug"]


# --- what goes wrong


async def test_declined(bench: Bench) -> None:
    """Who declines in Slack reads that nothing was installed, and can begin again."""
    browser = await bench.browser()
    page = await bench.visit(browser, bench.slack.decline(await bench.begin(browser)))
    await assert_nothing_installed(bench, page, 200, "Not installed", "You declined in Slack.", NOTHING)
    assert f'href="{bench.url}/slack/install"' in page.html


async def test_without_state(bench: Bench) -> None:
    """The second page alone, without Slack in between, says what it is for."""
    page = await bench.visit(await bench.browser(), "/slack/oauth_redirect?code=1.2")
    await assert_nothing_installed(bench, page, 400, "This page comes after Slack's", NOTHING)


async def test_without_code(bench: Bench) -> None:
    """A way back from Slack without its answer installs nothing."""
    browser = await bench.browser()
    state = URL(await bench.begin(browser)).query["state"]
    page = await bench.visit(browser, f"/slack/oauth_redirect?state={state}")
    await assert_nothing_installed(bench, page, 400, "Slack's answer is incomplete", NOTHING)


@pytest.mark.parametrize("state", ["made-up", "gAAAA" + "B" * 120, "x" * 5_000, "%ff%00", "é"])
async def test_forged_state(bench: Bench, state: str) -> None:
    """A state that we did not make is called so, also where the browser bears it as a cookie."""
    browser = await bench.browser()
    page = await bench.visit(browser, f"/slack/oauth_redirect?code=1.2&state={state}")
    await assert_nothing_installed(bench, page, 400, "This link is not ours", NOTHING)
    if state.isascii() and "%" not in state:
        browser.cookie_jar.update_cookies({"volt-install": state}, URL(bench.url))
        page = await bench.visit(browser, f"/slack/oauth_redirect?code=1.2&state={state}")
        await assert_nothing_installed(bench, page, 400, "This link is not ours", NOTHING)


async def test_sealed_secret_as_state(bench: Bench) -> None:
    """Something else that was sealed by the same key is no state."""
    state = bench.sealer.seal("xoxb-a-token")
    page = await bench.visit(await bench.browser(), f"/slack/oauth_redirect?code=1.2&state={state}")
    await assert_nothing_installed(bench, page, 400, "This link is not ours")


async def test_stale_state(bench: Bench) -> None:
    """After ten minutes a state does not count any more."""
    browser = await bench.browser()
    back = bench.slack.approve(await bench.begin(browser), ACME)
    bench.later_s = 601
    page = await bench.visit(browser, back)
    await assert_nothing_installed(bench, page, 400, "This took too long", "ten minutes", NOTHING)


async def test_other_browser(bench: Bench) -> None:
    """A link that was begun in one browser is not finished in another, and still works in the first."""
    browser = await bench.browser()
    back = bench.slack.approve(await bench.begin(browser), ACME)
    page = await bench.visit(await bench.browser(), back)
    await assert_nothing_installed(bench, page, 400, "This was begun elsewhere", NOTHING)
    assert "Installed in" in (await bench.visit(browser, back)).text


async def test_used_twice(bench: Bench) -> None:
    """The page works once; opened again it says that all is well if it was installed, and changes nothing."""
    browser = await bench.browser()
    back = bench.slack.approve(await bench.begin(browser), ACME)
    await bench.visit(browser, back)
    page = await bench.visit(browser, back)
    assert (page.status, "This page works once" in page.text) == (400, True)
    browser.cookie_jar.update_cookies({"volt-install": URL(back).query["state"]}, URL(bench.url))
    page = await bench.visit(browser, back)
    assert (page.status, "This page works once" in page.text) == (400, True)
    assert len(bench.installed) == 1


async def test_used_in_two_windows_at_once(bench: Bench) -> None:
    """Two requests with one state install once."""
    browser = await bench.browser()
    back = bench.slack.approve(await bench.begin(browser), ACME)
    pages = await asyncio.gather(bench.visit(browser, back), bench.visit(browser, back))
    assert sorted(page.status for page in pages) == [200, 400]
    assert len(bench.installed) == 1


async def test_used_code(bench: Bench) -> None:
    """A code that Slack has taken before, or never gave, is refused by Slack and said in words."""
    browser = await bench.browser()
    used = URL(bench.slack.approve(await bench.begin(browser), ACME)).query["code"]
    bench.slack.oauth.codes[used].is_used = True
    for code in (used, "1.made-up"):
        state = URL(await bench.begin(browser)).query["state"]
        page = await bench.visit(browser, f"/slack/oauth_redirect?code={code}&state={state}")
        await assert_nothing_installed(bench, page, 400, "Slack's answer is not valid any more", NOTHING)


async def test_team_that_may_not(unopened: Bench) -> None:
    """A team that may not install is told so; its token is given back to Slack and stored nowhere."""
    await unopened.start(allowed_teams=frozenset({HARBOUR}))
    page = await unopened.install(ACME)
    await assert_nothing_installed(unopened, page, 403, "Acme <b>Ltd</b> cannot install this bot", NOTHING)
    assert unopened.slack.installation_for(ACME) is None
    assert [call.method for call in unopened.slack.calls][-1] == "auth.revoke"
    assert "Installed in Harbour" in (await unopened.install(HARBOUR)).text


async def test_team_allowed_by_its_organisation(unopened: Bench) -> None:
    """The id of an organisation lets in each of its teams, and the organisation as a whole."""
    await unopened.start(allowed_teams=frozenset({GROUP}))
    assert (await unopened.install(HARBOUR)).status == 200
    assert (await unopened.install(HARBOUR, org_wide=True)).status == 200
    assert (await unopened.install(ACME)).status == 403


async def test_token_without_scopes(bench: Bench) -> None:
    """A grant that is too small is named with what is missing, given back and stored nowhere."""
    page = await bench.install(scopes=[scope for scope in SCOPES if not scope.endswith(":history")])
    await assert_nothing_installed(
        bench, page, 400, "Permissions are missing", "Missing: channels:history, groups:history.", NOTHING
    )
    assert bench.slack.installation_for(ACME) is None


async def test_comfort_that_was_not_granted(bench: Bench) -> None:
    """Without the permissions for faces and user groups the bot works all the same."""
    page = await bench.install(scopes=set(SCOPES) - {"chat:write.customize", "usergroups:read"})
    assert page.status == 200
    assert len(await bench.stored()) == 1


async def test_workspace_of_the_environment(bench: Bench) -> None:
    """The workspace of SLACK_BOT_TOKEN is refused in words, and its token is not given back: it may be the same."""
    own = Installation(FROM_ENVIRONMENT, ACME, name="Acme")
    await bench.read(lambda tx: tx.installations.save(own))
    page = await bench.install(ACME)
    await assert_nothing_installed(bench, page, 409, "This workspace has the bot already", "Nothing was changed.")
    assert bench.slack.installation_for(ACME) is not None
    assert await bench.read(lambda tx: tx.installations.get(FROM_ENVIRONMENT)) == own


async def test_slack_down_at_the_exchange(bench: Bench) -> None:
    """Where Slack does not answer, nothing is installed, and the same admin can try again."""
    browser = await bench.browser()
    back = bench.slack.approve(await bench.begin(browser), ACME)
    bench.slack.rules.down = True
    page = await bench.visit(browser, back)
    await assert_nothing_installed(bench, page, 424, "Slack does not answer", NOTHING, "Wait a minute.")
    bench.slack.rules.down = False
    assert "Installed in" in (await bench.install(browser=browser)).text


async def test_slack_down_in_the_middle(bench: Bench) -> None:
    """Where Slack fails after its grant, it is asked again for the bot's name; nothing is stored if that fails."""
    bench.slack.rules.errors["auth.test"] = ["internal_error"] * 2
    assert "Installed in" in (await bench.install(HARBOUR)).text
    (harbour,) = await bench.stored()
    bench.slack.rules.errors["auth.test"] = ["internal_error"] * 3
    page = await bench.install(ACME)
    assert (page.status, "Slack does not answer" in page.text, NOTHING in page.text) == (424, True, True)
    assert await bench.stored() == [harbour]
    assert "Installed in" in (await bench.install(ACME)).text


@pytest.mark.parametrize("error", ["bad_client_secret", "invalid_client_id", "bad_redirect_uri"])
async def test_wrong_settings(bench: Bench, error: str) -> None:
    """Where Slack does not accept the bot's own settings, the page says whom to tell."""
    bench.slack.rules.errors["oauth.v2.access"] = [error]
    page = await bench.install()
    await assert_nothing_installed(bench, page, 400, "This bot is not set up right", "the person who runs this bot")


@pytest.mark.parametrize("error", ["something_new", "<script>alert(1)</script>", ""])
async def test_errors_that_are_not_known(bench: Bench, error: str) -> None:
    """An error of Slack that has no words of ours is not repeated: anybody can write one into the address."""
    page = await bench.visit(
        await bench.browser(), str(URL(bench.url + "/slack/oauth_redirect").with_query(error=error))
    )
    await assert_nothing_installed(bench, page, 400, "Slack did not go on", NOTHING)
    assert not error or error not in page.html


async def test_database_down_from_the_start(bench: Bench) -> None:
    """Where the database takes nothing, the code is not even used."""
    browser = await bench.browser()
    back = bench.slack.approve(await bench.begin(browser), ACME)
    await bench.storage.close()
    page = await bench.visit(browser, back)
    assert (page.status, "This could not be stored" in page.text, NOTHING in page.text) == (424, True, True)
    assert "oauth.v2.access" not in [call.method for call in bench.slack.calls]


async def test_database_down_in_the_middle(bench: Bench) -> None:
    """Where the database fails after Slack's grant, the page says so, and nobody hears of an installation."""
    browser, answering = await bench.browser(), asyncio.Event()
    back = bench.slack.approve(await bench.begin(browser), ACME)
    bench.slack.rules.late["auth.test"] = answering
    visit = asyncio.create_task(bench.visit(browser, back))
    await bench.slack.until(lambda: any(call.method == "auth.test" for call in bench.slack.calls))
    await bench.storage.close()
    answering.set()
    page = await visit
    assert (page.status, "This could not be stored" in page.text) == (424, True)
    assert bench.installed == []


# --- strangers


@pytest.mark.parametrize(
    "path",
    [
        "/slack/oauth_redirect?%ff=%ff&code=%00&state=%00",
        "/slack/oauth_redirect?code=1&code=2&state=a&state=b",
        "/slack/oauth_redirect?code[]=1&state[]=2&error[]=3",
        "/slack/oauth_redirect?" + "&".join(f"a{number}=1" for number in range(900)),
        "/slack/oauth_redirect?state=" + "%F0%9F%92%A9" * 300,
        "/slack/install?team=%ff%00",
        "/slack/install?" + "team=T&" * 900,
    ],
)
async def test_strange_addresses(bench: Bench, path: str) -> None:
    """Whatever is in the address, the answer is a page and never an error of the server."""
    async with (await bench.browser()).get(URL(bench.url + path, encoded=True)) as answer:
        assert answer.status < 500
        assert "<h1>" in await answer.text()
    assert bench.observer.bugs == []


async def test_strange_cookies(bench: Bench) -> None:
    """Whatever stands in the cookie header, the answer is a page."""
    for cookie in (";;;=", "volt-install", "volt-install=;volt-install=\xff", "a" * 4_000):
        headers = {"Cookie": cookie.encode("latin-1").decode("latin-1")}
        async with (await bench.browser()).get(
            f"{bench.url}/slack/oauth_redirect?state=x&code=1", headers=headers
        ) as answer:
            assert answer.status == 400
    assert bench.observer.bugs == []


async def test_only_get(bench: Bench) -> None:
    """HEAD and POST are refused: what works once must not be used up by a look."""
    browser = await bench.browser()
    back = bench.slack.approve(await bench.begin(browser), ACME)
    for method in ("HEAD", "POST"):
        async with browser.request(method, back) as answer:
            assert answer.status == 405
    assert "Installed in" in (await bench.visit(browser, back)).text


async def test_opening_the_page_writes_nothing(bench: Bench) -> None:
    """Who only opens the first page leaves nothing in the database, and states that ended are forgotten."""
    browser = await bench.browser()
    for _ in range(3):
        await bench.begin(browser)
    assert await bench.count_of("install-state") == 0
    await bench.install(ACME)
    bench.later_s = 700
    await bench.install(HARBOUR)
    assert await bench.count_of("install-state") == 1


async def test_no_secret_in_log_or_page(bench: Bench) -> None:
    """Neither the log nor a page holds a token, a code, a state or the client secret, whatever happens."""
    with capture_logs() as logged:
        browser = await bench.browser()
        back = bench.slack.approve(await bench.begin(browser), ACME)
        pages = [await bench.visit(browser, back), await bench.visit(browser, back)]
        secrets = [*URL(back).query.values(), bench.granted(ACME).token, bench.app.client_secret]
        for error in ("internal_error", "bad_client_secret", "invalid_code"):
            back = bench.slack.approve(await bench.begin(browser), ACME)
            bench.slack.rules.errors["oauth.v2.access"] = [error]
            pages.append(await bench.visit(browser, back))
            secrets += URL(back).query.values()
    said = repr(logged) + "".join(page.html + repr(page.headers) for page in pages)
    assert not [secret for secret in secrets if secret in said]
    assert {entry["event"] for entry in logged} == {"slack.installed", "slack.not_installed"}


WHOLE = {"access_token": "xoxb-1", "token_type": "bot", "bot_user_id": "U1", "team": {"id": "T1"}}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}, True),
        ({"access_token": None}, False),
        ({"access_token": ""}, False),
        ({"token_type": "user"}, False),
        ({"team": None}, False),
        ({"team": {"id": 5}}, False),
        ({"is_enterprise_install": True}, False),
        ({"bot_user_id": None}, False),
    ],
)
def test_answers_that_are_no_grant(changed: dict[str, Any], *, expected: bool) -> None:
    """An answer without a bot's token, or without the place that it is for, is no grant, whatever else it says."""
    assert is_grant(WHOLE | changed) is expected


async def test_bolt_takes_our_settings(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """With our settings Bolt's app makes none from the environment, and keeps nothing in a home directory."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "of-the-environment")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "of-the-environment")
    bolt = AsyncApp(client=bench.web, signing_secret="not used", oauth_settings=bench.pages.settings)
    assert bolt.oauth_flow is not None
    assert bolt.oauth_flow.settings.client_id == bench.app.client_id
    assert bolt.installation_store is bench.pages.settings.installation_store
