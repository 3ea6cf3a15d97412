"""Tags and searches as people use them: `/volt tag`, rules, Home's rows, `/volt search`, searches that are kept."""

from __future__ import annotations

from typing import Any

import pytest

from bot.bridge.erasure import begin_erasure
from bot.bridge.workspaces.roles import change_policy, read_policy
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.roles import Members, Policy, Role
from bot.domain.tags import RuleKind
from tests.harness.handlers import Handlers
from tests.harness.windows import fill, is_open, press_in_window, window, words
from tests.harness.world import ACCOUNT, AVA, BEN, DANA, MARCO
from tests.slack.features.test_home import home, press, volt


@pytest.fixture(autouse=True)
def nothing_is_refused(handlers: Handlers) -> Any:
    """Check at the end that Slack took every view and every answer."""
    yield
    assert handlers.slack.refused == []


async def tags_of(bot: Handlers, contact: str = DANA) -> list[str]:
    """Read the tags of a contact's conversation."""
    return await bot.store.run(lambda tx: tx.tags.of(tx.conversations.with_contact(E164(contact))[0].id))


async def test_a_tag_is_put_once_and_taken(handlers: Handlers) -> None:
    """A tag is put on a contact's conversation, shows in the header and in Home, and is taken off again."""
    await handlers.open_thread(DANA, "Hello")
    assert (await volt(handlers, f"tag {DANA} VIP, late order")).startswith("Done, in ")
    assert await tags_of(handlers) == ["late", "order", "vip"]
    assert (await volt(handlers, f"tag {DANA} vip")).startswith("It stands like that already")
    await handlers.slack.until(lambda: "Tags: late, order, vip" in str(handlers.headers()[0]))
    assert "(555) 555-0145 — Needs a reply · Tags: late, order, vip\n" in words(await home(handlers))
    await volt(handlers, f"tag {DANA} late order off")
    assert await tags_of(handlers) == ["vip"]
    assert "• vip – 1 conversation" in await volt(handlers, "tag")
    log = await handlers.store.run(
        lambda tx: tx.audit.of_conversation(tx.conversations.with_contact(E164(DANA))[0].id, 9)
    )
    assert [(line.action, line.detail) for line in log][:2] == [("untagged", "order"), ("untagged", "late")]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (f"tag {DANA} a*b", '"a*b" cannot be a tag'),
        (f"tag {DANA} <!channel>", '"&lt;!channel&gt;" cannot be a tag'),
        (f"tag {DANA}", "Write the tag after the number."),
        (f"tag {MARCO} vip", "There is no conversation with (555) 555-0146 yet."),
        (f"tag {DANA} 1 2 3 4 5 6 7 8 9 10 11", "A conversation can have at most 10 tags."),
        ("tag rule vip", "Write `/volt tag rule TAG keyword WORDS`"),
        ("tag rule vip hours sometimes", "I do not know the time zone `sometimes`"),
        ("tag rule vip number +1 555 555 0199", "None of our numbers alone is called that."),
        ("tag rule 99 off", "There is no rule 99."),
    ],
)
async def test_what_cannot_be_done(handlers: Handlers, typed: str, why: str) -> None:
    """What cannot be read is refused in words, and nothing is half done."""
    await handlers.open_thread(DANA, "Hello")
    handlers.slack.users[AVA].is_admin = True
    assert why in await volt(handlers, typed)
    assert await tags_of(handlers) == []


async def test_a_rule_tags_a_text_once(handlers: Handlers) -> None:
    """A rule tags the conversation of a text that fits; what is taken off comes back with the next such text only."""
    assert "Only admins" in await volt(handlers, "tag rule refund keyword money back", BEN)
    handlers.slack.users[AVA].is_admin = True
    assert 'with the words "money back"' in await volt(handlers, 'tag rule refund keyword "Money  back!"')
    assert "There is the same rule already." in await volt(handlers, "tag rule refund keyword money back")
    assert "in these hours: Mon-Sun 00:00-24:00 (" in await volt(handlers, "tag rule any hours daily 0-24")
    await handlers.open_thread(DANA, "I want my MONEY back.")
    assert await tags_of(handlers) == ["any", "refund"]
    await volt(handlers, f"tag {DANA} refund off")
    await handlers.hear(DANA, "Hello again")
    assert await tags_of(handlers) == ["any"]
    await handlers.hear(DANA, "money back, please")
    assert await tags_of(handlers) == ["any", "refund"]
    assert "The rule is removed." in await volt(handlers, "tag rule 1 off")


