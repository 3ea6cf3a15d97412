"""Renderer: thread content as Slack messages; texts here, the header and our own lines in the modules beside.

Takes facts (bot.domain.thread_content), returns message bodies. What a contact wrote goes through text/escaping.py and
can neither ping, link nor format; only our own words are mrkdwn.
Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from urllib.parse import urlsplit

from bot.domain.ids import ChannelId, MessageTs, ThreadRef
from bot.domain.phone import E164
from bot.domain.text import clean, split_pages, truncate
from bot.domain.thread_content import (
    ChannelTopic,
    Content,
    ErasedContact,
    GoesOn,
    Header,
    ImportPost,
    InboundText,
    InboundTexts,
    OutboundText,
    ReceiptSummary,
    ScheduledLine,
    WavePost,
    WeekFigures,
)
from bot.domain.thread_notes import (
    AuditNote,
    FloodNote,
    FollowUpNote,
    GoalNote,
    MissedNote,
    Notice,
    SnoozeNote,
    WindowNote,
)
from bot.parsing.phone_numbers import shown_number
from bot.slack.blocks.kit import (
    CLOCK,
    Block,
    MessageBody,
    context_block,
    context_plain,
    date,
    has_words,
    rich_text_block,
    text_element,
)
from bot.slack.render.attachment_texts import announcement, file_names
from bot.slack.render.audit_actions import render_audit_note
from bot.slack.render.erased import render_erased
from bot.slack.render.faces import Faces
from bot.slack.render.figure_words import render_week
from bot.slack.render.flood import render_flood
from bot.slack.render.header import render_goes_on, render_header
from bot.slack.render.import_card import render_import_card
from bot.slack.render.lines import Lines
from bot.slack.render.notices import render_notice, render_scheduled
from bot.slack.render.own_channel import topic_words
from bot.slack.render.receipt_line import render_receipts
from bot.slack.render.waiting_texts import (
    AUTOMATIC,
    NOT_SENT,
    render_follow_up,
    render_goal_note,
    render_missed,
    render_snooze_over,
)
from bot.slack.render.wave_card import render_wave_card
from bot.slack.render.window_words import render_closing_soon
from bot.slack.text import escaping

MAX_FALLBACK_CHARS = 3_000
"""Limit of `text`, in characters: notifications and screen readers use it, and Slack advises 4,000 at most."""

MAX_TEXT_CHARS = 12_000
"""Limit of a post, in characters: Slack refuses more than about 13,200. A text from a phone has 1,600 at most."""

MAX_TEXT_BLOCKS = 48
"""Blocks of texts in a post, of Slack's 50: a line with the name may come in front, one about a duplicate behind."""

_PICTURES = (".jpg", ".jpeg", ".png", ".gif")


class Renderer:
    """Renderer for one account region: numbers of that region are written as people there do.

    `team_url` is the workspace's address, "" until Slack has given it. `faces` knows the authors of posts, `lines` what
    can be done by which of our numbers.
    """

    def __init__(self, region: str, faces: Faces | None = None, lines: Lines | None = None) -> None:
        self._region = region
        self.faces = faces or Faces(region)
        self.lines = lines or Lines()
        self.team_url = ""

    def render(self, content: Content) -> MessageBody:  # noqa: C901, PLR0911, PLR0912 - one for each kind of content
        """Render content of any type."""
        match content:
            case Header():
                return render_header(content, self.number, self.link, self.lines)
            case GoesOn():
                return render_goes_on(content, self.link)
            case AuditNote():
                return render_audit_note(content)
            case FloodNote():
                return render_flood(content)
            case WindowNote():
                return render_closing_soon(content)
            case GoalNote():
                return render_goal_note(content)
            case MissedNote():
                return render_missed(content, self.link)
            case SnoozeNote():
                return render_snooze_over(content)
            case FollowUpNote():
                return render_follow_up(content)
            case InboundTexts():
                return _customer_texts(content)
            case OutboundText():
                return _sent_text(content)
            case ReceiptSummary():
                return render_receipts(content)
            case Notice():
                return render_notice(content)
            case ScheduledLine():
                return render_scheduled(content)
            case WavePost():
                return render_wave_card(content, self.lines.profile(content.plan.account))
            case ImportPost():
                return render_import_card(content, self.number)
            case WeekFigures():
                return render_week(content)
            case ErasedContact():
                return render_erased(content)

    def topic(self, topic: ChannelTopic) -> str:
        """Write the topic of a channel that is one contact's own."""
        return topic_words(topic, self.number)

    def number(self, number: E164) -> str:
        """Write a number for people."""
        return shown_number(number, self._region)

    def link(self, place: ThreadRef) -> str:
        """Return the address of a thread; "" if it is not known."""
        return thread_link(self.team_url, place.channel, place.thread_ts)


