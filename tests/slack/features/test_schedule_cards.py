"""What people read about scheduled texts, lists and waves: valid Block Kit, inert words, plain sentences."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View as SdkView

from bot.domain.ids import ConversationId
from bot.domain.phone import E164
from bot.domain.provider_records import ListRecord, Rule
from bot.domain.thread_content import Content, Header, ScheduledLine, WavePost
from bot.domain.timestamps import Micros, to_micros
from bot.domain.waves import WavePlan
from bot.providers.volt.record_wire import OPERATORS
from bot.slack.blocks.kit import MessageBody
from bot.slack.blocks.modals import Modal
from bot.slack.features.lists import view as list_views
from bot.slack.features.lists.view import ListRef
from bot.slack.features.schedule import view as schedule_views
from bot.slack.features.waves import view as wave_views
from tests.harness.connected import VOLT, VOLT_LISTS, renderer
from tests.harness.world import ACCOUNT, AVA

AT = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
RUDE = "<!channel> *a* & `b` " * 60
PLAN = WavePlan("Sale", "20% off", to_micros(AT), ("VIP", "Friends"), 240, 2, is_most=True)
LONG = WavePlan(RUDE[:100], RUDE + "x" * 1_000, to_micros(AT), (RUDE[:200],) * 20, 1_234_567, 11, picture=RUDE[:1_000])
DRAFT = WavePlan("Sale", "20% off", to_micros(AT), ("VIP",), 1, 1, is_draft=True)
LIST = ListRecord("1", RUDE[:200], 12, RUDE[:200], RUDE[:255], tuple(Rule("plan", name, RUDE) for name in OPERATORS))
ASKED = schedule_views.asking("(555) 555-0145", "Tuesday", RUDE, at=AT, ahead="in 10 days", note="Volt is busy.")

VIEWS = [
    schedule_views.question_view("0" * 32, ASKED),
    list_views.list_view(ACCOUNT, LIST, VOLT_LISTS, "Saved."),
    list_views.list_view(ACCOUNT, ListRecord("1", "VIP", 1, "", "", ()), VOLT_LISTS),
    list_views.missing_view(ListRef(ACCOUNT, RUDE[:200])),
]
MODALS = [
    schedule_views.schedule_modal("*Dana* (555) 555-0145", "+15555550145", 1_600),
    schedule_views.question_modal("0" * 32, ASKED),
    list_views.query_modal(ListRecord("1", "VIP", 1, "All", "x", LIST.rules[:3]), ListRef(ACCOUNT, "VIP"), VOLT_LISTS),
    list_views.query_modal(None, ListRef(ACCOUNT, RUDE[:200]), VOLT_LISTS),
    list_views.numbers_modal(ListRef(ACCOUNT, RUDE[:200])),
    wave_views.wave_modal('{"channel": "C0SUPPORT"}', VOLT),
    *(wave_views.review_modal("0" * 32, plan, "Volt is busy.") for plan in (PLAN, LONG, DRAFT)),
]
CONTENTS: list[Content] = [
    ScheduledLine(RUDE, AVA, AT),
    *(WavePost("123", plan, AVA) for plan in (PLAN, LONG, DRAFT)),
    WavePost("123", PLAN, AVA, 240, 118, 2, AT),
    WavePost("0" * 30 + "ab", PLAN, AVA),
    WavePost("123", WavePlan("Sale", "Hi", Micros(0), (), 0, 1), None, 0, 0, 0, AT),
]


@pytest.mark.parametrize("view", [*VIEWS, *map(renderer().render, CONTENTS)], ids=lambda view: view.text[:30])
def test_messages_are_valid(view: MessageBody) -> None:
    """Every message keeps Slack's limits as slack_sdk knows them, and has words for notifications."""
    assert view.text.strip()
    for block in Block.parse_all(view.blocks):
        block.validate_json()
    check_elements(view.blocks)


@pytest.mark.parametrize("modal", MODALS, ids=lambda modal: str(modal["callback_id"]))
def test_modals_are_valid(modal: Modal) -> None:
    """Every window keeps Slack's limits as slack_sdk knows them."""
    SdkView(**modal).validate_json()
    for block in Block.parse_all(modal["blocks"]):
        block.validate_json()
    check_elements(modal["blocks"])
    assert len(modal["title"]["text"]) <= 24
    assert len(modal.get("private_metadata", "")) <= 3_000


