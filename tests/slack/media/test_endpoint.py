"""What a file is called in a header, whatever it is called in Slack."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.thread_events import SlackFile
from bot.slack.media.endpoint import plain_name


@given(st.text(max_size=200))
def test_names_in_headers(name: str) -> None:
    """A name in a header is short and made of plain letters, and ends as its type does."""
    plain = plain_name(SlackFile("F1", name, "image/png", 1, "https://files.slack.com/f"), "image/png")
    assert plain.endswith(".png")
    assert len(plain) <= 64
    assert set(plain) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def test_a_name_without_letters() -> None:
    """A name of which nothing is left is "file"."""
    assert plain_name(SlackFile("F1", "日本.gif", "image/gif", 1, ""), "image/gif") == "file.gif"
