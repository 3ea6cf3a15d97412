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
from bot.domain.timestamps import Micros, add_seconds
from bot.ports.storage import Transaction
from bot.sandbox.slack.state.model import Message as Post
from tests.harness.on_a_clock import Harness
from tests.harness.posts import seen
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA, MARCO


def headers(harness: Harness) -> list[Post]:
    """Return the headers, oldest first."""
    return [one for one in harness.posts() if not one.is_reply]


def first(harness: Harness) -> list[str]:
    """Return what people read on the first header, line by line."""
    return seen(headers(harness)[0]).split("\n")


async def restart(harness: Harness) -> None:
    """Let the bot start anew on the same database."""
    await harness.store.close()
    harness.reopen()
    await harness.store.start()


async def let_settle(harness: Harness) -> None:
    """Let a header follow that waits for more to change."""
    harness.wait(LAST_TEXT_S)
    await harness.pay()


def edits(harness: Harness, header: Post) -> int:
    """Count how often a header was changed."""
    return len([call for call in harness.slack.calls if call.method == "chat.update" and call.args["ts"] == header.ts])


async def test_many_texts_cost_one_edit(harness: Harness) -> None:
    """Texts that come close together change the header once, and it shows the last of them."""
    await harness.hear("My order")
    await let_settle(harness)
    before = edits(harness, headers(harness)[0])
    for number in range(4):
        await harness.hear(f"and {number}")
    assert first(harness)[1] == "My order"
    await let_settle(harness)
    assert first(harness)[1] == "and 3"
    assert edits(harness, headers(harness)[0]) == before + 1


async def test_a_new_state_does_not_wait_for_that(harness: Harness) -> None:
    """Whose turn it is shows as soon as ever, although the header was to change later for a text alone."""
    await harness.hear("My order")
    await let_settle(harness)
    before = edits(harness, headers(harness)[0])
    await harness.hear("Are you there?")
    await harness.answer("Yes")
    harness.wait(SETTLING_S)
    await harness.pay()
    assert first(harness)[:2] == [
        f"(555) 555-0145 · new contact — Waiting for them · <@{AVA}> has it",
        "Are you there?",
    ]
    assert edits(harness, headers(harness)[0]) == before + 1


async def test_headers_that_cannot_be_changed_hold_no_text_back(harness: Harness) -> None:
    """While Slack refuses to change headers, texts are shown; afterwards the header shows the last one."""
    harness.slack.rules.errors["chat.update"] = ["ratelimited"] * 3
    await harness.hear("one")
    await let_settle(harness)
    await harness.hear("two")
    assert [one.text for one in harness.posts()][-2:] == ["one", "two"]
    assert first(harness)[1] == "Hello"
    await restart(harness)
    harness.slack.rules.errors.clear()
    harness.wait(120)
    await harness.pay()
    assert first(harness)[1] == "two"


async def test_new_contacts_cost_no_edits(harness: Harness) -> None:
    """A header that is still to be posted says the newest by itself, however many others are under way."""
    people = [E164(f"+1555555020{number}") for number in range(6)]
    for number, contact in enumerate(people):
        await harness.take_in(contact, f"Hello {number}")
        harness.wait(0.001)
        await harness.take_in(contact, f"It is {number}")
        harness.wait(0.001)
    await harness.pay()
    await let_settle(harness)
    assert [seen(one).split("\n")[1] for one in headers(harness)[1:]] == [f"It is {number}" for number in range(6)]
    assert sum(edits(harness, one) for one in headers(harness)[1:]) == 0


async def test_a_text_that_was_found_late(harness: Harness) -> None:
    """A text that is found after a younger one does not pass for the last."""
    await harness.hear("The last one")
    at = datetime.fromtimestamp(add_seconds(harness.now, -600) / 1_000_000, UTC)
    late = Inbound("late", "late", ACCOUNT, DANA, "An old one", (), at, "", provider_id="p1")
    await harness.store.run(lambda tx: record_inbound(tx, late, channel=CHANNEL))
    await let_settle(harness)
    assert first(harness)[1] == "The last one"


async def test_only_the_first_thread_says_how(harness: Harness) -> None:
    """How replies are written stands in the first thread of all, after a restart too."""
    await restart(harness)
    await harness.hear_from(MARCO, "Ciao")
    await harness.hear("Me again")
    await let_settle(harness)
    assert ["Begin with //" in seen(one) for one in headers(harness)] == [True, False]


