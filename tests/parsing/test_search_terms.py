"""The language of searches as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import Stage
from bot.domain.tags import MAX_TAG_CHARS, read_tag
from bot.parsing.search_terms import SearchTerms, UnreadableSearch, read_search

TODAY = date(2026, 11, 30)

WORDS = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters=":"), min_size=1, max_size=8)
TAGS = st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5})?", fullmatch=True)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@given(
    st.lists(WORDS.filter(lambda word: word.isprintable()), max_size=4),
    st.lists(TAGS, max_size=4, unique=True),
    st.sampled_from(["", "@ava", "me", "<@U0AVA>"]),
    st.sampled_from([None, *Stage]),
    st.none() | DAYS,
    st.none() | DAYS,
)
def test_terms_and_words_in_any_order(
    words: list[str], tags: list[str], person: str, stage: Stage | None, since: date | None, until: date | None
) -> None:
    """Each term is read wherever it stands, the words keep their order, and days in the wrong order are refused."""
    terms = [*(f"tag:{tag}" for tag in tags), *([f"with:{person}"] if person else [])]
    terms += [f"is:{stage.value}"] if stage else []
    terms += [f"from:{since}"] if since else []
    terms += [f"to:{until}"] if until else []
    typed = " ".join([*terms[::2], *words, *terms[1::2]])
    if since and until and since > until:
        with pytest.raises(UnreadableSearch, match="earlier day"):
            read_search(typed, TODAY)
        return
    read = read_search(typed, TODAY)
    assert (set(read.tags), read.person, read.stage, read.since, read.until) == (set(tags), person, stage, since, until)
    assert [word for word in read.words.split() if word in words] == read.words.split()


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read_or_refused_in_words(typed: str) -> None:
    """Anything is either read or refused with a sentence."""
    refused = ""
    try:
        assert isinstance(read_search(typed, TODAY), SearchTerms)
    except UnreadableSearch as error:
        refused = str(error)
    assert refused.endswith(".") or not refused


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("tag:", "There is nothing after tag:. Write it without a space, such as tag:vip."),
        ("tag:a*b", "a*b cannot be a tag: a tag has letters, digits and hyphens, at most 30 of them."),
        ("is:late", "I do not know is:late. Write is:open, is:waiting or is:closed."),
        ("is:open is:closed", "is: can stand in a search only once."),
        ("from:soon", "soon is no day that I know. Write from:2026-11-30, from:today or from:yesterday."),
        ("to:1999-01-01", "1999-01-01 is no day that I know. Write a year from 2000 to 2100."),
        ("from:today to:yesterday", "from:2026-11-30 is after to:2026-11-29. Write the earlier day after from:."),
        ("tag:a tag:b tag:c tag:d tag:e tag:f", "A search can name at most 5 tags."),
    ],
)
def test_what_cannot_be_read(typed: str, why: str) -> None:
    """A term that cannot be read is refused with what to write."""
    with pytest.raises(UnreadableSearch) as error:
        read_search(typed, TODAY)
    assert str(error.value) == why


@given(st.text(max_size=60))
def test_a_tag_holds_no_markup_and_is_read_the_same_again(typed: str) -> None:
    """Whatever becomes a tag has letters, digits and hyphens alone, and stays what it is."""
    tag = read_tag(typed)
    if tag is not None:
        assert not set(tag) & set("<>&*_~`@#|: \n")
        assert len(tag) <= MAX_TAG_CHARS
        assert read_tag(tag) == tag


def test_tags_are_the_same_however_they_are_typed() -> None:
    """Case, a # in front, and what stands between two words do not make another tag."""
    assert {read_tag(typed) for typed in ("#Late Order", "late_order", " LATE-order ")} == {"late-order"}
    assert read_tag("!") is None
