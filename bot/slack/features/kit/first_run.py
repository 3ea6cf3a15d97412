"""First run: the three steps after an install in words, and what works while nothing is connected."""

from collections.abc import Sequence

from bot.bridge.connections.first_run import FirstSteps
from bot.domain.provider_profile import ProviderProfile
from bot.slack.blocks import modals
from bot.slack.blocks.kit import Block, button, button_row, section
from bot.slack.blocks.modals import Option
from bot.slack.context import Context, UserError
from bot.slack.features.kit import action_ids

_WITHOUT_CONNECTION = ("help", action_ids.CONNECT, "home_refresh", "roles_")
"""Names of what works while nothing is connected, with all whose names begin like that."""

_STEPS = (
    ("Connect {name}", "the API token is in {where}."),
    ("Choose the channel", "new conversations open there, one thread for each contact."),
    ("Text yourself", "write `/volt send` with your own number and a few words, and answer from your phone."),
)


def require_connection(context: Context, name: str) -> None:
    """Check that something is connected, unless what is named works without. Raises UserError."""
    if context.connected is None and not name.startswith(_WITHOUT_CONNECTION):
        raise UserError(context.not_connected, has_usage=False)


def step_lines(steps: FirstSteps, by: ProviderProfile) -> str:
    """Write the steps in mrkdwn, a line each, to connect a provider; those that are done are said to be."""
    are_done = (steps.is_connected, steps.has_channel, steps.has_texted)
    lines = (_line(number, *step, is_done=is_done) for number, (step, is_done) in _numbered(are_done))
    return "\n".join(lines).format(name=by.name, where=by.where_tokens_are)


def _numbered(are_done: tuple[bool, ...]) -> list[tuple[int, tuple[tuple[str, str], bool]]]:
    return list(enumerate(zip(_STEPS, are_done, strict=True), start=1))


def _line(number: int, step: str, how: str, *, is_done: bool) -> str:
    return f"✓ {number}. ~{step}~ done" if is_done else f"☐ {number}. *{step}*: {how}"


def login_choice(by_login: Sequence[ProviderProfile]) -> Block | None:
    """Button that connects a line by a login, or a menu where there are several providers for that."""
    if not by_login:
        return None
    if len(by_login) == 1:
        return button(f"Connect {by_login[0].line}", action_ids.CONNECT_LOGIN, by_login[0].code)
    options = [Option(one.line, one.code) for one in by_login]
    return modals.select_menu(options, placeholder="Connect another line") | {"action_id": action_ids.CONNECT_LOGIN}


def step_blocks(
    steps: FirstSteps, lead: str, by: ProviderProfile, by_login: Sequence[ProviderProfile] = ()
) -> list[Block]:
    """Build the steps under a sentence of ours, with the buttons for the first ones while they are left."""
    opens = button(f"Connect {by.name}", action_ids.CONNECT, "first", style="primary")
    is_left = not (steps.is_connected and steps.has_channel)
    return [
        section(f"{lead}\n{step_lines(steps, by)}"),
        *(button_row(opens, login_choice(by_login)) if is_left else ()),
    ]
