"""The header of a thread: who it is about, how things stand, and what can be done. Pure.

Its first block stays rich_text: Slack refuses to replace that by anything else when a message is edited.
"""

from collections.abc import Callable, Mapping

from bot.domain.conversation import Mode, Stage
from bot.domain.phone import can_be_texted
from bot.domain.text import clean, ellipsized
from bot.domain.thread_content import GoesOn, Header, LastText, ThreadRef
from bot.slack.blocks.cards import Numbers, line_of
from bot.slack.blocks.kit import (
    Block,
    MessageBody,
    bold,
    button,
    buttons,
    context_block,
    context_plain,
    italic,
    line,
    mention,
    paragraph,
    plain,
    text_element,
)
from bot.slack.render.attachment_texts import wordless
from bot.slack.text import escaping

ASSIGN = "assign"
UNASSIGN = "unassign"
CLOSE = "close"
REOPEN = "reopen"
CONTACT = "contact"
TEMPLATE = "template"
SCHEDULE = "schedule"
MORE = "more"

LONGEST_NAME = 80
LONGEST_LAST = 120
"""Characters of the contact's last text: about a line."""

NEEDS_A_REPLY, WAITING_FOR, CLOSED = "Needs a reply", "Waiting for", "Closed"
OPTED_OUT, BLOCKED = "opted out", "blocked"
"""How things stand, everywhere in these words: they wait for us, we wait for them, or nobody waits."""

MODES = {
    Mode.AUTO: "Write in this thread to text back from {account}. Begin with // to keep a message in Slack.",
    Mode.CONFIRM: "What you write in this thread is texted from {account} once somebody presses Send under it.",
    Mode.EXPLICIT: "Only messages that begin with ! are texted from {account}. All others stay in Slack.",
    Mode.ALERTS: "This conversation is for reading: nothing written here is texted.",
}

NO_NUMBER = "This sender cannot be answered by text: what you write in this thread stays in Slack."

ASSIGN_TO, MODE, HISTORY, MOVE, ALL = "assign_to", "mode", "history", "move", "all"

LABELS = {
    ASSIGN: "Assign to me",
    CLOSE: "Close",
    REOPEN: "Open again",
    UNASSIGN: "Unassign",
    ASSIGN_TO: "Assign to a colleague…",
    TEMPLATE: "Reply with a template…",
    SCHEDULE: "Schedule a text…",
    MODE: "What is texted…",
    HISTORY: "Earlier texts",
    MOVE: "Move to another channel…",
    ALL: "More…",
}
"""What can be done about a conversation, as buttons and menus name it."""

MOST_OPTIONS = 5
"""Lines of the menu ⋯, says Slack."""

Link = Callable[[ThreadRef], str]
"""Gives the address of a thread; "" where nobody knows it yet."""


def header_view(header: Header, number_of: Numbers, link: Link) -> MessageBody:
    """Say who a thread is about, how things stand and what they wrote last; of one that was left, where it goes on."""
    number, account = number_of(header.contact), number_of(header.account)
    words, who = _who(header, number)
    if header.goes_on is not None:
        after = f"Goes on in {_there(header.goes_on, link)}. What is written here counts as if written there."
        return MessageBody(words, [paragraph(who), context_block(after)])
    blocks = [card(header, number_of), *(context_plain(rule) for rule in _rules(header, account))]
    if header.former is not None:
        blocks.append(context_block(f"Before, it was in {_there(header.former, link)}."))
    return MessageBody(words, blocks + actions(header))


def card(header: Header, number_of: Numbers) -> Block:
    """Say on one line who a conversation is with and how it stands, and on the next what they wrote last."""
    number = number_of(header.contact)
    _, who = _who(header, number)
    account = [text_element(" · "), italic(f"to {number_of(header.account)}")] if header.has_lines else []
    block = paragraph([*who, *account, *_standing(header, short_name(header.name) or "them")])
    if header.last is not None:
        block["elements"].append({"type": "rich_text_quote", "elements": [text_element(last_words(header.last))]})
    return block


def _who(header: Header, number: str) -> tuple[str, list[Block]]:
    """Name the contact: for notifications, and as parts of rich text."""
    name = short_name(header.name)
    if name:
        return escaping.escape(f"{name} · {number}"), [bold(name), text_element(f" · {number}")]
    new = "new contact" if can_be_texted(header.contact) else "no phone number"
    return escaping.escape(f"{number} · {new}"), [bold(number), text_element(f" · {new}")]


