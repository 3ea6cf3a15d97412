"""Login forms: connect a line by a login, and put another login in its place. Pure.

What they ask for, each provider says itself (bot.ports.provider_grants.LoginForm). A secret is typed into an input
whose content is never put into a view, and never into metadata.
"""

from bot.domain.provider_profile import ProviderProfile
from bot.domain.workspaces import ConnectionId
from bot.ports.provider_grants import LoginField, LoginForm
from bot.slack.blocks import modals
from bot.slack.blocks.kit import Block, section_plain
from bot.slack.blocks.modals import Modal
from bot.slack.features.connect.form import channel_input

LOGIN_FORM, AGAIN_FORM = "connect_login_form", "connect_login_again_form"


def login_form(form: LoginForm, by: ProviderProfile) -> Modal:
    """Build the form that connects a line; what an admin should know before stands on top."""
    warning = [section_plain(form.warning)] if form.warning else []
    blocks = [*warning, *map(_input, form.fields), channel_input()]
    return modals.form_modal(LOGIN_FORM, f"Connect {by.name}", "Connect", blocks, metadata=by.code)


def again_form(connection: ConnectionId, form: LoginForm) -> Modal:
    """Build the form that replaces the login of a connection."""
    blocks = [_input(field) for field in form.fields]
    return modals.form_modal(AGAIN_FORM, "Replace the login", "Replace", blocks, metadata=str(connection))


def block_of(field: LoginField) -> str:
    """Name the block of a field."""
    return f"{modals.SECRET_INPUT if field.is_secret else 'connect'}_{field.name}"


def _input(field: LoginField) -> Block:
    element = modals.text_input(max_chars=field.longest, placeholder=field.placeholder)
    return modals.input_block(block_of(field), field.label, element, hint=field.hint)