async def rules_window(bot: Handlers, user: str = AVA) -> str:
    """Open somebody's Home and the window of the rules in it, and read the window."""
    await home(bot, user)
    await press(bot, "tag_rules", user)
    await bot.slack.until(lambda: is_open(bot, user))
    return words(window(bot, user))


async def rule_form(bot: Handlers, action: str, user: str = AVA) -> None:
    """Press Add a rule, or Change at the first rule, and wait for the form."""
    await press_in_window(bot, action, user)
    await bot.slack.until(lambda: window(bot, user)["callback_id"] == "tag_rule_form")


async def rules_of(bot: Handlers) -> list[Any]:
    """Read what the rules are about."""
    return [rule.subject for rule in await bot.store.run(lambda tx: tx.tags.rules())]


async def test_rules_by_the_window(handlers: Handlers) -> None:
    """A manager adds, changes and removes a rule in a window; what is wrong is said at its input."""
    handlers.slack.users[AVA].is_admin = True
    assert "No rule puts tags by itself." in await rules_window(handlers)
    await rule_form(handlers, "tag_rule_add")
    for kind, subject, why in (
        ("keyword", "!?", "Keywords have 1 to 60 characters"),
        ("number", "+1 555 555 0199", "None of our numbers alone is called that."),
        ("hours", "mon-fri", "Say at what time on these days"),
    ):
        answer = await fill(handlers, tag_rule_tag="Late", tag_rule_kind=kind, tag_rule_subject=subject)
        assert why in str(answer.body["errors"]["tag_rule_subject"])
    await fill(handlers, tag_rule_tag="Late", tag_rule_kind="hours", tag_rule_subject="mon-fri 18:00-8:00 UTC")
    assert "*late* when a text comes in these hours: Mon-Fri 18:00-08:00 (UTC)" in words(window(handlers))
    await rule_form(handlers, "tag_rule_change")
    await fill(handlers, tag_rule_tag="night")
    assert "*night* when a text comes in these hours: Mon-Fri 18:00-08:00 (UTC)" in words(window(handlers))
    await rule_form(handlers, "tag_rule_change")
    await fill(handlers, tag_rule_kind="number", tag_rule_subject=ACCOUNT)
    assert "*night* when a text comes to (555) 555-0123" in words(window(handlers))
    await rule_form(handlers, "tag_rule_change")
    await fill(handlers, tag_rule_tag="ours")  # the number stays as it is shown
    await handlers.open_thread(DANA, "Hello")
    assert await tags_of(handlers) == ["ours"]
    await rule_form(handlers, "tag_rule_change")
    await press_in_window(handlers, "tag_rule_remove")
    await handlers.slack.until(lambda: "No rule puts tags by itself." in words(window(handlers)))
    assert await rules_of(handlers) == []


async def test_two_managers_at_one_rule(handlers: Handlers) -> None:
    """Who was slower saves and removes nothing, and is told; what the other one did stands."""
    for user in (AVA, BEN):
        handlers.slack.users[user].is_admin = True
    await volt(handlers, "tag rule refund keyword money back")
    for user in (AVA, BEN):
        await rules_window(handlers, user)
        await rule_form(handlers, "tag_rule_change", user)
    await fill(handlers, BEN, tag_rule_subject="R&D")
    assert 'with the words "r d"' in words(window(handlers, BEN))
    await fill(handlers, tag_rule_subject="please")
    assert words(window(handlers)).startswith("Somebody changed this rule after you opened it")
    await handlers.slack.close_view(AVA, window(handlers)["id"])
    await press_in_window(handlers, "tag_rule_remove")
    await handlers.slack.until(lambda: words(window(handlers)).startswith("Somebody changed this rule"))
    assert await rules_of(handlers) == ["r d"]
    await handlers.slack.close_view(AVA, window(handlers)["id"])
    await volt(handlers, "tag rule 1 off", BEN)
    await press_in_window(handlers, "tag_rule_change")
    await handlers.slack.until(lambda: words(window(handlers)) == "Somebody has removed this rule meanwhile.")


async def test_the_rules_are_for_managers(handlers: Handlers) -> None:
    """Who is no manager has no button for the rules; a form that is still open from before counts for nothing."""
    handlers.slack.users[AVA].is_admin = True
    await rules_window(handlers)
    await rule_form(handlers, "tag_rule_add")
    only_ben = Policy({Role.MANAGER: Members(frozenset({UserId(BEN)}))})
    assert await handlers.store.run(lambda tx: change_policy(tx, read_policy(tx).version, only_ben, UserId(BEN)))
    await fill(handlers, tag_rule_tag="vip", tag_rule_subject="vip")
    assert await rules_of(handlers) == []
    assert "Tag rules" not in str(await home(handlers))
    assert "Tag rules" in str(await home(handlers, BEN))


