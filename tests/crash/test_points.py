"""Death at every named moment of a text's way, each proven to have come from that very moment."""

import sys
from pathlib import Path

import pytest

from bot.bridge.messages.inbound import record_inbound
from bot.sandbox.bot_process import BotProcess
from bot.store.group_commit import GroupCommit
from tests.crash.kill_points import kills_at_points
from tests.crash.points import ARRIVAL, KINDS, POINTS, REPLY, Point, Step

SOME = {
    "taken in": ("before-commit:arrival", "after-commit:reply"),
    "on its way": (
        "after-claim:header",
        "after-sending:send",
        "before-check:post",
        "after-check:send",
        "in-flight:send",
        "after-answer:post",
        "after-done:header",
    ),
}
"""What the short run dies at: each moment, and each thing, once or more; the long run takes all."""


@pytest.mark.parametrize("names", SOME.values(), ids=SOME)
@pytest.mark.timeout(240)
async def test_accepted_texts_survive_death_at(tmp_path: Path, names: tuple[str, ...]) -> None:
    """A bot that dies at these moments, about a text, a reply, a header or a send, loses and repeats nothing."""
    points = [POINTS[name] for name in names]
    one = await kills_at_points(tmp_path, "1", points=points, pause_s=0.8, patience_s=90)
    assert one.harness.kills == len(points)
    assert one.verdict.is_good, one.report()


def test_no_moment_is_left_out() -> None:
    """Every moment is died at in the short run, and every kind of call and of arrival."""
    died_at = [POINTS[name] for names in SOME.values() for name in names]
    assert {point.moment for point in died_at} == {point.moment for point in POINTS.values()}
    assert {point.subject for point in died_at} == {ARRIVAL, REPLY, *KINDS}


@pytest.mark.parametrize("name", POINTS)
def test_points_are_there(name: str) -> None:
    """Every step of every point is a plain function of the bot."""
    point = POINTS[name]
    assert all(step.code().co_name == step.function.__name__ for step in point.steps)
    assert point.steps or point.moment == "in-flight"


def test_a_step_may_not_wait() -> None:
    """A function that may wait is no step: it would be entered and left at each of its waits."""
    with pytest.raises(TypeError):
        Step(GroupCommit.run, "call").code()


async def test_an_unknown_point_ends_the_launcher(tmp_path: Path) -> None:
    """The launcher does not run a bot that cannot die where it should."""
    command = (sys.executable, "-m", "tests.crash.killed_process", "before-lunch:text", "1", "--", "serve")
    run = BotProcess({}, folder=tmp_path, command=command)
    with pytest.raises(RuntimeError, match="ended with code 2"):
        await run.start()
    assert "no such point" in run.last_words()


async def test_a_point_that_is_not_reached_is_a_failure(tmp_path: Path) -> None:
    """A death elsewhere than at the point named is not counted, and spoils the verdict."""
    nowhere = Point("before-commit", "lunch", (Step(record_inbound, "return"),))
    one = await kills_at_points(tmp_path, "1", points=[nowhere])
    assert one.harness.kills == 0
    assert "before-commit:lunch" in one.verdict.complaints[0]
