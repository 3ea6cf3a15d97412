"""Subjects and the text in which they are stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import subjects
from bot.domain.ids import ChannelId, MessageKey, MessageTs, ThreadRef
from bot.domain.subject_codec import decode, encode
from bot.domain.subjects import former_thread, is_about_move
from bot.domain.thread_notes import NoticeKind

IDS = st.integers(min_value=0)
CHANNELS = st.from_regex(r"[CG][A-Z0-9]{2,12}", fullmatch=True).map(ChannelId)
MOMENTS = st.from_regex(r"[0-9]{1,12}\.[0-9]{6}", fullmatch=True).map(MessageTs)
KEYS = st.text(min_size=1).map(MessageKey)

SUBJECTS = st.one_of(
    st.just(subjects.HEADER),
    st.builds(subjects.Receipts, IDS),
    st.builds(subjects.Audit, IDS),
    st.builds(subjects.Command, KEYS),
    st.builds(subjects.Scheduled, st.text()),
    st.builds(subjects.Notice, st.sampled_from(NoticeKind), KEYS),
    st.builds(subjects.Flood, IDS),
    st.builds(subjects.Here, IDS),
    st.builds(subjects.Left, CHANNELS, MOMENTS),
    st.builds(subjects.Leaving, CHANNELS, MOMENTS, IDS),
    st.builds(subjects.Reaction, CHANNELS, MOMENTS),
    st.builds(subjects.Attachment, IDS),
    st.builds(subjects.Move, CHANNELS, st.none() | IDS),
)

C1, TS, KEY = ChannelId("C1"), MessageTs("1700000000.000001"), MessageKey("ab12")


@given(SUBJECTS)
def test_round_trip(subject: subjects.Subject) -> None:
    """Each subject is read as it was written."""
    assert decode(encode(subject)) == subject


@given(SUBJECTS, SUBJECTS)
def test_different_subjects_have_different_texts(first: subjects.Subject, second: subjects.Subject) -> None:
    """Two subjects have the same text only where they are the same."""
    assert (encode(first) == encode(second)) == (first == second)


@given(st.text() | st.from_regex(r"[a-z]+:.*"))
def test_any_text(text: str) -> None:
    """A text is read as the subject that is written so, or as none; nothing is raised."""
    subject = decode(text)
    assert subject is None or encode(subject) == text


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (None, ""),
        (subjects.HEADER, "header"),
        (subjects.Receipts(7), "receipts:7"),
        (subjects.Audit(3), "desk:3"),
        (subjects.Command(KEY), "said:ab12"),
        (subjects.Scheduled("4f"), "scheduled:4f"),
        (subjects.Notice(NoticeKind.ASK, KEY), "ask:ab12"),
        (subjects.Here(3), "here:3"),
        (subjects.Left(C1, TS), "left:C1:1700000000.000001"),
        (subjects.Leaving(C1, TS, 3), "leaving:C1:1700000000.000001:3"),
        (subjects.Reaction(C1, TS), "mark:C1:1700000000.000001"),
        (subjects.Attachment(2), "2"),
        (subjects.Move(C1), "move:C1:"),
        (subjects.Move(C1, 3), "move:C1:3"),
    ],
)
def test_stored_texts(subject: subjects.Subject | None, text: str) -> None:
    """These texts lie in databases, and in the metadata of posts in Slack."""
    assert encode(subject) == text
    assert decode(text) == subject


@pytest.mark.parametrize("text", ["header:", "receipts:", "receipts:07", "receipts:²", "left:C1", "desk:x", "nobody:1"])
def test_texts_of_no_subject(text: str) -> None:
    """What no subject is written as is no subject."""
    assert decode(text) is None


@pytest.mark.parametrize("subject", [subjects.Left(C1, TS), subjects.Leaving(C1, TS, 3)])
def test_lines_of_a_own_place(subject: subjects.Subject) -> None:
    """A line about a thread that was left stands in that thread."""
    assert former_thread(subject) == ThreadRef(C1, TS)
    assert is_about_move(subject)


def test_lines_of_the_present_thread() -> None:
    """Every other line stands in the present thread; of those only one says that the conversation was moved."""
    assert former_thread(subjects.HEADER) is None
    assert former_thread(subjects.Here(3)) is None
    assert is_about_move(subjects.Here(3))
    assert not is_about_move(subjects.Receipts(3))
