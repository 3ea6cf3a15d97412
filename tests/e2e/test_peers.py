"""What has gone wrong in other programs that carry texts into Slack, each with the tests that keep it out of this one.

 1  a redelivered event is texted twice: test_outbound.test_five_redeliveries_send_once,
    test_outbound.test_redeliveries_after_a_restart
 2  a redelivered webhook is posted twice: test_inbound.test_repeats_by_the_same_id
 3  unsigned requests are believed: test_refused_requests.test_slack_unsigned_and_forged,
    test_refused_requests.test_volt_unsigned_and_forged, test_refused_requests.test_volt_stale_key,
    test_refused_requests.test_slack_timestamps
 4  Slack fails once, the text is never shown: test_outages.test_slack_fails_once
 5  Slack fails once, the repeat is taken for a duplicate: test_outages.test_volt_repeats_while_slack_fails
 6  equal texts are merged: test_inbound.test_equal_texts_both_appear
 7  two first texts open two threads: test_inbound.test_concurrent_first_texts_share_one_thread
 8  a number in a text leads the next text astray: test_inbound.test_numbers_in_a_text_do_not_route,
    test_outbound.test_replies_go_to_their_own_contact
 9  posts of other bots are texted: test_outbound.test_what_no_person_wrote_in_the_thread_is_not_texted,
    test_outbound.test_own_posts_are_not_texted, test_samples.test_slacks_recordings_of_others
10  the second text is not threaded: test_inbound.test_first_text_opens_a_thread_and_later_ones_go_under_it
11  a text that left is called failed because Slack failed: test_peers.test_a_failing_slack_does_not_make_a_text_fail
12  Slack's retries are dropped: test_outbound.test_a_retry_of_an_event_that_was_lost_is_taken
13  replies leave from a wrong number: test_inbound.test_another_account_number_has_conversations_of_its_own
14  a restart forgets: test_inbound.test_a_restart_keeps_threads, test_outages.test_slack_down_in_the_middle,
    test_outages.test_volt_down_and_a_restart, test_kill.test_accepted_texts_survive_kills_once_and_in_order
15  a text is shown only after somebody looked: test_peers.test_a_stranger_appears_without_anybodys_help
16  a buffer overflows: test_inbound.test_a_burst_arrives_whole
17  secrets are logged: test_peers.test_the_log_of_a_busy_day, test_logs.test_secrets_and_numbers_are_hidden
18  a 429 ends the bridge: test_outages.test_slack_throttles, test_outages.test_retry_after_outlives_a_restart
19  a deleted header replays the thread: test_peers.test_a_deleted_header_texts_nothing
20  one message under eleven event ids: test_peers.test_eleven_deliveries_under_eleven_ids
21  a slip reaches the customer: test_outbound.test_notes_stay_inside,
    test_outbound.test_a_leading_mention_stays_inside
23  echoes are matched by text, null texts crash: test_receipts.test_texts_from_volts_own_page,
    test_receipts.test_receipts_by_id_alone, test_inbound.test_a_text_without_text,
    test_inbound.test_unknown_events_are_taken_and_ignored, test_receipts.test_status_words_nobody_knows

22 is missing: an old thread goes unseen when its contact writes again. Nothing is lost by that, but nobody is told.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from bot.sandbox.slack.state.wire import envelope, hidden_event, message_object
from tests.harness.in_process import Relay
from tests.harness.world import AVA, CHANNEL, DANA

TESTS = Path(__file__).parent.parent


def test_every_test_of_the_table_exists() -> None:
    """Each defect but the missing one names tests, and each of those stands where the table says."""
    table, _, _ = (__doc__ or "").partition("22 is missing")
    rows = re.findall(r"^ ?(\d+)  (.*?)(?=^ ?\d+  |\Z)", table, flags=re.MULTILINE | re.DOTALL)
    assert [int(number) for number, _ in rows] == [*range(1, 22), 23]
    for _, row in rows:
        named = re.findall(r"(test_\w+)\.(test_\w+)", row)
        assert named
        for module, test in named:
            (file,) = TESTS.rglob(f"{module}.py")
            tree = ast.parse(file.read_text(encoding="utf-8"))
            assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


async def test_a_failing_slack_does_not_make_a_text_fail(relay: Relay) -> None:
    """A text that Volt took is not called failed because Slack fails to show it, and is not offered again."""
    relay.slack.rules.errors = {"chat.postMessage": ["service_unavailable"], "reactions.add": ["fatal_error"]}
    given = await relay.slack.command(AVA, CHANNEL, "/volt", "send (555) 555-0145 Your order is ready")
    assert given.status == 200
    await relay.receives("Your order is ready")
    await relay.line(f"<@{AVA}> texted:\nYour order is ready")
    await relay.volt.receipt(relay.volt.outbound(DANA)[0], "delivered")
    await relay.line("Delivered")
    assert not [line for line in relay.lines() if "Not delivered" in line or "Send again" in line]
    await relay.reply(relay.headers()[0].ts, "last")
    await relay.receives("Your order is ready", "last")


async def test_a_stranger_appears_without_anybodys_help(relay: Relay) -> None:
    """The first text of an unknown number is shown though nobody in Slack has done anything at all."""
    await relay.volt.text("+442079460958", "Is this the right number?")
    await relay.slack.until(lambda: len(relay.posts()) == 2)
    header, text = relay.posts()
    assert header.text == "+44 20 7946 0958 · new contact"
    assert (text.text, text.thread_ts) == ("Is this the right number?", header.ts)
    assert [one for one in relay.slack.channels[CHANNEL].messages if not one.bot_id] == []


async def test_the_log_of_a_busy_day(relay: Relay) -> None:
    """Neither traffic, nor refusals, nor failures of both sides put a secret, a whole number or a text into the log."""
    relay.volt.receipts = "auto"
    thread = await relay.open_thread(DANA, "purple elephants")
    relay.slack.rules.errors = {"chat.postMessage": ["service_unavailable", "ratelimited"]}
    relay.volt.rules.errors = [f"cannot text {DANA}"]
    await relay.reply(thread, "purple elephants to you")
    await relay.line("Not delivered: Volt refused it")
    relay.volt.rules.statuses = [(503, 0)]
    await relay.reply(thread, "more purple elephants")
    await relay.receives("more purple elephants")
    await relay.volt.post(b"purple elephants", signature="AAAA")
    await relay.slack.command(AVA, CHANNEL, "/volt", f"send {DANA} purple elephants")
    await relay.receives("more purple elephants", "purple elephants")
    log = relay.log
    assert "call.failed" in log
    for secret in (relay.slack.signing_secret, relay.slack.bot_token, *relay.volt.token.split("."), "elephants"):
        assert secret not in log
    assert not re.search(r"5555550\d{3}", log)


async def test_a_refusal_that_quotes_the_text(relay: Relay) -> None:
    """Where Volt's refusal quotes the text, the thread may say so; the log does not."""
    thread = await relay.open_thread()
    relay.volt.rules.errors = ['cannot send "purple elephants"']
    await relay.reply(thread, "purple elephants")
    await relay.line("Not delivered: Volt refused it")
    assert "call.failed" in relay.log
    assert "elephants" not in relay.log


