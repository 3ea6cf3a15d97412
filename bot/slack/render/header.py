"""Header of a thread: the contact, the stage of the conversation, and the rules for what is written there. Pure.

Its first block stays rich_text: Slack refuses any other type in its place when a message is edited.
"""

from collections.abc import Callable, Mapping, Sequence

from bot.domain import own_numbers
from bot.domain.conversation import Mode, Stage
from bot.domain.ids import ThreadRef
from bot.domain.phone import can_be_texted
from bot.domain.text import clean, ellipsized
from bot.domain.thread_content import GoesOn, Header, LastText
from bot.slack.blocks.cards import WriteNumber, single_line
from bot.slack.blocks.kit import (
    SHORT_DATE_AT,
    Block,
    MessageBody,
    bold,
    context_block,
    context_plain,
    date_element,
    italic,
    line_body,
    mention,
    paragraph,
    text_element,
)
from bot.slack.render import own_channel
from bot.slack.render.actions import action_buttons
from bot.slack.render.attachment_texts import label_without_words
from bot.slack.render.lines import Lines
from bot.slack.render.window_words import window_words
from bot.slack.text import escaping

MAX_NAME_CHARS = 80
MAX_LAST_TEXT_CHARS = 120
"""Limit of the contact's last text, in characters: about a line."""

NEEDS_A_REPLY, WAITING_FOR, CLOSED = "Needs a reply", "Waiting for", "Closed"
OPTED_OUT, BLOCKED, MUTED, WANTS_PERSON = "opted out", "blocked", "muted", "wants a person"
"""Stages and marks of a conversation, the same words everywhere."""

MODES = {
    Mode.AUTO: "Write in this thread to text back {by}. Begin with // to keep a message in Slack.",
    Mode.CONFIRM: "What you write in this thread is texted {by} once somebody presses Send under it.",
    Mode.EXPLICIT: "Only messages that begin with ! are texted {by}. All others stay in Slack.",
    Mode.ALERTS: "This conversation is for reading: nothing written here is texted.",
}

NO_NUMBER = "This sender cannot be answered by text: what you write in this thread stays in Slack."

LinkOf = Callable[[ThreadRef], str]
"""Function that returns the address of a thread; "" if it is not known yet."""

_NO_LINES = Lines()


def render_header(header: Header, number_of: WriteNumber, link: LinkOf, lines: Lines = _NO_LINES) -> MessageBody:
    """Render the header of a thread; for a thread that the conversation has left, where it goes on."""
    number = number_of(header.contact)
    words, name_elements = _who(header, number)
    if medium := lines.profile(header.account).medium:
        words = f"{words} · {medium}"  # notifications and screen readers have nothing else
    if header.goes_on is not None:
        after = f"Goes on in {_there(header.goes_on, link)}. {_what_counts(is_over=header.is_over)}"
        return MessageBody(words, [paragraph(name_elements), context_block(after)])
    blocks = [
        conversation_card(header, number_of, lines),
        *(context_plain(rule) for rule in _rules(header, number_of, lines)),
    ]
    if header.window is not None:
        blocks.append(context_block(window_words(header.window)))
    if header.former is not None:
        blocks.append(context_block(f"Before, it was in {_there(header.former, link)}."))
    return MessageBody(words, blocks + action_buttons(header, lines))


def conversation_card(header: Header, number_of: WriteNumber, lines: Lines = _NO_LINES) -> Block:
    """Render a conversation in two lines: the contact with the stage, and the contact's last text."""
    number = number_of(header.contact)
    _, name_elements = _who(header, number)
    standing = _standing(header, short_name(header.name) or "them")
    block = paragraph([*name_elements, *_line_of(header, number_of, lines), *standing])
    if header.last is not None:
        block["elements"].append({"type": "rich_text_quote", "elements": [text_element(last_text_line(header.last))]})
    return block


def _line_of(header: Header, number_of: WriteNumber, lines: Lines) -> list[Block]:
    """Name what the contact wrote to: WhatsApp, or one of several numbers, with its provider where others have it.

    What is to be said of the line besides is said as well; the name of a line says it itself.
    """
    profile = lines.profile(header.account)
    if profile.medium:
        return [text_element(" · "), italic(profile.medium)]
    if not header.has_lines:
        return [text_element(" · "), italic(profile.remark)] if profile.remark else []
    number = number_of(own_numbers.number_of(header.account))
    to = f"{number}, {profile.line}" if own_numbers.provider_of(header.account) else number
    return [text_element(" · "), italic(f"to {to}")]


