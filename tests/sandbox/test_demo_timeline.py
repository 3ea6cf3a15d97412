"""The badge: the timeline must see what is lost, doubled, forged or under way. No bot here: the states are laid out."""

from __future__ import annotations

import time

import pytest

from bot.sandbox.demo.phones import Phones
from bot.sandbox.demo.pictures import bytes_of
from bot.sandbox.demo.score import Score
from bot.sandbox.demo.timeline import GRACE_AFTER_FAULTS_S, PhoneText, Record, Timeline
from bot.sandbox.demo.whatsapp import WhatsApp
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.slack.state.model import Message
from bot.sandbox.volt.model import VoltMessage
from bot.sandbox.volt.stand_in import VoltStandIn
from tests.harness.world import CHANNEL, DANA

OPENED_AT = time.time() - 2 * GRACE_AFTER_FAULTS_S
HEADER = f"{OPENED_AT:.6f}"


class Stage:
    """A workspace with Dana's header in it, her phone, and the timeline of both."""

    def __init__(self) -> None:
        self.slack, self.volt, self.record = SlackStandIn(), VoltStandIn(), Record(calm_since=0.0)
        self.timeline = Timeline(self.slack, Phones(self.volt, WhatsApp()), self.record)
        self.volt.add_contact(DANA, "Dana Whitfield")
        self._posts = 0
        self.post("Dana Whitfield · (555) 555-0145", root=True)

    def post(self, text: str, *, user: str | None = None, root: bool = False, thread: str = HEADER) -> Message:
        """Put a message into the channel: the bot's, unless a user is named; a reply, unless it is to be a root."""
        self._posts += 1
        ts = HEADER if root else f"{OPENED_AT + self._posts:.6f}"
        message = Message(CHANNEL, ts, text, user=user or "U0BOT", bot_id=None if user else "B0BOT")
        message.thread_ts = None if root else thread
        self.slack.channels[CHANNEL].messages.append(message)
        return message

    def text(self, body: str, *, at: float = OPENED_AT) -> None:
        """Let Dana write a text."""
        self.record.texts.append(PhoneText(f"t{len(self.record.texts)}", DANA, body, [], at))

    def on_phone(self, body: str, status: str = "delivered") -> None:
        """Let a text be on Dana's phone, or on its way there."""
        self.volt.messages.append(VoltMessage(DANA, self.volt.account_number, body, status=status))

    def score(self, *, is_calm: bool = True) -> Score:
        """Compare."""
        return self.timeline.score(is_calm=is_calm)


@pytest.fixture
def stage() -> Stage:
    """A desk with an open conversation."""
    return Stage()


def test_all_is_well(stage: Stage) -> None:
    """A text in its thread and an answer on the phone, once each, are neither lost nor twice nor waiting."""
    stage.text("Hi")
    stage.post("Hi")
    stage.post("Hello Dana", user="U0AVA")
    stage.on_phone("Hello Dana")
    assert stage.score() == Score(texts=1, replies=1)
    assert stage.record.texts[0].arrived


def test_a_lost_text(stage: Stage) -> None:
    """A text that is in no thread long after all went well is lost."""
    stage.text("Hi")
    assert stage.score() == Score(lost=1, texts=1)
    assert not stage.record.texts[0].arrived


def test_a_text_in_somebody_elses_thread_is_lost(stage: Stage) -> None:
    """A text counts only in its own conversation."""
    stage.post("Luis Ortega · (555) 555-0162", root=True).ts = "1.000000"
    stage.text("Hi")
    stage.post("Hi", thread="1.000000")
    assert stage.score().lost == 1


def test_not_lost_yet(stage: Stage) -> None:
    """What is missing only waits: while things go wrong, shortly after that, and when it is new."""
    stage.text("Hi")
    assert stage.score(is_calm=False) == Score(waiting=1, texts=1)
    stage.record.calm_since = time.time()
    assert stage.score() == Score(waiting=1, texts=1)
    stage.record.calm_since = 0.0
    stage.text("Hello?", at=time.time())
    assert stage.score() == Score(lost=1, waiting=1, texts=2)


def test_a_doubled_text(stage: Stage) -> None:
    """A text that its thread shows twice is counted."""
    stage.text("Hi")
    stage.post("Hi")
    stage.post("Hi")
    assert stage.score() == Score(twice=1, texts=1)


def test_a_doubled_picture(stage: Stage) -> None:
    """A picture that its thread shows twice is counted, one that is missing is not called arrived."""
    url = "http://127.0.0.1:8600/picture/1.png"
    stage.record.texts.append(PhoneText("t0", DANA, "", [url], OPENED_AT))
    assert stage.score().lost == 1
    stage.post(f"Picture: {url}")
    assert stage.score() == Score(texts=1)
    stage.post(f"Picture: {url}")
    assert stage.score() == Score(twice=1, texts=1)


def test_a_lost_answer(stage: Stage) -> None:
    """An answer that is not on the phone long after all went well is lost."""
    stage.post("Hello Dana", user="U0AVA")
    assert stage.score() == Score(lost=1, replies=1)


def test_a_doubled_answer(stage: Stage) -> None:
    """An answer that is on the phone twice is counted."""
    stage.post("Hello Dana", user="U0AVA")
    stage.on_phone("Hello Dana")
    stage.on_phone("Hello Dana", "sent")
    assert stage.score() == Score(twice=1, replies=1)


