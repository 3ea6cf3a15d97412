"""OAuth of the stand-in Slack against slack_sdk's own client: consent, codes, grants, rotation, and their ends."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackStandIn
from bot.sandbox.slack.oauth import grants
from bot.sandbox.slack.oauth.consent import RefusedRequestError
from tests.sandbox.recording_app import recording_app
from tests.sandbox.slack_stage import Stage, error_of

BACK = "https://bot.acme.example/slack/oauth_redirect"
ACME = "T0ACME"

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")  # slack_sdk gives it


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Give a stand-in with two teams where the app is nowhere, and an organization of two more."""
    async with recording_app() as app, SlackStandIn(installed=False) as slack, aiohttp.ClientSession() as session:
        slack.events_url = app.url
        slack.app.redirect_urls = ["https://bot.acme.example/slack"]
        slack.add_team(ACME, "Acme")
        slack.add_person("U0ANN", "Ann Admin", "admin", team_id=ACME)
        slack.add_team("T0EAST", "East", enterprise_id="E0ORG")
        slack.add_team("T0WEST", "West", enterprise_id="E0ORG")
        slack.add_person("U0EVE", "Eve East", "owner", team_id="T0EAST")
        client = AsyncWebClient(base_url=slack.api_url, session=session, retry_handlers=[])
        yield Stage(slack, app, client, session)


def asking(slack: SlackStandIn, scope: str = "chat:write,users:read", **changes: str) -> str:
    """Return an authorize URL."""
    asked = {"client_id": slack.app.client_id, "scope": scope, "redirect_uri": BACK, "state": "s1"} | changes
    return f"{slack.authorize_url}?{urlencode(asked)}"


def answer_of(location: str) -> dict[str, str]:
    """Return what the browser is sent back with."""
    assert location.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def grant(stage: Stage, location: str, **changes: str) -> dict[str, object]:
    """Exchange the code of an answer."""
    app = stage.slack.app
    named = {"client_id": app.client_id, "client_secret": app.client_secret, "redirect_uri": BACK}
    answer = await stage.client.oauth_v2_access(**named | {"code": answer_of(location)["code"]} | changes)
    return dict(answer.data) if isinstance(answer.data, dict) else {}


async def installed(stage: Stage, team_id: str, *, org_wide: bool = False) -> dict[str, object]:
    """Install the app in a team by OAuth and return the grant."""
    return await grant(stage, stage.slack.approve(asking(stage.slack), team_id, org_wide=org_wide))


async def test_an_approval_gives_a_code_and_the_code_a_grant(stage: Stage) -> None:
    """The browser comes back with code and state; oauth.v2.access names team, bot, scopes and who installed it."""
    location = stage.slack.approve(asking(stage.slack), ACME)
    assert answer_of(location)["state"] == "s1"
    given = await grant(stage, location)
    assert (given["team"], given["enterprise"], given["is_enterprise_install"]) == (
        {"id": ACME, "name": "Acme"},
        None,
        False,
    )
    assert (given["scope"], given["authed_user"]) == ("chat:write,users:read", {"id": "U0ANN"})
    known = await stage.client.auth_test(token=str(given["access_token"]))
    assert (known["team_id"], known["team"], known["user_id"]) == (ACME, "Acme", given["bot_user_id"])
    assert known.headers["X-OAuth-Scopes"] == "chat:write,users:read"


async def test_a_decline_says_access_denied(stage: Stage) -> None:
    """Declined, the browser comes back with an error and the state, and nothing is installed."""
    assert answer_of(stage.slack.decline(asking(stage.slack))) == {"error": "access_denied", "state": "s1"}
    assert stage.slack.installations == []


async def test_what_slack_would_not_ask_is_refused(stage: Stage) -> None:
    """Another client id, no scopes, a foreign redirect_uri: Slack shows an error and sends nobody back."""
    for change in ({"client_id": "9"}, {"scope": ""}, {"redirect_uri": "https://evil.example/"}):
        with pytest.raises(RefusedRequestError):
            stage.slack.approve(asking(stage.slack, **change), ACME)
        async with stage.session.get(asking(stage.slack, **change)) as page:
            assert page.status == 400


