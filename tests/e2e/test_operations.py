"""What operators see: counts, ages and log lines that follow a text, and never a number or a word of it."""

from __future__ import annotations

import asyncio
import re

from tests.harness.in_process import Relay
from tests.harness.world import DANA

WORDS = "A secret recipe"


async def metrics(relay: Relay) -> dict[str, float]:
    """Read all metrics."""
    status, text = await relay.get("/metrics")
    assert status == 200
    assert WORDS not in text
    assert relay.volt.token not in text
    assert not re.search(r"5555550\d{3}|555.{1,3}555.{1,3}0\d{3}", text)
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def a_text_each_way(relay: Relay) -> None:
    """Let a text be shown, and an answer be delivered."""
    relay.volt.receipts = "auto"
    thread = await relay.open_thread(DANA, WORDS)
    ts = await relay.reply(thread, f"{WORDS} to you")
    await relay.marked(ts, "white_check_mark")


async def test_metrics_count(relay: Relay) -> None:
    """/metrics counts what came in, what was refused and why, what went out, and how long it took."""
    await a_text_each_way(relay)
    await relay.volt.post(b"{}", signature=None)
    counts = await metrics(relay)
    wanted = {
        'volt_bot_webhooks_total{outcome="accepted"}': 3.0,
        'volt_bot_webhooks_total{outcome="unsigned"}': 1.0,
        'volt_bot_events_total{outcome="accepted"}': 1.0,
        'volt_bot_texts_accepted_total{direction="inbound"}': 1.0,
        'volt_bot_texts_accepted_total{direction="outbound"}': 1.0,
        'volt_bot_texts_moved_total{status="delivered"}': 1.0,
        'volt_bot_calls_total{kind="send",outcome="done"}': 1.0,
        'volt_bot_call_seconds_count{kind="post_text"}': 1.0,
        'volt_bot_text_seconds_count{to="shown"}': 1.0,
        'volt_bot_text_seconds_count{to="delivered"}': 1.0,
        'volt_bot_request_seconds_count{door="volt"}': 4.0,
    }
    assert {name: counts.get(name) for name in wanted} == wanted


async def test_metrics_tell_what_waits(relay: Relay) -> None:
    """What is pending is counted by kind, with the age of the oldest, and is nothing again once it has left."""
    await relay.open_thread()
    relay.slack.rules.down = True
    await relay.volt.text(DANA, "waiting")
    await relay.slack.until(lambda: any(call.status == 503 for call in relay.slack.calls))
    counts = await metrics(relay)
    assert sum(value for name, value in counts.items() if name.startswith('volt_bot_owed{kind="post_text"')) == 1
    assert counts['volt_bot_oldest_owed_seconds{kind="post_text"}'] > 0
    relay.slack.rules.down = False
    await relay.shows(DANA, "waiting")
    async with asyncio.timeout(5):  # until the bot has Slack's answer, too
        while (await metrics(relay))['volt_bot_oldest_owed_seconds{kind="post_text"}']:
            pass


async def test_one_id_follows_a_text(relay: Relay) -> None:
    """From the door to the last receipt every log line about a text names it by the key that Volt carries too."""
    await a_text_each_way(relay)
    (key,) = [message.passthrough for message in relay.volt.outbound(DANA)]
    told = [line.split()[3] for line in relay.log.splitlines() if f"id={key}" in line]
    assert told[0] == "text.accepted"
    assert {"call.done", "text.status"} <= set(told)
    assert WORDS not in relay.log
