"""What people read: valid Block Kit, inert customers' words, plain sentences."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.domain.approval import ApprovalReason
from bot.domain.ids import MessageKey, UserId
from bot.domain.message import Failure
from bot.domain.thread_content import (
    Content,
    Header,
    InboundText,
    InboundTexts,
    LastText,
    OutboundText,
    ReceiptSummary,
)
from bot.domain.thread_notes import Notice, NoticeKind
from bot.slack.render.receipt_line import receipt_words
from tests.harness.connected import renderer
from tests.harness.world import ACCOUNT, DANA

AT = datetime(2026, 11, 21, 10, 32, tzinfo=UTC)
KEY = MessageKey("0" * 32)
FAILURE = Failure("802", "The phone was switched off or out of range.", allows_manual_retry=True)
VIEWS = renderer()

CONTENTS: list[Content] = [
    Header(ACCOUNT, DANA, "Dana Whitfield"),
    Header(ACCOUNT, DANA),
    InboundTexts((InboundText("Hello"), InboundText("", ("https://media.example/a.png", "https://m.example/b.vcf")))),
    InboundTexts((InboundText(""),)),
    InboundTexts((InboundText("Hello"),), may_be_duplicate=True),
    OutboundText("Your order is ready", UserId("U0AVA")),
    OutboundText("From Volt's own page", None),
    ReceiptSummary(delivered=1, sent=0, failed=0, last_at=AT),
    *(Notice(topic, KEY, text="Hi", failure=FAILURE, author=UserId("U0AVA"), at=AT) for topic in NoticeKind),
    *(Notice(topic, KEY, text="Hi", failure=FAILURE, decided_by=UserId("U0BEN")) for topic in NoticeKind),
]


@pytest.mark.parametrize("content", CONTENTS, ids=str)
def test_blocks_are_valid(content: Content) -> None:
    """Every post keeps Slack's limits as slack_sdk knows them, and has words for notifications and screen readers."""
    view = VIEWS.render(content)
    assert view.text.strip()
    assert view.blocks
    for block in Block.parse_all(view.blocks):
        block.validate_json()
    for element in elements(view.blocks, "button"):
        assert len(element["text"]["text"]) <= 75
        assert len(element["value"]) <= 2_000


