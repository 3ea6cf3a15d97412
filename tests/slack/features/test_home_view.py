"""The App Home as Slack takes it: never more than its limits, and no stranger's words as anything but plain text."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View as SlackView

from bot.bridge.connections.first_run import FirstSteps
from bot.bridge.connections.health import ConnectionHealth
from bot.bridge.connections.records import Known
from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Conversation, Mode, Stage
from bot.domain.ids import ChannelId, ConversationId, MessageTs, UserId
from bot.domain.phone import E164
from bot.domain.provider_records import UnreadAnswer
from bot.domain.routing import Route
from bot.domain.template import LONGEST_BODY, LONGEST_NAME, Template
from bot.domain.timestamps import Micros
from bot.domain.webhook_trust import WebhookTrust
from bot.domain.worklist import Decision, Health, SearchHit, TeamSettings, TextPreview, Worklist, WorklistRow
from bot.domain.workspaces import Account, Connection, ConnectionId, WorkspaceId
from bot.sandbox.slack.limits.blocks import faults_of
from bot.slack.features.compose import view as composing_view
from bot.slack.features.compose.view import Draft, Preview
from bot.slack.features.home import view as home_view
from bot.slack.features.home.connection_blocks import ConnectionsShown
from bot.slack.features.home.unread_blocks import UnreadShown, unread_modal
from bot.slack.features.home.view import Found, HomeData, trust_warnings
from bot.slack.features.kit.contact_ref import ContactLabels
from bot.slack.features.templates import view as template_view
from tests.harness.connected import OFFERED, VOLT
from tests.harness.world import ACCOUNT, DANA

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
AT = Micros(1_795_000_000_000_000)
WAYS = ContactLabels(
    lambda number: number, lambda conversation: f"https://example.slack.com/archives/C1/p{conversation.id}"
)
ROUGH = "*<!channel>* <https://evil.example|click> & _you_ :wave: `x`"


def conversation(name: str = ROUGH) -> Conversation:
    """Make a conversation whose contact has this name."""
    return Conversation(
        ConversationId(1), ACCOUNT, DANA, name, ChannelId("C1"), MessageTs("1.000001"), 0, is_opted_out=True
    )


def full(text: str, name: str, words: str, count: int) -> HomeData:
    """Make a Home with as much as there can be."""
    row = WorklistRow(conversation(name), TextPreview(text, True, AT), 100, AT)
    decision = Decision(conversation(name), TextPreview(text, False, AT), UserId("U1"), tuple(ApprovalReason), True)
    hits = [SearchHit(conversation(name), TextPreview(text, False, AT))] * count
    templates = tuple(
        Template(number, f"T{name}"[:LONGEST_NAME], f"T{text}"[:LONGEST_BODY]) for number in range(1, count + 1)
    )
    routes = tuple(Route("keyword", words or "x", ChannelId("C1")) for _ in range(count))
    modes = tuple((ChannelId(f"C{number}"), Mode.EXPLICIT) for number in range(count))
    return HomeData(
        worklist=Worklist((row,) * count, count, (row,) * count, count, (decision,) * count, count),
        team=TeamSettings(templates, routes, modes, text[:60]),
        found=Found(words, [conversation(name)] * count, hits) if words else None,
        health=Health(AT, None, count, AT),
        now=NOW,
        connections=connected(name, count),
        may_appoint=True,
        warning="*Something is not as it should be.*",
        unread=count,
    )


def connected(name: str, count: int) -> ConnectionsShown:
    """Make as many connections, with as many numbers each, and with all steps left."""
    connections = [Connection(ConnectionId(one), WorkspaceId(2), "volt", author=UserId("U1")) for one in range(count)]
    accounts = [
        Account(E164(f"+1555{one:03}{number:04}"), connection.id, ChannelId("C1"), name, is_main=not number)
        for one, connection in enumerate(connections)
        for number in range(min(count, 7))
    ]
    health = {one.id: ConnectionHealth.NOT_RECEIVING for one in connections}
    known = Known(tuple(connections), tuple(accounts))
    steps = FirstSteps(is_connected=bool(count), has_channel=bool(count))
    return ConnectionsShown(known, health, steps, is_manager=True, may_connect=True)


@given(text=st.text(max_size=3_000), name=st.text(max_size=300), words=st.text(max_size=200), count=st.integers(0, 120))
def test_a_home_is_never_too_much(text: str, name: str, words: str, count: int) -> None:
    """Whatever there is and however long, the Home has at most 100 blocks, all within Slack's limits."""
    view = home_view.home(full(text, name, words, count), WAYS)
    assert faults_of(view["blocks"], most=100) == []
    for block in Block.parse_all(view["blocks"]):
        block.validate_json()


