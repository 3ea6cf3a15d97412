"""Whether a phone got the words that their author last meant. Pure.

A deed (an edit, a deletion, a wish to take back) that the bot had accepted while nothing could have left must win. One
that came later may lose, but then the thread has to say so. Before it was told which thread a reply stands in, and
before somebody said that a draft may go, nothing can leave; else nothing can before the undo window is over, which does
not begin before the reply is first offered to the bot.

Refuses to excuse silence: words that are older than an accepted deed, and nothing said, are wrong however late it was.
The button to undo answers only the one who pressed it, so of that nothing is asked here once it is too late.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.crash.history import TAKES_BACK, Act, Deed, Said


@dataclass(frozen=True)
class Told:
    """What threads say came too late: edits and deletions quote what is on the phone, wishes are only counted."""

    edits: frozenset[str] = frozenset()
    deletions: frozenset[str] = frozenset()
    wishes: Counter[str] = field(default_factory=Counter)  # by contact


def wrong_words(said: Sequence[Said], arrived: dict[str, str], told: Told, *, undo_window_s: float) -> list[str]:
    """List what is wrong; `arrived` is what each reply's phone shows of it, by the reply's body."""
    on_phones = [(one, arrived[one.body]) for one in said if one.body in arrived]
    found = [fault for one, words in on_phones for fault in _faults(one, words, told, undo_window_s)]
    late: dict[str, list[str]] = {}
    for one, words in on_phones:
        late.setdefault(one.contact, []).extend(words for deed in one.deeds if _is(deed, Act.REACT))
    silent = [words for contact, words in late.items() if len(words) > told.wishes[contact]]
    return found + [f"taken back, sent, and not always said so: {' or '.join(words)}" for words in silent]


def _faults(one: Said, words: str, told: Told, undo_window_s: float) -> Iterator[str]:
    left_at = _could_leave_at(one, words, undo_window_s)
    if left_at == math.inf:
        yield f"nobody said to send: {words}"
        return
    for deed in _later(one, words):
        what = f"{deed.act.value} {deed.words}".rstrip()
        if deed.accepted_at < left_at:
            yield f"{words} although in time: {what}"
        elif not _is_told(one, deed, told):
            yield f"{words} and nothing said of: {what}"


def _could_leave_at(one: Said, words: str, undo_window_s: float) -> float:
    """Say before when these words cannot have left."""
    if one.is_draft:
        return min(
            (deed.offered_at for deed in one.deeds if deed.act is Act.SEND and deed.words == words), default=math.inf
        )
    return max(min(one.offered_at, one.accepted_at) + undo_window_s if one.offered_at < math.inf else 0.0, one.known_at)


def _later(one: Said, words: str) -> list[Deed]:
    """List the accepted deeds that speak against these words: newer words, and every wish to take them back."""
    edits = [deed for deed in one.deeds if deed.act is Act.EDIT]
    newer = edits[one.versions.index(words) :]
    return [deed for deed in one.deeds if deed.is_accepted and (deed in newer or deed.act in TAKES_BACK)]


def _is_told(one: Said, deed: Deed, told: Told) -> bool:
    match deed.act:
        case Act.EDIT:
            is_gone = any(_is(deed, Act.DELETE) for deed in one.deeds)  # then nothing is said of its edits
            return any(words in (told.edits | told.deletions if is_gone else told.edits) for words in one.versions)
        case Act.DELETE:
            return any(words in told.deletions for words in one.versions)
    return True  # by the button it is told to one person; by reaction it is counted over the thread


def _is(deed: Deed, act: Act) -> bool:
    return deed.is_accepted and deed.act is act
