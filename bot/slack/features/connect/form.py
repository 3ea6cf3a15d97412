"""Connection forms: connect, another token, one more number, and the settings of a number. Pure.

A token is typed into an input whose content is never put into a view, and never into metadata.
"""

from bot.domain.ids import ChannelId
from bot.domain.provider_profile import ProviderProfile
from bot.domain.workspaces import Account, ConnectionId
from bot.slack.blocks import modals
from bot.slack.blocks.kit import Block
from bot.slack.blocks.modals import Modal, Option
from bot.slack.features.kit.channels import CHANNELS

CONNECT_FORM, TOKEN_FORM = "connect_form", "connect_token_form"
NUMBER_FORM, ACCOUNT_FORM = "connect_number_form", "connect_account_form"
TOKEN, NUMBER, CHANNEL = f"{modals.SECRET_INPUT}_token", "connect_number", "connect_channel"
LABEL, MAIN = "connect_label", "connect_main"

MAX_LABEL_CHARS = 40
MAX_TOKEN_CHARS = 3_000

_TOKEN_HINT = "From {where}. It is stored sealed, and shown to nobody."  # noqa: S105
_INVITE = "If it is private, invite me there first: /invite @volt."


def connect_form(by: ProviderProfile) -> Modal:
    """Build the form that connects a number."""
    blocks = [_token(by), _number(by), channel_input()]
    return modals.form_modal(CONNECT_FORM, f"Connect {by.name}", "Connect", blocks)


def token_form(connection: ConnectionId, by: ProviderProfile) -> Modal:
    """Build the form that replaces the token of a connection."""
    return modals.form_modal(TOKEN_FORM, "Replace the token", "Replace", [_token(by)], metadata=str(connection))


def number_form(connection: ConnectionId, by: ProviderProfile) -> Modal:
    """Build the form that adds a number to a connection."""
    return modals.form_modal(
        NUMBER_FORM, "Add a number", "Add", [_number(by), channel_input()], metadata=str(connection)
    )


def account_form(account: Account, number: str) -> Modal:
    """Build the form with the settings of a number; `number` is how people write it."""
    main = Option("Texts go out from this number", "main", "where nobody has chosen another one")
    label = modals.text_input(initial=account.label, max_chars=MAX_LABEL_CHARS, placeholder="Support line")
    blocks = [
        channel_input(account.channel),
        modals.input_block(LABEL, "What your team calls it", label, is_required=False),
        modals.input_block(MAIN, "Main number", modals.checkboxes(main, are_ticked=account.is_main), is_required=False),
    ]
    return modals.form_modal(ACCOUNT_FORM, number, "Save", blocks, metadata=account.number)


def _token(by: ProviderProfile) -> Block:
    element = modals.text_input(max_chars=MAX_TOKEN_CHARS)
    return modals.input_block(TOKEN, "API token", element, hint=_TOKEN_HINT.format(where=by.where_tokens_are))


def _number(by: ProviderProfile) -> Block:
    element = modals.text_input(max_chars=40, placeholder="+1 555 555 0123")
    hint = "One of the numbers that this token may text from."
    return modals.input_block(NUMBER, f"Your number in {by.name}", element, hint=hint)


def channel_input(chosen: ChannelId | None = None) -> Block:
    """Build the input for the channel of a number."""
    element = CHANNELS | ({"initial_conversation": chosen} if chosen else {})
    return modals.input_block(CHANNEL, "Channel for its conversations", element, hint=_INVITE)