def thread_link(team_url: str, channel: ChannelId, thread_ts: MessageTs | None) -> str:
    """Return the address of a thread; "" while there is no thread or the workspace's address is not known."""
    if not team_url or thread_ts is None:
        return ""
    return f"{team_url.rstrip('/')}/archives/{channel}/p{thread_ts.replace('.', '')}"


# --- texts


def _customer_texts(content: InboundTexts) -> MessageBody:
    blocks = _joined([block for text in content.texts for block in _customer_text(text)])
    words = "\n".join(_fallback(text) for text in content.texts)
    limited = blocks[:MAX_TEXT_BLOCKS]
    limited += _doubt(is_doubtful=content.may_be_duplicate)
    return MessageBody(escaping.escape(truncate(words, MAX_FALLBACK_CHARS)), limited, content.speaker)


def _joined(blocks: list[Block]) -> list[Block]:
    """Let texts that follow one another share a block, a line each, where there are more blocks than Slack takes."""
    if len(blocks) <= MAX_TEXT_BLOCKS:
        return blocks
    joined: list[Block] = []
    for block in blocks:
        if joined and joined[-1]["type"] == block["type"] == "rich_text":
            elements = joined[-1]["elements"][0]["elements"]
            elements += [text_element("\n"), *block["elements"][0]["elements"]]
        else:
            joined.append(block)
    return joined


def _customer_text(text: InboundText) -> list[Block]:
    blocks = [escaping.rich_text(part) for part in _shown_parts(text.text)]
    blocks += [_picture(url) for url in text.media]
    if text.to_follow and not blocks:
        blocks.append(context_plain(announcement(text.to_follow)))
    if text.late_at is not None:
        blocks.append(context_block(f"Written {date(text.late_at, CLOCK)}, and found only now."))
    return blocks or [context_block("_An empty text._")]


def _shown_parts(text: str) -> list[str]:
    """Split a long text into blocks without loss; beyond any text a phone can send, it is cut and the cut stated."""
    text = clean(text)
    if len(text) > MAX_TEXT_CHARS:
        text = f"{truncate(text, MAX_TEXT_CHARS - 60)}… (cut, the whole text has {len(text):,} characters)"
    return [part for part in split_pages(text, escaping.MAX_BLOCK_CHARS) if has_words(part)]


def _picture(url: str) -> Block:
    if urlsplit(url).path.lower().endswith(_PICTURES) and len(url) <= 3_000:
        return {"type": "image", "image_url": url, "alt_text": "Picture from the contact"}
    link = {"type": "link", "url": url, "text": "open it"}
    return rich_text_block([{"type": "rich_text_section", "elements": [text_element("Sent a file: "), link]}])


def _fallback(text: InboundText) -> str:
    pictures = [f"Picture: {url}" for url in text.media]
    if text.to_follow:
        pictures.append(announcement(text.to_follow))
    return "\n".join([text.text, *pictures] if has_words(text.text) else pictures or ["An empty text."])


def _sender(content: OutboundText) -> str:
    if content.is_automatic:
        return NOT_SENT if content.is_cancelled else AUTOMATIC
    if content.author is None:
        return "Texted from outside Slack:"
    if content.is_by_workflow:
        return _workflow(content, f"<@{content.author}>")
    if content.is_cancelled:
        return f"Not texted. <@{content.author}> had written:"
    if content.is_waiting:
        return f"<@{content.author}> wants to text:"
    return f"<@{content.author}> sent a template:" if content.is_template else f"<@{content.author}> texted:"


def _workflow(content: OutboundText, who: str) -> str:
    if content.is_cancelled:
        return f"Not texted. A workflow had written for {who}:"
    return f"A workflow wants to text for {who}:" if content.is_waiting else f"Sent by a workflow for {who}:"


def _sent_text(content: OutboundText) -> MessageBody:
    sender = _sender(content)
    blocks = [context_block(sender), *_customer_text(InboundText(content.text, content.media))]
    if content.files:
        blocks = [block for block in blocks if has_words(content.text) or block is blocks[0]]
        blocks.append(context_plain(file_names(content.files)))
    words = f"{sender} {escaping.escape(truncate(content.text or file_names(content.files), MAX_FALLBACK_CHARS))}"
    return MessageBody(words, blocks + _doubt(is_doubtful=content.may_be_duplicate))


def _doubt(*, is_doubtful: bool) -> list[Block]:
    words = "This may be here twice: Slack did not say whether it had arrived before."
    return [context_plain(words)] if is_doubtful else []