def _standing(header: Header, contact: str) -> list[Block]:
    """Say whose turn it is, what stands in the way of texts, and who looks after it."""
    assignee = [text_element(" · "), mention(header.assignee), text_element(" has it")] if header.assignee else []
    marks = {OPTED_OUT: header.is_opted_out, BLOCKED: header.is_blocked}
    return [*state_of(header.stage, contact, marks), *assignee]


def state_of(stage: Stage, contact: str, marks: Mapping[str, bool]) -> list[Block]:
    """Say whose turn it is, and which marks a contact bears, as parts of rich text that follow the contact's name."""
    borne = [mark for mark, is_borne in marks.items() if is_borne]
    state = [text_element(" — "), italic(stage_words(stage, contact))]
    return [*state, *(part for mark in borne for part in (text_element(" · "), italic(mark)))]


def last_words(last: LastText) -> str:
    """Bring what the contact wrote last to one line."""
    return line_of(last.text, LONGEST_LAST) or wordless(last.media)


def _rules(header: Header, account: str) -> list[str]:
    """Say what becomes of what is written in the thread, where that is not what the first thread of all says."""
    if not can_be_texted(header.contact):
        return [NO_NUMBER]
    is_said = header.is_first or header.mode is not Mode.AUTO
    return [MODES[header.mode].format(account=account)] if is_said else []


def _there(place: ThreadRef, link: Link) -> str:
    """Point at a thread and its channel, in mrkdwn."""
    address = link(place)
    return f"<#{place.channel}>: <{address}|open the thread>" if address else f"<#{place.channel}>"


def moved(after: GoesOn, link: Link) -> MessageBody:
    """Say in a thread that was left where it goes on."""
    who = f"<@{after.actor}> moved this conversation." if after.actor else "This conversation was moved."
    words = f"{who} It goes on in {_there(after.place, link)}. What is written here counts as if written there."
    return line(words, is_small=True)


def short_name(name: str) -> str:
    """Fit a contact's name into a line; "" where there is none."""
    return ellipsized(clean(name).strip(), LONGEST_NAME)


def stage_words(stage: Stage, contact: str) -> str:
    """Say whose turn it is, in plain text; `contact` is who they are, in a word or two."""
    if stage is Stage.WAITING:
        return f"{WAITING_FOR} {contact}"
    return CLOSED if stage is Stage.CLOSED else NEEDS_A_REPLY


def actions(header: Header) -> list[Block]:
    """Offer the two things that are done most, and the rest behind a menu; nothing without a number in the books."""
    first, *others = _turns(header)
    if not can_be_texted(header.contact):
        return _offered(header, [first], [*others, ASSIGN_TO])
    return _offered(header, [first, CONTACT], [*others[:1], ASSIGN_TO, TEMPLATE, SCHEDULE, ALL])


def all_actions(header: Header) -> list[Block]:
    """Offer everything that can be done."""
    turns = _turns(header)
    pressed = [turn for turn in (*turns, ASSIGN) if turn != UNASSIGN]
    unassign = [UNASSIGN] if UNASSIGN in turns else []
    if not can_be_texted(header.contact):
        return _offered(header, list(dict.fromkeys(pressed)), [ASSIGN_TO, *unassign])
    pressed = list(dict.fromkeys([*pressed, CONTACT, TEMPLATE, SCHEDULE]))
    return _offered(header, pressed, [ASSIGN_TO, *unassign, MODE, HISTORY, MOVE])


def _turns(header: Header) -> list[str]:
    """Name what changes whose turn it is or who looks after it, what is most wanted first."""
    if header.assignee:
        return [REOPEN if header.stage is Stage.CLOSED else CLOSE, UNASSIGN]
    return [REOPEN, ASSIGN] if header.stage is Stage.CLOSED else [ASSIGN, CLOSE]


def _offered(header: Header, pressed: list[str], picked: list[str]) -> list[Block]:
    if header.conversation_id is None:
        return []
    made = [button(_label(name, header), name, _value(name, header)) for name in pressed]
    options = [
        {"text": plain(_label(name, header)), "value": f"{name}:{_value(name, header)}"}
        for name in picked[:MOST_OPTIONS]
    ]
    return buttons(*made, {"type": "overflow", "action_id": MORE, "options": options})


def _label(name: str, header: Header) -> str:
    if name == CONTACT:
        return "Contact" if short_name(header.name) else "Save a name"
    return "Take it over" if name == ASSIGN and header.assignee else LABELS[name]


def _value(name: str, header: Header) -> str:
    """Carry which conversation it is about, and who has it for what changes that."""
    has = f"{header.assignee or ''}:" if name in (ASSIGN, UNASSIGN) else ""
    return f"{has}{header.conversation_id}"