def check_elements(blocks: list[dict[str, Any]]) -> None:
    """Check what slack_sdk does not look into."""
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(ids) == len(set(ids))
    for block in blocks:
        for button in (one for one in block.get("elements", ()) if one.get("type") == "button"):
            assert len(button["text"]["text"]) <= 75
            assert len(button["value"]) <= 2_000
            assert len(button.get("confirm", {"title": {"text": ""}})["title"]["text"]) <= 100
        element = block.get("element", {})
        assert len(element.get("initial_value", "")) <= element.get("max_length", 3_000) <= 3_000
        assert all(len(one["text"]["text"]) <= 75 for one in element.get("options", ()))


@given(st.text(min_size=1, max_size=200))
def test_typed_words_stay_inert(words: str) -> None:
    """No name, search term or value that anybody typed can ping, link or close its frame."""
    shown = [
        list_views.list_view(
            ACCOUNT, ListRecord("1", words, 1, words, words, (Rule(words, "is", words),)), VOLT_LISTS
        ).text,
        list_views.missing_view(ListRef(ACCOUNT, words)).text,
        renderer().render(WavePost("1", WavePlan(words, "Hi", to_micros(AT), (words,), 1, 1), None)).text,
    ]
    for text in shown:
        bare = text.replace("<!date^1796133600^{date_long_pretty} at {time}|2026-12-01 14:00 UTC>", "")
        assert "<" not in bare
        assert ">" not in bare


BOSS = "*Boss* <https://evil.example|pay here> https://evil.example _now_"
BOSS_LIST = ListRecord("1", BOSS, 1, BOSS, BOSS, (Rule(BOSS, "is", BOSS),))
BOSS_PLAN = WavePlan(BOSS, "Hi", to_micros(AT), (BOSS, "VIP"), 2, 1, is_most=True)
BOSS_DRAFT = WavePlan(BOSS, "Hi", to_micros(AT), (BOSS,), 1, 1, is_draft=True)


@pytest.mark.parametrize(
    "blocks",
    [
        list_views.list_view(ACCOUNT, BOSS_LIST, VOLT_LISTS, "Saved.").blocks,
        list_views.missing_view(ListRef(ACCOUNT, BOSS)).blocks,
        list_views.query_modal(BOSS_LIST, ListRef(ACCOUNT, BOSS), VOLT_LISTS)["blocks"],
        list_views.numbers_modal(ListRef(ACCOUNT, BOSS))["blocks"],
        *(wave_views.review_modal("0" * 32, plan)["blocks"] for plan in (BOSS_PLAN, BOSS_DRAFT)),
        *(renderer().render(WavePost("1", plan, AVA)).blocks for plan in (BOSS_PLAN, BOSS_DRAFT)),
        renderer().render(Header(E164("+15555550123"), E164("+15555550145"), BOSS, ConversationId(1))).blocks,
    ],
)
def test_names_are_never_parsed(blocks: list[dict[str, Any]]) -> None:
    """A name of a contact, a list or a wave that looks like bold words or a link stands in no text that is parsed."""
    assert blocks
    for words in parsed(blocks):
        assert "Boss" not in words
        assert "evil.example" not in words


def parsed(part: object) -> list[str]:
    """Collect all texts that Slack reads as mrkdwn."""
    if isinstance(part, list):
        return [words for one in part for words in parsed(one)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if part.get("type") == "mrkdwn" else []
    return own + [words for one in part.values() for words in parsed(one)]


def test_a_moment_is_said_once() -> None:
    """The question before a text is scheduled says its moment once, by the clock of whoever reads it."""
    words, blocks = schedule_views.asking(
        "Dana", "Tuesday at 09:00 (New York time)", "Hi", at=AT, ahead="in 10 days; for them it is 14:00 in London"
    )
    before, moment, after = blocks[0]["elements"][0]["elements"]
    assert (before["text"], moment["type"]) == ("Schedule this text? Dana gets it on ", "date")
    assert (moment["timestamp"], moment["fallback"]) == (int(AT.timestamp()), "Tuesday at 09:00 (New York time)")
    assert after["text"] == ", in 10 days; for them it is 14:00 in London."
    assert "date" not in str(blocks[1:])
    assert words.endswith("on Tuesday at 09:00 (New York time), in 10 days; for them it is 14:00 in London.")
