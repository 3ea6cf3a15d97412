"""Connection handlers: `/volt connect`, and the buttons and forms of the connections in App Home. For admins.

Everything is checked at the provider and in Slack before anything is stored, and said at the input that is at fault.
"""

import re
from collections.abc import Awaitable
from typing import TypeVar

from bot.bridge.connections.changes import ConnectionChanges
from bot.bridge.connections.records import (
    ConnectionRefusal,
    ConnectionRefused,
    NewConnection,
    is_configured,
    known_connections,
)
from bot.domain.errors import InvalidNumber, Rejected, WrongKey
from bot.domain.ids import ChannelId
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164, parse_e164
from bot.domain.provider_profile import ProviderProfile
from bot.domain.roles import Role
from bot.domain.text import tidy
from bot.domain.workspaces import Account
from bot.parsing.phone_numbers import NO_REGION, read_number
from bot.ports.provider_grants import FOREIGN_NUMBER, TOKEN_REFUSED
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.connect import form, login_form, logins, words
from bot.slack.features.connect.ids import OUT_OF_DATE, connection_id
from bot.slack.features.home.handlers import publish_again, refresh
from bot.slack.features.kit import action_ids
from bot.slack.features.kit.channels import picked_channel
from bot.slack.handling import Feature, ShowView, Subcommand, SubmissionResult
from bot.slack.text.escaping import escape

T = TypeVar("T")

OPENED = "The form is open. If you do not see it, type the command again."

_INPUTS = {
    TOKEN_REFUSED: form.TOKEN,
    FOREIGN_NUMBER: form.NUMBER,
    ConnectionRefusal.NUMBER_TAKEN: form.NUMBER,
    ConnectionRefusal.OTHER_ORGANIZATION: form.TOKEN,
    ConnectionRefusal.CONFIGURED: form.TOKEN,
    ConnectionRefusal.LABEL_TAKEN: form.LABEL,
}
"""Inputs that reasons are about."""


