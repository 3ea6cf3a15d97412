"""The command line: its help, and what it says of settings."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import click

import bot.__main__  # noqa: F401 - adds the commands
from bot.cli.root import cli
from bot.config import load
from bot.config_errors import BadConfig
from tests.words.people import Example

WRONG = {
    "slack_signing_secret": "abcde",
    "slack_bot_token": "xoxb-",
    "slack_app_token": "token",
    "slack_channel": "support",
    "slack_customer_faces": "maybe",
    "encryption_keys": "key",
    "slack_api_url": "slack",
    "volt_api_token": "a b",
    "volt_account_number": "5555550123",
    "volt_api_url": "ftp://volt",
    "volt_webhook_verify": "no",
    "volt_webhook_path_secret": "a/b",
    "database_url": "mysql://db",
    "public_url": "http://bot.acme.com",
    "port": "99999",
    "slack_post_rate": "0",
    "undo_seconds": "many",
    "quiet_hours": "night",
    "catch_up_minutes": "-1",
    "catch_up_hours": "999",
    "log_level": "loud",
    "log_format": "xml",
}
OTHERS = (
    {
        "slack_channel": "#",
        "encryption_keys": f"{'A' * 43}=,key",
        "database_url": "postgres://db",
        "public_url": "https://bot.example.com",
        "volt_account_number": "+1 555",
    },
    {"slack_client_id": "1.2", "slack_bot_token": "xoxb-token", "slack_allowed_teams": "acme"},
    {"slack_client_secret": "secret"},
)


def command_line() -> list[Example]:
    """Show the help of each command, and what is said of settings that cannot be used."""
    return [
        *_helps(cli, "volt-bot"),
        ("no setting at all", faults({})),
        ("settings that cannot be used", faults(WRONG)),
        *(("settings that cannot be used, others", faults(given)) for given in OTHERS),
    ]


def _helps(command: click.Command, path: str) -> Iterator[Example]:
    options = [
        f"{', '.join(one.opts)} {one.metavar or ''}: {one.help}"
        for one in command.params
        if isinstance(one, click.Option)
    ]
    yield path, [str(command.help), *options]
    for name, inner in sorted(command.commands.items()) if isinstance(command, click.Group) else ():
        yield from _helps(inner, f"{path} {name}")


def faults(given: dict[str, str]) -> list[str]:
    """Say what is wrong with settings, as serve does, whatever this machine has set."""
    with patch.dict(os.environ, clear=True):
        try:
            load(_env_file=None, **given)
        except BadConfig as error:
            return list(error.faults)
    return []
