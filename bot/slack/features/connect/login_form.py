"""Login forms: connect a line by a login, and put another login in its place. Pure.

A password is typed into an input whose content is never put into a view, and never into metadata.
"""

from bot.domain.provider_profile import ProviderProfile
from bot.domain.workspaces import ConnectionId
from bot.slack.blocks import modals
from bot.slack.blocks.kit import Block
from bot.slack.blocks.modals import Modal
from bot.slack.features.connect.form import channel_input

LOGIN_FORM, AGAIN_FORM = "connect_login_form", "connect_login_again_form"
ADDRESS, PHONE, PASSWORD = "connect_address", "connect_phone", f"{modals.SECRET_INPUT}_password"

MAX_ADDRESS_CHARS, MAX_PASSWORD_CHARS = 200, 500

_ADDRESS_HINT = "What stands in your browser when you use it, such as {example}."
_PHONE_HINT = "Of a user of its own for the bot, with the role manager: what the bot sends stands under its name."
_PASSWORD_HINT = "It is stored sealed, and shown to nobody."  # noqa: S105 - words about a password


def login_form(by: ProviderProfile) -> Modal:
    """Build the form that connects a line."""
    return modals.form_modal(LOGIN_FORM, f"Connect {by.line}", "Connect", [*_login(by), channel_input()])


def again_form(connection: ConnectionId, by: ProviderProfile) -> Modal:
    """Build the form that replaces the login of a connection."""
    return modals.form_modal(AGAIN_FORM, "Replace the login", "Replace", _login(by), metadata=str(connection))


def _login(by: ProviderProfile) -> list[Block]:
    hint = _ADDRESS_HINT.format(example=by.web_address)
    address = modals.text_input(max_chars=MAX_ADDRESS_CHARS, placeholder="https://")
    phone = modals.text_input(max_chars=40, placeholder="+91 98765 43210")
    password = modals.text_input(max_chars=MAX_PASSWORD_CHARS)
    return [
        modals.input_block(ADDRESS, f"Address of your {by.name}", address, hint=hint),
        modals.input_block(PHONE, "Phone that logs in", phone, hint=_PHONE_HINT),
        modals.input_block(PASSWORD, "Password", password, hint=_PASSWORD_HINT),
    ]