async def test_which_line_where_there_are_several(harness: Harness) -> None:
    """Once people text with several numbers of ours, headers say with which."""
    other = E164("+15555550199")
    await harness.store.run(lambda tx: find_or_open(tx, other, MARCO, CHANNEL))
    await harness.pay()
    await harness.hear("Me again")
    await let_settle(harness)
    heads = [seen(one).split("\n")[0] for one in headers(harness)]
    assert heads == [
        f"(555) 555-0145 · new contact · to (555) 555-0123 — Needs a reply · <@{AVA}> has it",
        "(555) 555-0146 · new contact · to (555) 555-0199 — Waiting for them",
    ]


# --- names that are saved later


def lookups(harness: Harness) -> int:
    """Count how often Volt was asked who somebody is."""
    return len([call for call in harness.volt.requests if call.operation == "Contact"])


async def hears_later(harness: Harness, text: str, seconds: float) -> None:
    """Take in a text of Dana's after so long, and let the header follow."""
    harness.wait(seconds)
    await harness.hear(text)
    await let_settle(harness)


async def test_a_name_saved_in_volt_later(harness: Harness) -> None:
    """The next text brings a name that was saved in Volt meanwhile; once a day is asked, also after a restart."""
    harness.volt.add_contact(DANA, "Dana Whitfield")
    await hears_later(harness, "Me again", 60)
    await restart(harness)
    await hears_later(harness, "And again", ASKED_AGAIN_S / 2)
    assert (lookups(harness), first(harness)[0]) == (
        1,
        f"(555) 555-0145 · new contact — Needs a reply · <@{AVA}> has it",
    )
    await hears_later(harness, "The next day", ASKED_AGAIN_S / 2)
    assert first(harness)[:2] == [f"Dana Whitfield · (555) 555-0145 — Needs a reply · <@{AVA}> has it", "The next day"]
    await hears_later(harness, "And later", 2 * ASKED_AGAIN_S)
    assert lookups(harness) == 2


async def test_a_look_up_that_fails(harness: Harness) -> None:
    """A look-up without an answer holds nothing back: the text and the header show, and it is asked the next day."""
    harness.volt.add_contact(DANA, "Dana Whitfield")
    harness.volt.rules.drop_answers = 1
    await hears_later(harness, "Me again", ASKED_AGAIN_S)
    assert first(harness)[:2] == [f"(555) 555-0145 · new contact — Needs a reply · <@{AVA}> has it", "Me again"]
    await hears_later(harness, "Hm", ASKED_AGAIN_S)
    assert first(harness)[0] == f"Dana Whitfield · (555) 555-0145 — Needs a reply · <@{AVA}> has it"


async def test_a_name_that_slack_does_not_take_at_once(harness: Harness) -> None:
    """A name that was looked up is kept although Slack refused the header just then."""
    harness.volt.add_contact(DANA, "Dana Whitfield")
    harness.slack.rules.errors["chat.update"] = ["ratelimited"]
    await hears_later(harness, "Me again", ASKED_AGAIN_S)
    harness.wait(120)
    await harness.pay()
    assert first(harness)[0] == f"Dana Whitfield · (555) 555-0145 — Needs a reply · <@{AVA}> has it"
    assert lookups(harness) == 2


async def test_a_contact_of_two_lines(harness: Harness) -> None:
    """Who texts with two of our numbers is asked about once a day, and both headers show the name."""
    other = E164("+15555550199")

    def hold(tx: Transaction) -> None:
        conversation = find_or_open(tx, other, DANA, CHANNEL)
        tx.conversations.save(replace(conversation, name_asked_at=Micros(1)))

    await harness.store.run(hold)
    await harness.pay()
    harness.volt.add_contact(DANA, "Dana Whitfield")
    await hears_later(harness, "Me again", ASKED_AGAIN_S)
    assert [seen(one).split(" · ")[0] for one in headers(harness)] == ["Dana Whitfield", "Dana Whitfield"]


async def test_a_header_that_slack_does_not_take_at_once(harness: Harness) -> None:
    """However often a header is tried, its contact is looked up once, and the name stands in it."""
    harness.volt.add_contact(MARCO, "Marco Silva")
    harness.slack.rules.errors["chat.postMessage"] = ["ratelimited", "ratelimited"]
    before = lookups(harness)
    await harness.take_in(MARCO, "Hello")
    for _ in range(3):
        await harness.pay()
        harness.wait(60)
    header = next(seen(one).splitlines()[0] for one in harness.posts() if "555-0146" in seen(one))
    assert (header, lookups(harness) - before) == ("Marco Silva · (555) 555-0146 — Needs a reply", 1)
