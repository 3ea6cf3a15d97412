"""How fast one and three bots show what waits in one database: on SQLite one, on a private PostgreSQL one and three.

Everything runs on this machine, the server and Slack's stand-in, too. So where there are fewer processors than
programs it is told what the work costs, and three bots are asked for no more than they can have. Slack answers at once,
and then as in life: how many calls a bot has under way is limited, so a slow answer is what several bots are for.
"""

from contextlib import AsyncExitStack

from tests.benchmarks.children import Child
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import Harness
from tests.benchmarks.machine import cpu_s, family_cpu_s
from tests.benchmarks.private_server import private_server
from tests.benchmarks.real_bot import NO_LIMIT
from tests.benchmarks.sink import KEY, Sink
from tests.postgres.cluster import Cluster
from tests.postgres.shared_server import new_schema

TEXTS = 1_000
BOTS = 3
ANSWER_S = 0.3
"""In which Slack answers a post, in life."""

GOAL = 1.8
CORES = 6
"""From here on each program has a processor of its own, and the goal is asked for."""

Shown = tuple[float, float]
"""Posts a second of the clock, and what each took of the processors, in milliseconds."""


async def fleet(harness: Harness) -> list[Figure]:
    """Show a text each of many contacts, all due at once."""
    kinds = ("sqlite", "one", "many", "one, slow", "many, slow")
    runs: dict[str, list[Shown]] = {kind: [] for kind in kinds}
    with private_server("fleet") as server:
        if server is None:
            return []
        async with Sink() as sink:
            for _ in range(harness.rounds):
                sink.answer_s = 0.0
                runs["sqlite"].append(await _shown(harness, sink, None, 1))
                runs["one"].append(await _shown(harness, sink, server, 1))
                runs["many"].append(await _shown(harness, sink, server, BOTS))
                sink.answer_s = ANSWER_S
                runs["one, slow"].append(await _shown(harness, sink, server, 1))
                runs["many, slow"].append(await _shown(harness, sink, server, BOTS))
    goal = GOAL if harness.machine.cores >= CORES else None
    asked = "" if goal else f"the goal of {GOAL:g} is for {CORES} processors or more"
    rate, cost = ({kind: tuple(run[part] for run in runs[kind]) for kind in kinds} for part in (0, 1))
    return [
        Figure("one bot on PostgreSQL", "posts/s", rate["one"], rate["sqlite"], "one on SQLite"),
        Figure(
            "the same, cost", "CPU ms", cost["one"], cost["sqlite"], "one on SQLite", note="with the server's share"
        ),
        Figure("three bots", "posts/s", rate["many"], rate["one"], "one on PostgreSQL", goal, note=asked),
        Figure("the same, cost of three", "CPU ms", cost["many"], cost["one"], "one on PostgreSQL"),
        Figure(
            "three bots, Slack as in life",
            "posts/s",
            rate["many, slow"],
            rate["one, slow"],
            "one on PostgreSQL",
            goal,
            note=f"Slack answers after {ANSWER_S * 1_000:.0f} ms",
        ),
    ]


async def _shown(harness: Harness, sink: Sink, server: Cluster | None, bots: int) -> Shown:
    options = {"sink": sink.url, "webhook_key": harness.signer.public_key, "rate": NO_LIMIT}
    if server is not None:
        options["database_url"] = new_schema(server.url)
    sink.forget()
    async with AsyncExitStack() as stack:
        running = [await stack.enter_async_context(Child("bot", harness.fresh(), **options)) for _ in range(bots)]
        await running[0].ask("line up", texts=TEXTS)
        before_s = _spent_s(running, server)
        await running[0].ask("release")
        await sink.until(KEY, TEXTS)
        spent_s = _spent_s(running, server) - before_s
    return sink.per_s(KEY), spent_s / TEXTS * 1_000


def _spent_s(bots: list[Child], server: Cluster | None) -> float:
    return sum(cpu_s(bot.pid) for bot in bots) + (0.0 if server is None else family_cpu_s(server.pid))
