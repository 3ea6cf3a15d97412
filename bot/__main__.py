"""Program: arguments in, exit code out. `volt-bot` and `python -m bot` are the same."""

import sys
from collections.abc import Sequence

import click

from bot.cli import database, keys, moving, report, serving, webhooks, workspaces
from bot.cli.root import cli
from bot.config_errors import BadConfig
from bot.domain.errors import CallFailed, StoreUnavailable

COMMANDS = (serving, webhooks, workspaces, keys, database, report, moving)
"""Modules whose commands are added to the root when they are loaded."""


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
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BadConfig as error:
        for fault in error.faults:
            click.echo(fault, err=True)
        return BAD_CONFIG
    except StoreUnavailable as error:
        click.echo(str(error), err=True)
        return BAD_CONFIG
    except CallFailed as error:
        click.echo(error.user_message, err=True)
        return 1
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    run()
