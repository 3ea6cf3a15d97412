"""Slack's message events as values of the domain, against recordings and against anything else."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ChannelId, MessageTs, UserId
from bot.domain.pieces import Ref, RefKind
from bot.domain.thread_events import Archiving, Deletion, Echo, Edit, Reply, SlackEvent, SlackFile
from bot.domain.timestamps import Micros
from bot.slack.events.message_events import parse_event, read_history

SAMPLES = Path(__file__).parents[2] / "samples" / "slack"
FILES = "https://files.slack.com/files-pri"
C111 = ChannelId("C111")


def sample(name: str) -> dict[str, Any]:
    """Read one recording."""
    body = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(body, dict)
    return body


def parse(body: Any) -> SlackEvent | None:
    """Parse as the bot B0WN of the app A0WN."""
    return parse_event(body, "B0WN", "A0WN")


def message(**fields: Any) -> dict[str, Any]:
    """Make a reply in a thread, as a person's message comes in; fields given as None are left out."""
    event = {
        "type": "message",
        "channel": "C111",
        "user": "U111",
        "text": "hi",
        "ts": "2.000001",
        "thread_ts": "1.000001",
    }
    event = {key: value for key, value in (event | fields).items() if value is not None}
    return {"event_id": "Ev1", "event": event}


def change(was: dict[str, Any] | None = None, **now: Any) -> dict[str, Any]:
    """Make an edit of a message from "before" to "after"; fields given as None are left out."""
    message = {"user": "U111", "ts": "2.000001", "text": "after", "edited": {"user": "U111", "ts": "3.0"}} | now
    event = {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C111",
        "ts": "3.000100",
        "message": {key: value for key, value in message.items() if value is not None},
        "previous_message": {"user": "U111", "ts": "2.000001", "text": "before"} | (was or {}),
    }
    return {"event_id": "Ev1", "event": event}


def own(**fields: Any) -> dict[str, Any]:
    """Make the echo of a post of ours; fields given as None are left out."""
    metadata = {"event_type": "volt_text", "event_payload": {"keys": ["k1", "k2"]}}
    return message(**({"bot_id": "B0WN", "app_id": "A0WN", "metadata": metadata} | fields))


RECORDED: dict[str, Reply | Edit | Deletion | None] = {
    "message-thread-reply": Reply(
        "",
        C111,
        MessageTs("1726133698.626339"),
        MessageTs("1726133700.887259"),
        UserId("W222"),
        ("When Slack was released?",),
    ),
    "message-thread-broadcast": Reply(
        "",
        C111,
        MessageTs("1633663824.000500"),
        MessageTs("1633670813.007500"),
        UserId("U111"),
        ("Hi there!",),
        client_msg_id="111-222-333-444-666",
    ),
    "message-file-share-thread": Reply(
        "",
        C111,
        MessageTs("1595552279.000600"),
        MessageTs("1595552503.001300"),
        UserId("W111"),
        ("This is the text in the message",),
        has_files=True,
        files=(SlackFile("F111", "sample.txt", "text/plain", 4, f"{FILES}/T11-F111/download/sample.txt"),),
    ),
    "message-changed-thread": Edit(
        "",
        C111,
        MessageTs("1626342128.008700"),
        MessageTs("1626342137.000000"),
        ("updated message",),
        UserId("U111"),
        MessageTs("1626342092.008500"),
    ),
    "message-changed-files": Edit(
        "",
        C111,
        MessageTs("1592796885.000500"),
        MessageTs("1592796886.000000"),
        ("Here you are - let me know if you need other files as well",),
        UserId("U111"),
        files=(SlackFile("F111", "test_text.txt", "text/plain", 14, f"{FILES}/T111-F111/download/test_text.txt"),),
    ),
    "message-changed-tombstone": Deletion("", ChannelId("D111"), MessageTs("1728639839.746989")),
    "message-changed-tombstone-empty-previous": Deletion("", C111, MessageTs("1626775604.004900")),
    "message-deleted": Deletion("", C111, MessageTs("1665368619.804829")),
    "message-deleted-bot": Deletion("", C111, MessageTs("1626387317.008600")),
    "message-changed": None,  # as recorded, the changed message has no ts
    "message-changed-same-text": None,
    "message": Reply(
        "",
        C111,
        None,
        MessageTs("1596183880.004200"),
        UserId("W111"),
        ("Hello World!",),
        client_msg_id="a8744611-0210-4f85-9f15-5faf7fb225c8",
    ),
    "message-org-install": Reply(
        "",
        C111,
        None,
        MessageTs("1606810819.000800"),
        UserId("W111"),
        (Ref(RefKind.USER, "W222"),),
        client_msg_id="0186b75a-2ad4-4f36-8ccc-18608b0ac5d1",
    ),
    "message-me": Reply("", C111, None, MessageTs("1679895454.657169"), UserId("U111"), ("hey",)),
    "message-file-share": Reply(
        "",
        C111,
        None,
        MessageTs("1652227646.593159"),
        UserId("U111"),
        ("Hi there!",),
        client_msg_id="ca088267-717f-41a8-9db8-c98ae14ad6a0",
        has_files=True,
        files=(SlackFile("F111", "file.png", "image/png", 92582, f"{FILES}/T111-F111/download/file.png"),),
    ),
    "message-file-share-private": Reply(
        "",
        ChannelId("G111"),
        None,
        MessageTs("1610493715.001000"),
        UserId("U111"),
        ("Here is your file!",),
        has_files=True,
        files=(SlackFile("F111", "test.png", "image/png", 42706, f"{FILES}/T111-F111/download/test.png"),),
    ),
    "message-bot": None,
    "message-bot-classic": None,
    "message-bot-response-url": None,
    "message-bot-thread": None,
    "message-channel-join": None,
    "member-joined-channel": None,
    "reaction-added": None,
}
"""What each recording says, but for the id of its event."""


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.json")))
def test_recordings(name: str) -> None:
    """Each recording of Slack's is what the table says, under its own id, and none is without an expectation."""
    body, said = sample(name), RECORDED[name]
    assert parse(body) == (said and replace(said, event_id=body["event_id"]))


