"""Lose power again and again, and count the harm: python -m tests.crash.power --losses 200 --seed 1."""

import logging
import sys
import tempfile
import time
from pathlib import Path

import click
import structlog

from tests.crash.power.runs import Tally, run


@click.command()
@click.option("--losses", default=200, show_default=True)
@click.option("--seed", default=1, show_default=True, help="of the first database; the next ones count up")
@click.option("--synchronous", type=click.Choice(["FULL", "NORMAL", "OFF"]), default="FULL", show_default=True)
def main(losses: int, seed: int, synchronous: str) -> None:
    """Run the bot's store on a disk that loses power, and count what was lost."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="power-"))
    tally = run(losses, seed, folder, synchronous=synchronous)
    click.echo(report(tally, seed))
    click.echo(f"{time.monotonic() - began:.0f} s; databases in {folder}")
    sys.exit(1 if tally.broken else 0)


def report(tally: Tally, seed: int) -> str:
    """Say what happened, in a few lines."""
    harm = f"{tally.lost} lost commits, {tally.half_written} half-written, {tally.corrupt} corrupt"
    struck = ", ".join(f"{deed} {count}" for deed, count in tally.struck.most_common())
    lines = [
        f"{tally.losses} power losses from seed {seed} among {tally.acknowledged} acknowledged commits: {harm}",
        f"the power went in: {struck}",
    ]
    return "\n".join(lines + tally.broken)


if __name__ == "__main__":
    main()