async def test_a_code_works_once_for_its_own_app_and_address(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong secret, other redirect_uri, unknown, used and late codes each get Slack's own error."""
    location = stage.slack.approve(asking(stage.slack), ACME)
    assert await error_of(grant(stage, location, client_id="9")) == "invalid_client_id"
    assert await error_of(grant(stage, location, client_secret="no")) == "bad_client_secret"
    assert await error_of(grant(stage, location, redirect_uri=f"{BACK}/x")) == "bad_redirect_uri"
    assert await error_of(grant(stage, location, code="1.2")) == "invalid_code"
    assert await error_of(grant(stage, location, grant_type="password")) == "invalid_grant_type"
    await grant(stage, location)
    assert await error_of(grant(stage, location)) == "code_already_used"
    monkeypatch.setattr(grants, "CODE_LIFETIME_S", -1)
    assert await error_of(grant(stage, stage.slack.approve(asking(stage.slack), ACME))) == "invalid_code"


async def test_the_consent_page_asks_and_takes_one_answer(stage: Stage) -> None:
    """The page names the scopes and the teams; its form works once, and without it nothing is granted."""
    url = asking(stage.slack, team=ACME)
    async with stage.session.get(url) as page:
        shown = await page.text()
    assert "chat:write" in shown
    assert f'<option value="{ACME}" selected>Acme</option>' in shown
    form = re.findall(r'name="form" value="([^"]+)"', shown)[0]
    answer = {"form": form, "team": ACME, "answer": "allow"}
    async with stage.session.post(url, data=answer, allow_redirects=False) as sent:
        assert sent.status == 303
        assert (await grant(stage, sent.headers["Location"]))["team"] == {"id": ACME, "name": "Acme"}
    for wrong in (answer, {**answer, "form": "guess"}):
        async with stage.session.post(url, data=wrong, allow_redirects=False) as sent:
            assert sent.status == 403
    async with stage.session.get(url) as page:
        form = re.findall(r'name="form" value="([^"]+)"', await page.text())[0]
    async with stage.session.post(url, data=answer | {"form": form, "answer": "x"}, allow_redirects=False) as sent:
        assert answer_of(sent.headers["Location"])["error"] == "access_denied"


async def test_fewer_scopes_are_granted_and_kept_to(stage: Stage) -> None:
    """A grant of fewer scopes than asked for refuses the rest as missing_scope; installing again adds to it."""
    location = stage.slack.approve(asking(stage.slack), ACME, scopes=["users:read"])
    given = await grant(stage, location)
    token = str(given["access_token"])
    await stage.client.users_list(token=token)
    assert await error_of(stage.client.chat_postMessage(channel="C0X", text="x", token=token)) == "missing_scope"
    again = await installed(stage, ACME)
    assert (again["scope"], again["access_token"]) == ("users:read,chat:write", token)
    assert await error_of(stage.client.chat_postMessage(channel="C0X", text="x", token=token)) == "channel_not_found"


async def test_two_teams_see_only_their_own(stage: Stage) -> None:
    """Tokens belong to a team: its channels, its people, its bot; the first team is installed like any other."""
    slack = stage.slack
    slack.add_channel("C0ACME", "acme", team_id=ACME)
    first, second = await installed(stage, slack.team_id), await installed(stage, ACME)
    assert (first["bot_user_id"], second["bot_user_id"] != slack.bot_user_id) == (slack.bot_user_id, True)
    for given, name, channel in ((first, "support", "C0SUPPORT"), (second, "acme", "C0ACME")):
        token = str(given["access_token"])
        slack.installation_for(str(given["team"]["id"])).scopes.append("channels:read")  # type: ignore[union-attr, index]
        listed = await stage.client.conversations_list(token=token)
        assert [one["name"] for one in listed["channels"]] == [name]
        await stage.client.chat_postMessage(channel=channel, text="x", token=token)
        other = "C0ACME" if channel == "C0SUPPORT" else "C0SUPPORT"
        refused = await error_of(stage.client.chat_postMessage(channel=other, text="x", token=token))
        assert refused == "channel_not_found"
    people = [one["id"] for one in (await stage.client.users_list(token=str(second["access_token"])))["members"]]
    assert people == ["U0ANN", second["bot_user_id"]]


async def test_a_channel_of_two_teams_tells_both_installations(stage: Stage) -> None:
    """What is said in a channel of two teams is sent once for each, under ids of their own; or to one if so set."""
    slack = stage.slack
    first, second = slack.install(slack.team_id), slack.install(ACME)
    slack.share("C0SUPPORT", ACME)
    await slack.invite("C0SUPPORT", ACME)
    before = len(stage.app.received)
    await slack.say("U0ANN", "C0SUPPORT", "hello")
    told = stage.envelopes()[before:]
    assert sorted(one["authorizations"][0]["team_id"] for one in told) == [ACME, slack.team_id]
    assert len({one["event_id"] for one in told}) == 2
    assert {(one["team_id"], one["is_ext_shared_channel"], one["event"]["user_team"]) for one in told} == {
        (ACME, True, ACME)
    }
    slack.rules.shared_once = True
    before = len(stage.app.received)
    await slack.say("U0AVA", "C0SUPPORT", "hello")
    [only] = stage.envelopes()[before:]
    assert only["authorizations"][0]["team_id"] == slack.team_id
    for one in (first, second):
        await stage.client.chat_postMessage(channel="C0SUPPORT", text="x", token=one.token)
    posts = [message for message in slack.channels["C0SUPPORT"].messages if message.bot_id]
    assert [(post.bot_id, post.team_id) for post in posts] == [
        (first.bot_id, slack.team_id),
        (second.bot_id, ACME),
    ]
    update = stage.client.chat_update(channel="C0SUPPORT", ts=posts[0].ts, text="y", token=second.token)
    assert await error_of(update) == "cant_update_message"


async def test_commands_and_homes_go_to_the_persons_own_team(stage: Stage) -> None:
    """A command and the Home of a person name their team, whose installation they are for."""
    slack = stage.slack
    slack.install(slack.team_id)
    second = slack.install(ACME)
    slack.add_channel("C0ACME", "acme", team_id=ACME)
    await slack.command("U0ANN", "C0ACME", "/volt", "help")
    assert parse_qs(stage.app.bodies()[-1].decode())["team_id"] == [ACME]
    await slack.open_home("U0ANN")
    [told] = stage.envelopes()
    assert told["authorizations"][0]["team_id"] == ACME
    view = {"type": "home", "blocks": []}
    await stage.client.views_publish(user_id="U0ANN", view=view, token=second.token)
    refused = stage.client.views_publish(user_id="U0ANN", view=view, token=slack.first.token)
    assert await error_of(refused) == "invalid_arguments"


async def test_an_organization_installs_once_for_all_its_teams(stage: Stage) -> None:
    """Org-wide the grant names the enterprise and no team, and its events come with the team they happened in."""
    given = await installed(stage, "T0WEST", org_wide=True)
    assert (given["team"], given["is_enterprise_install"]) == (None, True)
    assert given["enterprise"] == {"id": "E0ORG", "name": "Organization"}
    stage.slack.add_channel("C0WEST", "west", team_id="T0WEST")
    stage.slack.add_person("U0WES", "Wes West", team_id="T0WEST")
    await stage.slack.say("U0WES", "C0WEST", "hello")
    [told] = stage.envelopes()
    grant_of = told["authorizations"][0]
    assert (told["team_id"], grant_of["team_id"], grant_of["enterprise_id"]) == ("T0WEST", None, "E0ORG")
    assert grant_of["is_enterprise_install"] is True
    await stage.client.chat_postMessage(channel="C0WEST", text="x", token=str(given["access_token"]))


async def test_tokens_rotate_and_a_refresh_token_works_once(stage: Stage) -> None:
    """With rotation slack_sdk's rotator gets a new token; the old one lives on until it expires, two at most."""
    app = stage.slack.app
    app.rotates = True
    given = await installed(stage, ACME)
    first = str(given["access_token"])
    assert (first.startswith("xoxe.xoxb-"), given["expires_in"]) == (True, 43_200)
    rotator = AsyncTokenRotator(client_id=app.client_id, client_secret=app.client_secret, client=stage.client)
    held = Installation(
        user_id="U0ANN",
        team_id=ACME,
        bot_token=first,
        bot_refresh_token=str(given["refresh_token"]),
        bot_token_expires_in=1,
    )
    rotated = await rotator.perform_token_rotation(installation=held)
    assert rotated is not None
    assert rotated.bot_token not in (None, first)
    for token in (first, str(rotated.bot_token)):
        assert (await stage.client.auth_test(token=token))["team_id"] == ACME
    named = {"client_id": app.client_id, "client_secret": app.client_secret, "grant_type": "refresh_token"}
    again = stage.client.oauth_v2_access(**named, refresh_token=str(given["refresh_token"]))
    assert await error_of(again) == "invalid_refresh_token"
    await stage.client.oauth_v2_access(**named, refresh_token=str(rotated.bot_refresh_token))
    assert await error_of(stage.client.auth_test(token=first)) == "token_revoked"
    stage.slack.expire_token(ACME)
    newest = stage.slack.installation_for(ACME)
    assert newest is not None
    assert await error_of(stage.client.auth_test(token=newest.token)) == "token_expired"


@pytest.mark.parametrize("order", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled")])
async def test_uninstalling_ends_the_tokens_and_tells_so_in_either_order(stage: Stage, order: tuple[str, str]) -> None:
    """The token is account_inactive at once; both events come signed, name the team, and list users, not tokens."""
    token = str((await installed(stage, ACME))["access_token"])
    bot = str((await stage.client.auth_test(token=token))["user_id"])
    await stage.slack.uninstall(ACME, order=order)
    assert await error_of(stage.client.auth_test(token=token)) == "account_inactive"
    told = stage.envelopes()
    assert [(one["event"]["type"], one["team_id"]) for one in told] == [(kind, ACME) for kind in order]
    revoked = next(one["event"] for one in told if one["event"]["type"] == "tokens_revoked")
    assert revoked["tokens"] == {"oauth": [], "bot": [bot]}
    assert "authorizations" not in told[0]
    verifier = SignatureVerifier(stage.slack.signing_secret)
    assert all(verifier.is_valid_request(one.body, one.headers) for one in stage.app.received)
    again = await installed(stage, ACME)
    assert (again["bot_user_id"], again["access_token"] != token) == (bot, True)
    assert (await stage.client.auth_test(token=str(again["access_token"])))["team_id"] == ACME


async def test_events_of_an_end_can_be_kept_back(stage: Stage) -> None:
    """Kept back, the events of an uninstall are bodies that a test delivers when it wants, also after a new install."""
    await installed(stage, ACME)
    bodies = await stage.slack.uninstall(ACME, told=False)
    assert stage.app.received == []
    await installed(stage, ACME)
    assert await stage.slack.deliver(bodies[0]) == 200


async def test_a_revoked_token_is_told_and_the_app_can_end_itself(stage: Stage) -> None:
    """A token revoked at Slack is told of; auth.revoke and apps.uninstall end the installation, with both events."""
    app, slack = stage.slack.app, stage.slack
    await installed(stage, ACME)
    await slack.revoke_tokens(ACME)
    assert [one["event"]["type"] for one in stage.envelopes()] == ["tokens_revoked"]
    token = str((await installed(stage, ACME))["access_token"])
    assert (await stage.client.auth_revoke(test=True, token=token))["revoked"] is False
    assert (await stage.client.auth_revoke(token=token))["revoked"] is True
    assert await error_of(stage.client.auth_test(token=token)) == "token_revoked"
    await slack.until(lambda: len(stage.app.received) == 3)
    token = str((await installed(stage, ACME))["access_token"])
    named = {"client_id": app.client_id, "client_secret": app.client_secret}
    await stage.client.apps_uninstall(**named, token=token)
    await slack.until(lambda: len(stage.app.received) == 5)
    assert slack.installation_for(ACME) is None
    with pytest.raises(LookupError, match="not installed"):
        await slack.uninstall(ACME)
