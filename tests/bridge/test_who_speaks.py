"""Posts under a customer's name are found again, known for ours, and can be written anew."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain.ids import MessageTs, ThreadRef
from bot.domain.retry_policy import ABSENT_IN_SLACK_S
from bot.domain.thread_content import InboundText, InboundTexts, Speaker
from bot.slack.events.message_events import read_history
from tests.harness.on_a_clock import Harness
from tests.harness.world import CHANNEL, DANA

NAMED = "(555) 555-0145"
BEGINNING = datetime.fromtimestamp(0, UTC)


async def test_a_post_whose_answer_was_lost_is_found_by_its_stamp(harness: Harness) -> None:
    """A text shown under the contact's name is looked up by its key, which it bears, and not shown twice."""
    harness.slack.rules.drops = {"chat.postMessage": 1}
    await harness.hear("Is it ready?")
    harness.slack.rules.drops = {}
    await harness.look(ABSENT_IN_SLACK_S + 1)
    await harness.hear("Thanks")
    texts = [one for one in harness.posts() if one.username]
    assert [one.text for one in texts] == ["Hello", "Is it ready?", "Thanks"]
    assert {(one.username, one.subtype, one.user) for one in texts} == {(NAMED, "bot_message", None)}


async def test_a_look_back_knows_it_for_ours(harness: Harness) -> None:
    """What history says of a post under another name, stamped or not, is never read as an agent's reply."""
    place = ThreadRef(CHANNEL, MessageTs(harness.posts()[0].ts))
    page = await harness.workspace.read_posts(place, since=BEGINNING)
    (text,) = [one for one in harness.posts() if one.username]
    (seen,) = [one for one in page.found if one.ts == text.ts]
    assert seen.keys
    assert seen.reply is None
    events = await harness.workspace.events_since(place, since=BEGINNING)
    assert text.ts not in {getattr(one, "ts", None) for one in events.found}
    answer = await harness.workspace._web.conversations_replies(channel=CHANNEL, ts=place.thread_ts or "")
    shapes = [dict(one, metadata=None) for one in answer["messages"] if one["ts"] == text.ts]
    assert [(one["subtype"], one["username"], "user" in one) for one in shapes] == [("bot_message", NAMED, False)]
    assert read_history(shapes[0], CHANNEL) == []


async def test_a_post_under_another_name_can_be_written_anew(harness: Harness) -> None:
    """Slack takes no name when a post is replaced, and may forget the old one: its words say who speaks."""
    (text,) = [one for one in harness.posts() if one.username]
    again = InboundTexts((InboundText("Hello again"),), speaker=Speaker(DANA, "Dana Whitfield"))
    await harness.workspace.edit(CHANNEL, MessageTs(text.ts), again)
    assert harness.lines()[0] == "Dana Whitfield\nHello again"


async def test_a_post_that_is_seen_in_the_channel_begins_with_the_name(harness: Harness) -> None:
    """A post that stands in the channel too, where Slack may show the bot's own face, says in words who speaks."""
    place = ThreadRef(CHANNEL, MessageTs(harness.posts()[0].ts))
    content = InboundTexts((InboundText("Still there?"),), speaker=Speaker(DANA))
    await harness.workspace.post(place, content, keys=(), is_seen=True)
    assert harness.lines()[-1] == f"{NAMED}\nStill there?"


async def test_before_slack_has_said_what_it_grants_both_say_who_speaks(harness: Harness) -> None:
    """A bot that has heard nothing of Slack yet gives name and face, and a first line in case they are ignored."""
    harness.workspace._renderer.faces._scopes = None
    await harness.hear("Is it ready?")
    await harness.hear("Hello?")
    texts = [one for one in harness.posts() if one.username]
    assert harness.lines()[-2:] == [f"{NAMED}\nIs it ready?", "Hello?"]
    assert [one.username for one in texts] == [NAMED] * 3
    assert [one.text for one in texts] == ["Hello", "Is it ready?", "Hello?"]


async def test_a_layout_that_slack_refuses_is_posted_plain_with_the_name(harness: Harness) -> None:
    """Where Slack takes neither layout nor face, the plain words begin with who speaks."""
    harness.slack.rules.errors = {"chat.postMessage": ["invalid_arguments"]}
    await harness.hear("*Is* it ready?")
    assert harness.lines()[-1] == f"{NAMED}:\n*Is* it ready?"
    assert harness.posts()[-1].username is None


async def test_a_permission_that_is_taken_away_meanwhile(harness: Harness) -> None:
    """A text whose face Slack drops, granting none any more, says in words who speaks once that is known."""
    harness.slack.scopes.remove("chat:write.customize")
    await harness.hear("Texts to this number are stopped.")
    assert harness.lines()[-1] == f"{NAMED}\nTexts to this number are stopped."
    assert harness.posts()[-1].username is None
