"""How fast a burst is shown under Slack's limit: against the shortest time in which that many posts can be made.

Slack is the stand-in here, because it is the limit that matters: it counts posts and answers 429 beyond its rate.
"""

import math

from bot.bridge.outbox.claims import MAX_MERGED
from bot.bridge.rate_limit import BURST
from bot.sandbox import SlackStandIn
from bot.sandbox.slack.state.model import Call
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import Harness
from tests.benchmarks.load import fire
from tests.benchmarks.process import Served
from tests.benchmarks.sink import POST, Sink

RATE = 20.0
BURST_ALLOWED = max(BURST, RATE)
"""At the documented rate of 1 a second the bot and Slack agree on a burst of 5; the same here."""

TEXTS_EACH = 10
CONTACTS, ALL_CONTACTS = 40, 100
AT_ONCE = 32


async def drain(harness: Harness) -> list[Figure]:
    """Send ten texts each of many contacts at once, and wait until Slack shows the last."""
    contacts = ALL_CONTACTS if harness.is_full else CONTACTS
    texts = harness.signer.webhooks(contacts * TEXTS_EACH, contacts=contacts)
    runs = [await _shown(harness, texts, contacts) for _ in range(harness.rounds)]
    least_s = tuple((made - BURST_ALLOWED) / RATE for _, made, _ in runs)
    made, refused = " / ".join(str(run[1]) for run in runs), sum(run[2] for run in runs)
    needed = contacts * (1 + math.ceil(TEXTS_EACH / MAX_MERGED))
    note = (
        f"{len(texts)} texts, {made} posts (could be {needed}), {RATE:g} a second; {refused} refused by Slack's limit"
    )
    seconds = tuple(run[0] for run in runs)
    return [Figure("drain", "s", seconds, least_s, "the least for these posts", 1.05, is_most=True, note=note)]


async def _shown(harness: Harness, texts: list[bytes], contacts: int) -> tuple[float, int, int]:
    """Return the seconds from the first post to the last, the posts made, and how often Slack refused one."""
    async with SlackStandIn() as slack, Sink() as volt:
        slack.rules.posts_per_s, slack.rules.burst = RATE, int(BURST_ALLOWED)
        database, key = harness.fresh() / "bot.db", harness.signer.public_key
        async with Served(database, key, slack.api_url, f"{volt.url}/graphql", rate=RATE, more={}) as program:
            slack.events_url = f"http://127.0.0.1:{program.port}/slack/events"
            await fire(program.port, texts, at_once=AT_ONCE, server_pid=program.pid)
            await slack.until(lambda: _keys(slack) >= len(texts) + contacts, 120)
        posts = [call for call in slack.calls if call.method == POST]
    made = [call for call in posts if call.status == 200]
    return made[-1].at - made[0].at, len(made), len(posts) - len(made)


def _keys(slack: SlackStandIn) -> int:
    return sum(len(_metadata(call)) for call in slack.calls if call.method == POST and call.status == 200)


def _metadata(call: Call) -> list[str]:
    keys: list[str] = call.args["metadata"]["event_payload"]["keys"]
    return keys
