"""SlackStandIn against the real clients: slack_sdk's Web API client and verifier, and Bolt over Socket Mode."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackStandIn
from tests.harness.world import AVA, BEN, CHANNEL
from tests.sandbox.recording_app import RecordingApp, recording_app

BUTTONS: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "plain_text", "text": "Dana"}},
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "close", "text": {"type": "plain_text", "text": "Close"}, "value": "7"}
        ],
    },
]


@pytest.fixture
async def app() -> AsyncIterator[RecordingApp]:
    """Give the app at the other end."""
    async with recording_app() as recorder:
        yield recorder


@pytest.fixture
async def slack(app: RecordingApp) -> AsyncIterator[SlackStandIn]:
    """Give a workspace that delivers to the app."""
    async with SlackStandIn() as stand_in:
        stand_in.events_url = app.url
        yield stand_in


@pytest.fixture
async def client(slack: SlackStandIn) -> AsyncIterator[AsyncWebClient]:
    """Give Slack's own client with the bot's token."""
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])


def events(app: RecordingApp) -> list[dict[str, Any]]:
    """Return the event envelopes the app received."""
    return [json.loads(body) for body in app.bodies() if body.startswith(b"{")]


def subtypes(app: RecordingApp) -> list[str | None]:
    """Return the subtypes of the events the app received."""
    return [envelope["event"].get("subtype") for envelope in events(app)]


async def error_of(call: Any) -> str:
    """Return the code a call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def give_up(slack: SlackStandIn, call: Coroutine[Any, Any, Any]) -> None:
    """Start a call, and cancel it once it has arrived."""
    before = len(slack.calls)
    calling = asyncio.create_task(call)
    await slack.until(lambda: len(slack.calls) > before and slack.calls[-1].args)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling


async def test_a_persons_message_is_stored_and_delivered_with_a_signature_that_verifies(
    slack: SlackStandIn, app: RecordingApp
) -> None:
    """What a person says is stored and delivered once as a signed message event with text and rich_text."""
    ts = await slack.say(AVA, CHANNEL, "a < b, see https://example.com and <@U0BEN> :wave::skin-tone-3:")
    [received] = app.received
    assert SignatureVerifier(slack.signing_secret).is_valid_request(received.body, received.headers)
    event = json.loads(received.body)["event"]
    assert event["text"] == "a &lt; b, see <https://example.com> and <@U0BEN> :wave::skin-tone-3:"
    leaves = event["blocks"][0]["elements"][0]["elements"]
    assert leaves[0] == {"type": "text", "text": "a < b, see "}
    assert leaves[1] == {"type": "link", "url": "https://example.com"}
    assert leaves[3] == {"type": "user", "user_id": "U0BEN"}
    assert leaves[5] == {"type": "emoji", "name": "wave", "skin_tone": 3}
    assert (event["ts"], event["user"], event["channel"]) == (ts, AVA, CHANNEL)
    assert slack.channels[CHANNEL].messages[0].ts == ts
    assert [(num, status) for _, num, status in slack.deliveries] == [(0, 200)]


async def test_an_event_is_retried_until_it_is_taken_with_number_and_reason(
    slack: SlackStandIn, app: RecordingApp
) -> None:
    """A failed event comes again under the same event_id with X-Slack-Retry-Num and -Reason, until a 2xx."""
    slack.rules.retry_delays_s = (0.0, 0.0, 0.0)
    app.answer = lambda _: web.Response(status=200 if len(app.received) > 2 else 500)
    await slack.say(AVA, CHANNEL, "hello")
    await slack.until(lambda: len(slack.deliveries) == 3)
    assert [delivery.status for delivery in slack.deliveries] == [500, 500, 200]
    assert len({envelope["event_id"] for envelope in events(app)}) == 1
    retries = [(one.headers.get("x-slack-retry-num"), one.headers.get("x-slack-retry-reason")) for one in app.received]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]


