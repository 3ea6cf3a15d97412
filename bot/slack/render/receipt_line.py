"""Receipt line: the delivery of a thread's replies, and Undo until the last has left. Pure."""

from bot.domain.thread_content import ReceiptSummary
from bot.slack.blocks.kit import CLOCK, MessageBody, button, button_row, date, line_body
from bot.slack.text import escaping

UNDO = "undo"


def render_receipts(summary: ReceiptSummary) -> MessageBody:
    """Render the receipt line, with Undo while a reply has not left."""
    words = receipt_words(summary)
    undo = button_row(button("Undo", UNDO, summary.undo_key)) if summary.undo_key else []
    return line_body(words, is_small=True, more=undo)


def receipt_words(summary: ReceiptSummary) -> str:
    """Write the delivery of the replies."""
    reported = _reported(summary)
    if summary.held:
        return f"{escaping.escape(summary.held)} This waits here and goes out by itself."
    if summary.undo_key or (summary.waiting and not reported):
        return f"{reported}. Sending…" if reported else "Sending…"
    if reported:
        return reported
    if summary.drafts or summary.unknown:
        return "There is a question about it below." if summary.drafts else "We do not know yet whether it went out."
    if summary.is_below:
        return "What became of it stands below."
    return "Taken back, nothing was sent." if summary.is_taken_back else "Nothing was sent."


def _reported(summary: ReceiptSummary) -> str:
    """Write what the carrier reported; "" for nothing yet."""
    at = date(summary.last_at, CLOCK) if summary.last_at else ""
    if summary.failed:
        counts = (summary.read, summary.delivered, summary.sent, summary.failed)
        outcomes = ("read", "delivered", "sent and not confirmed yet", "not delivered")
        return ", ".join(f"{_texts(count)} {outcome}" for count, outcome in zip(counts, outcomes, strict=True) if count)
    arrived = summary.delivered + summary.read
    if not arrived:
        sent = "Sent" if summary.sent == 1 else f"{summary.sent} texts sent"
        return f"{sent} {at}, the carrier has not confirmed yet" if summary.sent else ""
    if summary.sent:
        return f"{_texts(arrived)} {_outcome(summary)}, {summary.sent} sent and not confirmed yet, last {at}"
    return (
        f"{_outcome(summary).capitalize()} {at}" if arrived == 1 else f"{arrived} texts {_outcome(summary)}, last {at}"
    )


def _outcome(summary: ReceiptSummary) -> str:
    """Write what became of the texts that have arrived."""
    if not summary.read:
        return "delivered"
    return f"delivered, {summary.read} of them read" if summary.delivered else "read"


def _texts(count: int) -> str:
    return "1 text" if count == 1 else f"{count} texts"
