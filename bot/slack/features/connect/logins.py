"""Login handlers: `/volt connect` with a provider's name, and the buttons and forms of such lines in App Home.

Everything is checked at the provider and in Slack before anything is stored, and said at the input that is at fault.
"""

from collections.abc import Awaitable
from typing import TypeVar

from bot.bridge.connections.logins import LoginChanges, NewLogin
from bot.bridge.connections.records import ConnectionRefusal, ConnectionRefused, is_configured, known_connections
from bot.domain.errors import InvalidNumber, Rejected, WrongKey
from bot.domain.phone import E164, parse_e164
from bot.domain.provider_profile import ProviderProfile
from bot.parsing.phone_numbers import NO_REGION, read_number
from bot.ports.provider_grants import ADDRESS_REFUSED, LOGIN_REFUSED, TypedLogin
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, ShowView, SubmissionResult, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.connect import form, login_form, words
from bot.slack.features.connect.ids import connection_id
from bot.slack.features.home.handlers import publish_again, refresh
from bot.slack.features.kit.channels import picked_channel
from bot.slack.text.escaping import escape

T = TypeVar("T")

_INPUTS = {
    ADDRESS_REFUSED: login_form.ADDRESS,
    LOGIN_REFUSED: login_form.PASSWORD,
    ConnectionRefusal.TENANT_TAKEN: login_form.ADDRESS,
    ConnectionRefusal.OTHER_ORGANIZATION: login_form.ADDRESS,
    ConnectionRefusal.NUMBER_TAKEN: login_form.PHONE,
}
"""Inputs that reasons are about."""


async def open_login(context: Context, interaction: Interaction) -> None:
    """Open the form that connects a line. Raises UserError where the bot cannot store a login."""
    if any(map(is_configured, (await context.units.run(known_connections)).connections)):
        refused = ConnectionRefused(ConnectionRefusal.CONFIGURED)
        raise UserError(words.refusal_words(context, refused), has_usage=False)
    by = _changes(context).grants.profile
    await context.ui.open_modal(interaction.trigger_id, login_form.login_form(by))


async def save_login(context: Context, interaction: Interaction) -> SubmissionResult:
    """Connect a line. Raises UserError with the block at fault."""
    changes, typed = _changes(context), _typed(context, interaction)
    channel = await picked_channel(context, interaction, form.CHANNEL, for_texts=True)
    wanted = NewLogin(typed, channel, interaction.user, interaction.view_id)
    login = await _tried(context, interaction, changes.connect(wanted), changes.grants.profile)
    await refresh(context, interaction.user)
    return ShowView(
        modals.notice_modal(words.line_connected_message(login.organization, channel, changes.grants.profile))
    )


async def open_again(context: Context, interaction: Interaction) -> None:
    """Act on Replace login."""
    by, connection = _changes(context).grants.profile, connection_id(interaction.value)
    await context.ui.open_modal(interaction.trigger_id, login_form.again_form(connection, by))


async def save_again(context: Context, interaction: Interaction) -> SubmissionResult:
    """Replace a login. Raises UserError with the block at fault."""
    connection, typed, changes = connection_id(interaction.metadata), _typed(context, interaction), _changes(context)
    by = changes.grants.profile
    await _tried(context, interaction, changes.replace(connection, typed, interaction.user), by)
    await refresh(context, interaction.user)
    done = f"The login is replaced, and {by.name} accepts it."
    return ShowView(modals.notice_modal(MessageBody(done, [])))


async def end(context: Context, interaction: Interaction) -> MessageBody:
    """Act on Disconnect, after its confirmation dialog."""
    changes = _changes(context)
    work = changes.disconnect(connection_id(interaction.value), interaction.user)
    await _tried(context, interaction, work, changes.grants.profile)
    await publish_again(context, interaction)
    return words.ended_message(changes.grants.profile, is_removed=True)


def _changes(context: Context) -> LoginChanges:
    """Give the use cases. Raises UserError where the bot cannot seal a login."""
    if context.sealer is None or context.logins is None:
        raise UserError(words.NO_KEYS, has_usage=False)
    return LoginChanges(context.units, context.logins, context.sealer, context.reload)


def _typed(context: Context, interaction: Interaction) -> TypedLogin:
    """Read the login. Raises UserError with the block at fault."""
    address, password = interaction.form.text(login_form.ADDRESS), interaction.form.text(login_form.PASSWORD)
    if not address.strip():
        raise UserError(words.NO_ADDRESS_TYPED, block=login_form.ADDRESS)
    phone = _phone(context, interaction)
    if not password:
        raise UserError(words.NO_PASSWORD, block=login_form.PASSWORD)
    return TypedLogin(address, phone, password)


def _phone(context: Context, interaction: Interaction) -> E164:
    region = context.region if context.connected is not None else NO_REGION
    try:
        return parse_e164(read_number(interaction.form.text(login_form.PHONE), region))
    except InvalidNumber as error:
        raise UserError(escape(str(error)), block=login_form.PHONE) from None


async def _tried(context: Context, interaction: Interaction, work: Awaitable[T], by: ProviderProfile) -> T:
    """Do something, and say at the input at fault why it was not done. Raises UserError, or CallFailed."""
    try:
        return await work
    except ConnectionRefused as refused:
        why = words.login_refusal_words(context, refused, by)
        raise UserError(why, block=_shown(interaction, _INPUTS.get(refused.reason, "")), has_usage=False) from None
    except WrongKey:
        raise UserError(words.KEY_LOST, has_usage=False) from None
    except Rejected as error:
        # what is wrong with the user or the organisation is said where the login is typed
        block = _shown(interaction, _INPUTS.get(error.code, login_form.PHONE))
        raise UserError(escape(error.user_message), block=block, has_usage=False) from None


def _shown(interaction: Interaction, block: str) -> str:
    """Return the block if the form has it, else ""."""
    return block if block in interaction.form.values else ""
