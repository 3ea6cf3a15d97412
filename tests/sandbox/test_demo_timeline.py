"""The badge: the timeline must see what is lost, doubled, forged or under way. No bot here: the states are laid out."""

from __future__ import annotations

import time

import pytest

from bot.sandbox.demo.pictures import bytes_of
from bot.sandbox.demo.score import Score
from bot.sandbox.demo.timeline import GRACE_AFTER_FAULTS_S, PhoneText, Record, Timeline
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.slack.state.model import Message
from bot.sandbox.volt.model import VoltMessage
from bot.sandbox.volt.stand_in import VoltStandIn
from tests.harness.world import CHANNEL, DANA

OPENED_AT = time.time() - 2 * GRACE_AFTER_FAULTS_S
HEADER = f"{OPENED_AT:.6f}"


class Desk:
    """A workspace with Dana's header in it, her phone, and the timeline of both."""

    def __init__(self) -> None:
        self.slack, self.volt, self.record = SlackStandIn(), VoltStandIn(), Record(calm_since=0.0)
        self.timeline = Timeline(self.slack, self.volt, self.record)
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
def desk() -> Desk:
    """A desk with an open conversation."""
    return Desk()


def test_all_is_well(desk: Desk) -> None:
    """A text in its thread and an answer on the phone, once each, are neither lost nor twice nor waiting."""
    desk.text("Hi")
    desk.post("Hi")
    desk.post("Hello Dana", user="U0AVA")
    desk.on_phone("Hello Dana")
    assert desk.score() == Score(texts=1, replies=1)
    assert desk.record.texts[0].arrived


def test_a_lost_text(desk: Desk) -> None:
    """A text that is in no thread long after all went well is lost."""
    desk.text("Hi")
    assert desk.score() == Score(lost=1, texts=1)
    assert not desk.record.texts[0].arrived


def test_a_text_in_somebody_elses_thread_is_lost(desk: Desk) -> None:
    """A text counts only in its own conversation."""
    desk.post("Luis Ortega · (555) 555-0162", root=True).ts = "1.000000"
    desk.text("Hi")
    desk.post("Hi", thread="1.000000")
    assert desk.score().lost == 1


def test_not_lost_yet(desk: Desk) -> None:
    """What is missing only waits: while things go wrong, shortly after that, and when it is new."""
    desk.text("Hi")
    assert desk.score(is_calm=False) == Score(waiting=1, texts=1)
    desk.record.calm_since = time.time()
    assert desk.score() == Score(waiting=1, texts=1)
    desk.record.calm_since = 0.0
    desk.text("Hello?", at=time.time())
    assert desk.score() == Score(lost=1, waiting=1, texts=2)


def test_a_doubled_text(desk: Desk) -> None:
    """A text that its thread shows twice is counted."""
    desk.text("Hi")
    desk.post("Hi")
    desk.post("Hi")
    assert desk.score() == Score(twice=1, texts=1)


def test_a_doubled_picture(desk: Desk) -> None:
    """A picture that its thread shows twice is counted, one that is missing is not called arrived."""
    url = "http://127.0.0.1:8600/picture/1.png"
    desk.record.texts.append(PhoneText("t0", DANA, "", [url], OPENED_AT))
    assert desk.score().lost == 1
    desk.post(f"Picture: {url}")
    assert desk.score() == Score(texts=1)
    desk.post(f"Picture: {url}")
    assert desk.score() == Score(twice=1, texts=1)


def test_a_lost_answer(desk: Desk) -> None:
    """An answer that is not on the phone long after all went well is lost."""
    desk.post("Hello Dana", user="U0AVA")
    assert desk.score() == Score(lost=1, replies=1)


def test_a_doubled_answer(desk: Desk) -> None:
    """An answer that is on the phone twice is counted."""
    desk.post("Hello Dana", user="U0AVA")
    desk.on_phone("Hello Dana")
    desk.on_phone("Hello Dana", "sent")
    assert desk.score() == Score(twice=1, replies=1)


def test_an_answer_that_failed_is_not_lost(desk: Desk) -> None:
    """What the carrier refused was not lost, nor what the bot marked as not sent; a second try is not twice."""
    desk.post("Hello Dana", user="U0AVA")
    desk.on_phone("Hello Dana", "failed")
    assert desk.score() == Score(replies=1)
    desk.on_phone("Hello Dana")
    assert desk.score() == Score(replies=1)
    desk.post("Are you there?", user="U0AVA").reactions["x"] = ["U0BOT"]
    assert desk.score() == Score(replies=2)


def test_what_is_not_meant_for_the_phone(desk: Desk) -> None:
    """Notes, joins, deleted answers, and words outside of threads are not waited for."""
    desk.post("// she is nice", user="U0AVA")
    desk.post("joined", user="U0AVA").subtype = "channel_join"
    desk.post("Never mind", user="U0AVA").deleted = True
    desk.post("Lunch?", user="U0BEN", thread="1.000000")
    assert desk.score() == Score()


