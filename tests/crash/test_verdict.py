"""The verdict finds what is wrong: a count that cannot fail would prove nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.crash.history import INBOUND, OUTBOUND, Act, Deed, Said
from tests.crash.verdict import Arrived, Verdict, judge
from tests.crash.wording import Told

DANA = "+15555550200"
FIRST = Said("in", DANA, 0, offered_at=1.0, accepted_at=2.0)
SECOND = Said("in", DANA, 1, offered_at=3.0, accepted_at=4.0)
OTHERS = Said("in", "+15555550201", 0, offered_at=1.0, accepted_at=2.0)


def there(*texts: Said) -> list[Arrived]:
    """Show texts where they belong."""
    return [Arrived(one.way, one.contact, one.body) for one in texts]


def test_all_there() -> None:
    """Everything once and in order is good."""
    assert judge([FIRST, SECOND, OTHERS], there(OTHERS, FIRST, SECOND)).is_good


def test_lost() -> None:
    """An accepted text that is nowhere is lost."""
    assert judge([FIRST, SECOND], there(FIRST)).lost == (SECOND.body,)


def test_twice() -> None:
    """A text that is there twice is named."""
    assert judge([FIRST, SECOND], there(FIRST, SECOND, FIRST)).twice == (FIRST.body,)


def test_sent_again_by_a_person() -> None:
    """What a person sends again, asked by the bot, goes behind what was written since, and is no change of places."""
    again = replace(FIRST, is_sent_again=True)
    assert judge([again, SECOND], there(SECOND, again)).is_good


def test_out_of_order() -> None:
    """A later text before an earlier one is a fault where the earlier had been accepted first."""
    verdict = judge([FIRST, SECOND], there(SECOND, FIRST))
    assert verdict.out_of_order == (f"{SECOND.body} before {FIRST.body}",)


def test_late_text() -> None:
    """A text that the bot was given after a later one may stand on either side of it."""
    late = replace(FIRST, accepted_at=5.0)
    assert judge([late, SECOND], there(SECOND, late)).is_good
    assert judge([late, SECOND], there(late, SECOND)).is_good


def test_misplaced() -> None:
    """A text with the wrong contact is both lost there and misplaced here."""
    verdict = judge([FIRST, OTHERS], [*there(OTHERS), Arrived("in", OTHERS.contact, FIRST.body)])
    assert verdict.lost == (FIRST.body,)
    assert verdict.misplaced == (f"{FIRST.body} with {OTHERS.contact}",)


def test_never_accepted() -> None:
    """A text that was never answered 200 is a complaint: peers try long enough."""
    assert not judge([Said("in", DANA, 0)], []).is_good


def test_unheard() -> None:
    """A reply that no event told of has to be read: it is lost where it does not arrive, and no complaint."""
    unheard = Said(OUTBOUND, DANA, 0, is_unheard=True)
    assert judge([unheard], there(unheard)).is_good
    assert judge([unheard], []).lost == (unheard.body,)


# --- the words of a reply that is offered at 10 and has an undo window until 15

REPLY = Said(OUTBOUND, DANA, 0, offered_at=10.0, accepted_at=10.1)
IN_TIME, LATE = 14.0, 16.0
UNDO_S = 5.0


def reply(*deeds: Deed, known_at: float = 0.0, is_draft: bool = False) -> Said:
    """Return the reply with what was done about it."""
    return replace(REPLY, deeds=list(deeds), known_at=known_at, is_draft=is_draft)


def edit(number: int, accepted_at: float) -> Deed:
    """Return an edit to new words."""
    return Deed(accepted_at - 0.1, accepted_at, Act.EDIT, f"{REPLY.body} {number}")


def back(act: Act, accepted_at: float) -> Deed:
    """Return a wish to take it back."""
    return Deed(accepted_at - 0.1, accepted_at, act)


def send(words: str, at: float) -> Deed:
    """Return a press of Send under some words."""
    return Deed(at, at + 0.1, Act.SEND, words)


def after(said: Said, *bodies: str, told: Told | None = None) -> Verdict:
    """Judge what a phone shows of it."""
    return judge([said], [Arrived(OUTBOUND, DANA, body) for body in bodies], told=told, undo_window_s=UNDO_S)


def test_newest_words() -> None:
    """Words that were edited in time are what the phone must show: neither the first ones nor any in between."""
    said = reply(edit(1, 13.0), edit(2, IN_TIME))
    assert after(said, f"{REPLY.body} 2").is_good
    assert len(after(said, f"{REPLY.body} 1").wrong_words) == 1
    assert len(after(said, REPLY.body).wrong_words) == 2


def test_older_edit_comes_last() -> None:
    """The newest words are those that Slack has last, in whatever order the bot was told."""
    said = reply(edit(1, 14.5), edit(2, 13.0))
    assert after(said, f"{REPLY.body} 2").is_good
    assert after(said, f"{REPLY.body} 1").wrong_words


def test_words_twice() -> None:
    """A reply that goes out in two versions is there twice."""
    assert after(reply(edit(1, LATE)), REPLY.body, f"{REPLY.body} 1").twice == (REPLY.body,)


def test_edited_reply_is_lost() -> None:
    """A reply that does not go out in any words is lost."""
    assert after(reply(edit(1, IN_TIME))).lost == (REPLY.body,)


def test_edit_too_late() -> None:
    """An edit that came too late may win or be said in the thread; in time it must win even where something is said."""
    late, told = reply(edit(1, LATE)), Told(edits=frozenset({REPLY.body}))
    assert after(late, f"{REPLY.body} 1").is_good
    assert after(late, REPLY.body, told=told).is_good
    assert after(late, REPLY.body).wrong_words
    assert after(reply(edit(1, IN_TIME)), REPLY.body, told=told).wrong_words


def test_edit_of_what_is_gone() -> None:
    """Once the thread says that a deletion came too late, it need not say so of an edit as well; else it must."""
    said, told = reply(edit(1, LATE), back(Act.DELETE, LATE)), Told(deletions=frozenset({REPLY.body}))
    assert after(said, REPLY.body, told=told).is_good
    assert after(said, REPLY.body).wrong_words
    assert after(reply(edit(1, LATE)), REPLY.body, told=told).wrong_words


def test_edit_that_was_never_accepted() -> None:
    """An edit that the bot never took binds nobody."""
    assert after(reply(Deed(12.0, act=Act.EDIT, words=f"{REPLY.body} 1")), REPLY.body).is_good


def test_taken_back() -> None:
    """A reply that was deleted, or asked back, in time must not go out; not going out is always right then."""
    for act in (Act.DELETE, Act.REACT, Act.UNDO):
        assert after(reply(back(act, IN_TIME))).is_good
        assert after(reply(back(act, IN_TIME)), REPLY.body).wrong_words


def test_taken_back_too_late() -> None:
    """The thread has to say of a deletion, and of a reaction, that it came too late; the button told who pressed it."""
    told = Told(deletions=frozenset({REPLY.body}), wishes=Counter({DANA: 1}))
    for act in (Act.DELETE, Act.REACT):
        assert after(reply(back(act, LATE)), REPLY.body, told=told).is_good
        assert after(reply(back(act, LATE)), REPLY.body).wrong_words
    assert after(reply(back(Act.UNDO, LATE)), REPLY.body).is_good


def test_one_line_for_two_wishes() -> None:
    """Each wish that came too late needs a line of its own."""
    first = reply(back(Act.REACT, LATE))
    second = replace(first, number=1, deeds=[back(Act.REACT, LATE)])
    arrived = there(first, second)
    for lines, is_good in ((1, False), (2, True)):
        told = Told(wishes=Counter({DANA: lines}))
        assert judge([first, second], arrived, told=told, undo_window_s=UNDO_S).is_good is is_good


def test_thread_not_known_yet() -> None:
    """Before the bot can know whose thread a reply stands in nothing can leave: what is said until then must win."""
    said = reply(back(Act.DELETE, 30.0), known_at=31.0)
    told = Told(deletions=frozenset({REPLY.body}))
    assert after(said).is_good
    assert after(said, REPLY.body, told=told).wrong_words
    assert after(replace(said, known_at=29.0), REPLY.body, told=told).is_good


def test_said_before_the_reply() -> None:
    """A deletion that reaches the bot before the reply itself must win also where there is no undo window."""
    said = reply(back(Act.DELETE, 9.0))
    assert judge([said], there(said), told=Told(deletions=frozenset({said.body}))).wrong_words


def test_draft() -> None:
    """A draft goes out in the words that a pressed button stood under, and in no others."""
    changed = edit(1, 20.0)
    said = reply(changed, send(REPLY.body, 21.0), is_draft=True)
    assert after(said, changed.words).wrong_words
    assert after(said, REPLY.body).wrong_words
    assert after(replace(said, deeds=[*said.deeds, send(changed.words, 22.0)]), changed.words).is_good


def test_draft_changed_after_the_word() -> None:
    """An edit after the word to send may come too late, and then the thread says so."""
    said = reply(send(REPLY.body, 19.0), edit(1, 20.0), is_draft=True)
    assert after(said, REPLY.body, told=Told(edits=frozenset({REPLY.body}))).is_good
    assert after(said, REPLY.body).wrong_words


def test_draft_without_a_word() -> None:
    """A draft that nobody said to send must not go out."""
    assert after(reply(is_draft=True), REPLY.body).wrong_words


def test_words_of_a_contact() -> None:
    """What a contact texted has no words but its own."""
    said = Said(INBOUND, DANA, 0, offered_at=1.0, accepted_at=2.0)
    assert judge([said], [Arrived(INBOUND, DANA, "other words")]).misplaced
