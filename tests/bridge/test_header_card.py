"""The header keeps up with what the contact wrote last and who they are, at few calls, and holds no text back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.bridge.conversations.contacts import ASKED_AGAIN_S
from bot.bridge.conversations.open import find_or_open
from bot.bridge.conversations.state import LAST_TEXT_S, SETTLING_S
from bot.bridge.messages.inbound import record_inbound
from bot.domain.message import Inbound
from bot.domain.phone import E164
from bot.domain.timestamps import Micros, later
from bot.ports.repositories import Ledger
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.on_a_clock import Bench
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, CHANNEL, DANA, MARCO


def headers(bench: Bench) -> list[Post]:
    """Return the headers, oldest first."""
    return [one for one in bench.posts() if not one.is_reply]


def first(bench: Bench) -> list[str]:
    """Return what people read on the first header, line by line."""
    return seen(headers(bench)[0]).split("\n")


async def restart(bench: Bench) -> None:
    """Let the bot start anew on the same database."""
    await bench.store.close()
    bench.reopen()
    await bench.store.start()


async def let_settle(bench: Bench) -> None:
    """Let a header follow that waits for more to change."""
    bench.wait(LAST_TEXT_S)
    await bench.pay()


def edits(bench: Bench, header: Post) -> int:
    """Count how often a header was changed."""
    return len([call for call in bench.slack.calls if call.method == "chat.update" and call.args["ts"] == header.ts])


async def test_many_texts_cost_one_edit(bench: Bench) -> None:
    """Texts that come close together change the header once, and it shows the last of them."""
    await bench.hear("My order")
    await let_settle(bench)
    before = edits(bench, headers(bench)[0])
    for number in range(4):
        await bench.hear(f"and {number}")
    assert first(bench)[1] == "My order"
    await let_settle(bench)
    assert first(bench)[1] == "and 3"
    assert edits(bench, headers(bench)[0]) == before + 1


async def test_a_new_state_does_not_wait_for_that(bench: Bench) -> None:
    """Whose turn it is shows as soon as ever, although the header was to change later for a text alone."""
    await bench.hear("My order")
    await let_settle(bench)
    before = edits(bench, headers(bench)[0])
    await bench.hear("Are you there?")
    await bench.answer("Yes")
    bench.wait(SETTLING_S)
    await bench.pay()
    assert first(bench)[:2] == ["(555) 555-0145 · new contact — Waiting for them", "Are you there?"]
    assert edits(bench, headers(bench)[0]) == before + 1


async def test_headers_that_cannot_be_changed_hold_no_text_back(bench: Bench) -> None:
    """While Slack refuses to change headers, texts are shown; afterwards the header shows the last one."""
    bench.slack.rules.errors["chat.update"] = ["ratelimited"] * 3
    await bench.hear("one")
    await let_settle(bench)
    await bench.hear("two")
    assert [one.text for one in bench.posts()][-2:] == ["one", "two"]
    assert first(bench)[1] == "Hello"
    await restart(bench)
    bench.slack.rules.errors.clear()
    bench.wait(120)
    await bench.pay()
    assert first(bench)[1] == "two"


async def test_new_contacts_cost_no_edits(bench: Bench) -> None:
    """A header that is still to be posted says the newest by itself, however many others are under way."""
    people = [E164(f"+1555555020{number}") for number in range(6)]
    for number, contact in enumerate(people):
        await bench.take_in(contact, f"Hello {number}")
        bench.wait(0.001)
        await bench.take_in(contact, f"It is {number}")
        bench.wait(0.001)
    await bench.pay()
    await let_settle(bench)
    assert [seen(one).split("\n")[1] for one in headers(bench)[1:]] == [f"It is {number}" for number in range(6)]
    assert sum(edits(bench, one) for one in headers(bench)[1:]) == 0


async def test_a_text_that_was_found_late(bench: Bench) -> None:
    """A text that is found after a younger one does not pass for the last."""
    await bench.hear("The last one")
    at = datetime.fromtimestamp(later(bench.now, -600) / 1_000_000, UTC)
    late = Inbound("late", "late", ACCOUNT, DANA, "An old one", (), at, "", provider_id="p1")
    await bench.store.run(lambda ledger: record_inbound(ledger, late, channel=CHANNEL))
    await let_settle(bench)
    assert first(bench)[1] == "The last one"


async def test_only_the_first_thread_says_how(bench: Bench) -> None:
    """How replies are written stands in the first thread of all, after a restart too."""
    await restart(bench)
    await bench.hear_from(MARCO, "Ciao")
    await bench.hear("Me again")
    await let_settle(bench)
    assert ["Begin with //" in seen(one) for one in headers(bench)] == [True, False]


async def test_which_line_where_there_are_several(bench: Bench) -> None:
    """Once people text with several numbers of ours, headers say with which."""
    other = E164("+15555550199")
    await bench.store.run(lambda ledger: find_or_open(ledger, other, MARCO, CHANNEL))
    await bench.pay()
    await bench.hear("Me again")
    await let_settle(bench)
    heads = [seen(one).split("\n")[0] for one in headers(bench)]
    assert heads == [
        "(555) 555-0145 · new contact · to (555) 555-0123 — Needs a reply",
        "(555) 555-0146 · new contact · to (555) 555-0199 — Waiting for them",
    ]


# --- names that are saved later


def lookups(bench: Bench) -> int:
    """Count how often Volt was asked who somebody is."""
    return len([call for call in bench.volt.requests if call.operation == "Contact"])


async def hears_later(bench: Bench, text: str, seconds: float) -> None:
    """Take in a text of Dana's after so long, and let the header follow."""
    bench.wait(seconds)
    await bench.hear(text)
    await let_settle(bench)


