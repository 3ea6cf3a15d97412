"""The header of a thread: who it is about, how things stand, and what can be done; and lines about what was done. Pure.

Its first block stays rich_text: Slack refuses to replace that by anything else when a message is edited.
"""

from collections.abc import Callable

from bot.domain.conversation import Mode, Stage
from bot.domain.phone import E164, can_be_texted
from bot.domain.post import Deed, GoesOn, Header, Place
from bot.domain.text import clean, shown
from bot.slack import inert
from bot.slack.blocks import (
    Block,
    View,
    bold,
    button,
    buttons,
    context,
    context_of,
    context_plain,
    leaf,
    line,
    mrkdwn,
    plain,
    rich,
)

ASSIGN = "assign"
CLOSE = "close"
REOPEN = "reopen"
CONTACT = "contact"
TEMPLATE = "template"
SCHEDULE = "schedule"
MORE = "more"

LONGEST_NAME = 80

NEEDS_A_REPLY, WAITING_FOR, CLOSED = "Needs a reply", "Waiting for", "Closed"
"""How things stand, everywhere in these words: they wait for us, we wait for them, or nobody waits."""

MODES = {
    Mode.AUTO: "Write in this thread to text back from {account}. Begin with // to keep a message in Slack.",
    Mode.CONFIRM: "What you write in this thread is texted from {account} once somebody presses Send under it.",
    Mode.EXPLICIT: "Only messages that begin with ! are texted from {account}. All others stay in Slack.",
    Mode.ALERTS: "This conversation is for reading: nothing written here is texted.",
}

NO_NUMBER = "This sender cannot be answered by text: what you write in this thread stays in Slack."

MODE_WORDS = {
    Mode.AUTO: ("auto", "Every reply is texted; // keeps one inside"),
    Mode.CONFIRM: ("confirm", "A reply is texted once somebody presses Send"),
    Mode.EXPLICIT: ("explicit", "Only what begins with ! is texted"),
    Mode.ALERTS: ("alerts", "For reading only: nothing is texted"),
}
"""Each mode in a word and a line, for menus."""

MENU = {
    "assign_to": "Assign to a colleague…",
    "mode": "What is texted…",
    "history": "Earlier texts",
    "move": "Move to another channel…",
}
"""What stands behind More: at most five, says Slack."""


Link = Callable[[Place], str]
"""Gives the address of a thread; "" where nobody knows it yet."""


def header_view(header: Header, number_of: Callable[[E164], str], link: Link) -> View:
    """Say who a thread is about and how things stand; of one that was left, where it goes on."""
    number, account = number_of(header.contact), number_of(header.account)
    name = short_name(header.name)
    is_number = can_be_texted(header.contact)
    new = "new contact" if is_number else "no phone number"
    who = [bold(name), leaf(f" · {number}")] if name else [bold(number), leaf(f" · {new}")]
    words = f"{name} · {number}" if name else f"{number} · {new}"
    first = rich([{"type": "rich_text_section", "elements": who}])
    if header.goes_on is not None:
        after = f"Goes on in {_there(header.goes_on, link)}. What is written here counts as if written there."
        return View(inert.escape(words), [first, context(after)])
    mode = MODES[header.mode].format(account=account) if is_number else NO_NUMBER
    blocks = [first, *standing(header, name or number).blocks, context_plain(mode)]
    if header.former is not None:
        blocks.append(context(f"Before, it was in {_there(header.former, link)}."))
    return View(inert.escape(words), blocks + actions(header))


def _there(place: Place, link: Link) -> str:
    """Point at a thread and its channel, in mrkdwn."""
    address = link(place)
    return f"<#{place.channel}>: <{address}|open the thread>" if address else f"<#{place.channel}>"


def moved(after: GoesOn, link: Link) -> View:
    """Say in a thread that was left where it goes on."""
    who = f"<@{after.actor}> moved this conversation." if after.actor else "This conversation was moved."
    words = f"{who} It goes on in {_there(after.place, link)}. What is written here counts as if written there."
    return line(words, is_small=True)


def short_name(name: str) -> str:
    """Fit a contact's name into a line; "" where there is none."""
    return shown(clean(name).strip(), LONGEST_NAME)


def stage_words(stage: Stage, contact: str) -> str:
    """Say whose turn it is, in plain text; `contact` is the name, or the number where there is none."""
    if stage is Stage.WAITING:
        return f"{WAITING_FOR} {contact}"
    return CLOSED if stage is Stage.CLOSED else NEEDS_A_REPLY


def standing(header: Header, contact: str) -> View:
    """Say how things stand; the contact's name stays plain."""
    who = f"<@{header.assignee}>" if header.assignee else "nobody assigned"
    marks = [words for words, is_so in (("opted out", header.is_opted_out), ("blocked", header.is_blocked)) if is_so]
    rest = " · ".join(["", who, *(f"*{mark}*" for mark in marks)])
    words = inert.escape(stage_words(header.stage, contact)) + rest
    if header.stage is Stage.WAITING:
        return View(words, [context_of(mrkdwn(f"*{WAITING_FOR}*"), plain(contact), mrkdwn(rest.lstrip()))])
    return View(words, [context(f"*{stage_words(header.stage, contact)}*{rest}")])


def actions(header: Header) -> list[Block]:
    """Offer what can be done about a conversation; nothing where it has no number in the books."""
    if header.conversation_id is None:
        return []
    value = str(header.conversation_id)
    turn = ("Re-open", REOPEN) if header.stage is Stage.CLOSED else ("Close", CLOSE)
    is_number = can_be_texted(header.contact)
    texting = (("Contact", CONTACT), ("Template", TEMPLATE), ("Schedule", SCHEDULE)) if is_number else ()
    made = [button(label, action, value) for label, action in (("Assign to me", ASSIGN), turn, *texting)]
    menu = MENU if is_number else {"assign_to": MENU["assign_to"]}
    options = [{"text": plain(text), "value": f"{name}:{value}"} for name, text in menu.items()]
    return buttons(*made, {"type": "overflow", "action_id": MORE, "options": options})


def deed(done: Deed) -> View:
    """Say what a colleague did."""
    return line(_DEEDS[done.action](f"<@{done.actor}>", done.detail), is_small=True)


def _assigned(actor: str, detail: str) -> str:
    return f"{actor} took this conversation." if actor == f"<@{detail}>" else f"{actor} gave this to <@{detail}>."


_MODE_DEEDS = {
    "auto": "what is written here is texted",
    "confirm": "each text waits for somebody to press Send",
    "explicit": "only messages that begin with ! are texted",
    "alerts": "nothing written here is texted",
    "channel": "it follows the channel again",
}

_DEEDS: dict[str, Callable[[str, str], str]] = {
    "assigned": _assigned,
    "closed": lambda actor, _: f"{actor} closed this conversation. The next text opens it again.",
    "reopened": lambda actor, _: f"{actor} opened this conversation again.",
    "moved": lambda actor, detail: f"{actor} moved this conversation here from <#{detail.partition(' ')[0]}>.",
    "mode": lambda actor, detail: f"{actor} changed this conversation: {_MODE_DEEDS.get(detail, detail)}.",
}
