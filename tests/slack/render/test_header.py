"""The card that heads a thread: one line who it is and how it stands, the last text, two buttons and a menu."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.conversation import Mode, Stage
from bot.domain.ids import ConversationId, UserId
from bot.domain.phone import E164
from bot.domain.thread_content import Header, LastText
from bot.parsing.phone_numbers import shown_number
from bot.slack.blocks.kit import Block
from bot.slack.render.actions import all_action_buttons
from bot.slack.render.header import render_header
from tests.harness.world import ACCOUNT, BEN, DANA

CARD = Header(ACCOUNT, DANA, "Dana Whitfield", ConversationId(7), last=LastText("Where is my\norder?"))


def read(header: Header) -> list[str]:
    """Return what people read, a line for each part; buttons and menus by their labels."""
    blocks = render_header(header, lambda number: shown_number(number, "US"), lambda _: "").blocks
    return [line for block in blocks for line in _lines(block)]


def _lines(block: Block) -> list[str]:
    if block["type"] == "rich_text":
        return ["".join(_leaf(leaf) for leaf in part["elements"]) for part in block["elements"]]
    if block["type"] == "actions":
        return offered(block)
    return [" ".join(element["text"] for element in block["elements"])]


def _leaf(leaf: dict[str, Any]) -> str:
    mark = {"bold": "**", "italic": "*"}.get(next(iter(leaf.get("style", {})), ""), "")
    return f"<@{leaf['user_id']}>" if leaf["type"] == "user" else f"{mark}{leaf['text']}{mark}"


def offered(block: Block) -> list[str]:
    """Return the buttons, and after them on one line what the menu offers."""
    *pressed, menu = block["elements"]
    return [*(one["text"]["text"] for one in pressed), " / ".join(one["text"]["text"] for one in menu["options"])]


DANA_CARD = "**Dana Whitfield** · (555) 555-0145"
MENU = "Assign to a colleague… / Reply with a template… / Snooze… / More…"
WAITING_MENU = MENU.replace("Snooze…", "Remind me if no answer…")
CLOSED_MENU = MENU.replace("Snooze…", "Schedule a text…")


@pytest.mark.parametrize(
    ("header", "lines"),
    [
        (
            CARD,
            [
                "**Dana Whitfield** · (555) 555-0145 — *Needs a reply*",
                "Where is my order?",
                "Assign to me",
                "Contact",
                f"Close / {MENU}",
            ],
        ),
        (
            replace(CARD, name="", last=None),
            ["**(555) 555-0145** · new contact — *Needs a reply*", "Assign to me", "Save a name", f"Close / {MENU}"],
        ),
        (
            replace(CARD, stage=Stage.WAITING, assignee=BEN, has_lines=True, last=LastText("ok")),
            [
                f"{DANA_CARD} · *to (555) 555-0123* — *Waiting for Dana Whitfield* · <@U0BEN> has it",
                "ok",
                "Close",
                "Contact",
                f"Unassign / {WAITING_MENU}",
            ],
        ),
        (
            replace(CARD, stage=Stage.CLOSED, is_opted_out=True, is_blocked=True, last=LastText("STOP")),
            [
                "**Dana Whitfield** · (555) 555-0145 — *Closed* · *opted out* · *blocked*",
                "STOP",
                "Open again",
                "Contact",
                f"Assign to me / {CLOSED_MENU}",
            ],
        ),
        (
            replace(CARD, is_first=True, mode=Mode.CONFIRM, last=None),
            [
                "**Dana Whitfield** · (555) 555-0145 — *Needs a reply*",
                "What you write in this thread is texted from (555) 555-0123 once somebody presses Send under it.",
                "Assign to me",
                "Contact",
                f"Close / {MENU}",
            ],
        ),
        (
            replace(CARD, contact=E164("AMAZON"), name="", assignee=BEN, last=None),
            [
                "**AMAZON** · no phone number — *Needs a reply* · <@U0BEN> has it",
                "This sender cannot be answered by text: what you write in this thread stays in Slack.",
                "Close",
                "Unassign / Assign to a colleague…",
            ],
        ),
    ],
)
def test_a_card(header: Header, lines: list[str]) -> None:
    """A card says who it is, how it stands and what they wrote last, and offers what is done most."""
    assert read(header) == lines


def test_the_first_thread_says_how_to_answer() -> None:
    """Only the first thread of all says how a reply is written and how a note is kept inside."""
    said = "Write in this thread to text back from (555) 555-0123. Begin with // to keep a message in Slack."
    assert said in read(replace(CARD, is_first=True))
    assert said not in read(CARD)


@pytest.mark.parametrize(
    ("last", "line"),
    [
        (LastText("", ("https://media.example/a.png",)), "A picture"),
        (LastText(" \u200b", ("https://media.example/a.png", "https://media.example/b.jpg")), "2 pictures"),
        (LastText("", ("https://media.example/a.vcf",)), "A file"),
        (LastText("Look", ("https://media.example/a.png",)), "Look"),
        (LastText(""), "An empty text"),
        (LastText("<!channel> *bold* https://evil.example"), "<!channel> *bold* https://evil.example"),
        (LastText("x" * 118 + "👨\u200d👩\u200d👧 and more"), "x" * 118 + "…"),
    ],
)
def test_the_last_text(last: LastText, line: str) -> None:
    """The last text stands on one line, as it is never torn inside a letter, and in no notification."""
    view = render_header(replace(CARD, last=last), lambda number: shown_number(number, "US"), lambda _: "")
    (quoted,) = view.blocks[0]["elements"][1]["elements"]
    assert quoted == {"type": "text", "text": line}
    assert view.text == "Dana Whitfield · (555) 555-0145"


@pytest.mark.parametrize("contact", [DANA, E164("AMAZON")])
@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("assignee", [None, BEN])
def test_nothing_is_offered_twice(contact: E164, stage: Stage, assignee: UserId | None) -> None:
    """A card and the list of everything offer no thing twice, and menus keep to the five lines that Slack allows."""
    header = replace(CARD, contact=contact, stage=stage, assignee=assignee)
    cards = render_header(header, str, lambda _: "").blocks[-1], *all_action_buttons(header)
    for row in cards:
        *pressed, menu = offered(row)
        labels = [*pressed, *menu.split(" / ")]
        assert len(set(labels)) == len(labels)
        assert len(menu.split(" / ")) <= 5