@pytest.mark.parametrize("name", ["message", "message-me", "message-file-share", "message-org-install"])
def test_recorded_messages_are_replies_once_they_stand_in_a_thread(name: str) -> None:
    """What a person writes at the root of a channel is a reply as soon as it has the ts of another message above it."""
    body = sample(name)
    body["event"]["thread_ts"] = "1500000000.000100"
    reply = parse(body)
    words = {"message": "Hello World!", "message-me": "hey", "message-file-share": "Hi there!"}
    assert isinstance(reply, Reply)
    assert reply.pieces == ((words[name],) if name in words else (Ref(RefKind.USER, "W222"),))
    assert reply.has_files == (name == "message-file-share")


def test_a_recorded_edit_with_its_ts_is_an_edit() -> None:
    """The recording that lacks the message's ts is an edit once it has one; the words come from the new message."""
    body = sample("message-changed")
    body["event"]["message"]["ts"] = "1665102338.901939"
    edit = parse(body)
    assert isinstance(edit, Edit)
    assert (edit.ts, edit.edited_ts, edit.pieces) == ("1665102338.901939", "1665102362.000000", ("updated message",))


@pytest.mark.parametrize("subtype", [None, "file_share", "thread_broadcast", "me_message"])
def test_subtypes_that_are_sent(subtype: str | None) -> None:
    """A person's message in a thread is a reply under each subtype of the closed list."""
    reply = parse(message(subtype=subtype))
    assert isinstance(reply, Reply)
    assert (reply.event_id, reply.pieces, reply.has_files) == ("Ev1", ("hi",), subtype == "file_share")


@pytest.mark.parametrize(
    "fields",
    [
        {"subtype": "bot_message"},
        {"subtype": "channel_topic"},
        {"subtype": "invented_later"},
        {"subtype": ""},
        {"subtype": ["file_share"]},
        {"thread_ts": ""},
        {"thread_ts": 1.000001},
        {"thread_ts": "1,000001"},
        {"ts": "now"},
        {"ts": "1.+1"},
        {"user": "USLACKBOT"},
        {"user": ""},
        {"user": 7},
        {"bot_id": "B999"},
        {"app_id": "A999"},
        {"bot_profile": {"id": "B999"}},
        {"channel": ""},
        {"channel": 7},
        {"type": "app_mention"},
    ],
)
def test_messages_that_are_not_sent(fields: dict[str, Any]) -> None:
    """Apps, Slackbot, unknown subtypes and broken times are never texted."""
    assert parse(message(**fields)) is None


@pytest.mark.parametrize("thread_ts", [None, "2.000001"])
def test_in_no_thread(thread_ts: str | None) -> None:
    """What stands in the channel itself, under which others may have answered, is in no thread."""
    said = parse(message(thread_ts=thread_ts))
    assert isinstance(said, Reply)
    assert said.thread_ts is None


@pytest.mark.parametrize("kind", ["channel", "group"])
def test_archivings(kind: str) -> None:
    """An archived channel, or one that is no more, is told with when and by whom, where Slack says that."""
    event = {"type": f"{kind}_archive", "channel": "C111", "user": "U111", "event_ts": "1.5"}
    undone = {"type": f"{kind}_unarchive", "channel": "C111", "actor_id": "U111", "event_ts": "not yet"}
    half = Micros(1_500_000)
    assert parse({"event_id": "Ev1", "event": event}) == Archiving("Ev1", C111, UserId("U111"), half)
    assert parse({"event_id": "Ev1", "event": event | {"user": None}}) == Archiving("Ev1", C111, UserId(""), half)
    assert parse({"event_id": "Ev1", "event": undone}) == Archiving("Ev1", C111, UserId("U111"), None, is_undone=True)
    assert parse({"event_id": "Ev1", "event": event | {"channel": None}}) is None