async def test_a_name_saved_in_volt_later(bench: Bench) -> None:
    """The next text brings a name that was saved in Volt meanwhile; once a day is asked, also after a restart."""
    bench.volt.add_contact(DANA, "Dana Whitfield")
    await hears_later(bench, "Me again", 60)
    await restart(bench)
    await hears_later(bench, "And again", ASKED_AGAIN_S / 2)
    assert (lookups(bench), first(bench)[0]) == (1, "(555) 555-0145 · new contact — Needs a reply")
    await hears_later(bench, "The next day", ASKED_AGAIN_S / 2)
    assert first(bench)[:2] == ["Dana Whitfield · (555) 555-0145 — Needs a reply", "The next day"]
    await hears_later(bench, "And later", 2 * ASKED_AGAIN_S)
    assert lookups(bench) == 2


async def test_a_look_up_that_fails(bench: Bench) -> None:
    """A look-up without an answer holds nothing back: the text and the header show, and it is asked the next day."""
    bench.volt.add_contact(DANA, "Dana Whitfield")
    bench.volt.rules.drop_answers = 1
    await hears_later(bench, "Me again", ASKED_AGAIN_S)
    assert first(bench)[:2] == ["(555) 555-0145 · new contact — Needs a reply", "Me again"]
    await hears_later(bench, "Hm", ASKED_AGAIN_S)
    assert first(bench)[0] == "Dana Whitfield · (555) 555-0145 — Needs a reply"


async def test_a_name_that_slack_does_not_take_at_once(bench: Bench) -> None:
    """A name that was looked up is kept although Slack refused the header just then."""
    bench.volt.add_contact(DANA, "Dana Whitfield")
    bench.slack.rules.errors["chat.update"] = ["ratelimited"]
    await hears_later(bench, "Me again", ASKED_AGAIN_S)
    bench.wait(120)
    await bench.pay()
    assert first(bench)[0] == "Dana Whitfield · (555) 555-0145 — Needs a reply"
    assert lookups(bench) == 2


async def test_a_contact_of_two_lines(bench: Bench) -> None:
    """Who texts with two of our numbers is asked about once a day, and both headers show the name."""
    other = E164("+15555550199")

    def hold(ledger: Ledger) -> None:
        talk = find_or_open(ledger, other, DANA, CHANNEL)
        ledger.save_conversation(replace(talk, name_asked_at=Micros(1)))

    await bench.store.run(hold)
    await bench.pay()
    bench.volt.add_contact(DANA, "Dana Whitfield")
    await hears_later(bench, "Me again", ASKED_AGAIN_S)
    assert [seen(one).split(" · ")[0] for one in headers(bench)] == ["Dana Whitfield", "Dana Whitfield"]


async def test_a_header_that_slack_does_not_take_at_once(bench: Bench) -> None:
    """However often a header is tried, its contact is looked up once, and the name stands in it."""
    bench.volt.add_contact(MARCO, "Marco Silva")
    bench.slack.rules.errors["chat.postMessage"] = ["ratelimited", "ratelimited"]
    before = lookups(bench)
    await bench.take_in(MARCO, "Hello")
    for _ in range(3):
        await bench.pay()
        bench.wait(60)
    header = next(seen(one).splitlines()[0] for one in bench.posts() if "555-0146" in seen(one))
    assert (header, lookups(bench) - before) == ("Marco Silva · (555) 555-0146 — Needs a reply", 1)
