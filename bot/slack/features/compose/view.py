"""Compose view: contact, words, pictures and time of a text, with a preview. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.bridge.messages.send import ThreadMessage
from bot.domain.approval import ApprovalReason
from bot.domain.conversation import Conversation
from bot.domain.errors import RowNotFound
from bot.domain.ids import ChannelId, MessageTs, UserId
from bot.domain.phone import E164
from bot.domain.provider_profile import UNKNOWN_PROVIDER, FileLimits, Measure, ProviderProfile
from bot.domain.segments import segments
from bot.domain.shared_files import OPEN_DAYS
from bot.domain.text import counted
from bot.domain.thread_content import WindowFacts
from bot.domain.worklist import TextPreview
from bot.slack.blocks import cards, modals
from bot.slack.blocks.kit import (
    Block,
    button,
    button_row,
    context_block,
    context_plain,
    context_texts,
    plain,
    section_plain,
)
from bot.slack.blocks.modals import Modal, Option
from bot.slack.features.kit.texts import NO_CONVERSATION, NO_WORDS
from bot.slack.render.approval_texts import reasons_text
from bot.slack.render.segment_count import segment_count_text
from bot.slack.render.window_words import window_words

FORM = "compose"
TO, LINE, TEXT, FILES, AT = "compose_to", "compose_line", "compose_text", "compose_files", "compose_at"
PREVIEW = "compose_preview"

MAX_TEXT_CHARS = 3_000
LAST_TEXTS = 3


@dataclass(frozen=True)
class Draft:
    """Draft in the form. `source` is the message of a conversation's thread that is texted.

    `notes` name what of a message is left out, `window` says until when free text may be sent to the contact.
    """

    to: Option | None = None
    text: str = ""
    source: ThreadMessage | None = None
    notes: tuple[str, ...] = ()
    window: WindowFacts | None = None


@dataclass(frozen=True)
class Preview:
    """Preview: the text as on the phone, the last texts, and warnings; `line` is our number, if there are several.

    `pictures` go along with the text, `linked` are files that a link under it leads to.
    """

    text: str
    pictures: int
    last: Sequence[TextPreview]
    warnings: Sequence[str]
    line: str = ""
    linked: int = 0


NOT_WHOLE = "Something in this message has no words that could be texted. Only its words stand here."


def left_behind(files: int) -> str:
    """Write that the files of a message are left out."""
    it = "it" if files == 1 else "them"
    return f"The message has {counted(files, 'file')}. To text {it} too, add {it} below."


def to_contact(conversation: Conversation, label: str) -> Option:
    """Option for a known contact."""
    return Option(cards.single_line(label, 75), f"talk {conversation.id}")


def to_number(number: E164, label: str) -> Option:
    """Option for a typed number."""
    return Option(label, f"number {number}", NO_CONVERSATION)


def no_number(words: str) -> list[Option]:
    """Option that states what is wrong with a number, and has no contact; none if there is nothing to state."""
    reason, _, how = words.partition(". ")
    return [Option(reason, "nobody", how)] if reason else []


@dataclass(frozen=True)
class Offered:
    """What a text can have besides words: `files` says which, None for none; `is_later`: a time of its own.

    `has_window`: free text may be sent only for a time, so the choice of a contact has to be heard of. `lines` are our
    numbers, where there are several to choose from.
    """

    files: FileLimits | None
    is_later: bool = True
    measure: Measure = segments
    has_window: bool = False
    lines: Sequence[Option] = ()


def compose_form(draft: Draft, offered: Offered, preview: Preview | None = None) -> Modal:
    """Compose form; Slack keeps the state of inputs that stay."""
    contact_menu = {"type": "external_select", "min_query_length": 1, "placeholder": plain("A name or a number")}
    contact_menu |= {"initial_option": modals.option_object(draft.to)} if draft.to else {}
    words = modals.text_input(initial=draft.text, max_chars=MAX_TEXT_CHARS, is_multiline=True)
    later = [_later()] if offered.is_later and not draft.source else []
    blocks = [
        modals.input_block(TO, "To", contact_menu) | ({"dispatch_action": True} if offered.has_window else {}),
        *([_line(offered)] if offered.lines and not draft.source else ()),
        *([context_block(window_words(draft.window))] if draft.window is not None else ()),
        modals.input_block(TEXT, "Text", words, is_required=False),
        *(context_plain(note) for note in draft.notes),
        *([_files(offered.files)] if offered.files else ()),
        *later,
        *button_row(button("Preview", PREVIEW, "show")),
        *(_preview(preview, offered.measure) if preview else ()),
    ]
    title = "Send as text" if draft.source else "New text"
    return modals.form_modal(FORM, title, "Send", blocks, metadata=source_metadata(draft.source))


def _line(offered: Offered) -> Block:
    hint = "Without a choice it goes by the number that the contact above is known from, else by the main one."
    menu = modals.select_menu(offered.lines, placeholder="One of our numbers")
    block = modals.input_block(LINE, "From", menu, is_required=False, hint=hint)
    return block | ({"dispatch_action": True} if offered.has_window else {})


def _files(limits: FileLimits) -> Block:
    element = {"type": "file_input", "max_files": limits.count}
    along = f"{limits.kinds_short[:1].upper()}{limits.kinds_short[1:]}"
    hint = f"{along} go along with the text, other files as a link that opens them for {OPEN_DAYS} days."
    return modals.input_block(FILES, "Files", element, is_required=False, hint=hint)


def _later() -> Block:
    hint = "Leave it empty to send now. The text goes out at that time even if nobody is here."
    return modals.input_block(AT, "Send later", modals.datetime_picker(), is_required=False, hint=hint)


def _preview(preview: Preview, measure: Measure) -> list[Block]:
    text = cards.truncated(preview.text, MAX_TEXT_CHARS - 100) or "(no words)"
    pictures = [counted(preview.pictures, "picture or file", "pictures or files")] if preview.pictures else []
    linked = [f"{counted(preview.linked, 'link')} to come under it"] if preview.linked else []
    facts = [segment_count_text(preview.text, measure), *pictures, *linked]
    return [
        {"type": "divider"},
        *(section_plain(words) for words in preview.warnings),
        context_plain(f"From {preview.line}, the phone will show:" if preview.line else "The phone will show:"),
        section_plain(text),
        context_texts(*(plain(fact) for fact in facts)),
        *_last(preview.last),
    ]


def _last(lines: Sequence[TextPreview]) -> list[Block]:
    if not lines:
        return [context_plain("There are no texts with this number yet.")]
    rows = [section_plain(_said(line)) for line in reversed(lines[:LAST_TEXTS])]
    return [context_plain("Last texts:"), *rows]


def _said(line: TextPreview) -> str:
    sender = "Contact" if line.is_inbound else "Us"
    return f"{sender}: {cards.single_line(line.text, 300) or NO_WORDS}"


def warnings_of(conversation: Conversation | None, by: ProviderProfile = UNKNOWN_PROVIDER) -> list[str]:
    """List the warnings about texts to a contact."""
    found = []
    if conversation is not None and conversation.is_opted_out:
        found.append(reasons_text((ApprovalReason.OPTED_OUT,), conversation.name, by))
    if conversation is not None and conversation.is_blocked:
        found.append(reasons_text((ApprovalReason.BLOCKED,), conversation.name))
    return found


# --- the message that a window is about


def source_metadata(source: ThreadMessage | None) -> str:
    """Write a message's place and author as metadata of the form."""
    return json.dumps([source.channel, source.thread_ts, source.ts, source.author]) if source else ""


def read_source(metadata: str) -> ThreadMessage | None:
    """Read what source_metadata wrote. Raises RowNotFound for anything else."""
    if not metadata:
        return None
    try:
        channel, thread_ts, ts, author = map(str, json.loads(metadata))
    except (ValueError, TypeError, RecursionError):
        raise RowNotFound("not the metadata of this form") from None
    return ThreadMessage(ChannelId(channel), MessageTs(thread_ts), MessageTs(ts), UserId(author))


# --- what was chosen


def chosen(value: str) -> tuple[int | None, str]:
    """Read an option: the id of a conversation, or a number."""
    kind, _, target = value.partition(" ")
    if kind == "talk" and target.isdecimal():
        return int(target), ""
    return None, target if kind == "number" else ""
