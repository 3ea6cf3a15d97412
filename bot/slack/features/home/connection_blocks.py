"""Connection blocks of App Home: the first steps, and for admins what is connected and whether texts come in. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.bridge.connections.first_run import FirstSteps
from bot.bridge.connections.health import ConnectionHealth
from bot.bridge.connections.records import Known, is_configured
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.provider_profile import UNKNOWN_PROVIDER, Profiles, ProviderProfile
from bot.domain.text import counted
from bot.domain.timestamps import from_micros
from bot.domain.workspaces import Account, Connection, ConnectionId
from bot.slack.blocks import cards, modals
from bot.slack.blocks.cards import WriteNumber
from bot.slack.blocks.kit import Block, button, button_row, confirm_dialog, context_plain, date, section
from bot.slack.blocks.modals import Option
from bot.slack.context import NOT_CONNECTED
from bot.slack.features.kit import action_ids
from bot.slack.features.kit.first_run import login_choice, step_blocks
from bot.slack.text.escaping import escape

MAX_CONNECTIONS = 2
MAX_NUMBERS = 6

STEPS_LEFT = "*What is left until your team texts from Slack*"

_STILL = "*Nothing comes in or goes out*"
_HEALTH = {
    ConnectionHealth.RECEIVING: "Texts come in and go out.",
    ConnectionHealth.NOT_RECEIVING: "*Texts do not come in*: this bot's address is not registered at {name}.",
    ConnectionHealth.TOKEN_REFUSED: f"{_STILL}: {{name}} does not accept the {{grant}} any more. Replace it.",
    ConnectionHealth.TOKEN_REMOVED: f"{_STILL}: the {{grant}} was removed with the app. Replace it.",
    ConnectionHealth.TOKEN_CLOSED: f"{_STILL}: no key of ENCRYPTION_KEYS opens the {{grant}}. Replace it.",
    ConnectionHealth.NOT_KNOWN: "{Name} does not answer just now, so it is not known whether texts come in.",
    ConnectionHealth.CONFIGURED: "Set in the bot's configuration, and changed there.",
}


@dataclass(frozen=True)
class ConnectionsShown:
    """Content of the connections in a Home. `steps` is None where no step is left.

    `is_manager`: the person may change them. `health` is by connection. `connectable` is the provider that can be
    connected by a token, `by_login` those by a login; `profiles` are those that are, by their codes.
    """

    known: Known = field(default_factory=lambda: Known((), ()))
    health: Mapping[ConnectionId, ConnectionHealth] = field(default_factory=dict)
    steps: FirstSteps | None = None
    is_manager: bool = False
    may_connect: bool = False
    connectable: ProviderProfile = UNKNOWN_PROVIDER
    by_login: tuple[ProviderProfile, ...] = ()
    profiles: Profiles = field(default_factory=dict)

    def profile(self, connection: Connection) -> ProviderProfile:
        """Return the profile of a connection's provider."""
        return self.profiles.get(connection.provider, self.connectable)


def first_blocks(shown: ConnectionsShown) -> list[Block]:
    """Build what stands on top while steps are left: the steps for admins, a sentence for others."""
    if shown.steps is None:
        return []
    if shown.is_manager:
        return step_blocks(shown.steps, STEPS_LEFT, shown.connectable, shown.by_login if shown.may_connect else ())
    return [] if shown.steps.is_connected else [section(NOT_CONNECTED.format(name=shown.connectable.capital_name))]


def connection_blocks(shown: ConnectionsShown, number: WriteNumber) -> list[Block]:
    """Build the connections, for admins."""
    if not shown.known.connections:
        return []  # the first steps say so, and have the button
    rows = [
        block
        for connection in shown.known.connections[:MAX_CONNECTIONS]
        for block in _connection(connection, shown, number)
    ]
    left = len(shown.known.connections) - MAX_CONNECTIONS
    another = button("Connect another organization", action_ids.CONNECT, "home")
    line = login_choice(shown.by_login)
    return [
        cards.header_block("Connections"),
        *rows,
        *([context_plain(f"and {counted(left, 'more connection')}")] if left > 0 else []),
        *(button_row(another, line) if shown.may_connect else ()),
    ]


def _connection(connection: Connection, shown: ConnectionsShown, number: WriteNumber) -> list[Block]:
    """Build one connection: a paragraph with its numbers, and a row of buttons."""
    health = shown.health.get(connection.id, ConnectionHealth.NOT_KNOWN)
    accounts, profile = shown.known.accounts_of(connection), shown.profile(connection)
    by = f", connected by <@{connection.author}> {date(from_micros(connection.made_at))}" if connection.author else ""
    left = len(accounts) - MAX_NUMBERS
    is_login = connection.provider in {one.code for one in shown.by_login}
    lines = [
        f"*{profile.capital_name}*{by}",
        _HEALTH[health].format(name=profile.name, Name=profile.capital_name, grant="login" if is_login else "token"),
        *(_number(account, number) for account in accounts[:MAX_NUMBERS]),
        *([f"and {counted(left, 'more number')}"] if left > 0 else []),
    ]
    words = section("\n".join(lines))
    if is_configured(connection):
        return [words]
    build = _login_buttons if is_login else _buttons
    return [words, *build(connection, accounts, health, number, profile)]


def _number(account: Account, number: WriteNumber) -> str:
    label = f" · {escape(cards.single_line(account.label, 40))}" if account.label else ""
    main = " · main number" if account.is_main else ""
    return f"*{escape(number(number_of(account.number)))}*{label}{main} → <#{account.channel}>"


def _buttons(
    connection: Connection, accounts: list[Account], health: ConnectionHealth, number: WriteNumber, by: ProviderProfile
) -> list[Block]:
    own = str(connection.id)
    registers = button("Register again", action_ids.CONNECT_RETRY, own, style="primary")
    numbers = [Option(number(number_of(account.number)), account.number, account.label) for account in accounts[:100]]
    change = modals.select_menu(numbers, placeholder="Change a number") | {"action_id": action_ids.CONNECT_CHANGE}
    ends = _question([one.number for one in accounts], number, by)
    return button_row(
        registers if health is ConnectionHealth.NOT_RECEIVING else None,
        change if numbers else None,
        button("Replace token", action_ids.CONNECT_TOKEN, own),
        button("Add a number", action_ids.CONNECT_NUMBER, own),
        button("Disconnect", action_ids.CONNECT_END, own, confirm=ends),
    )


def _login_buttons(
    connection: Connection, accounts: list[Account], _health: ConnectionHealth, number: WriteNumber, by: ProviderProfile
) -> list[Block]:
    """Build the buttons of a line by a login: it has one number, and no address of ours to be registered."""
    own = str(connection.id)
    numbers = [Option(number(number_of(account.number)), account.number, account.label) for account in accounts]
    change = modals.select_menu(numbers, placeholder="Change a number") | {"action_id": action_ids.CONNECT_CHANGE}
    ends = _question([one.number for one in accounts], number, by)
    return button_row(
        change if numbers else None,
        button("Replace login", action_ids.CONNECT_LOGIN_AGAIN, own),
        button("Disconnect", action_ids.CONNECT_LOGIN_END, own, confirm=ends),
    )


def _question(numbers: list[E164], number: WriteNumber, by: ProviderProfile) -> Block:
    named = ", ".join(number(number_of(one)) for one in numbers[:MAX_NUMBERS]) or "this connection"
    words = (
        f"Texts to and from {named} stop at once; what has not left yet waits in its thread."
        " The conversations stay in Slack."
    )
    return confirm_dialog(f"Disconnect {by.name}?", words, "Disconnect", is_grave=True)