def test_files_without_their_subtype_are_noticed() -> None:
    """A message with files has files, whatever Slack calls it, and may have no words."""
    reply = parse(message(files=[{"id": "F1"}], text=""))
    assert isinstance(reply, Reply)
    assert (reply.has_files, reply.pieces) == (True, ())


STUB = {"id": "F1", "mode": "file_access", "file_access": "check_file_info"}


@pytest.mark.parametrize(
    ("shape", "file"),
    [
        (STUB, SlackFile("F1", "", "", 0, "")),
        (
            {
                "id": "F1",
                "name": None,
                "title": "Lake",
                "mimetype": "image/png",
                "size": 7,
                "url_private": "https://f/1",
            },
            SlackFile("F1", "Lake", "image/png", 7, "https://f/1"),
        ),
        (
            {"id": "F1", "name": "doc", "mode": "external", "is_external": True, "url_private": "https://elsewhere/1"},
            SlackFile("F1", "doc", "", 0, ""),
        ),
        ({"id": "F1", "name": 5, "size": "7", "mimetype": [], "url_private": {}}, SlackFile("F1", "", "", 0, "")),
        ({"name": "no id"}, None),
    ],
)
def test_files(shape: dict[str, Any], file: SlackFile | None) -> None:
    """A file is read as far as Slack describes it; what lies elsewhere has no address."""
    reply = parse(message(files=[shape, "nonsense"]))
    assert isinstance(reply, Reply)
    assert reply.files == (() if file is None else (file,))


def test_a_missing_event_id_is_empty() -> None:
    """An event without its id is read all the same."""
    reply = parse({"event": message()["event"]})
    assert isinstance(reply, Reply)
    assert reply.event_id == ""


@pytest.mark.parametrize(
    "body",
    [
        change(),
        change({"text": "after"}, files=[{"id": "F1"}]),
        change({"text": "after", "blocks": [{"type": "rich_text"}]}),
    ],
)
def test_edits(body: dict[str, Any]) -> None:
    """An edit changes the words, the files or the blocks."""
    edit = parse(body)
    assert isinstance(edit, Edit)
    assert [file.id for file in edit.files] == [file["id"] for file in body["event"]["message"].get("files", [])]
    assert replace(edit, files=()) == Edit(
        "Ev1", C111, MessageTs("2.000001"), MessageTs("3.0"), ("after",), UserId("U111")
    )


@pytest.mark.parametrize(
    "body",
    [
        change({"text": "after"}),
        change({"text": "after", "files": [], "blocks": None}, files=None, blocks=[]),
        change(
            {"text": "after"},
            attachments=[{"title": "a link", "from_url": "https://a.example"}],
            reply_count=4,
        ),
        change(edited=None),
        change(edited={}),
        change(edited="3.0"),
        change(edited={"ts": 3.0}),
        change(ts=None),
        change(ts="x"),
        change(bot_id="B999"),
        change(user=None),
    ],
)
def test_changes_that_are_no_edits(body: dict[str, Any]) -> None:
    """Unfurls, counters, posts of apps and changes without `edited` are not edits by a person."""
    assert parse(body) is None


def test_what_stands_under_a_header_of_ours() -> None:
    """Slack may say who wrote the header above a message: in the event of a reply, in the message of an edit."""
    reply = parse_event(message(thread_ts="1.000001", parent_user_id="U0WN"), "B0WN", "A0WN", "U0WN")
    edit = parse_event(change(thread_ts="1.000001", parent_user_id="U0WN"), "B0WN", "A0WN", "U0WN")
    foreign = parse_event(change(thread_ts="1.000001", parent_user_id="U111"), "B0WN", "A0WN", "U0WN")
    assert isinstance(reply, Reply)
    assert isinstance(edit, Edit)
    assert isinstance(foreign, Edit)
    assert (reply.is_under_ours, edit.is_under_ours, foreign.is_under_ours) == (True, True, False)
    assert (reply.is_under_others, edit.is_under_others, foreign.is_under_others) == (False, False, True)


