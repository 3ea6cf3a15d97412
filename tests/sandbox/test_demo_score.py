"""The comparison of both sides, without any side."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.demo.score import join_parts, key_of, lines_of, pair_replies, pair_texts, words_of

LINE = st.one_of(st.sampled_from("ab"), st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12))
BODY = st.lists(LINE, min_size=1, max_size=3).map("\n".join)
KEYS = st.lists(st.text("abc", min_size=1, max_size=3), max_size=8)


@given(st.lists(BODY, max_size=8), st.data())
def test_what_is_there_once_is_found_once(bodies: list[str], data: st.DataObject) -> None:
    """Texts in one post each, or several in one post, are all found, and none twice."""
    starts_post = data.draw(st.lists(st.booleans(), min_size=len(bodies), max_size=len(bodies)))
    posts: list[str] = []
    for body, starts in zip(bodies, starts_post, strict=True):
        posts = [*posts, body] if starts or not posts else [*posts[:-1], f"{posts[-1]}\n{body}"]
    assert pair_texts(bodies, posts) == ([True] * len(bodies), 0)


@given(st.lists(LINE, min_size=1, max_size=8, unique_by=lines_of), st.data())
def test_one_missing_and_one_too_many(bodies: list[str], data: st.DataObject) -> None:
    """Of different texts, the one left out is the one not found, and the one shown again is counted once."""
    at = data.draw(st.integers(0, len(bodies) - 1))
    without = pair_texts(bodies, bodies[:at] + bodies[at + 1 :])
    assert [here for here, found in enumerate(without.found) if not found] == ([at] if lines_of(bodies[at]) else [])
    again = pair_texts(bodies, [*bodies, bodies[at]])
    assert all(again.found)
    assert again.extra == (1 if lines_of(bodies[at]) else 0)


def test_the_same_words_said_twice_are_two_texts() -> None:
    """A customer who says ok twice must be seen to say it twice, no more and no less."""
    assert pair_texts(["ok", "ok"], ["ok"]).found.count(False) == 1
    assert pair_texts(["ok", "ok"], ["ok", "ok"]) == ([True, True], 0)
    assert pair_texts(["ok", "ok"], ["ok", "ok", "ok"]).extra == 1


def test_a_word_inside_another_line_is_not_that_text() -> None:
    """Only whole lines count."""
    assert pair_texts(["ok"], ["look, ok then"]).found == [False]


def test_a_longer_text_is_not_broken_up_by_a_shorter_one() -> None:
    """A text of two lines is found although its first line alone was also sent."""
    assert pair_texts(["Hi", "Hi\nthere"], ["Hi\nthere", "Hi"]) == ([True, True], 0)


@given(KEYS)
def test_replies_one_to_one(keys: list[str]) -> None:
    """Each reply takes one text on the phone; one more of any is one too many, unless it may be there."""
    wanted = [frozenset({key}) for key in keys]
    assert pair_replies(wanted, keys, []) == ([True] * len(keys), 0)
    if keys:
        assert pair_replies(wanted, [*keys, keys[0]], []).extra == 1
        assert pair_replies(wanted, [*keys, keys[0]], [wanted[0]]).extra == 0
        assert pair_replies(wanted, keys[1:], []).found.count(False) == 1


def test_an_edited_reply_may_say_either() -> None:
    """A reply that was edited is found by its old words or by its new ones."""
    either = frozenset({"old", "new"})
    assert pair_replies([either], ["old"], []).found == [True]
    assert pair_replies([either], ["new"], []).found == [True]
    assert pair_replies([either], ["other"], []) == ([False], 0)


def test_slack_marks_do_not_matter() -> None:
    """Marks, links, mentions, emoji and entities of Slack have the same key as the plain text on the phone."""
    assert key_of("*Yes* &amp; <https://example.com/x|here> :wave: <@U0AVA>") == key_of(
        "Yes & here \N{WAVING HAND SIGN}"
    )


def test_parts_are_one_text() -> None:
    """Numbered parts count as the one text they were cut from; other texts stay as they are."""
    assert join_parts(["Hi", "(1/2) one", "(2/2) two", "Bye"]) == ["Hi", "one two", "Bye"]


def test_words_of_blocks() -> None:
    """Rich text, mrkdwn and pictures are read as the lines they show; without blocks the text is."""
    section = {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": "a <b>"}, {"type": "emoji", "name": "x"}],
    }
    quote = {"type": "rich_text_quote", "elements": [{"type": "link", "url": "https://e.example"}]}
    blocks: list[dict[str, Any]] = [
        {"type": "rich_text", "elements": [section, quote]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "R&amp;D"}},
        {"type": "context", "elements": [{"type": "plain_text", "text": "&amp; so"}]},
        {"type": "image", "image_url": "http://p.example/1.png"},
        {"type": "divider"},
    ]
    assert lines_of(words_of("", blocks)) == (
        "a <b>:x:",
        "https://e.example",
        "R&D",
        "&amp; so",
        "http://p.example/1.png",
    )
    assert words_of("<https://e.example|there> &lt;3", []) == "there <3"