async def test_a_deleted_header_texts_nothing(relay: Relay) -> None:
    """Deleting a header leaves a tombstone and touches every reply; none of them is texted, again or at all."""
    thread = await relay.open_thread()
    replies = [await relay.reply(thread, text) for text in ("one", "// a note", "two")]
    await relay.receives("one", "two")
    await relay.slack.delete(CHANNEL, thread)
    for ts in replies:
        message = relay.slack.find(CHANNEL, ts)
        assert message is not None
        channel, now = relay.slack.channels[CHANNEL], relay.slack.next_ts()
        touched = {"message": message_object(message), "previous_message": message_object(message)}
        assert await relay.slack.deliver(envelope(hidden_event(channel, "message_changed", now, **touched))) == 200
        assert await relay.slack.deliver(relay.event_of(ts)) == 200
    await relay.reply(thread, "last")
    await relay.receives("one", "two", "last")


async def test_eleven_deliveries_under_eleven_ids(relay: Relay) -> None:
    """One message, delivered eleven times under as many event ids and without a retry header, is one text."""
    thread = await relay.open_thread()
    ts = await relay.reply(thread, "once")
    assert {await relay.slack.deliver(relay.event_of(ts)) for _ in range(10)} == {200}
    await relay.reply(thread, "last")
    await relay.receives("once", "last")