@given(text=st.text(max_size=3_000), name=st.text(max_size=300), count=st.integers(0, 120))
def test_the_window_of_unread_answers_is_never_too_much(text: str, name: str, count: int) -> None:
    """However many answers could not be read, and however long they are, Slack takes the window that lists them."""
    answer = UnreadAnswer("0" * 32, ACCOUNT, DANA, NOW, "it is empty", text)
    view = unread_modal([UnreadShown(answer, VOLT, conversation(name)), UnreadShown(answer, VOLT)] * count, WAYS)
    assert faults_of(view["blocks"], most=100) == []


def test_what_weakens_the_proof_of_texts_is_said() -> None:
    """Managers read that the key has changed, and that texts are taken without a proof, until when, and who can act."""
    assert trust_warnings(WebhookTrust(), VOLT) == []
    key, proof = trust_warnings(WebhookTrust(NOW, NOW), VOLT)
    assert "If Volt did not announce that, ask whoever runs this bot" in key
    assert "The old key counts until <!date^" in key
    assert "without proof that Volt sent them*, until <!date^" in proof


def test_nothing_that_was_typed_is_markup() -> None:
    """Names, texts, templates and searches stand in plain text and in leaves of rich text only, names in bold."""
    view = home_view.home(full(ROUGH, ROUGH, ROUGH, 7), WAYS)
    markup = [text["text"] for text in texts_of(view["blocks"]) if text["type"] == "mrkdwn"]
    assert markup
    assert not [words for words in markup if "<!channel>" in words or "<https" in words]
    leaves = [text for text in texts_of(view["blocks"]) if text["type"] != "mrkdwn"]
    assert [text for text in leaves if text["type"] == "plain_text" and ROUGH[:40] in text["text"]]
    assert {text["text"] for text in leaves if text.get("style") == {"bold": True}} == {ROUGH}


def test_conversations_look_alike_in_every_list() -> None:
    """A conversation is one paragraph with a row of buttons under it, Open first, wherever it stands in the Home."""
    view = home_view.home(full("Hello", "Dana", "Hello", 2), WAYS)
    rows = [block["elements"] for block in view["blocks"] if block["type"] == "actions"]
    labels = [[one["text"]["text"] for one in row if one["type"] == "button"] for row in rows]
    opening = [row for row in labels if "Open" in row]
    assert opening == [*[["Open"]] * 4, *[["Open"]] * 2, *[["Open"]] * 2, *[["Open", "Assign to me"]] * 2]
    beside = [block["accessory"]["text"]["text"] for block in view["blocks"] if "accessory" in block]
    assert beside == ["Edit", "Edit", "Look", "Delete", "Delete"]


@pytest.mark.parametrize(("count", "listed"), [(1, 1), (7, 6), (1_200, 6)])
def test_headings_count_what_is_cut_too(count: int, listed: int) -> None:
    """Each heading says how many there are in all, however few of them are listed."""
    row = WorklistRow(conversation("Dana"), None, 1, AT)
    decision = Decision(conversation("Dana"), TextPreview("Hello", False, AT), None, (ApprovalReason.LONG,), True)
    context = Worklist((row,) * listed, count, (row,) * listed, count, (decision,) * listed, count)
    view = home_view.home(HomeData(context, TeamSettings((), (), (), ""), None, None, NOW), WAYS)
    titles = [block["text"]["text"] for block in view["blocks"] if block["type"] == "header"]
    assert titles[:3] == [f"Needs a decision ({count:,})", f"Yours ({count:,})", f"Unassigned ({count:,})"]


def texts_of(value: Any) -> list[dict[str, Any]]:
    """Find all text objects."""
    if isinstance(value, list):
        return [text for one in value for text in texts_of(one)]
    if not isinstance(value, dict):
        return []
    if value.get("type") in ("mrkdwn", "plain_text", "text"):
        return [value]
    return [text for one in value.values() for text in texts_of(one)]


