"""`python -m tests.benchmarks`: runs the benchmarks and says which figure holds what is asked of it.

Every figure is a ratio of two things measured in turn in the same run, so that a slow or busy machine slows both. The
exit code is 1 only where such a ratio misses its target.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from tests.benchmarks import (
    both_lines,
    contacts_file,
    drain,
    engines,
    fleet,
    growth,
    home,
    ingest,
    latency,
    passes,
    process,
    relay,
    search,
    store,
    volume,
)
from tests.benchmarks.figures import Figure
from tests.benchmarks.harness import Harness
from tests.benchmarks.machine import this_machine
from tests.benchmarks.picture import write_picture
from tests.benchmarks.report import table, write_json

Benchmark = Callable[[Harness], Awaitable[list[Figure]]]

BENCHMARKS: dict[str, Benchmark] = {
    "ingest": ingest.ingest,
    "relay": relay.relay,
    "send": relay.sends,
    "idle": latency.idle,
    "slack": latency.slack_ack,
    "commit": store.group_commit,
    "engines": engines.engines,
    "fleet": fleet.fleet,
    "claim": growth.claim,
    "passes": passes.passes,
    "unanswered": growth.unanswered,
    "home": home.home,
    "search": search.search,
    "memory": process.memory,
    "imports": contacts_file.imports,
    "lines": both_lines.both_lines,
    "drain": drain.drain,
    "size": process.size,
    "bytes": volume.bytes_each,
}

BUILD = Path("build")
"""On the disk that is measured; a folder for temporary files may be memory only."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", multiple=True, type=click.Choice(list(BENCHMARKS)), help="Only this one; may be repeated.")
@click.option("--rounds", default=3, show_default=True, help="How often each is measured.")
@click.option("--full", is_flag=True, help="The long ones at their full length.")
@click.option("--json", "json_file", default=BUILD / "bench.json", show_default=True, type=click.Path(path_type=Path))
@click.option("--picture", type=click.Path(path_type=Path), help="Draw the ratios into this SVG file.")
def main(only: tuple[str, ...], rounds: int, json_file: Path, picture: Path | None, *, full: bool) -> None:
    """Measure the bot against its peers and its limits."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
        harness = Harness(Path(folder).resolve(), rounds, full, this_machine(Path(folder)))
        figures = asyncio.run(_run(harness, only or tuple(BENCHMARKS)))
    click.echo(f"{harness.machine}\n\n{table(figures)}")
    if picture is not None:
        write_picture(picture, harness.machine, figures)
    write_json(json_file, harness.machine, figures)
    sys.exit(0 if all(figure.is_met for figure in figures) else 1)


async def _run(harness: Harness, names: tuple[str, ...]) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        click.echo(f"measuring {name} ...", err=True)
        figures += await BENCHMARKS[name](harness)
    return figures


if __name__ == "__main__":
    main()
