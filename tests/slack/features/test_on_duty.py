"""Who is on duty and who gets conversations, as people say it by command and managers by a form."""

from __future__ import annotations

from bot.bridge.conversations.on_duty import read_rules, set_rules
from bot.domain.team import Distribution, TeamRules
from tests.harness.handlers import Handlers
from tests.harness.posts import seen
from tests.harness.windows import fill, is_open, opened, window, words
from tests.harness.world import AVA, BEN, CHANNEL, DANA
from tests.slack.features.test_home import home, press, volt
from tests.slack.features.test_threads import stands, whispered


async def test_a_manager_says_who_gets_conversations(handlers: Handlers) -> None:
    """A group whose members may text is taken, and its members get what contacts write; one with nobody is refused."""
    handlers.slack.add_usergroup("S0DESK", "desk", [BEN])
    handlers.slack.add_usergroup("S0NONE", "none", [])
    await home(handlers)
    await press(handlers, "team_change")
    await opened(handlers)
    await handlers.slack.suggest(AVA, "team_group", "", view_id=window(handlers)["id"])
    await fill(handlers, team_on_reply=["on_reply"], team_distribution="round robin", team_group="S0NONE")
    assert "Nobody in this group may text from here." in words(window(handlers)) or is_open(handlers)
    assert await handlers.context.units.run(read_rules) == TeamRules()
    await fill(handlers, team_on_reply=["on_reply"], team_distribution="round robin", team_group="S0DESK")
    assert not is_open(handlers)
    rules = await handlers.context.units.run(read_rules)
    assert rules == TeamRules(distribution=Distribution.ROUND_ROBIN, group="S0DESK")
    await handlers.open_thread()
    await stands(handlers, f"Needs a reply · <@{BEN}> has it")
    await handlers.line(f"<@{BEN}> has this conversation now: it was their turn.")
    assert handlers.slack.refused == []


async def test_two_managers_at_once(handlers: Handlers) -> None:
    """A form from before another manager's save saves nothing: it shows what counts now, and may be saved then."""
    handlers.slack.add_usergroup("S0DESK", "desk", [BEN])
    handlers.slack.users[BEN].is_admin = True
    for user in (AVA, BEN):
        await home(handlers, user)
        await press(handlers, "team_change", user)
        await opened(handlers, user)
    await handlers.slack.suggest(BEN, "team_group", "", view_id=window(handlers, BEN)["id"])
    await fill(handlers, BEN, team_on_reply=[], team_distribution="round robin", team_group="S0DESK")
    agreed = await handlers.context.units.run(read_rules)
    assert agreed == TeamRules(assigns_on_reply=False, distribution=Distribution.ROUND_ROBIN, group="S0DESK")
    await fill(handlers, AVA, team_on_reply=["on_reply"], team_distribution="least busy")
    assert await handlers.context.units.run(read_rules) == agreed
    shown = window(handlers, AVA)
    assert words(shown).startswith("Somebody else has saved this while your form was open")
    inputs = {block["block_id"]: block["element"] for block in shown["blocks"] if block["type"] == "input"}
    assert "initial_options" not in inputs["team_on_reply 1"]
    assert inputs["team_distribution 1"]["initial_option"]["value"] == "round robin"
    assert inputs["team_group 1"]["initial_option"]["value"] == "S0DESK"
    await fill(handlers, AVA, **{"team_distribution 1": "least busy"})
    assert not is_open(handlers, AVA)
    rules = await handlers.context.units.run(read_rules)
    assert rules == TeamRules(assigns_on_reply=False, distribution=Distribution.LEAST_BUSY, group="S0DESK")
    assert handlers.slack.refused == []


async def test_on_and_off(handlers: Handlers) -> None:
    """Each says alone whether they are on duty, and is told what that means here."""
    assert "by /volt assign" in await volt(handlers, "on")
    assert "You are off duty" in await volt(handlers, "off")
    assert "There are words after the command." in await volt(handlers, "on please")


async def test_on_and_off_in_home(handlers: Handlers) -> None:
    """Home says nothing of duty where nothing is shared out; else it says how it is, with a button for the other."""
    assert "duty" not in words(await home(handlers, BEN))
    rules = TeamRules(distribution=Distribution.ROUND_ROBIN)
    await handlers.context.units.run(set_rules, rules, {}, frozenset(), AVA, seen=TeamRules())
    assert "You are off duty: no new conversation comes to you by itself." in words(await home(handlers, BEN))
    await press(handlers, "duty_on", BEN)
    await handlers.slack.until(lambda: "You are on duty: new" in words(handlers.slack.homes[BEN]))
    await handlers.open_thread()
    await stands(handlers, f"Needs a reply · <@{BEN}> has it")
    await press(handlers, "duty_off", BEN)
    await handlers.slack.until(lambda: "You are off duty" in words(handlers.slack.homes[BEN]))
    await volt(handlers, "away until friday", BEN)
    assert "You are away until <!date^" in words(await home(handlers, BEN))
    await press(handlers, "duty_on", BEN)
    await handlers.slack.until(lambda: "You are on duty" in words(handlers.slack.homes[BEN]))
    assert handlers.slack.refused == []


async def test_away_until(handlers: Handlers) -> None:
    """Who is away says until when; what nobody can read is refused, and what they have can be let go."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "assign")
    await stands(handlers, f"Needs a reply · <@{AVA}> has it")
    assert "You have 1 open conversation." in await volt(handlers, "away until friday")
    assert "You are back." in await volt(handlers, "away off")
    for words_after in ("away", "away until the cows come home", "away until 2001-01-01"):
        assert "You are away" not in await volt(handlers, words_after)


async def test_taking_by_a_word(handlers: Handlers) -> None:
    """A word takes no conversation from a colleague: it asks, and the answer counts for the colleague it named."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "assign")
    await stands(handlers, f"Needs a reply · <@{AVA}> has it")
    await handlers.reply(thread, f"<@{handlers.slack.bot_user_id}> assign", BEN)
    told = await whispered(handlers, f"<@{AVA}> has this conversation. Nothing was changed.", BEN)
    await handlers.slack.press(BEN, CHANNEL, str(told["message_ts"]), "assign")
    await stands(handlers, f"Needs a reply · <@{BEN}> has it")


async def test_handed_over_with_a_note(handlers: Handlers) -> None:
    """A note stands in the thread and is not texted; a form from before another change changes nothing."""
    thread = await handlers.open_thread()
    await handlers.slack.press(AVA, CHANNEL, thread, "more", value="assign_to:1")
    first = await opened(handlers)
    await handlers.slack.submit(AVA, first, {"user": {"user": BEN}, "note": {"note": "She is *angry*"}})
    await handlers.line(f"<@{AVA}> gave this conversation to <@{BEN}>, and says (the contact does not see this):")
    await stands(handlers, f"Needs a reply · <@{BEN}> has it")
    assert [one for one in handlers.thread(DANA) if "She is *angry*" in seen(one)]
    assert handlers.volt.outbound(DANA) == []