async def test_a_search_is_narrowed(handlers: Handlers) -> None:
    """Words, tags, people, states and days narrow a search together; what cannot be read is said."""
    await handlers.open_thread(DANA, "my order")
    await handlers.open_thread(MARCO, "another order")
    await volt(handlers, f"tag {DANA} vip")
    await home(handlers)
    for typed, found, missing in (
        ("order tag:vip", "my order", "another order"),
        ("tag:vip is:open", "0145", "0146"),
        ("order is:open from:2000-01-01 to:today", "another order", "Nothing"),
        ("is:closed", 'Nothing found for "is:closed"', "There is more"),
        ("order from:2000-01-01 to:2000-01-02", "Nothing found", "There is more"),
        ("with:me", "Nothing found", "There is more"),
        ("is:late", "I do not know is:late.", "Nothing found"),
        ("with:@nobody", "@nobody has no conversation here", "Nothing found"),
    ):
        await press(handlers, "home_search", value=typed)
        await handlers.slack.until(lambda found=found: found in results(handlers))  # type: ignore[misc]
        assert missing not in results(handlers)
    assert await volt(handlers, "search order tag:vip") == "Results for order tag:vip"
    assert "I do not know is:late." in await volt(handlers, "search is:late")
    assert "tag:vip" in await volt(handlers, "search")


def results(bot: Handlers) -> str:
    """Read what stands above the worklist in Ava's Home."""
    return words(bot.slack.homes[AVA]).partition("\nUnassigned")[0].partition("\nYours")[0]


async def test_a_search_is_kept_run_and_deleted(handlers: Handlers) -> None:
    """A search is kept under a name, for oneself or as a manager for the team, run with a press, and deleted."""
    handlers.slack.users[AVA].is_admin = True
    await handlers.open_thread(DANA, "my order")
    await home(handlers)
    await press(handlers, "home_search", value="is:open")
    await handlers.slack.until(lambda: 'Found for "is:open"' in words(handlers.slack.homes[AVA]))
    await press(handlers, "search_save")
    await handlers.slack.until(lambda: is_open(handlers))
    await fill(handlers, search_name="*Open*", search_for_team=["search_for_team"])
    assert "*Open* (for the team)\nis:open" in words(await home(handlers, BEN))
    await press(handlers, "search_run", BEN)
    await handlers.slack.until(lambda: 'Found for "is:open"' in words(handlers.slack.homes[BEN]))
    assert "Delete this search" not in str(handlers.slack.homes[BEN])
    await home(handlers)
    await press(handlers, "search_run")
    await handlers.slack.until(lambda: "Delete this search" in str(handlers.slack.homes[AVA]))
    await press(handlers, "search_drop")
    await handlers.slack.until(lambda: "*Open*" not in words(handlers.slack.homes[AVA]))
    await press(handlers, "search_run", BEN)
    await handlers.slack.until(lambda: is_open(handlers, BEN))
    assert words(window(handlers, BEN)) == "This search is not kept any more. Press Refresh first."


async def test_an_erased_person_is_in_no_tag_and_no_search(handlers: Handlers) -> None:
    """With a person go their conversation's tags, and every tag, rule and kept search that names them."""
    await handlers.open_thread(DANA, "Hello")
    await handlers.open_thread(MARCO, "Hello")
    for contact in (DANA, MARCO):
        await volt(handlers, f"tag {contact} vip call-555-555-0145")
    await handlers.idle()

    def erase(tx: Any) -> list[str]:
        tx.tags.add_rule("vip", RuleKind.KEYWORD, "5555550145", UserId(AVA))
        tx.searches.save(UserId(AVA), "hers", "(555) 555-0145", UserId(AVA))
        tx.searches.save(UserId(AVA), "open", "is:open", UserId(AVA))
        assert begin_erasure(tx, E164(DANA), UserId(AVA)) is not None
        assert tx.tags.rules() == []
        return [search.name for search in tx.searches.all()]

    assert await handlers.store.run(erase) == ["open"]
    assert await tags_of(handlers, MARCO) == ["vip"]
    assert await handlers.store.run(lambda tx: tx.tags.counts()) == [("vip", 1)]
