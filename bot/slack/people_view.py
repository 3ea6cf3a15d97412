"""A contact as people see it: the card, and its buttons. Pure; what strangers wrote stays inert."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.bridge.contacts import own_name
from bot.bridge.later import NOT_KNOWN, NOT_TAKEN
from bot.domain.conversation import AuditLine, Conversation
from bot.domain.directory import ContactCard
from bot.domain.errors import InvalidNumber
from bot.domain.message import Ask
from bot.domain.moment import moment_of
from bot.domain.phone import E164, can_be_texted, parse_e164
from bot.domain.text import head
from bot.slack import cards, inert
from bot.slack.blocks import (
    Block,
    View,
    button,
    buttons,
    confirmation,
    context,
    context_plain,
    date,
    section,
    section_plain,
)
from bot.slack.cards import Fact, Leaf, Mention
from bot.slack.desk import Mistake
from bot.slack.header import MODE_DEEDS, stage_words

EDIT, BLOCK, UNBLOCK = "contact_edit", "contact_block", "contact_unblock"
HISTORY, OPEN, VISIT = "contact_history", "contact_open", "visit_thread"

MOST_FIELDS = 20
LONGEST_NAME = 250

NOT_HANDED_OVER = "Volt does not pass on texts of a blocked contact, so nothing they write comes here."

Numbers = Callable[[E164], str]


@dataclass(frozen=True)
class Who:
    """One account number with one contact, as a button carries it."""

    account: E164
    contact: E164

    def __str__(self) -> str:
        return f"{self.account} {self.contact}"


def read_who(value: str) -> Who:
    """Read what a button of ours carries. Raises Mistake."""
    account, _, contact = value.partition(" ")
    try:
        ours = parse_e164(account)
    except InvalidNumber:
        ours = None
    if ours is None or not can_be_texted(contact):
        raise Mistake("This is out of date. Please type the command again.")
    return Who(ours, E164(contact))


@dataclass(frozen=True)
class Known:
    """What our own books know about a contact: the last text and its moment, who did what, and the thread's address."""

    conversation: Conversation | None = None
    last_text: str = ""
    last_is_ours: bool = False
    last_at: datetime | None = None
    log: tuple[AuditLine, ...] = ()
    link: str = ""


# --- the card


def contact_view(who: Who, card: ContactCard | None, known: Known, numbers: Numbers) -> View:
    """Show a contact, with what can be done about it."""
    name = cards.line_of(own_name(card), LONGEST_NAME) if card else ""
    number = numbers(who.contact)
    blocks = [cards.title(name or number), cards.facts(_facts(card, known, name, number, numbers))]
    blocks += _fields(card) + _last(known) + _log(known) + _buttons(who, card, known)
    return View(inert.escape(f"{name} · {number}" if name else number), blocks)


def _facts(card: ContactCard | None, known: Known, name: str, number: str, numbers: Numbers) -> list[Fact]:
    lines: list[Fact] = [("Number", [number])]
    if card is None:
        lines.append(("Name", ["none: Volt has no contact with this number yet"]))
    else:
        if not own_name(card):
            lines.append(("Name", ["none yet"]))
        if card.mapped_number:
            lines.append(("Texted from", [numbers(card.mapped_number)]))
        lists = cards.line_of(", ".join(card.lists), 500)
        lines.append(("Lists", [lists or "none"]))
        lines.append(("Blocked", [f"yes. {NOT_HANDED_OVER}" if card.is_blocked else "no"]))
    talk = known.conversation
    if talk is None:
        return [*lines, ("Conversation", ["none here yet"])]
    opted_out = "yes. Volt sends no texts to this number" if talk.is_opted_out else "not that we know"
    return [*lines, ("Opted out", [opted_out]), ("Conversation", _stage(talk, name or number))]


def _stage(talk: Conversation, contact: str) -> list[Leaf]:
    return [
        f"{stage_words(talk.stage, contact)}; looked after by ",
        Mention(talk.assignee) if talk.assignee else "nobody",
    ]


def _fields(card: ContactCard | None) -> list[Block]:
    fields = card.fields if card else ()
    if not fields:
        return []
    lines: list[Fact] = [
        (cards.line_of(field.key, 60) or "(unnamed)", [cards.line_of(field.value, 200) or "empty"])
        for field in fields[:MOST_FIELDS]
    ]
    left = len(fields) - MOST_FIELDS
    more = [context_plain(f"and {left} more custom fields, which Volt shows")] if left > 0 else []
    return [section("*Custom fields*"), cards.facts(lines), *more]


