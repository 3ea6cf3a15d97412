"""Commands about the keys that tokens are stored under."""

import click

from bot.cli.root import cli, configured
from bot.key_rotation import WHAT_TO_DO, rotate
from bot.store.sealing import new_key


@cli.group()
def keys() -> None:
    """Make and replace the keys that tokens are stored under."""


@keys.command("new")
def keys_new() -> int:
    """Print a fresh key for ENCRYPTION_KEYS."""
    click.echo(new_key())
    click.echo(WHAT_TO_DO, err=True)  # beside the key, so that a script gets the key alone
    return 0


@keys.command("rotate")
def keys_rotate() -> int:
    """Seal everything again under the newest key; the bot must be stopped."""
    click.echo(rotate(configured()))
    return 0