async def connect(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt connect` with the form."""
    asked = words.strip().casefold()
    by_login = next((one.profile for one in context.logins if asked in _names(one.profile)), None)
    if by_login is not None:
        await logins.open_login(context, interaction, by_login.code)
        return MessageBody(OPENED, [])
    if asked and asked not in _names(context.connectable):
        raise UserError(
            "There are words after the command: the form asks for all of it, so that no token is typed here."
        )
    await open_connect(context, interaction)
    return MessageBody(OPENED, [])


def _names(by: ProviderProfile) -> frozenset[str]:
    """List what a provider may be called after the command."""
    return frozenset(name.casefold() for name in (by.code, by.name, by.medium) if name)


async def open_connect(context: Context, interaction: Interaction) -> None:
    """Act on Connect. Raises UserError where the bot cannot store a token, or has no address."""
    if any(map(is_configured, (await context.units.run(known_connections)).connections)):
        refused = ConnectionRefused(ConnectionRefusal.CONFIGURED)
        raise UserError(words.refusal_words(context, refused), has_usage=False)
    _changes(context)
    await context.ui.open_modal(interaction.trigger_id, form.connect_form(context.connectable))


async def save_connection(context: Context, interaction: Interaction) -> SubmissionResult:
    """Connect a number. Raises UserError with the block at fault."""
    changes = _changes(context)
    token, number = _token(interaction), _number(context, interaction)
    channel = await _channel(context, interaction)
    provider = changes.grants.profile.code
    wanted = NewConnection(provider, number, channel, interaction.user, interaction.view_id)
    failed = await _tried(context, interaction, changes.connect(token, wanted))
    await refresh(context, interaction.user)
    shown = escape(context.renderer.number(number))
    return ShowView(modals.notice_modal(words.connected_message(shown, channel, failed, context.connectable)))


async def open_token(context: Context, interaction: Interaction) -> None:
    """Act on Replace token."""
    _changes(context)
    await context.ui.open_modal(
        interaction.trigger_id, form.token_form(connection_id(interaction.value), context.connectable)
    )


async def save_token(context: Context, interaction: Interaction) -> SubmissionResult:
    """Replace a token. Raises UserError with the block at fault."""
    connection, token = connection_id(interaction.metadata), _token(interaction)
    failed = await _tried(context, interaction, _changes(context).replace_token(connection, token, interaction.user))
    await refresh(context, interaction.user)
    return ShowView(modals.notice_modal(words.token_message(failed, context.connectable)))


async def open_number(context: Context, interaction: Interaction) -> None:
    """Act on Add a number."""
    _changes(context)
    await context.ui.open_modal(
        interaction.trigger_id, form.number_form(connection_id(interaction.value), context.connectable)
    )


async def save_number(context: Context, interaction: Interaction) -> SubmissionResult:
    """Add a number. Raises UserError with the block at fault."""
    connection, number = connection_id(interaction.metadata), _number(context, interaction)
    channel = await _channel(context, interaction)
    work = _changes(context).add_number(connection, number, channel, interaction.user)
    failed = await _tried(context, interaction, work)
    await refresh(context, interaction.user)
    shown = escape(context.renderer.number(number))
    return ShowView(modals.notice_modal(words.connected_message(shown, channel, failed, context.connectable)))


async def open_account(context: Context, interaction: Interaction) -> None:
    """Act on Change, beside a number."""
    account = await _account(context, interaction.value)
    number = context.renderer.number(number_of(account.number))
    await context.ui.open_modal(interaction.trigger_id, form.account_form(account, number))


async def save_account(context: Context, interaction: Interaction) -> SubmissionResult:
    """Save the channel and the label of a number, and whether it is the main one. Raises UserError."""
    before = await _account(context, interaction.metadata)
    channel, label = await _channel(context, interaction), _label(interaction)
    changed = Account(before.number, before.connection, channel, label, bool(interaction.form.choices(form.MAIN)))
    await _tried(context, interaction, _changes(context).change_account(changed, interaction.user))
    await refresh(context, interaction.user)
    return None


async def retry(context: Context, interaction: Interaction) -> MessageBody | None:
    """Act on Register again."""
    failed = await _tried(
        context, interaction, _changes(context).register(connection_id(interaction.value), interaction.user)
    )
    await publish_again(context, interaction)
    return None if failed is None else words.not_receiving_message("Not registered.", failed, context.connectable)


async def end(context: Context, interaction: Interaction) -> MessageBody:
    """Act on Disconnect, after its confirmation dialog."""
    work = _changes(context).disconnect(connection_id(interaction.value), interaction.user)
    is_removed = await _tried(context, interaction, work)
    await publish_again(context, interaction)
    return words.ended_message(context.connectable, is_removed=is_removed)


def _changes(context: Context) -> ConnectionChanges:
    """Give the use cases. Raises UserError where the bot cannot seal a token, or has no address."""
    if context.sealer is None or context.grants is None:
        raise UserError(words.NO_KEYS, has_usage=False)
    if not context.base_url:
        raise UserError(words.NO_ADDRESS.format(name=context.connectable.name), has_usage=False)
    return ConnectionChanges(context.units, context.grants, context.sealer, context.base_url, context.reload)


async def _tried(context: Context, interaction: Interaction, work: Awaitable[T]) -> T:
    """Do something, and say at the input at fault why it was not done. Raises UserError, or CallFailed."""
    try:
        return await work
    except ConnectionRefused as refused:
        reason, why = _INPUTS.get(refused.reason, ""), words.refusal_words(context, refused)
        raise UserError(why, block=_shown(interaction, reason), has_usage=False) from None
    except WrongKey:
        raise UserError(words.KEY_LOST, has_usage=False) from None
    except Rejected as error:
        reason = _shown(interaction, _INPUTS.get(error.code, ""))
        if not reason:
            raise
        raise UserError(escape(error.user_message), block=reason) from None


def _shown(interaction: Interaction, block: str) -> str:
    """Return the block if the form has it, else ""."""
    return block if block in interaction.form.values else ""


# --- what was typed


def _token(interaction: Interaction) -> str:
    typed = interaction.form.text(form.TOKEN).strip().removeprefix("Bearer ").strip()
    if not typed:
        raise UserError(words.NO_TOKEN, block=form.TOKEN)
    if not re.fullmatch(r"[\x21-\x7e]+", typed):
        raise UserError(words.BROKEN_TOKEN, block=form.TOKEN)
    return typed


def _number(context: Context, interaction: Interaction) -> E164:
    try:
        return parse_e164(read_number(interaction.form.text(form.NUMBER), _region(context)))
    except InvalidNumber as error:
        raise UserError(escape(str(error)), block=form.NUMBER) from None


def _region(context: Context) -> str:
    """Name the region whose numbers need no country code; none while there is no number of ours."""
    return context.region if context.connected is not None else NO_REGION


async def _channel(context: Context, interaction: Interaction) -> ChannelId:
    """Read the chosen channel, and join it if needed. Raises UserError."""
    return await picked_channel(context, interaction, form.CHANNEL, for_texts=True)


def _label(interaction: Interaction) -> str:
    """Read what a number is called: with a letter, or it would be taken for a number where a text begins with it."""
    label = tidy(interaction.form.text(form.LABEL))[: form.MAX_LABEL_CHARS]
    if label and not any(map(str.isalpha, label)):
        raise UserError(words.LABEL_IS_NUMBER, block=form.LABEL)
    return label


async def _account(context: Context, number: str) -> Account:
    """Read an account of this workspace. Raises UserError."""
    found = (await context.units.run(known_connections)).account(number)
    if found is None:
        raise UserError(OUT_OF_DATE, has_usage=False)
    return found


FEATURE = Feature(
    role=Role.MANAGER,
    commands=(
        Subcommand(
            "connect",
            "[PROVIDER]",
            "",
            "connect this workspace to {name}, or a line by another provider by its name; for managers",
            connect,
        ),
    ),
    actions={
        action_ids.CONNECT: open_connect,
        action_ids.CONNECT_TOKEN: open_token,
        action_ids.CONNECT_NUMBER: open_number,
        action_ids.CONNECT_CHANGE: open_account,
        action_ids.CONNECT_RETRY: retry,
        action_ids.CONNECT_END: end,
        action_ids.CONNECT_LOGIN: logins.pick,
        action_ids.CONNECT_LOGIN_AGAIN: logins.open_again,
        action_ids.CONNECT_LOGIN_END: logins.end,
    },
    submissions={
        form.CONNECT_FORM: save_connection,
        form.TOKEN_FORM: save_token,
        form.NUMBER_FORM: save_number,
        form.ACCOUNT_FORM: save_account,
        login_form.LOGIN_FORM: logins.save_login,
        login_form.AGAIN_FORM: logins.save_again,
    },
)