def test_an_answer_that_failed_is_not_lost(stage: Stage) -> None:
    """What the carrier refused was not lost, nor what the bot marked as not sent; a second try is not twice."""
    stage.post("Hello Dana", user="U0AVA")
    stage.on_phone("Hello Dana", "failed")
    assert stage.score() == Score(replies=1)
    stage.on_phone("Hello Dana")
    assert stage.score() == Score(replies=1)
    stage.post("Are you there?", user="U0AVA").reactions["x"] = ["U0BOT"]
    assert stage.score() == Score(replies=2)


def test_what_is_not_meant_for_the_phone(stage: Stage) -> None:
    """Notes, joins, deleted answers, and words outside of threads are not waited for."""
    stage.post("// she is nice", user="U0AVA")
    stage.post("joined", user="U0AVA").subtype = "channel_join"
    stage.post("Never mind", user="U0AVA").deleted = True
    stage.post("Lunch?", user="U0BEN", thread="1.000000")
    assert stage.score() == Score()


def test_deleted_or_edited_too_late(stage: Stage) -> None:
    """A deleted answer may be on the phone; an edited one may be there as it was, as it is, or both."""
    stage.post("ok", user="U0AVA").deleted = True
    stage.post("ok", user="U0AVA")
    stage.on_phone("ok")
    stage.on_phone("ok")
    assert stage.score() == Score(replies=1)
    edited = stage.post("At five", user="U0AVA")
    edited.edited, stage.record.former[edited.ts] = True, ["At four"]
    stage.on_phone("At four")
    assert stage.score() == Score(replies=2)
    stage.on_phone("At five")
    assert stage.score() == Score(replies=2)


def test_a_text_by_command_is_not_a_double(stage: Stage) -> None:
    """Words that were also texted with /volt send may be on the phone once more, but not twice more."""
    stage.post("Your order is ready", user="U0AVA")
    stage.record.commands.append("send (555) 555-0145 Your order is ready")
    stage.on_phone("Your order is ready")
    stage.on_phone("Your order is ready")
    assert stage.score() == Score(replies=1)
    stage.on_phone("Your order is ready")
    assert stage.score() == Score(twice=1, replies=1)


def test_forgeries(stage: Stage) -> None:
    """A forgery that was answered 401 is refused, one answered 200 was let in, one without an answer is neither."""
    stage.record.forgeries.extend([401, 200, 0])
    assert stage.score() == Score(refused=1, let_in=1)


@pytest.mark.parametrize("words", ["Dana, +1 555 555 0145", "+15555550145 · new", "*(555) 555-0145*", "555.555.0145"])
def test_a_header_is_known_by_its_number(stage: Stage, words: str) -> None:
    """However the number is written, and whatever the header says later, it stays that conversation's."""
    header = stage.post(f"Texts with 555-0123: {words}", root=True)
    header.ts = "2.000000"
    assert stage.timeline.number_of(header) == DANA
    header.text = "Closed"
    assert stage.timeline.number_of(header) == DANA


def test_a_picture_that_was_uploaded(stage: Stage) -> None:
    """A customer's picture has arrived once a file with the same bytes stands in the thread; a second one is twice."""
    stage.record.texts.append(PhoneText("t0", DANA, "", ["http://127.0.0.1:8601/ready/lake.png"], OPENED_AT))
    for name, expected in (("hills.png", Score(lost=1, texts=1)), ("lake.png", Score(texts=1))):
        stage.post("").files = [stage.slack.add_file("U0BOT", "picture.png", "image/png", bytes_of(name))]
        assert stage.score() == expected
    stage.post("").files = [stage.slack.add_file("U0BOT", "picture.png", "image/png", bytes_of("lake.png"))]
    assert stage.score() == Score(twice=1, texts=1)


def test_the_words_of_a_picture(stage: Stage) -> None:
    """The words beside an agent's picture are compared as any other answer is; a picture alone is left out."""
    stage.post("Your parcel", user="U0AVA").subtype = "file_share"
    stage.post("", user="U0AVA").subtype = "file_share"
    assert stage.score() == Score(lost=1, replies=1)
    stage.on_phone("Your parcel")
    assert stage.score() == Score(replies=1)


def test_answers_that_are_called_back(stage: Stage) -> None:
    """An answer that was there when somebody called one back need not be on the phone; one after that has to be."""
    called_back = stage.post("No, wait", user="U0AVA")
    stage.record.taken_back[HEADER] = float(called_back.ts) + 0.5
    assert stage.score() == Score(replies=1)
    stage.post("This one counts", user="U0AVA")
    assert stage.score() == Score(lost=1, replies=2)


@pytest.mark.parametrize(
    ("words", "replies"),
    [("Only messages that begin with ! are texted.", 1), ("For reading: nothing written here is texted.", 0)],
)
def test_threads_where_not_all_is_texted(stage: Stage, words: str, replies: int) -> None:
    """What a thread's header says is not texted is not missed on the phone."""
    stage.timeline.score(is_calm=True)
    stage.slack.channels[CHANNEL].messages[0].text += f" {words}"
    stage.post("Between ourselves", user="U0AVA")
    stage.post("! Hello Dana", user="U0AVA")
    stage.on_phone("Hello Dana")
    assert stage.score() == Score(replies=replies)


@pytest.mark.parametrize("text", ["<@U0BOT> close", "<!here> who takes this?", "<!subteam^S0OPS> who takes this?"])
def test_a_mention_stays_inside(stage: Stage, text: str) -> None:
    """What begins with a mention is not for the phone."""
    stage.post(text, user="U0AVA")
    assert stage.score() == Score()
