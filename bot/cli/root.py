"""Root of the command line, and the settings that commands read."""

import click

from bot import __version__
from bot.config import Config, load
from bot.observability import logs
from bot.ports.operations import Operations
from bot.store.storage import open_operations


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="volt-bot")
def cli() -> None:
    """Text your customers from Slack: one thread per contact."""


def configured() -> Config:
    """Read the settings, and log as they say. Raises BadConfig."""
    config = load()
    logs.configure(config.log_level, config.log_format, config.secrets())
    return config


def operations() -> Operations:
    """Give the operations on the database that the settings name. Raises BadConfig."""
    return open_operations(configured().database_url)
