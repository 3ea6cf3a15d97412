"""Commands about the registrations at Volt."""

import asyncio

import click

from bot.cli.root import cli, configured
from bot.slack.features.webhooks.view import masked_url
from bot.webhook_registration import delete, list_all, register


@cli.group()
def webhooks() -> None:
    """Manage the webhooks registered at Volt."""


@webhooks.command("list")
def webhooks_list() -> int:
    """List what is registered, without the secret parts of the addresses."""
    registered = asyncio.run(list_all(configured()))
    for webhook in registered:
        click.echo(f"{webhook.id}  {masked_url(webhook.url)}  {webhook.primary_phone or 'all numbers'}")
    if not registered:
        click.echo("Nothing is registered.", err=True)
    return 0


@webhooks.command("register")
def webhooks_register() -> int:
    """Register this bot; it must be running."""
    click.echo(asyncio.run(register(configured())))
    return 0


@webhooks.command("delete")
@click.argument("webhook_id")
def webhooks_delete(webhook_id: str) -> int:
    """Delete a registration by its ID."""
    click.echo(asyncio.run(delete(configured(), webhook_id)))
    return 0