async def test_no_retry_header_ends_the_retries(slack: SlackStandIn, app: RecordingApp) -> None:
    """An answer with X-Slack-No-Retry: 1 is final."""
    slack.rules.retry_delays_s = (0.0,)
    app.answer = lambda _: web.Response(status=500, headers={"X-Slack-No-Retry": "1"})
    await slack.say(AVA, CHANNEL, "one")
    app.answer = lambda _: web.Response()
    await slack.say(AVA, CHANNEL, "two")
    assert [(num, status) for _, num, status in slack.deliveries] == [(0, 500), (0, 200)]


async def test_repeat_events_sends_the_same_id_and_then_a_new_id(slack: SlackStandIn, app: RecordingApp) -> None:
    """Asked for repeats, a message comes again under its event_id with a retry header, and under another event_id."""
    slack.rules.repeat_events = 2
    await slack.say(AVA, CHANNEL, "hello")
    await slack.until(lambda: len(app.received) == 3 and len(slack.deliveries) == 3)
    ids = [envelope["event_id"] for envelope in events(app)]
    assert ids[0] == ids[1] != ids[2]
    assert app.received[1].headers["x-slack-retry-num"] == "1"
    assert len({envelope["event"]["ts"] for envelope in events(app)}) == 1


async def test_the_bots_post_is_stored_and_echoed_with_its_metadata(
    slack: SlackStandIn, app: RecordingApp, client: AsyncWebClient
) -> None:
    """A post of the bot comes back as a message event with bot_id, app_id and metadata."""
    metadata = {"event_type": "sms_inbound", "event_payload": {"id": "m1"}}
    posted = await client.chat_postMessage(channel=CHANNEL, text="hello", metadata=metadata)
    await slack.until(lambda: slack.deliveries)
    echo = events(app)[0]["event"]
    assert (echo["ts"], echo["bot_id"], echo["app_id"]) == (posted["ts"], slack.bot_id, slack.app_id)
    assert echo["metadata"] == metadata
    assert slack.channels[CHANNEL].messages[0].metadata == metadata


async def test_a_reply_joins_the_root_and_moves_its_counters(
    slack: SlackStandIn, app: RecordingApp, client: AsyncWebClient
) -> None:
    """A reply under a reply's ts stands under the root, whose counters move in a message_changed without an edit."""
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    reply = await slack.say(AVA, CHANNEL, "one", thread_ts=root)
    under = await client.chat_postMessage(channel=CHANNEL, text="two", thread_ts=reply)
    assert under["message"]["thread_ts"] == root
    assert [message.text for message in slack.thread(CHANNEL, root)] == ["root", "one", "two"]
    await slack.until(lambda: subtypes(app).count("message_changed") == 2)
    counters = [one["event"]["message"] for one in events(app) if one["event"].get("subtype") == "message_changed"]
    assert [(one["edited"], one["reply_count"]) for one in counters] == [({}, 1), ({}, 2)]
    assert float(root) < float(reply) < float(under["ts"])


