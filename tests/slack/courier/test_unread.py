"""Answers that could not be read, as managers are told of them in App Home, and see them in a window."""

from __future__ import annotations

import json

from bot.bridge.workspaces.roles import change_policy, read_policy
from bot.domain.ids import UserId
from bot.domain.roles import Members, Policy, Role
from tests.harness.trail import deeds_in
from tests.harness.windows import is_open, press_in_window, window, words
from tests.harness.world import AVA, BEN, DANA, MARCO
from tests.slack.courier.conftest import Line
from tests.slack.features.test_home import home, press


def strange(text: str) -> bytes:
    """Write an answer that names another sender than who was texted."""
    return json.dumps({"message": text, "sender": MARCO}).encode()


async def listed(handlers: Line, user: str = AVA) -> str:
    """Open the list from somebody's Home, and return what it says."""
    await home(handlers, user)
    await press(handlers, "home_unread", user)
    await handlers.slack.until(lambda: is_open(handlers, user))
    return words(window(handlers, user))


async def test_a_manager_sees_what_could_not_be_read(handlers: Line) -> None:
    """An answer that could not be read is listed with who was texted, why, and its words, never as markup."""
    await handlers.open_thread(DANA, "Hello")
    await handlers.bring(strange("I will come *later* <!channel>"))
    await handlers.bring(b"\x00", number=2)
    said = await listed(handlers)
    assert "*2 answers could not be read.*" in words(handlers.slack.homes[AVA])
    assert "(555) 555-0145 · " in said
    assert "An answer we could not read came from Carium: it names another sender than who was texted." in said
    assert "I will come *later* <!channel>" in said
    assert "came from Carium: it has no words where we looked for them." in said


async def test_what_comes_again_is_shown_once(handlers: Line) -> None:
    """The same answer that is brought three times is one line."""
    for _ in range(3):
        await handlers.bring(strange("zebrafish"))
    assert (await listed(handlers)).count("zebrafish") == 1


async def test_seen_is_seen_by_all(handlers: Line) -> None:
    """One press takes an answer off everybody's list, however often it came, and the trail tells; others stay."""
    await handlers.open_thread(DANA, "Hello")
    await handlers.bring(strange("zebrafish"))
    await handlers.bring(strange("zebrafish"))
    await handlers.bring(strange("okapi"), number=2)
    handlers.slack.users[BEN].is_admin = True
    await listed(handlers)
    await listed(handlers, BEN)
    await press_in_window(handlers, "home_unread_seen", BEN)
    await handlers.slack.until(lambda: "zebrafish" not in words(window(handlers, BEN)))
    assert "zebrafish" in words(window(handlers))
    await press_in_window(handlers, "home_unread_seen")
    await handlers.slack.until(lambda: "zebrafish" not in words(window(handlers)))
    assert "okapi" in words(window(handlers))
    await handlers.slack.until(lambda: "*1 answer could not be read.*" in words(handlers.slack.homes[AVA]))
    assert [deed[:2] for deed in deeds_in(handlers.database) if "unread" in deed[1]] == [(BEN, "saw unread answer")]
    await press_in_window(handlers, "home_unread_seen")
    await handlers.slack.until(lambda: words(window(handlers)) == "Every answer is read.")
    await handlers.slack.until(lambda: "could not be read" not in words(handlers.slack.homes[AVA]))


async def test_only_managers_see_them(handlers: Line) -> None:
    """Who is no manager is not told of them, and cannot list them or take one off."""
    await handlers.bring(strange("zebrafish"))
    policy = Policy({Role.MANAGER: Members(frozenset({AVA}))})
    before = await handlers.store.run(read_policy)
    await handlers.store.run(lambda tx: change_policy(tx, before.version, policy, UserId(AVA)))
    assert "could not be read" not in words(await home(handlers, BEN))
    await listed(handlers)
    handlers.slack.homes[BEN] = handlers.slack.homes[AVA]
    await press(handlers, "home_unread", BEN)
    await handlers.idle()
    assert "zebrafish" not in str(handlers.slack.open_modals.get(BEN) and words(window(handlers, BEN)))
    handlers.slack.open_modals[BEN] = handlers.slack.open_modals[AVA]
    await press_in_window(handlers, "home_unread_seen", BEN)
    await handlers.idle()
    handlers.slack.open_modals.clear()
    assert "zebrafish" in await listed(handlers)


async def test_many_are_counted(handlers: Line) -> None:
    """Of many the oldest are listed, and the others counted."""
    for number in range(22):
        await handlers.bring(strange(f"word {number:02}"), number=number)
    said = await listed(handlers)
    assert "*22 answers could not be read.*" in words(handlers.slack.homes[AVA])
    assert [number for number in range(22) if f"word {number:02}" in said] == list(range(20))
    assert "and 2 more" in said
