"""Webhook handlers, `/volt webhooks`: the registrations; managers register this bot, and delete others."""

from bot.bridge.conversations.settings import record_webhook_change
from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import UserId
from bot.domain.roles import Role
from bot.ports.capabilities import Capability
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.capabilities import webhooks_of
from bot.slack.features.kit.permissions import require
from bot.slack.features.kit.provider_calls import change_at_provider, read_from_provider, record_change
from bot.slack.features.webhooks import view
from bot.slack.handling import Feature, Subcommand

LOOK = "Look with `/volt webhooks` before you try again."

NO_ADDRESS = "This bot does not know its own address. An admin has to set PUBLIC_URL and start it again."
TRIED = "{name} tries the address while it registers it: check that PUBLIC_URL leads to this bot."
ALREADY = "This bot is registered already."


async def webhooks(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt webhooks`, `/volt webhooks register` and `/volt webhooks delete ID`."""
    match words.split():
        case [] | ["list"]:
            return await _list(context)
        case ["register"]:
            await require(context, interaction, Role.MANAGER)
            return await _list(context, note=await _register(context, interaction.user))
        case ["delete", webhook_id] if _is_id(webhook_id):
            await require(context, interaction, Role.MANAGER)
            return await _list(context, note=await _delete(context, interaction.user, webhook_id))
        case ["delete"]:
            raise UserError("There is no id. `/volt webhooks` lists them.")
        case ["delete", _]:
            raise UserError("That is no id of a webhook. `/volt webhooks` lists them.")
    raise UserError("That cannot be done with webhooks.")


def _is_id(text: str) -> bool:
    return len(text) <= 100 and text.isprintable() and "`" not in text


async def press_register(context: Context, interaction: Interaction) -> None:
    """Act on Register this bot: show the registrations in the same message."""
    message = await _list(context, note=await _register(context, interaction.user))
    await context.ui.respond(interaction.response_url, message, replaces=True)


async def press_delete(context: Context, interaction: Interaction) -> None:
    """Act on Delete: show the remaining registrations in the same message."""
    message = await _list(context, note=await _delete(context, interaction.user, interaction.value))
    await context.ui.respond(interaction.response_url, message, replaces=True)


async def _list(context: Context, *, note: str = "") -> MessageBody:
    """List the registrations; the result of a change is stated even if the provider does not list them."""
    by, registry = context.lines.profile(), webhooks_of(context, context.account)
    try:
        known = await read_from_provider(by, registry.webhooks())
        return view.list_view(known, context.webhook_url, note=note, by=by)
    except CallFailed:
        if not note:
            raise
        return MessageBody(note, [])


async def _register(context: Context, user: UserId) -> str:
    if not context.webhook_url:
        raise UserError(NO_ADDRESS, has_usage=False)
    by = context.lines.profile()
    try:
        made = await change_at_provider(by, context.register_bot(), LOOK)
    except Rejected as error:
        raise Rejected(error.code, f"{error.user_message} {TRIED.format(name=by.capital_name)}") from error
    if made is None:
        return ALREADY
    await _note(context, user, "registered webhook", made.id)
    return view.registered_note(made, by)


async def _delete(context: Context, user: UserId, webhook_id: str) -> str:
    deleting = webhooks_of(context, context.account).delete_webhook(webhook_id)
    was_there = await change_at_provider(context.lines.profile(), deleting, LOOK)
    if was_there:
        await _note(context, user, "deleted webhook", webhook_id)
    return view.deleted_note(webhook_id, was_there=was_there)


async def _note(context: Context, user: UserId, action: str, webhook_id: str) -> None:
    writing = context.units.run(record_webhook_change, user, action, webhook_id)
    await record_change(context.lines.profile(), writing)


FEATURE = Feature(
    role=Role.MANAGER,
    needs=Capability.WEBHOOKS,
    roles={"webhooks": Role.AGENT},  # to look; what changes something asks for more
    commands=(
        Subcommand(
            "webhooks",
            "[register | delete ID]",
            "register",
            "where {name} brings texts; managers register this bot, or delete a registration",
            webhooks,
        ),
    ),
    actions={view.REGISTER: press_register, view.DELETE: press_delete},
)
