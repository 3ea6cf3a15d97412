"""Commands that run or set up the bot: serve, demo, doctor, manifest."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path

import click
import structlog

from bot import time_of_day
from bot.app import App
from bot.cli.root import cli, configured
from bot.cli.sample_figures import count_sample_figures
from bot.config import Config, public_url
from bot.config_errors import BadConfig
from bot.doctor.report import run_checks
from bot.domain.database_address import Engine, address_in
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.lifecycle import spare_collector
from bot.manifest import fill_in
from bot.observability import logs

START_AGAIN_S = 1.0
"""Pause before a start that has lost its server is begun anew."""

_log = structlog.get_logger(__name__)


@cli.command()
@click.option("--clock-from", type=click.Path(path_type=Path), hidden=True)  # for the demo, where days pass on demand
def serve(clock_from: Path | None) -> int:
    """Run the bot until SIGTERM or SIGINT."""
    config = configured()
    if clock_from is not None:
        if config.database_url.engine is Engine.POSTGRES:
            raise BadConfig(["--clock-from  is for a database file: what time it is in PostgreSQL says its server."])
        time_of_day.move(time_of_day.ahead_as_in(clock_from))
    return asyncio.run(_serve(config))


async def _serve(config: Config) -> int:
    stop = _stop_signal()
    app = App(config)
    try:
        while not await _started(app, stop):
            if stop.is_set():
                return 0
            app = App(config)
    except StoreUnavailable as error:
        raise BadConfig([f"DATABASE_URL  {error}"]) from error
    except OSError as error:
        raise BadConfig(
            [f"HOST, PORT  cannot listen on {config.host}:{config.port}: {error.strerror}. Choose another."]
        ) from error
    spare_collector()
    await stop.wait()
    await app.close()
    return 0


async def _started(app: App, stop: asyncio.Event) -> bool:
    """Start the bot, which may wait for its database; False where it was told to stop meanwhile, or has lost it."""
    starting = asyncio.ensure_future(app.start())
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait([starting])
            return False
        await starting
    except StoreUnavailable as error:
        if not app.has_lost_server:
            raise
        _log.warning("start.again", words=str(error))
        await asyncio.wait([stopping], timeout=START_AGAIN_S)
        return False
    finally:
        stopping.cancel()
    return True


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@cli.command()
@click.option("--port", default=8600, show_default=True, help="Where the page is served.")
def demo(port: int) -> int:
    """Try the bot without accounts: both sides in one web page."""
    return asyncio.run(_demo(port))


async def _demo(port: int) -> int:
    stop = _stop_signal()
    from bot.sandbox.demo.demo import Demo  # noqa: PLC0415 - a bot that serves does not load it

    page = Demo(port=port, prepare=_count_figures)
    try:
        await page.start()
    except (OSError, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The demo is at {page.url} – stop it with Ctrl-C.")
    await stop.wait()
    await page.close()
    return 0


async def _count_figures(database_url: str, account: str, people: Sequence[str]) -> None:
    """Count what the charts of the demo show."""
    await count_sample_figures(address_in(database_url), E164(account), [UserId(one) for one in people])


@cli.command()
def doctor() -> int:
    """Check an installation; exit code 0 only if all holds."""
    logs.configure("error", "console", ())
    return 0 if asyncio.run(run_checks(click.echo)) else 1


@cli.command()
@click.option("--socket-mode", is_flag=True, help="For Socket Mode: Slack needs no public address.")
def manifest(*, socket_mode: bool) -> int:
    """Print the Slack app manifest, filled in for PUBLIC_URL."""
    click.echo(fill_in(public_url(), socket_mode=socket_mode), nl=False)
    return 0
