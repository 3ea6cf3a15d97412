"""Login handlers: `/volt connect` with a provider's name, and the buttons and forms of such lines in App Home.

Everything is checked at the provider and in Slack before anything is stored, and said at the input that is at fault.
"""

from collections.abc import Awaitable
from typing import TypeVar

from bot.bridge.connections.logins import LoginChanges, NewLogin
from bot.bridge.connections.records import ConnectionRefusal, ConnectionRefused, is_configured, known_connections
from bot.domain.errors import InvalidNumber, Rejected, WrongKey
from bot.domain.phone import parse_e164
from bot.domain.workspaces import ConnectionId
from bot.parsing.phone_numbers import NO_REGION, read_number
from bot.ports.provider_grants import LoginField, LoginForm, TypedLogin
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.connect import form as connect_form
from bot.slack.features.connect import login_form, words
from bot.slack.features.connect.ids import OUT_OF_DATE, connection_id
from bot.slack.features.home.handlers import publish_again, refresh
from bot.slack.features.kit.channels import picked_channel
from bot.slack.handling import ShowView, SubmissionResult
from bot.slack.text.escaping import escape

T = TypeVar("T")

_ABOUT_THE_LINE = (ConnectionRefusal.TENANT_TAKEN, ConnectionRefusal.OTHER_ORGANIZATION)
"""Refusals that are said at the field that says which line it is."""


async def pick(context: Context, interaction: Interaction) -> None:
    """Act on a button, or on a choice in a menu, that names a provider."""
    await open_login(context, interaction, interaction.value)


async def open_login(context: Context, interaction: Interaction, provider: str) -> None:
    """Open the form that connects a line. Raises UserError where the bot cannot store a login."""
    if any(map(is_configured, (await context.units.run(known_connections)).connections)):
        refused = ConnectionRefused(ConnectionRefusal.CONFIGURED)
        raise UserError(words.refusal_words(context, refused), has_usage=False)
    grants = _changes(context, provider).grants
    await context.ui.open_modal(interaction.trigger_id, login_form.login_form(grants.form, grants.profile))


async def save_login(context: Context, interaction: Interaction) -> SubmissionResult:
    """Connect a line. Raises UserError with the block at fault."""
    changes = _changes(context, interaction.metadata)
    grants, typed = changes.grants, _typed(context, interaction, changes.grants.form)
    channel = await picked_channel(context, interaction, connect_form.CHANNEL, for_texts=True)
    wanted = NewLogin(typed, channel, interaction.user, interaction.view_id)
    login = await _tried(context, interaction, changes.connect(wanted), changes)
    await refresh(context, interaction.user)
    done = words.line_connected_message(login.organization, channel, grants.profile, grants.form.afterwards)
    return ShowView(modals.notice_modal(done))


async def open_again(context: Context, interaction: Interaction) -> None:
    """Act on Replace login."""
    connection = connection_id(interaction.value)
    changes = await _changes_of(context, connection)
    await context.ui.open_modal(interaction.trigger_id, login_form.again_form(connection, changes.grants.form))


async def save_again(context: Context, interaction: Interaction) -> SubmissionResult:
    """Replace a login. Raises UserError with the block at fault."""
    connection = connection_id(interaction.metadata)
    changes = await _changes_of(context, connection)
    typed = _typed(context, interaction, changes.grants.form)
    await _tried(context, interaction, changes.replace(connection, typed, interaction.user), changes)
    await refresh(context, interaction.user)
    done = f"The login is replaced, and {changes.grants.profile.name} accepts it."
    return ShowView(modals.notice_modal(MessageBody(done, [])))


async def end(context: Context, interaction: Interaction) -> MessageBody:
    """Act on Disconnect, after its confirmation dialog."""
    connection = connection_id(interaction.value)
    changes = await _changes_of(context, connection)
    await _tried(context, interaction, changes.disconnect(connection, interaction.user), changes)
    await publish_again(context, interaction)
    return words.ended_message(changes.grants.profile, is_removed=True)


def _changes(context: Context, provider: str) -> LoginChanges:
    """Give the use cases of a provider. Raises UserError where the bot cannot seal a login, or has no address."""
    if context.sealer is None or not context.logins:
        raise UserError(words.NO_KEYS, has_usage=False)
    grants = context.login_at(provider)
    if grants is None:
        raise UserError(OUT_OF_DATE, has_usage=False)
    if grants.form.needs_address and not context.base_url:
        raise UserError(words.NO_ADDRESS.format(name=grants.profile.name), has_usage=False)
    return LoginChanges(context.units, grants, context.sealer, context.reload)


async def _changes_of(context: Context, connection: ConnectionId) -> LoginChanges:
    """Give the use cases of a connection's provider. Raises UserError, also where it is no login."""
    known = (await context.units.run(known_connections)).connections
    provider = next((one.provider for one in known if one.id == connection), "")
    if context.logins and context.login_at(provider) is None:
        refused = ConnectionRefused(ConnectionRefusal.GONE)
        raise UserError(words.refusal_words(context, refused), has_usage=False)
    return _changes(context, provider)


def _typed(context: Context, interaction: Interaction, form: LoginForm) -> TypedLogin:
    """Read the login. Raises UserError with the block at fault."""
    return TypedLogin({field.name: _read(context, interaction, field) for field in form.fields})


def _read(context: Context, interaction: Interaction, field: LoginField) -> str:
    block = login_form.block_of(field)
    given = interaction.form.text(block)
    if not (given if field.is_secret else given.strip()):
        raise UserError(field.missing, block=block)
    if not field.is_phone:
        return given
    region = context.region if context.connected is not None else NO_REGION
    try:
        return parse_e164(read_number(given, region))
    except InvalidNumber as error:
        raise UserError(escape(str(error)), block=block) from None


async def _tried(context: Context, interaction: Interaction, work: Awaitable[T], changes: LoginChanges) -> T:
    """Do something, and say at the input at fault why it was not done. Raises UserError, or CallFailed."""
    by, form = changes.grants.profile, changes.grants.form
    try:
        return await work
    except ConnectionRefused as refused:
        why = words.login_refusal_words(context, refused, by)
        fields = dict.fromkeys(_ABOUT_THE_LINE, form.line) | {ConnectionRefusal.NUMBER_TAKEN: form.number}
        block = _shown(interaction, form, fields.get(refused.reason, ""))
        raise UserError(why, block=block, has_usage=False) from None
    except WrongKey:
        raise UserError(words.KEY_LOST, has_usage=False) from None
    except Rejected as error:
        block = _shown(interaction, form, form.field_of(error.code))
        raise UserError(escape(error.user_message), block=block, has_usage=False) from None


def _shown(interaction: Interaction, form: LoginForm, name: str) -> str:
    """Return the block of a field if the form has it, else ""."""
    block = next((login_form.block_of(field) for field in form.fields if field.name == name), "")
    return block if block in interaction.form.values else ""