def test_a_match_in_a_long_text_is_seen() -> None:
    """Where what was looked for stands deep in a long text, the row begins shortly before it."""
    hit = SearchHit(conversation("Dana"), TextPreview("word " * 200 + "the needle itself", True, AT))
    facts = full("", "", "", 0)
    facts = HomeData(facts.worklist, facts.team, Found("needle", [], [hit], sought="needle"), None, NOW)
    said = [text["text"] for text in texts_of(home_view.home(facts, WAYS)["blocks"])]
    assert any("needle itself" in words for words in said)


@pytest.mark.parametrize(
    ("unread", "said"),
    [
        (0, ""),
        (1, "\n1 unanswered text, <date {ago}>"),
        (2, "\n2 unanswered texts, the first <date {ago}>"),
        (100, "\n100 or more unanswered texts, the first <date {ago}>"),
    ],
)
def test_what_is_unanswered_is_said_in_words(unread: int, said: str) -> None:
    """Each row says whose turn it is as headers do, that a contact has opted out, and how many texts are unanswered."""
    row = WorklistRow(conversation("Dana"), None, unread, AT)
    facts = HomeData(Worklist((row,), 1, (), 0, (), 0), TeamSettings((), (), (), ""), None, None, NOW)
    (words,) = [_words(block) for block in home_view.home(facts, WAYS)["blocks"] if block["type"] == "rich_text"]
    assert words == f"Dana · {DANA} — Needs a reply · opted out\nNo text yet{said}"


@pytest.mark.parametrize(
    ("stage", "said"),
    [(Stage.OPEN, "Needs a reply"), (Stage.WAITING, "Waiting for Dana"), (Stage.CLOSED, "Closed")],
)
def test_whose_turn_it_is_has_the_words_of_headers(stage: Stage, said: str) -> None:
    """What a search finds says whose turn it is, in the same three states as everywhere."""
    found = Found("Dana", [replace(conversation("Dana"), stage=stage, is_opted_out=False)], [])
    facts = HomeData(Worklist((), 0, (), 0, (), 0), TeamSettings((), (), (), ""), found, None, NOW)
    (words,) = [_words(block) for block in home_view.home(facts, WAYS)["blocks"] if block["type"] == "rich_text"]
    assert words == f"Dana · {DANA} — {said}"


def _words(block: dict[str, Any]) -> str:
    (part,) = block["elements"]
    return "".join(leaf.get("text") or f"<date {leaf['format']}>" for leaf in part["elements"])


@given(text=st.text(max_size=4_000), name=st.text(max_size=300), pictures=st.integers(0, 10))
def test_windows_keep_slacks_limits(text: str, name: str, pictures: int) -> None:
    """Every window is one that Slack takes, whatever stands in it."""
    template = Template(1, f"T{name}"[:LONGEST_NAME], f"T{text}"[:LONGEST_BODY])
    to = composing_view.to_contact(conversation(name), WAYS.name_of(conversation(name)))
    said = composing_view.read_source('["C1", "1.000001", "2.000001", "U1"]')
    preview = Preview(text, pictures, [TextPreview(text, True, AT)] * 3, composing_view.warnings_of(conversation(name)))
    renderer = [
        template_view.none_yet(),
        template_view.edit_form(None),
        template_view.edit_form(template),
        template_view.reply_form(WAYS.name_of(conversation(name)), [template], conversation(name)),
        template_view.reply_form(
            WAYS.name_of(conversation(name)), [template], conversation(name), picked=template, words=text
        ),
        composing_view.compose_form(Draft(), OFFERED),
        composing_view.compose_form(Draft(to, text, said), OFFERED, preview),
    ]
    for view in renderer:
        assert faults_of(view["blocks"], most=100) == []
        SlackView(**view).validate_json()
        assert len(view.get("private_metadata", "")) <= 3_000


def test_the_message_a_window_is_about_comes_back() -> None:
    """What a window carries about a message is read as it was written; nothing stands for no message."""
    said = composing_view.read_source('["C1", "1.000001", "2.000001", "U1"]')
    assert composing_view.read_source(composing_view.source_metadata(said)) == said
    assert composing_view.read_source(composing_view.source_metadata(None)) is None


@pytest.mark.parametrize(
    ("value", "read"),
    [("talk 7", (7, "")), ("number +15555550145", (None, "+15555550145")), ("talk x", (None, "")), ("", (None, ""))],
)
def test_options_are_read(value: str, read: tuple[int | None, str]) -> None:
    """An option stands for a conversation or a number, and anything else for nobody."""
    assert composing_view.chosen(value) == read