def _last(known: Known) -> list[Block]:
    if known.last_at is None:
        return []
    whose = "from us" if known.last_is_ours else "from the contact"
    words = cards.cut(known.last_text, 300)
    said = section_plain(words) if words else context_plain("No words")
    return [section(f"*Last text*, {whose}, {date(known.last_at)}"), said]


_DEEDS = {
    "blocked": "blocked the contact",
    "unblocked": "unblocked the contact",
    "edited": "changed the contact's",
    "read history": "read the history",
    "assigned": "gave it to",
    "unassigned": "unassigned",
    "closed": "closed the conversation",
    "moved": "moved the conversation to",
    "reopened": "opened the conversation again",
    "mode": "changed what is texted",
    "sent as text": "had a message of the thread texted",
    "approved": "had a text sent that was asked about",
    "discarded": "kept a text in Slack that was asked about",
    "took back": "took a text back",
    "stopped texts": "stopped texts to the contact, as they had asked",
}


def _log(known: Known) -> list[Block]:
    if not known.log:
        return []
    return [context("\n".join(_deed(line) for line in known.log))]


_WHY = {
    Ask.OPTED_OUT.value: "the contact had opted out",
    Ask.BLOCKED.value: "the contact was blocked",
    Ask.OVERTAKES.value: "an earlier one still waited",
    Ask.REPEATED.value: "it repeated the last one",
    Ask.NIGHT.value: "it was night there",
    Ask.SHORT_LINK.value: "it had a shortened link",
    Ask.LONG.value: "it was long",
    Ask.MENTION.value: "a line began with a mention",
    Ask.STRUCK.value: "some of its words were struck out",
    Ask.CONFIRM.value: "every text was asked about",
    Ask.RESTORED.value: "a backup had been put in place",
}
"""Why a text was asked about, in words of the past."""


_SCHEDULED = {
    NOT_KNOWN: "had a text scheduled; Volt did not say whether it took it",
    NOT_TAKEN: "wanted a text scheduled, which Volt did not take",
}
"""What became of a text to be scheduled, where the trail does not hold Volt's id of it."""


def _detail(line: AuditLine) -> str:
    """Say in mrkdwn what a deed was done to, or why."""
    if line.action == "mode":
        return f": {MODE_DEEDS[line.detail]}" if line.detail in MODE_DEEDS else ""
    if line.action == "approved":
        why = ", ".join(_WHY[ask] for ask in line.detail.split() if ask in _WHY)
        return f": {why}" if why else ""
    if line.action in ("assigned", "unassigned") and line.detail.isalnum():
        return f" <@{line.detail}>"
    if line.action == "moved":
        return f" <#{line.detail.rpartition(' ')[2]}>" if line.detail.replace(" ", "").isalnum() else ""
    return f" {inert.escape(head(line.detail, 80))}" if line.detail else ""


def _deed(line: AuditLine) -> str:
    if line.action == "scheduled a text":
        what = _SCHEDULED.get(line.detail, "had a text scheduled")
    else:
        what = inert.escape(_DEEDS.get(line.action, line.action)) + _detail(line)
    return f"{date(moment_of(line.at))}: <@{line.actor}> {what}"


def _buttons(who: Who, card: ContactCard | None, known: Known) -> list[Block]:
    value = str(who)
    is_named = card is not None and bool(own_name(card))
    return buttons(
        button("Edit" if is_named else "Save a name", EDIT, value),
        block_button(who, is_blocked=card.is_blocked) if card else None,
        button("Earlier texts", HISTORY, value),
        open_button(who, known.link),
    )


def open_button(who: Who, link: str) -> Block:
    """Lead to the contact's thread, or open one."""
    if link:
        return button("Open thread", VISIT, str(who), url=link)
    return button("Open thread", OPEN, str(who))


def block_button(who: Who, *, is_blocked: bool) -> Block:
    """Block or unblock, after a question that says what it means."""
    if is_blocked:
        words = (
            "What they write from then on comes here again. Volt does not say what becomes of what they wrote before."
        )
        return button("Unblock", UNBLOCK, str(who), ask=confirmation("Unblock this contact?", words, "Unblock"))
    words = f"{NOT_HANDED_OVER} It can be undone here, but what they write meanwhile may be lost to you."
    ask = confirmation("Block this contact?", words, "Block", is_grave=True)
    return button("Block", BLOCK, str(who), ask=ask)
