"""Every word that people read in Slack, as Block Kit.

Takes facts (bot.domain.post), gives `text` and `blocks`. What a contact wrote goes through inert.py and can neither
ping, link nor format; only our own words use mrkdwn. Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.domain.phone import E164
from bot.domain.post import Content, CustomerText, CustomerTexts, Header, Notice, ReceiptSummary, SentText, Topic
from bot.domain.text import clean, head, pages
from bot.slack import inert
from bot.slack.numbers import shown_number
from bot.slack.picture_words import missing_words, named, sent_words

Block = dict[str, Any]

SEND_AGAIN = "send_again"
ARRIVED = "arrived"
SEND_CORRECTION = "send_correction"

FALLBACK_LENGTH = 3_000
"""Characters of `text`, which is the notification and what screen readers read; Slack advises 4,000 at most."""

LONGEST_TEXT = 12_000
"""Characters of one post: Slack refuses a message of more than about 13,200. A text from a phone has 1,600 at most."""

_PICTURES = (".jpg", ".jpeg", ".png", ".gif")


@dataclass(frozen=True)
class View:
    """What goes into one post: `text` for notifications, `blocks` for eyes."""

    text: str
    blocks: list[Block]


class Views:
    """Words for one account region: numbers of that region are shown the way people there write them."""

    def __init__(self, region: str) -> None:
        self._region = region

    def of(self, content: Content) -> View:
        """Choose the words for what is to be said."""
        match content:
            case Header():
                return self._header(content)
            case CustomerTexts():
                return _customer_texts(content)
            case SentText():
                return _sent_text(content)
            case ReceiptSummary():
                return _line(receipt_words(content), is_small=True)
            case Notice():
                return _notice(content)

    def number(self, number: E164) -> str:
        """Show a number."""
        return shown_number(number, self._region)

    def _header(self, header: Header) -> View:
        number, account = self.number(header.contact), self.number(header.account)
        name = clean(header.name).strip()
        who = [_bold(name), _plain(f" · {number}")] if name else [_bold(number), _plain(" · new contact")]
        words = f"{name} · {number}" if name else f"{number} · new contact"
        hint = f"Write in this thread to text back from {account}. Begin with // to keep a message in Slack."
        return View(
            inert.escape(words), [_rich([{"type": "rich_text_section", "elements": who}]), _context_plain(hint)]
        )


def _bold(text: str) -> Block:
    return {"type": "text", "text": clean(text), "style": {"bold": True}}


def _plain(text: str) -> Block:
    return {"type": "text", "text": clean(text)}


def _rich(elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": elements}


def _section(words: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def _context(words: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": words}]}


def _context_plain(words: str) -> Block:
    return {"type": "context", "elements": [{"type": "plain_text", "text": words, "emoji": False}]}


def _line(words: str, *, is_small: bool = False, more: list[Block] | None = None) -> View:
    return View(words, [_context(words) if is_small else _section(words), *(more or [])])


def clock(moment: datetime) -> str:
    """Show a time of day in the reader's own time zone."""
    return f"<!date^{int(moment.timestamp())}^{{time}}|{moment:%H:%M} UTC>"


# --- texts


def _has_words(text: str) -> bool:
    return bool(clean(text).strip())


def _customer_texts(content: CustomerTexts) -> View:
    blocks = [block for text in content.texts for block in _customer_text(text)]
    words = "\n".join(_fallback(text) for text in content.texts)
    return View(inert.escape(head(words, FALLBACK_LENGTH)), blocks[:49] + _doubt(is_doubtful=content.is_doubtful))


def _customer_text(text: CustomerText) -> list[Block]:
    blocks = [inert.rich_text(part) for part in _shown_parts(text.text)]
    blocks += [_picture(url) for url in text.media]
    if text.to_follow and not blocks:
        blocks.append(_context_plain(sent_words(text.to_follow)))
    if text.late_at is not None:
        blocks.append(_context(f"Written {clock(text.late_at)}, and found only now."))
    return blocks or [_context("_An empty text._")]


def _shown_parts(text: str) -> list[str]:
    """Cut a long text into blocks, nothing left out; beyond any text a phone can send, words say so."""
    text = clean(text)
    if len(text) > LONGEST_TEXT:
        text = f"{head(text, LONGEST_TEXT - 60)}… (cut, the whole text has {len(text):,} characters)"
    return [part for part in pages(text, inert.LONGEST) if _has_words(part)]


def _picture(url: str) -> Block:
    if urlsplit(url).path.lower().endswith(_PICTURES) and len(url) <= 3_000:
        return {"type": "image", "image_url": url, "alt_text": "Picture from the contact"}
    link = {"type": "link", "url": url, "text": "attachment"}
    return _rich([{"type": "rich_text_section", "elements": [_plain("Sent an attachment: "), link]}])


def _fallback(text: CustomerText) -> str:
    pictures = [f"Picture: {url}" for url in text.media]
    if text.to_follow:
        pictures.append(sent_words(text.to_follow))
    return "\n".join([text.text, *pictures] if _has_words(text.text) else pictures or ["An empty text."])


def _sent_text(content: SentText) -> View:
    who = f"<@{content.author}> texted:" if content.author else "Texted from outside Slack:"
    blocks = [_context(who), *_customer_text(CustomerText(content.text, content.media))]
    if content.files:
        blocks = [block for block in blocks if _has_words(content.text) or block is blocks[0]]
        blocks.append(_context_plain(named(content.files)))
    words = f"{who} {inert.escape(head(content.text or named(content.files), FALLBACK_LENGTH))}"
    return View(words, blocks + _doubt(is_doubtful=content.is_doubtful))