def _who(header: Header, number: str) -> tuple[str, list[Block]]:
    """Name the contact: for notifications, and as elements of rich text."""
    name = short_name(header.name)
    if name:
        return escaping.escape(f"{name} · {number}"), [bold(name), text_element(f" · {number}")]
    new = "new contact" if can_be_texted(header.contact) else "no phone number"
    return escaping.escape(f"{number} · {new}"), [bold(number), text_element(f" · {new}")]


def _standing(header: Header, contact: str) -> list[Block]:
    """Write the stage, the marks of the contact and the assignee."""
    assignee = [text_element(" · "), mention(header.assignee), text_element(" has it")] if header.assignee else []
    marks = {WANTS_PERSON: header.wants_person, OPTED_OUT: header.is_opted_out, BLOCKED: header.is_blocked}
    tags = [text_element(f" · {tags_words(header.tags)}")] if header.tags else []
    return [*stage_elements(header.stage, contact, marks), *assignee, *_put_off(header), *_muted(header), *tags]


def _put_off(header: Header) -> list[Block]:
    """Write until when the conversation was put off, or when somebody is reminded of it."""
    if header.snoozed_until is not None:
        return [text_element(" · Snoozed until "), date_element(header.snoozed_until, SHORT_DATE_AT)]
    if header.follow_up_at is not None:
        return [text_element(" · Reminder on "), date_element(header.follow_up_at, SHORT_DATE_AT)]
    return []


def tags_words(tags: Sequence[str]) -> str:
    """Write the tags of a conversation, in plain text; they hold no markup."""
    return f"{'Tag' if len(tags) == 1 else 'Tags'}: {', '.join(tags)}"


def _muted(header: Header) -> list[Block]:
    if header.muted_by is None:
        return []
    texts = "1 text" if header.unshown == 1 else f"{header.unshown:,} texts"
    unshown = [text_element(f" · {texts} not shown")] if header.unshown else []
    return [text_element(" · Muted by "), mention(header.muted_by), *unshown]


def stage_elements(stage: Stage, contact: str, marks: Mapping[str, bool]) -> list[Block]:
    """Write the stage and the contact's marks, as elements of rich text that follow the contact's name."""
    borne = [mark for mark, is_borne in marks.items() if is_borne]
    state = [text_element(" — "), italic(stage_words(stage, contact))]
    return [*state, *(part for mark in borne for part in (text_element(" · "), italic(mark)))]


def last_text_line(last: LastText) -> str:
    """Cut the contact's last text to one line."""
    return single_line(last.text, MAX_LAST_TEXT_CHARS) or label_without_words(last.media)


def _rules(header: Header, number_of: WriteNumber, lines: Lines) -> list[str]:
    """Write what happens to messages in the thread, if that differs from what the very first thread says."""
    if not can_be_texted(header.contact):
        return [own_channel.NO_NUMBER if header.is_own else NO_NUMBER]
    is_said = header.is_first or header.is_own or header.mode is not Mode.AUTO
    medium = lines.profile(header.account).medium
    by = f"on {medium}" if medium else f"from {number_of(own_numbers.number_of(header.account))}"
    rules = own_channel.RULES if header.is_own else MODES
    return [rules[header.mode].format(by=by)] if is_said else []


def _there(place: ThreadRef, link: LinkOf) -> str:
    """Write a link to a thread and its channel, in mrkdwn."""
    address = link(place)
    return f"<#{place.channel}>: <{address}|open the thread>" if address else f"<#{place.channel}>"


def render_goes_on(after: GoesOn, link: LinkOf) -> MessageBody:
    """Write, in the thread that a conversation has left, where it goes on."""
    what = f"<@{after.actor}> moved this conversation." if after.actor else "This conversation was moved."
    if after.is_refused:
        return line_body(f"Not texted: this conversation goes on in {_there(after.place, link)}. Write it there.")
    words = f"{what} It goes on in {_there(after.place, link)}. {_what_counts(is_over=after.is_over)}"
    return line_body(words, is_small=True)


def _what_counts(*, is_over: bool) -> str:
    return "What is written here is not texted." if is_over else "What is written here counts as if written there."


def short_name(name: str) -> str:
    """Cut a contact's name to a line; "" if there is none."""
    return ellipsized(clean(name).strip(), MAX_NAME_CHARS)


def stage_words(stage: Stage, contact: str) -> str:
    """Write a stage in plain text; `contact` is a word or two for the contact."""
    if stage is Stage.WAITING:
        return f"{WAITING_FOR} {contact}"
    return CLOSED if stage is Stage.CLOSED else NEEDS_A_REPLY