def elements(blocks: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Find the elements of one type in the blocks."""
    return [e for block in blocks for e in block.get("elements", ()) if e.get("type") == kind]


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        (
            NoticeKind.EDITED_LATE,
            "<@U0AVA> sent the new words. This text had already been sent and cannot be changed on the phone. It says:",
        ),
        (NoticeKind.UNDECIDED, "We could not find out whether this text went out. <@U0AVA> sent it again."),
    ],
)
def test_who_settled_it_is_said_in_a_sentence_of_its_own(topic: NoticeKind, words: str) -> None:
    """A line that was settled by a button says by whom, and never in the middle of what the phone says."""
    view = VIEWS.render(Notice(topic, KEY, text="See you", decided_by=UserId("U0AVA"), is_sent_again=True))
    assert view.text == words
    assert not elements(view.blocks, "button")


@given(st.lists(st.text(max_size=4_000), min_size=1, max_size=10), st.text(max_size=60))
def test_customers_words_stay_inert(texts: list[str], name: str) -> None:
    """Nothing a customer writes, nor their name, reaches Slack as anything but plain text."""
    texts_view = VIEWS.render(InboundTexts(tuple(InboundText(text) for text in texts)))
    header = VIEWS.render(Header(ACCOUNT, DANA, name, last=LastText(texts[0])))
    for view in (texts_view, header):
        assert "<" not in view.text
        kinds = {leaf["type"] for block in view.blocks if block["type"] == "rich_text" for leaf in _leaves(block)}
        assert kinds <= {"text"}
        mrkdwn = {element["text"] for element in elements(view.blocks, "mrkdwn")}
        assert mrkdwn <= {"_An empty text._"}
    assert len(texts_view.text) <= 40_000


def _leaves(block: dict[str, Any]) -> list[dict[str, Any]]:
    return [leaf for part in block["elements"] for leaf in part["elements"]]


def test_header_names_contact_and_number() -> None:
    """The header shows name and number; an unnamed contact is called new."""
    assert VIEWS.render(Header(ACCOUNT, DANA, "Dana Whitfield")).text == "Dana Whitfield · (555) 555-0145"
    assert VIEWS.render(Header(ACCOUNT, DANA)).text == "(555) 555-0145 · new contact"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((1, 0, 0), "Delivered 10:32"),
        ((3, 0, 0), "3 texts delivered, last 10:32"),
        ((0, 1, 0), "Sent 10:32, the carrier has not confirmed yet"),
        ((0, 2, 0), "2 texts sent 10:32, the carrier has not confirmed yet"),
        ((2, 1, 0), "2 texts delivered, 1 sent and not confirmed yet, last 10:32"),
        ((1, 0, 1), "1 text delivered, 1 text not delivered"),
        ((0, 0, 1), "1 text not delivered"),
        ((0, 0, 2), "2 texts not delivered"),
        ((0, 3, 1), "3 texts sent and not confirmed yet, 1 text not delivered"),
    ],
)
def test_receipt_line(counts: tuple[int, int, int], expected: str) -> None:
    """The line of receipts says in words how many texts got how far, and when."""
    delivered, sent, failed = counts
    words = receipt_words(ReceiptSummary(delivered=delivered, sent=sent, failed=failed, last_at=AT))
    assert words.replace("<!date^1795257120^{time}|10:32 UTC>", "10:32") == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((1, 0, 0, 0), "Read 10:32"),
        ((3, 0, 0, 0), "3 texts read, last 10:32"),
        ((1, 2, 0, 0), "3 texts delivered, 1 of them read, last 10:32"),
        ((1, 1, 2, 0), "2 texts delivered, 1 of them read, 2 sent and not confirmed yet, last 10:32"),
        ((1, 0, 1, 0), "1 text read, 1 sent and not confirmed yet, last 10:32"),
        ((2, 1, 0, 1), "2 texts read, 1 text delivered, 1 text not delivered"),
    ],
)
def test_receipt_line_of_what_was_read(counts: tuple[int, int, int, int], expected: str) -> None:
    """The line of receipts says how many of the texts that arrived were read, where the provider tells."""
    read, delivered, sent, failed = counts
    words = receipt_words(ReceiptSummary(delivered=delivered, sent=sent, failed=failed, last_at=AT, read=read))
    assert words.replace("<!date^1795257120^{time}|10:32 UTC>", "10:32") == expected


def test_what_failed_and_what_is_being_sent_are_two_sentences() -> None:
    """A line that counts what failed and says that a newer reply is being sent has one full stop between both."""
    summary = ReceiptSummary(delivered=0, sent=0, failed=1, last_at=AT, waiting=1, undo_key=KEY)
    assert receipt_words(summary) == "1 text not delivered. Sending…"


def test_buttons_only_where_they_help() -> None:
    """A failure that sending again cannot mend has no button, one that is settled none any more.

    Words that were edited since are not offered again: the new ones are, by their own button.
    """
    opted_out = Failure("503", "This person opted out of texts.", allows_manual_retry=False)
    assert not elements(VIEWS.render(Notice(NoticeKind.FAILED, KEY, failure=opted_out)).blocks, "button")
    (button,) = elements(VIEWS.render(Notice(NoticeKind.FAILED, KEY, failure=FAILURE)).blocks, "button")
    assert (button["action_id"], button["value"]) == ("send_again", KEY)
    undecided = VIEWS.render(Notice(NoticeKind.UNDECIDED, KEY))
    assert [b["text"]["text"] for b in elements(undecided.blocks, "button")] == ["It arrived", "Send again"]
    edited = VIEWS.render(Notice(NoticeKind.UNDECIDED, KEY, text="Come at 5", has_correction=True))
    assert [b["text"]["text"] for b in elements(edited.blocks, "button")] == ["It arrived", "Send a correction"]
    settled = VIEWS.render(
        Notice(NoticeKind.FAILED, KEY, failure=FAILURE, decided_by=UserId("U0BEN"), is_sent_again=True)
    )
    assert not elements(settled.blocks, "button")
    assert "<@U0BEN> sent it again." in settled.text


def test_words_of_the_carrier_are_inert() -> None:
    """What the carrier says of an error that we do not know is shown as it is: no formatting, no link, no mention."""
    said = "see *here* _now_ `x` https://evil.example <!channel> <https://evil.example|mend>"
    failure = Failure("999", f'It failed, saying "{said}".', allows_manual_retry=False)
    view = VIEWS.render(Notice(NoticeKind.FAILED, KEY, failure=failure, decided_by=UserId("U0BEN"), is_sent_again=True))
    holding = [block for block in view.blocks if "evil.example" in str(block)]
    assert [block["text"]["type"] for block in holding] == ["plain_text"]
    assert said in holding[0]["text"]["text"]
    assert "<!channel>" not in view.text
    assert "<@U0BEN>" in view.text


@pytest.mark.parametrize(
    ("notice", "words"),
    [
        (Notice(NoticeKind.OPTED_OUT), "{who} has opted out. Texts to this number are stopped."),
        (Notice(NoticeKind.OPTED_IN), "{who} wants texts again. You can write as before."),
        (
            Notice(NoticeKind.ASK, approval_reasons=(ApprovalReason.OPTED_OUT,), is_waiting=True),
            "Not sent yet. {who} has opted out. Only they can undo that, by texting START.",
        ),
    ],
)
@pytest.mark.parametrize(("name", "who"), [("Dana", "Dana"), (" ", "The contact"), ("*<!here>*", "*<!here>*")])
def test_who_opted_out_is_named(notice: Notice, words: str, name: str, who: str) -> None:
    """Lines about STOP and START name the contact, and nothing in that name is parsed."""
    view = VIEWS.render(replace(notice, name=name))
    assert view.blocks[0]["text"] == {"type": "plain_text", "text": words.format(who=who), "emoji": False}
    assert "<" not in view.text


def test_long_text_is_shown_whole() -> None:
    """A text longer than a block of Slack is shown in several, nothing left out."""
    text = " ".join(f"word{number}" for number in range(1_000))
    view = VIEWS.render(InboundTexts((InboundText(text),)))
    assert " ".join(leaf["text"] for block in view.blocks for leaf in _leaves(block)) == text


@pytest.mark.parametrize("topic", NoticeKind)
def test_lines_can_be_edited(topic: NoticeKind) -> None:
    """A line of our own holds no rich_text, which Slack would not let us replace."""
    blocks = VIEWS.render(Notice(topic, KEY, text="Hi", failure=FAILURE)).blocks
    assert "rich_text" not in {block["type"] for block in blocks}
