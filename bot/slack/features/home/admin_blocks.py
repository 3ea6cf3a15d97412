"""Admin blocks of App Home: routes, modes, the signature, and health. Pure."""

from datetime import datetime, timedelta

from bot.domain.conversation import Mode
from bot.domain.phone import E164
from bot.domain.routing import Route
from bot.domain.text import counted
from bot.domain.timestamps import Micros, from_micros
from bot.domain.worklist import Health, TeamSettings
from bot.slack.blocks import cards
from bot.slack.blocks.cards import WriteNumber
from bot.slack.blocks.kit import Block, button, button_row, confirm_dialog, context_plain, date, section, section_plain
from bot.slack.features.kit.action_ids import (
    MODE_CHANGE,
    ROUTE_ADD,
    ROUTE_DELETE,
    SIGNATURE_CHANGE,
    TAG_RULES,
    TEAM_CHANGE,
)
from bot.slack.render.modes import MODE_WORDS
from bot.slack.text.escaping import escape

MAX_ROUTES = 5
MAX_MODES = 6

NOT_WAITING = timedelta(seconds=30)
"""Age of an outbox entry below which it is not reported."""


def team_blocks(team: TeamSettings, health: Health, now: datetime, number: WriteNumber, provider: str) -> list[Block]:
    """Build the admin blocks."""
    return [
        cards.header_block("Routes and modes"),
        *_routes(team, number),
        *_modes(team),
        _signature(team.signature),
        *button_row(
            button("Add a route", ROUTE_ADD, "home"),
            button("Change mode", MODE_CHANGE, "home"),
            button("Names in texts", SIGNATURE_CHANGE, "home"),
            button("Who gets conversations", TEAM_CHANGE, "home"),
            button("Tag rules", TAG_RULES, "home"),
        ),
        cards.header_block("Health"),
        section("\n".join(health_lines(health, now, provider))),
    ]


def _routes(team: TeamSettings, number: WriteNumber) -> list[Block]:
    if not team.routes:
        text = "No routes: all new conversations show in one channel. A route shows some of them in another."
        return [section_plain(text)]
    confirm = confirm_dialog(
        "Delete this route?", "Conversations that exist stay where they are.", "Delete", is_grave=True
    )
    rows = [
        section(
            f"{route_words(route, number)} → <#{route.channel}>",
            button("Delete", ROUTE_DELETE, f"{route.kind} {route.subject}", confirm=confirm),
        )
        for route in team.routes[:MAX_ROUTES]
    ]
    left = len(team.routes) - MAX_ROUTES
    more = [context_plain(f"and {left} more, which /volt route lists")] if left > 0 else []
    return [*rows, *more]


def route_words(route: Route, number: WriteNumber) -> str:
    """Write which conversations a route is for, in mrkdwn; an admin's keyword is never markup."""
    if route.kind == "number":
        return f"New conversations to {number(E164(route.subject))}"
    return f"New conversations that begin with {code(route.subject)}"


def code(words: str) -> str:
    """Write words as a code span in mrkdwn that they cannot end."""
    escaped = escape(cards.single_line(words, 60)).replace("`", "'")
    return f"`{escaped}`"


def _modes(team: TeamSettings) -> list[Block]:
    lines = [
        f"<#{channel}>: *{MODE_WORDS[mode][0]}*. {MODE_WORDS[mode][1]}." for channel, mode in team.modes[:MAX_MODES]
    ]
    left = len(team.modes) - MAX_MODES
    lines += [f"and {counted(left, 'more channel')}"] if left > 0 else []
    others = f"{'All other channels' if lines else 'All channels'}: *auto*. {MODE_WORDS[Mode.AUTO][1]}."
    return [section("\n".join([*lines, others]))]


def _signature(signature: str) -> Block:
    text = f"Under each text stands: {code(signature)}" if signature else "Texts carry no name of who wrote them."
    return section(text)


def health_lines(health: Health, now: datetime, provider: str) -> list[str]:
    """Write in mrkdwn whether texts come in and go out."""
    return [
        f"Last text from a phone: {_when(health.last_inbound_at)}",
        f"Last text sent: {_when(health.last_sent_at)}",
        _pending(health, now, provider),
    ]


def _when(moment: Micros | None) -> str:
    return date(from_micros(moment)) if moment else "none yet"


def _pending(health: Health, now: datetime, provider: str) -> str:
    if not health.pending:
        return f"Slack and {provider} have taken everything that was due."
    since = from_micros(health.pending_since) if health.pending_since else now
    if now - since < NOT_WAITING:
        things = counted(health.pending, f"call to Slack or {provider} is", f"calls to Slack and {provider} are")
        return f"Nothing is late. {things} under way."
    things = counted(health.pending, f"call to Slack or {provider} waits", f"calls to Slack and {provider} wait")
    return f"*{things}*, the oldest since {date(since)}. Each is made as soon as the other side takes it."