def _doubt(*, is_doubtful: bool) -> list[Block]:
    words = "This may be here twice: Slack did not say whether it had arrived before."
    return [_context_plain(words)] if is_doubtful else []


# --- lines of our own


def receipt_words(summary: ReceiptSummary) -> str:
    """Say in one line what the carrier reported."""
    at = clock(summary.last_at)
    if summary.failed:
        counts = (summary.delivered, summary.sent, summary.failed)
        fates = ("delivered", "sent, not confirmed", "not delivered")
        return ", ".join(f"{_texts(count)} {fate}" for count, fate in zip(counts, fates, strict=True) if count)
    if not summary.sent:
        return f"Delivered {at}" if summary.delivered == 1 else f"{summary.delivered} texts delivered, last {at}"
    if not summary.delivered:
        sent = "Sent" if summary.sent == 1 else f"{summary.sent} texts sent"
        return f"{sent} {at}, the carrier has not confirmed yet"
    return f"{_texts(summary.delivered)} delivered, {summary.sent} sent and not confirmed yet, last {at}"


def _texts(count: int) -> str:
    return "1 text" if count == 1 else f"{count} texts"


def _notice(notice: Notice) -> View:
    words, buttons = _NOTICES[notice.topic](notice)
    said = "\n".join(part for part in (notice.text, named(notice.files)) if _has_words(part))
    more = [_quote(said)] if notice.topic in _WITH_TEXT and said else []
    if notice.settled_by is not None:
        words += f" {_settled(notice)}"
    elif buttons and notice.message_key:
        more.append({"type": "actions", "elements": [_button(name, notice.message_key) for name in buttons]})
    return _line(words, more=more)


def _settled(notice: Notice) -> str:
    return (
        f"<@{notice.settled_by}> sent it again." if notice.is_sent_again else f"<@{notice.settled_by}> says it arrived."
    )


def _quote(text: str) -> Block:
    """Quote a text in a line that may be edited: Slack refuses to replace rich_text by anything else."""
    return {"type": "section", "text": {"type": "plain_text", "text": clean(head(text, 1_000)), "emoji": False}}


_LABELS = {SEND_AGAIN: "Send again", ARRIVED: "It arrived", SEND_CORRECTION: "Send a correction"}


def _button(name: str, key: str) -> Block:
    return {"type": "button", "action_id": name, "value": key, "text": {"type": "plain_text", "text": _LABELS[name]}}


Words = tuple[str, tuple[str, ...]]


def _failed(notice: Notice) -> Words:
    if notice.failure is None:
        return "Not delivered. The carrier gave no reason.", (SEND_AGAIN,)
    buttons = (SEND_AGAIN,) if notice.failure.may_send_again else ()
    return f"Not delivered: {inert.escape(notice.failure.words)}", buttons


def _held(notice: Notice) -> Words:
    reason = inert.escape(notice.failure.words) if notice.failure else "Volt does not take texts just now."
    return f"Not sent yet. {reason} Your text waits here and goes out by itself.", ()


def _found_sent(notice: Notice) -> Words:
    if notice.settled_by and not notice.is_sent_again:
        return "Volt did not answer when this text went out.", ()
    at = f" at {clock(notice.at)}" if notice.at else ""
    return f"It did go out{at}.", ()


_NOTICES: dict[Topic, Callable[[Notice], Words]] = {
    Topic.FAILED: _failed,
    Topic.HELD: _held,
    Topic.CHECKING: lambda _: ("Volt did not answer, so we do not know whether this text went out. Checking…", ()),
    Topic.FOUND_SENT: _found_sent,
    Topic.FOUND_NOT_SENT: lambda _: ("It had not gone out. It is being sent now.", ()),
    Topic.UNDECIDED: lambda _: (
        "We could not find out whether this text went out. Please ask the contact, or decide:",
        (ARRIVED, SEND_AGAIN),
    ),
    Topic.EDITED_LATE: lambda notice: (
        "This text had already been sent and cannot be changed on the phone. It says:",
        (SEND_CORRECTION,) if notice.has_correction else (),
    ),
    Topic.DELETED_LATE: lambda _: ("A deleted message had already been sent. The phone still shows:", ()),
    Topic.NOTHING_TO_SEND: lambda _: ("Nothing was sent: the message has no words that a phone can show.", ()),
    Topic.KEPT_INSIDE: lambda _: (
        "Kept among yourselves, because it begins with a mention. To text it, write it again with other words first.",
        (),
    ),
    Topic.OPTED_OUT: lambda _: ("This was an opt-out. Volt sends no more texts to this number.", ()),
    Topic.NOT_SHOWN: lambda _: ("Slack would not show one text here. It is not lost: look at it in Volt.", ()),
    Topic.PICTURE_NOT_SHOWN: lambda notice: (missing_words(notice.missing), ()),
    Topic.FILES_REFUSED: lambda notice: (
        f"Nothing was sent: {inert.escape(notice.failure.words) if notice.failure else 'the file cannot be texted.'}",
        (),
    ),
    Topic.FILES_NOT_SENT: lambda _: (
        "The file was not sent: pictures and files cannot be texted from here yet. Words beside it were sent.",
        (),
    ),
}
_WITH_TEXT = frozenset({Topic.EDITED_LATE, Topic.DELETED_LATE, Topic.CHECKING, Topic.UNDECIDED, Topic.FOUND_SENT})
