"""Actions on a conversation: their names and labels, and which of them are offered under its header. Pure.

Nothing is done here; bot/slack/features/threads has their handlers.
"""

from bot.domain.conversation import Stage
from bot.domain.phone import can_be_texted
from bot.domain.text import clean
from bot.domain.thread_content import Header
from bot.ports.capabilities import Capability
from bot.slack.blocks.kit import (
    Block,
    button,
    button_row,
    confirm_dialog,
    plain,
)
from bot.slack.render.lines import Lines

ASSIGN = "assign"
UNASSIGN = "unassign"
CLOSE = "close"
REOPEN = "reopen"
CONTACT = "contact"
TEMPLATE = "template"
SCHEDULE = "schedule"
MORE = "more"
MUTE = "mute"
UNMUTE = "unmute"
LATER = "later"
TAKE_UP = "take_up"
CHANNEL = "own_channel"
TAGS = "tags"

ASSIGN_TO, MODE, HISTORY, MOVE, ALL = "assign_to", "mode", "history", "move", "all"
APPROVED = "approved_template"

LABELS = {
    ASSIGN: "Assign to me",
    CLOSE: "Close",
    REOPEN: "Open again",
    UNASSIGN: "Unassign",
    MUTE: "Mute",
    UNMUTE: "Unmute",
    LATER: "Snooze…",
    TAKE_UP: "Stop snoozing",
    ASSIGN_TO: "Assign to a colleague…",
    TEMPLATE: "Reply with a template…",
    SCHEDULE: "Schedule a text…",
    APPROVED: "Choose a template",
    MODE: "What is texted…",
    HISTORY: "Earlier texts",
    MOVE: "Move to another channel…",
    CHANNEL: "Open a channel",
    TAGS: "Tags…",
    ALL: "More…",
}
"""Labels of the actions on a conversation, for buttons and menus."""

MAX_MENU_OPTIONS = 5
"""Slack's limit of lines in the menu ⋯."""

_NEEDS = {
    CONTACT: Capability.CONTACTS,
    SCHEDULE: Capability.SCHEDULING,
    HISTORY: Capability.HISTORY,
    APPROVED: Capability.TEMPLATES,
}
"""What the provider of a conversation has to offer for an action."""

_NO_LINES = Lines()


def action_buttons(header: Header, lines: Lines = _NO_LINES) -> list[Block]:
    """Offer the two most used actions as buttons and the others in a menu; none while there is no conversation id."""
    first, *others = _turns(header)
    if not can_be_texted(header.contact):
        return _offered(header, [first], [*others, ASSIGN_TO], lines)
    if header.window is not None and header.window.until is None:  # what is written now is held
        return _offered(header, [first, APPROVED], [*others[:1], ASSIGN_TO, CONTACT, *_later(header), ALL], lines)
    return _offered(header, [first, CONTACT], [*others[:1], ASSIGN_TO, TEMPLATE, *_later(header), ALL], lines)


def all_action_buttons(header: Header, lines: Lines = _NO_LINES) -> list[Block]:
    """Offer all actions on a conversation."""
    turns = _turns(header)
    mute = MUTE if header.muted_by is None else UNMUTE
    pressed = [turn for turn in (*turns, ASSIGN, mute) if turn != UNASSIGN]
    unassign = [UNASSIGN] if UNASSIGN in turns else []
    if not can_be_texted(header.contact):
        return _offered(header, list(dict.fromkeys([*pressed, TAGS])), [ASSIGN_TO, *unassign], lines)
    approved = [APPROVED] if header.window is not None else []
    later = [name for name in _later(header) if name != SCHEDULE]
    channel = [] if header.is_own else [CHANNEL]
    pressed = list(dict.fromkeys([*pressed, CONTACT, TEMPLATE, *approved, SCHEDULE, *later, *channel, TAGS]))
    return _offered(header, pressed, [ASSIGN_TO, *unassign, MODE, HISTORY, MOVE], lines)


def _later(header: Header) -> list[str]:
    """Offer to put the conversation off, or to end that; to schedule a text where there is nothing to put off."""
    if header.snoozed_until is not None or header.follow_up_at is not None:
        return [TAKE_UP]
    return [SCHEDULE] if header.stage is Stage.CLOSED or header.muted_by is not None else [LATER]


def _turns(header: Header) -> list[str]:
    """List the actions that change the stage or the assignee, the most wanted first."""
    if header.assignee:
        return [REOPEN if header.stage is Stage.CLOSED else CLOSE, UNASSIGN]
    return [REOPEN, ASSIGN] if header.stage is Stage.CLOSED else [ASSIGN, CLOSE]


def _offered(header: Header, pressed: list[str], picked: list[str], lines: Lines) -> list[Block]:
    if header.conversation_id is None:
        return []
    pressed, picked = ([name for name in names if _can(name, header, lines)] for names in (pressed, picked))
    made = [
        button(_label(name, header), name, _value(name, header), confirm=_confirmation(name, header))
        for name in pressed
    ]
    options = [
        {"text": plain(_label(name, header)), "value": f"{name}:{_value(name, header)}"}
        for name in picked[:MAX_MENU_OPTIONS]
    ]
    return button_row(*made, {"type": "overflow", "action_id": MORE, "options": options})


def _confirmation(name: str, header: Header) -> Block | None:
    """Ask before a conversation is taken from a colleague; the press counts for the one whom it was asked about."""
    if name != ASSIGN or not header.assignee:
        return None
    return confirm_dialog(
        "Take it over?", "A colleague has this conversation. The thread will say that you took it.", "Take it over"
    )


def _can(name: str, header: Header, lines: Lines) -> bool:
    needed = _NEEDS.get(name)
    return needed is None or lines.offers(needed, header.account)


def _label(name: str, header: Header) -> str:
    if name == LATER and header.stage is Stage.WAITING:
        return "Remind me if no answer…"
    if name == TAKE_UP and header.follow_up_at is not None:
        return "Forget the reminder"
    if name == CONTACT:
        return "Contact" if clean(header.name).strip() else "Save a name"
    return "Take it over" if name == ASSIGN and header.assignee else LABELS[name]


def _value(name: str, header: Header) -> str:
    """Write a button's value: the conversation and, for actions that change the assignee, the present one."""
    has = f"{header.assignee or ''}:" if name in (ASSIGN, UNASSIGN) else ""
    return f"{has}{header.conversation_id}"
