"""`python -m tests.hostile`: hostile requests on every route, a table of what came of it; 1 where a promise broke."""

import asyncio
import sys
import tempfile
from pathlib import Path

import click

from tests.hostile.counts import TITLE, Count, some_of_each
from tests.hostile.load import HEARS_OUT_S, crowd_out, drop_bombs, put_load, send_one
from tests.hostile.payloads import ROUTES
from tests.hostile.siege import besiege
from tests.hostile.target import Target

PATH_SECRET = "sandbox-path-0123456789"
WARM_UP = 500
CROWD = 300
SPECIAL = ("bombs", "crowd", "siege")


@click.command()
@click.option("--seed", default="1", show_default=True)
@click.option("--requests", default=5_000, show_default=True, help="On each route.")
@click.option("--route", "routes", multiple=True, type=click.Choice([*ROUTES, *SPECIAL]), help="Only this; repeatable.")
@click.option("--only", type=int, help="Send the one request of this number.")
def main(seed: str, requests: int, routes: tuple[str, ...], only: int | None) -> None:
    """Put a load on a bot and print what came of it."""
    click.echo(f"seed {seed}")
    click.echo(TITLE)
    counts = asyncio.run(run(seed, requests, routes or (*ROUTES, *SPECIAL), only=only))
    faults = [fault for count in counts for fault in count.faults]
    for fault in some_of_each(faults):
        click.echo(fault)
    click.echo(f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


async def run(seed: str, requests: int, routes: tuple[str, ...], *, only: int | None = None) -> list[Count]:
    """Put a load on one bot without a path secret, then one with it."""
    counts: list[Count] = []
    with tempfile.TemporaryDirectory() as folder:
        for secret in ("", PATH_SECRET):
            mine = [route for route in routes if (route == "secret") == bool(secret)]
            if mine:
                target = Target(Path(folder) / f"bot{secret}", path_secret=secret)
                counts += await _one_target(target, mine, seed, requests, only)
    return counts


async def _one_target(target: Target, routes: list[str], seed: str, requests: int, only: int | None) -> list[Count]:
    counts = []
    async with target:
        for route in routes:
            counts.append(await _one_route(target, route, seed, requests, only))
            click.echo(counts[-1].line())
        code = await target.bot.terminate()
    counts[-1].faults += target.log.taken_faults()
    if code != 0:
        counts[-1].faults.append(f"the bot ended with code {code}: {target.bot.last_words()}")
    return counts


async def _one_route(target: Target, route: str, seed: str, requests: int, only: int | None) -> Count:
    if route == "crowd":
        return await crowd_out(target, CROWD)
    if route == "siege":
        siege = await besiege(target)
        click.echo("\n".join(siege.lines()))
        return Count(route, faults=siege.faults)
    if route == "bombs":
        return await drop_bombs(target)
    if only is None:
        return await put_load(target, route, seed, requests, warm_up=WARM_UP, hears_out_s=HEARS_OUT_S)
    count = Count(route)
    await send_one(target, count, seed, only)
    count.faults += [*await target.works(), *target.log.taken_faults()]
    return count


if __name__ == "__main__":
    main()