@pytest.mark.parametrize("make", [message, change])
def test_who_is_of_another_company(make: Any) -> None:
    """In a channel that is shared with another company, who is of no workspace of ours is known to be outside."""
    shared = {"is_ext_shared_channel": True, "authorizations": [{"team_id": "T0OURS", "enterprise_id": "E0OURS"}]}
    for team in ("T0THEIRS", "T0OURS", "E0OURS", "T0MORE", None):
        body = make(thread_ts="1.000001", user_team=team) | shared
        read = parse_event(body, "B0WN", "A0WN", "U0WN", {"T0MORE"})
        assert isinstance(read, (Reply, Edit))
        assert bool(read.outside_team) is (team == "T0THEIRS"), team
        unshared = parse_event(body | {"is_ext_shared_channel": False}, "B0WN", "A0WN", "U0WN", {"T0MORE"})
        assert isinstance(unshared, (Reply, Edit))
        assert not unshared.outside_team


def test_who_is_of_another_company_in_history() -> None:
    """History does not say whether a channel is shared: there nobody of another workspace is taken for ours."""
    said = {"user": "U111", "text": "Hi", "ts": "2.000002", "thread_ts": "1.000001", "source_team": "T0THEIRS"}
    for teams, is_outside in ((["T0OURS"], True), (["T0THEIRS"], False), ([], False)):
        (reply,) = read_history(said, C111, teams)
        assert isinstance(reply, Reply)
        assert bool(reply.outside_team) is is_outside


def test_a_broken_deletion_is_nothing() -> None:
    """A deletion must say which message."""
    assert parse(message(subtype="message_deleted")) is None
    assert parse(message(subtype="message_deleted", deleted_ts="1.000001")) == Deletion(
        "Ev1", C111, MessageTs("1.000001")
    )


@pytest.mark.parametrize("missing", ["bot_id", "app_id"])
def test_own_posts(missing: str) -> None:
    """A post of ours gives back its keys, known by the bot's id or the app's."""
    assert parse(own(**{missing: None})) == Echo(C111, MessageTs("2.000001"), ("k1", "k2"))


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B999", "app_id": "A999"},
        {"bot_id": None, "app_id": None, "bot_profile": {}, "user": None},
        {"metadata": None},
        {"metadata": {"event_type": "other", "event_payload": {"keys": ["k1"]}}},
        {"metadata": {"event_type": "volt_text", "event_payload": {"keys": "k1"}}},
        {"metadata": {"event_type": "volt_text", "event_payload": {"keys": [7, ""]}}},
        {"metadata": {"event_type": "volt_text"}},
        {"ts": "x"},
    ],
)
def test_posts_that_prove_nothing(fields: dict[str, Any]) -> None:
    """Another app's metadata, or ours without keys, is no echo of a post of ours, and is never texted."""
    assert parse(own(**fields)) is None


def test_posts_of_the_same_app_in_another_workspace() -> None:
    """In a channel that two workspaces share, what the app's other bot posts is none of ours, though the app is."""
    assert parse_event(own(bot_id="B0THER"), "B0WN", "A0WN") is None


def test_unknown_own_ids_match_nothing() -> None:
    """Before the bot knows its own ids no post counts as its own."""
    body = own(bot_id="", app_id="", user=None)
    assert parse_event(body, "", "") is None


VALUES = st.sampled_from(
    [
        "message",
        "message_changed",
        "message_deleted",
        "tombstone",
        "file_share",
        "C111",
        "U111",
        "1.000001",
        "2.0",
        "B0WN",
        "A0WN",
        "volt_text",
        "USLACKBOT",
    ]
)
KEY_NAMES = [
    "event",
    "type",
    "subtype",
    "channel",
    "user",
    "ts",
    "thread_ts",
    "text",
    "blocks",
    "files",
    "edited",
    "message",
    "previous_message",
    "deleted_ts",
    "bot_id",
    "app_id",
    "metadata",
    "event_type",
    "event_payload",
    "keys",
]
KEYS = st.sampled_from(KEY_NAMES)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | VALUES
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=8))
OPTIONAL = [*(key for key in KEY_NAMES if key not in ("type", "channel")), "bot_profile"]
EVENTS = st.fixed_dictionaries(
    {"type": st.just("message"), "channel": st.just("C111")},
    optional=dict.fromkeys(OPTIONAL, JSON),
)


@given(JSON | st.fixed_dictionaries({"event": EVENTS}, optional={"event_id": JSON}))
def test_no_shape_of_an_event_raises(body: Any) -> None:
    """Every field may be missing or of any type; the answer is a value of the domain or None."""
    assert isinstance(parse(body), (Reply, Edit, Deletion, Echo, type(None)))


@given(st.sampled_from(sorted(RECORDED)), st.data())
def test_no_recording_with_a_broken_field_raises(name: str, data: st.DataObject) -> None:
    """A recording in which one field has become something else is still read or left alone."""
    body = sample(name)
    event = body["event"]
    inner = data.draw(st.sampled_from([event, *(value for value in event.values() if isinstance(value, dict))]))
    if inner:
        inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(JSON)
    assert isinstance(parse(body), (Reply, Edit, Deletion, Echo, type(None)))