def test_deleted_or_edited_too_late(desk: Desk) -> None:
    """A deleted answer may be on the phone; an edited one may be there as it was, as it is, or both."""
    desk.post("ok", user="U0AVA").deleted = True
    desk.post("ok", user="U0AVA")
    desk.on_phone("ok")
    desk.on_phone("ok")
    assert desk.score() == Score(replies=1)
    edited = desk.post("At five", user="U0AVA")
    edited.edited, desk.record.former[edited.ts] = True, ["At four"]
    desk.on_phone("At four")
    assert desk.score() == Score(replies=2)
    desk.on_phone("At five")
    assert desk.score() == Score(replies=2)


def test_a_text_by_command_is_not_a_double(desk: Desk) -> None:
    """Words that were also texted with /volt send may be on the phone once more, but not twice more."""
    desk.post("Your order is ready", user="U0AVA")
    desk.record.commands.append("send (555) 555-0145 Your order is ready")
    desk.on_phone("Your order is ready")
    desk.on_phone("Your order is ready")
    assert desk.score() == Score(replies=1)
    desk.on_phone("Your order is ready")
    assert desk.score() == Score(twice=1, replies=1)


def test_forgeries(desk: Desk) -> None:
    """A forgery that was answered 401 is refused, one answered 200 was let in, one without an answer is neither."""
    desk.record.forgeries.extend([401, 200, 0])
    assert desk.score() == Score(refused=1, let_in=1)


@pytest.mark.parametrize("words", ["Dana, +1 555 555 0145", "+15555550145 · new", "*(555) 555-0145*", "555.555.0145"])
def test_a_header_is_known_by_its_number(desk: Desk, words: str) -> None:
    """However the number is written, and whatever the header says later, it stays that conversation's."""
    header = desk.post(f"Texts with 555-0123: {words}", root=True)
    header.ts = "2.000000"
    assert desk.timeline.number_of(header) == DANA
    header.text = "Closed"
    assert desk.timeline.number_of(header) == DANA


def test_a_picture_that_was_uploaded(desk: Desk) -> None:
    """A customer's picture has arrived once a file with the same bytes stands in the thread; a second one is twice."""
    desk.record.texts.append(PhoneText("t0", DANA, "", ["http://127.0.0.1:8601/ready/lake.png"], OPENED_AT))
    for name, expected in (("hills.png", Score(lost=1, texts=1)), ("lake.png", Score(texts=1))):
        desk.post("").files = [desk.slack.add_file("U0BOT", "picture.png", "image/png", bytes_of(name))]
        assert desk.score() == expected
    desk.post("").files = [desk.slack.add_file("U0BOT", "picture.png", "image/png", bytes_of("lake.png"))]
    assert desk.score() == Score(twice=1, texts=1)


def test_the_words_of_a_picture(desk: Desk) -> None:
    """The words beside an agent's picture are compared as any other answer is; a picture alone is left out."""
    desk.post("Your parcel", user="U0AVA").subtype = "file_share"
    desk.post("", user="U0AVA").subtype = "file_share"
    assert desk.score() == Score(lost=1, replies=1)
    desk.on_phone("Your parcel")
    assert desk.score() == Score(replies=1)


def test_answers_that_are_called_back(desk: Desk) -> None:
    """An answer that was there when somebody called one back need not be on the phone; one after that has to be."""
    called_back = desk.post("No, wait", user="U0AVA")
    desk.record.taken_back[HEADER] = float(called_back.ts) + 0.5
    assert desk.score() == Score(replies=1)
    desk.post("This one counts", user="U0AVA")
    assert desk.score() == Score(lost=1, replies=2)


@pytest.mark.parametrize(
    ("words", "replies"),
    [("Only messages that begin with ! are texted.", 1), ("For reading: nothing written here is texted.", 0)],
)
def test_threads_where_not_all_is_texted(desk: Desk, words: str, replies: int) -> None:
    """What a thread's header says is not texted is not missed on the phone."""
    desk.timeline.score(is_calm=True)
    desk.slack.channels[CHANNEL].messages[0].text += f" {words}"
    desk.post("Between ourselves", user="U0AVA")
    desk.post("! Hello Dana", user="U0AVA")
    desk.on_phone("Hello Dana")
    assert desk.score() == Score(replies=replies)


@pytest.mark.parametrize("text", ["<@U0BOT> close", "<!here> who takes this?", "<!subteam^S0OPS> who takes this?"])
def test_a_mention_stays_inside(desk: Desk, text: str) -> None:
    """What begins with a mention is not for the phone."""
    desk.post(text, user="U0AVA")
    assert desk.score() == Score()