async def test_replies_honour_bounds_pages_and_metadata(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """conversations.replies gives the root, then pages of what lies within oldest and latest; metadata on request."""
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    metadata = {"event_type": "t", "event_payload": {"id": "x"}}
    made = [
        (await client.chat_postMessage(channel=CHANNEL, text=f"{n}", thread_ts=root, metadata=metadata))["ts"]
        for n in range(4)
    ]
    after = await client.conversations_replies(channel=CHANNEL, ts=root, oldest=made[1])
    assert [one["ts"] for one in after["messages"]] == [root, *made[2:]]
    assert after["messages"][1]["metadata"] == {"event_type": "t"}
    whole = await client.conversations_replies(
        channel=CHANNEL, ts=root, oldest=made[1], latest=made[2], inclusive=True, include_all_metadata=True
    )
    assert [one["ts"] for one in whole["messages"]] == [root, *made[1:3]]
    assert whole["messages"][1]["metadata"] == metadata
    first = await client.conversations_replies(channel=CHANNEL, ts=root, limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await client.conversations_replies(channel=CHANNEL, ts=root, limit=3, cursor=cursor)
    paged = [one["ts"] for page in (first, rest) for one in page["messages"][1:]]
    assert (paged, first["has_more"], rest["has_more"]) == (made, True, False)


async def test_history_is_newest_first_without_replies(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """conversations.history shows roots only, newest first, and not what was deleted."""
    roots = [(await client.chat_postMessage(channel=CHANNEL, text=f"{n}"))["ts"] for n in range(3)]
    await client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=roots[0])
    await client.chat_delete(channel=CHANNEL, ts=roots[1])
    shown = await client.conversations_history(channel=CHANNEL)
    assert [one["ts"] for one in shown["messages"]] == [roots[2], roots[0]]
    assert shown["messages"][1]["reply_count"] == 1


async def test_edits_and_deletions_of_people_arrive_as_slack_sends_them(slack: SlackStandIn, app: RecordingApp) -> None:
    """An edit is message_changed with both versions; a deletion message_deleted, or a tombstone where replies stand."""
    root = await slack.say(AVA, CHANNEL, "root")
    reply = await slack.say(BEN, CHANNEL, "reply", thread_ts=root)
    await slack.until(lambda: len(slack.deliveries) == 3)
    await slack.edit(CHANNEL, reply, "better")
    changed = events(app)[-1]["event"]
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("better", "reply")
    assert changed["message"]["edited"]["user"] == BEN
    await slack.delete(CHANNEL, root)
    tomb = events(app)[-1]["event"]
    assert (tomb["subtype"], tomb["message"]["subtype"]) == ("message_changed", "tombstone")
    await slack.delete(CHANNEL, reply)
    assert (events(app)[-1]["event"]["subtype"], events(app)[-1]["event"]["deleted_ts"]) == ("message_deleted", reply)


async def test_an_update_is_refused_for_others_messages_and_marks_text_only(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    """chat.update changes the bot's own messages only, keeps their metadata, and shows (edited) only without blocks."""
    theirs = await slack.say(AVA, CHANNEL, "mine")
    assert await error_of(client.chat_update(channel=CHANNEL, ts=theirs, text="no")) == "cant_update_message"
    metadata = {"event_type": "t", "event_payload": {}}
    own = (await client.chat_postMessage(channel=CHANNEL, text="one", metadata=metadata))["ts"]
    await client.chat_update(channel=CHANNEL, ts=own, text="two", blocks=BUTTONS)
    message = slack.find(CHANNEL, own)
    assert message is not None
    assert (message.text, message.edited, message.metadata) == ("two", False, metadata)
    await client.chat_update(channel=CHANNEL, ts=own, text="three")
    assert message.edited
    assert await error_of(client.chat_update(channel=CHANNEL, ts=own, text="x" * 4001)) == "msg_too_long"


async def test_a_post_under_another_name_is_a_bot_message(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """With the scope a post bears a name and a face and no user; it can be updated, losing them, but not deleted."""
    looks: dict[str, Any] = {"username": "Dana", "icon_url": "https://bot.acme.example/face/D-1.png"}
    posted = await client.chat_postMessage(channel=CHANNEL, text="Hello", **looks)
    message = posted["message"]
    assert (message["subtype"], message["username"], message["bot_id"]) == ("bot_message", "Dana", slack.bot_id)
    assert message["icons"] == {"image_48": looks["icon_url"]}
    assert "user" not in message
    history = await client.conversations_history(channel=CHANNEL)
    assert [one["username"] for one in history["messages"]] == ["Dana"]
    assert await error_of(client.chat_delete(channel=CHANNEL, ts=posted["ts"])) == "cant_delete_message"
    await client.chat_update(channel=CHANNEL, ts=posted["ts"], text="Hello again")
    assert slack.message_at(CHANNEL, posted["ts"]).username is None


async def test_another_name_is_ignored_without_the_scope(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """Without chat:write.customize the post is the bot's own, and nothing says so but the missing name."""
    slack.scopes.remove("chat:write.customize")
    posted = await client.chat_postMessage(channel=CHANNEL, text="Hello", username="Dana", icon_emoji=":wave:")
    assert posted["message"]["user"] == slack.bot_user_id
    assert "username" not in posted["message"]
    assert "chat:write.customize" not in posted.headers["X-OAuth-Scopes"]


async def test_reactions_refuse_what_slack_refuses(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """A second reaction of one name is already_reacted, taking away what is not there no_reaction."""
    ts = await slack.say(AVA, CHANNEL, "hello")
    await client.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    again = client.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    assert await error_of(again) == "already_reacted"
    message = slack.find(CHANNEL, ts)
    assert message is not None
    assert message.reactions == {"eyes": [slack.bot_user_id]}
    await client.reactions_remove(channel=CHANNEL, timestamp=ts, name="eyes")
    assert not message.reactions
    assert await error_of(client.reactions_remove(channel=CHANNEL, timestamp=ts, name="eyes")) == "no_reaction"
    missing = client.reactions_add(channel=CHANNEL, timestamp="1.000001", name="eyes")
    assert await error_of(missing) == "message_not_found"


async def test_places_and_tokens_are_checked(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """Wrong tokens, unknown, foreign and archived channels and unknown methods give Slack's codes."""
    slack.add_channel("C0OUT", "out", members=False)
    slack.add_channel("C0OLD", "old", archived=True)
    slack.add_channel("G0SECRET", "secret", members=False, private=True)
    for channel, code in {
        "C0NONE": "channel_not_found",
        "C0OUT": "not_in_channel",
        "C0OLD": "is_archived",
        "G0SECRET": "channel_not_found",
    }.items():
        assert await error_of(client.chat_postMessage(channel=channel, text="x")) == code
    await client.conversations_join(channel="C0OUT")
    assert (await client.chat_postMessage(channel="C0OUT", text="x"))["ok"]
    stranger = AsyncWebClient(token="xoxb-other", base_url=slack.api_url, retry_handlers=[])
    assert await error_of(stranger.auth_test()) == "invalid_auth"
    stranger.token = None
    assert await error_of(stranger.auth_test()) == "not_authed"
    assert await error_of(client.api_call("files.nothing")) == "unknown_method"
    assert (await client.auth_test())["bot_id"] == slack.bot_id


@pytest.mark.parametrize(
    ("blocks", "code"),
    [
        ([{"type": "divider"}] * 51, "invalid_blocks"),
        ([{"type": "carousel"}], "invalid_blocks"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}], "invalid_blocks"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": ""}}], "invalid_blocks"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "invalid_blocks"),
        ([{"type": "divider", "block_id": "a"}] * 2, "invalid_blocks"),
        ([{"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}}] * 5, "msg_blocks_too_long"),
        ("not json", "invalid_blocks_format"),
    ],
)
async def test_blocks_are_held_to_slacks_limits(client: AsyncWebClient, blocks: Any, code: str) -> None:
    """Blocks above a limit or of an unknown form are refused."""
    assert await error_of(client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)) == code


@pytest.mark.parametrize(
    "change",
    [
        {"text": {"type": "plain_text", "text": "x" * 76}},
        {"value": "x" * 2001},
        {"style": "loud"},
        {"url": "https://" + "x" * 3000},
        {"type": "lever"},
    ],
)
async def test_buttons_are_held_to_slacks_limits(client: AsyncWebClient, change: dict[str, Any]) -> None:
    """A button with too long a label, value or address, an unknown style or type is refused with its place."""
    button = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}} | change
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[{"type": "actions", "elements": [button]}])
    assert caught.value.response["error"] == "invalid_blocks"
    assert "json-pointer:/blocks/0/elements/0" in caught.value.response["errors"][0]


async def test_action_ids_are_unique_within_a_block(client: AsyncWebClient) -> None:
    """Two elements of one block with the same action_id are refused."""
    button = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}}
    call = client.chat_postMessage(channel=CHANNEL, text="x", blocks=[{"type": "actions", "elements": [button] * 2}])
    assert await error_of(call) == "invalid_blocks"


async def test_text_has_to_be_there_and_not_too_long(client: AsyncWebClient) -> None:
    """A post without text or blocks is no_text, one above 40,000 characters msg_too_long."""
    assert await error_of(client.api_call("chat.postMessage", json={"channel": CHANNEL})) == "no_text"
    assert await error_of(client.chat_postMessage(channel=CHANNEL, text="x" * 40_001)) == "msg_too_long"


async def test_a_form_and_a_query_are_read_like_json(slack: SlackStandIn) -> None:
    """Arguments may come as a form, with structures as JSON text, or in the query string."""
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    form = {"channel": CHANNEL, "text": "x", "blocks": json.dumps(BUTTONS)}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.post(f"{slack.api_url}chat.postMessage", data=form) as answer:
            assert (await answer.json())["ok"]
        async with session.get(f"{slack.api_url}users.info", params={"user": AVA}) as answer:
            assert (await answer.json())["user"]["real_name"] == "Ava Lindqvist"
    assert slack.channels[CHANNEL].messages[0].blocks[1]["block_id"] == "row"


async def test_down_and_refuse_do_not_act(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """Slack down answers an HTML 503, refused calls lose their connection, and neither posts."""
    slack.rules.down = True
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=CHANNEL, text="x")
    assert caught.value.response.status_code == 503
    slack.rules.down, slack.rules.refuse = False, True
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=CHANNEL, text="x")
    assert not slack.channels[CHANNEL].messages
    assert [call.status for call in slack.calls] == [503, 0]


async def test_dropped_and_late_answers_act(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """A dropped answer, and one that comes after the caller gave up, leave the message posted."""
    slack.rules.drop_answers = 1
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=CHANNEL, text="dropped")
    assert slack.calls[0].is_cut
    slack.rules.delay_s = 0.1
    await give_up(slack, client.chat_postMessage(channel=CHANNEL, text="late"))
    await slack.until(lambda: len(slack.channels[CHANNEL].messages) == 2)
    assert [message.text for message in slack.channels[CHANNEL].messages] == ["dropped", "late"]


async def test_a_hanging_call_neither_acts_nor_answers(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """A hanging call is given up without having posted; the next one passes."""
    slack.rules.hang = 1
    await give_up(slack, client.chat_postMessage(channel=CHANNEL, text="x"))
    await client.chat_postMessage(channel=CHANNEL, text="y")
    assert [message.text for message in slack.channels[CHANNEL].messages] == ["y"]


async def test_posts_above_the_rate_are_refused_with_retry_after(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """After its burst a channel takes so many posts per second, others get 429; other channels are not touched."""
    slack.add_channel("C0OTHER", "other")
    slack.rules.posts_per_s, slack.rules.burst = 0.5, 2
    for _ in range(2):
        await client.chat_postMessage(channel=CHANNEL, text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=CHANNEL, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "2"
    assert (await client.chat_postMessage(channel="C0OTHER", text="x"))["ok"]


async def test_posts_before_retry_after_has_passed_are_refused(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """Once it has refused a post a channel takes none until Retry-After has passed, whatever the rate allows."""
    slack.rules.posts_per_s, slack.rules.burst, slack.rules.throttle_s = 0.5, 1, 30
    await client.chat_postMessage(channel=CHANNEL, text="x")
    assert await error_of(client.chat_postMessage(channel=CHANNEL, text="x")) == "ratelimited"
    slack.rules.posts_per_s = slack.rules.burst = 1000
    assert await error_of(client.chat_postMessage(channel=CHANNEL, text="x")) == "ratelimited"


async def test_errors_are_answered_once_each(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """Codes in rules.errors are answered one per call of their method."""
    slack.rules.errors["chat.postMessage"] = ["fatal_error", "token_revoked"]
    codes = [await error_of(client.chat_postMessage(channel=CHANNEL, text="x")) for _ in range(2)]
    assert codes == ["fatal_error", "token_revoked"]
    assert (await client.chat_postMessage(channel=CHANNEL, text="x"))["ok"]


async def test_a_command_is_a_signed_form_and_its_answer_comes_back(slack: SlackStandIn, app: RecordingApp) -> None:
    """A slash command arrives as a signed form; the app's JSON answer is returned with its status."""
    app.answer = lambda _: web.json_response({"response_type": "ephemeral", "text": "sent"})
    answer = await slack.command(AVA, CHANNEL, "/volt", "send +15555550145 hello & more")
    [received] = app.received
    assert SignatureVerifier(slack.signing_secret).is_valid_request(received.body, received.headers)
    form = {name: values[0] for name, values in parse_qs(received.body.decode()).items()}
    assert (form["command"], form["text"]) == ("/volt", "send +15555550145 hello & more")
    assert (answer.status, answer.body["text"]) == (200, "sent")
    assert slack.ephemerals[0]["user"] == AVA


async def test_a_response_url_takes_five_answers(slack: SlackStandIn, app: RecordingApp) -> None:
    """What is posted to a response_url is shown to the person who acted; the sixth post is refused."""
    await slack.command(AVA, CHANNEL, "/volt", "help")
    url = parse_qs(app.received[0].body.decode())["response_url"][0]
    async with aiohttp.ClientSession() as session:
        statuses = []
        for _ in range(6):
            async with session.post(url, json={"text": "later"}) as answer:
                statuses.append(answer.status)
    assert statuses == [200] * 5 + [404]
    assert slack.responses == [{"text": "later", "channel": CHANNEL, "user": AVA}] * 5


async def test_a_press_carries_value_container_and_thread(
    slack: SlackStandIn, app: RecordingApp, client: AsyncWebClient
) -> None:
    """A press sends block_actions with the button's value, block and thread; unknown buttons cannot be pressed."""
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    shown = (await client.chat_postMessage(channel=CHANNEL, text="x", blocks=BUTTONS, thread_ts=root))["ts"]
    await slack.until(lambda: len(slack.deliveries) == 3)
    answer = await slack.press(AVA, CHANNEL, shown, "close")
    payload = json.loads(parse_qs(app.received[-1].body.decode())["payload"][0])
    assert answer.status == 200
    assert payload["container"]["thread_ts"] == root
    action = payload["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("close", "row", "7")
    with pytest.raises(LookupError):
        await slack.press(AVA, CHANNEL, shown, "missing")


async def test_a_trigger_opens_one_view_and_a_submit_brings_its_values(
    slack: SlackStandIn, app: RecordingApp, client: AsyncWebClient
) -> None:
    """A trigger_id works once; what is filled in arrives in view.state.values."""
    await slack.shortcut(AVA, "new_sms")
    payload = json.loads(parse_qs(app.received[0].body.decode())["payload"][0])
    field = {"type": "plain_text_input", "action_id": "number"}
    label = {"type": "plain_text", "text": "Number"}
    block = {"type": "input", "block_id": "to", "label": label, "element": field}
    view = {"type": "modal", "title": {"type": "plain_text", "text": "New"}, "submit": label, "blocks": [block]}
    opened = await client.views_open(trigger_id=payload["trigger_id"], view=view)
    assert await error_of(client.views_open(trigger_id=payload["trigger_id"], view=view)) == "exchanged_trigger_id"
    await slack.submit(AVA, opened["view"]["id"], {"to": {"number": "+15555550145"}})
    sent = json.loads(parse_qs(app.received[1].body.decode())["payload"][0])
    assert sent["view"]["state"]["values"]["to"]["number"] == {"type": "plain_text_input", "value": "+15555550145"}


async def test_a_raw_delivery_can_be_forged(slack: SlackStandIn, app: RecordingApp) -> None:
    """A raw delivery posts any body once, signed, with headers overridden."""
    status = await slack.deliver({"type": "url_verification"}, headers={"X-Slack-Signature": "v0=bad"})
    assert (status, app.received[0].headers["x-slack-signature"]) == (200, "v0=bad")


async def test_until_wakes_on_a_change_and_describes_what_is_missing(slack: SlackStandIn) -> None:
    """Waiting returns what its predicate found once a change makes it true, and raises a readable TimeoutError."""
    waiting = asyncio.create_task(slack.until(lambda: slack.channels[CHANNEL].messages))
    await slack.say(AVA, CHANNEL, "secret words")
    assert len(await waiting) == 1
    with pytest.raises(TimeoutError, match=r"messages \{'support': 1\}") as caught:
        await slack.until(lambda: False, timeout_s=0.01)
    assert "secret words" not in str(caught.value)


async def test_listeners_and_wire_see_every_hop_without_tokens(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """Each hop is told with its direction, label and status, and holds no token."""
    told: list[str] = []
    slack.listeners.append(lambda kind, _thing: told.append(kind))
    await slack.say(AVA, CHANNEL, "hello")
    await client.chat_postMessage(channel=CHANNEL, text="x", token=slack.bot_token)
    await slack.until(lambda: len(slack.wire) >= 3)
    hops = [(hop.direction, hop.label, hop.status) for hop in slack.wire]
    assert hops[:2] == [("slack→bot", "message", 200), ("bot→slack", "chat.postMessage", 200)]
    assert slack.bot_token not in repr(list(slack.wire))
    assert {"message", "hop"} <= set(told)


def bolt_app(slack: SlackStandIn, seen: list[str]) -> AsyncApp:
    """Return a Bolt app that notes messages and answers /volt."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=slack.team_id, bot_user_id=slack.bot_user_id, bot_id=slack.bot_id
        )

    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    bolt = AsyncApp(client=client, signing_secret=slack.signing_secret, authorize=authorize)

    @bolt.event("message")
    async def on_message(event: dict[str, Any]) -> None:
        seen.append(event["text"])
        slack.changed.notify_all()

    @bolt.command("/volt")
    async def on_command(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"you said {command['text']}")

    return bolt


async def test_bolt_receives_events_and_answers_commands_over_socket_mode(slack: SlackStandIn) -> None:
    """With a Socket Mode connection open nothing goes by HTTP; Bolt acknowledges events and answers commands."""
    slack.events_url = None
    seen: list[str] = []
    handler = AsyncSocketModeHandler(bolt_app(slack, seen), slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        await slack.until(lambda: slack.sockets.is_open)
        await slack.say(AVA, CHANNEL, "by socket")
        assert slack.deliveries[0].status == 200
        assert await slack.until(lambda: seen) == ["by socket"]
        answer = await slack.command(AVA, CHANNEL, "/volt", "hello")
        assert (answer.status, answer.body) == (200, {"text": "you said hello"})
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
    await slack.until(lambda: not slack.sockets.is_open)


async def test_an_envelope_without_acknowledgement_comes_again_until_the_disconnect(slack: SlackStandIn) -> None:
    """Over a bare websocket: hello, an envelope, its retry with retry_attempt, and a disconnect that closes."""
    slack.rules.answer_limit_s, slack.rules.retry_delays_s = 0.05, (0.0,)
    opener = AsyncWebClient(base_url=slack.api_url, retry_handlers=[])
    url = (await opener.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        await slack.until(lambda: slack.sockets.is_open)
        await slack.say(AVA, CHANNEL, "hello")
        first, second = await socket.receive_json(), await socket.receive_json()
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)
        await socket.send_json({"envelope_id": second["envelope_id"]})
        closing = asyncio.create_task(slack.disconnect())
        assert (await socket.receive_json())["reason"] == "refresh_requested"
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        await closing
    assert not slack.sockets.is_open
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_a_home_is_published_once_per_hash(slack: SlackStandIn, client: AsyncWebClient) -> None:
    """views.publish keeps the App Home of a person; an outdated hash is refused with hash_conflict."""
    view = {"type": "home", "blocks": BUTTONS}
    old = (await client.views_publish(user_id=AVA, view=view))["view"]["hash"]
    await client.views_publish(user_id=AVA, view=view, hash=old)
    assert await error_of(client.views_publish(user_id=AVA, view=view, hash=old)) == "hash_conflict"
    assert slack.homes[AVA]["blocks"][1] == BUTTONS[1]


async def test_an_ephemeral_is_shown_to_one_person_and_can_be_pressed(
    slack: SlackStandIn, app: RecordingApp, client: AsyncWebClient
) -> None:
    """chat.postEphemeral is no message of the channel; its buttons say is_ephemeral."""
    shown = await client.chat_postEphemeral(channel=CHANNEL, user=AVA, text="x", blocks=BUTTONS)
    assert not slack.channels[CHANNEL].messages
    await slack.press(AVA, CHANNEL, shown["message_ts"], "close")
    payload = json.loads(parse_qs(app.received[0].body.decode())["payload"][0])
    assert (payload["container"]["is_ephemeral"], "message" in payload) == (True, False)


async def test_an_event_nobody_takes_fails(slack: SlackStandIn) -> None:
    """Without a URL and without a socket an event's first attempt has status 0."""
    slack.events_url = None
    await slack.say(AVA, CHANNEL, "hello")
    assert slack.deliveries[0].status == 0
