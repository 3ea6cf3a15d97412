"""`/volt webhooks`: what is registered at Volt; workspace admins register this bot, and delete registrations."""

from bot.domain.errors import CallFailed, Rejected
from bot.domain.ids import UserId
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, Feature, Subcommand, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.permissions import only_admins
from bot.slack.features.kit.provider_calls import change_at_provider, read_from_provider, record_change
from bot.slack.features.webhooks import view

LOOK = "Look with `/volt webhooks` before you try again."

NO_ADDRESS = "This bot does not know its own address. An admin has to set PUBLIC_URL and start it again."
TRIED = "Volt tries the address while it registers it: check that PUBLIC_URL leads to this bot."
ALREADY = "This bot is registered already."


async def webhooks(desk: Context, asked: Interaction, words: str) -> MessageBody:
    """Answer `/volt webhooks`, `/volt webhooks register` and `/volt webhooks delete ID`."""
    match words.split():
        case [] | ["list"]:
            return await _list(desk)
        case ["register"]:
            return await _list(desk, note=await _register(desk, asked.user))
        case ["delete", webhook_id] if _is_id(webhook_id):
            return await _list(desk, note=await _delete(desk, asked.user, webhook_id))
        case ["delete"]:
            raise UserError("There is no id. `/volt webhooks` lists them.")
        case ["delete", _]:
            raise UserError("That is no id of a webhook. `/volt webhooks` lists them.")
    raise UserError("That cannot be done with webhooks.")


def _is_id(text: str) -> bool:
    return len(text) <= 100 and text.isprintable() and "`" not in text


async def press_register(desk: Context, asked: Interaction) -> None:
    """Act on Register this bot: the same message shows what is registered then."""
    shown = await _list(desk, note=await _register(desk, asked.user))
    await desk.surfaces.answer_later(asked.response_url, shown, replaces=True)


async def press_delete(desk: Context, asked: Interaction) -> None:
    """Act on Delete: the same message shows what is left."""
    shown = await _list(desk, note=await _delete(desk, asked.user, asked.value))
    await desk.surfaces.answer_later(asked.response_url, shown, replaces=True)


async def _list(desk: Context, *, note: str = "") -> MessageBody:
    """List what is registered; what was just done is said even where Volt does not list it."""
    try:
        return view.list_view(await read_from_provider(desk.directory.webhooks()), desk.webhook_url, note=note)
    except CallFailed:
        if not note:
            raise
        return MessageBody(note, [])


async def _register(desk: Context, user: UserId) -> str:
    await only_admins(desk, user)
    if not desk.webhook_url:
        raise UserError(NO_ADDRESS, has_usage=False)
    try:
        made = await change_at_provider(desk.register_bot(), LOOK)
    except Rejected as error:
        raise Rejected(error.code, f"{error.words} {TRIED}") from error
    if made is None:
        return ALREADY
    await _note(desk, user, "registered webhook", made.id)
    return view.registered_note(made)


async def _delete(desk: Context, user: UserId, webhook_id: str) -> str:
    await only_admins(desk, user)
    was_there = await change_at_provider(desk.directory.delete_webhook(webhook_id), LOOK)
    if was_there:
        await _note(desk, user, "deleted webhook", webhook_id)
    return view.deleted_note(webhook_id, was_there=was_there)


async def _note(desk: Context, user: UserId, action: str, webhook_id: str) -> None:
    await record_change(desk.store, lambda ledger: ledger.note_audit(user, action, None, webhook_id))


PART = Feature(
    commands=(
        Subcommand(
            "webhooks",
            "[register | delete ID]",
            "register",
            "where Volt brings texts; admins register this bot, or delete a registration",
            webhooks,
        ),
    ),
    actions={view.REGISTER: press_register, view.DELETE: press_delete},
)
