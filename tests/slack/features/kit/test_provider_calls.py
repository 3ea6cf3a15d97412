"""What people read where a call to Volt on their behalf fails: true for them, who have to ask again themselves."""

from __future__ import annotations

import pytest

from bot.bridge.conversations.settings import record_webhook_change
from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.slack.context import UserError
from bot.slack.features.kit.provider_calls import change_at_provider, read_from_provider, record_change
from tests.harness.connected import VOLT
from tests.harness.handlers import Handlers
from tests.harness.world import AVA

LOOK = "Look first."
TOKEN = "Volt no longer accepts the bot's token.{} An admin has to renew VOLT_API_TOKEN."
PLACE = "Volt does not serve the bot at the address that it calls.{} An admin has to check VOLT_API_URL."
BUSY = "Volt is busy just now.{} Please try again in a minute."
AWAY = "Volt cannot be reached just now.{} Please try again in a minute."
NOT_NOW: list[tuple[CallFailed, str]] = [
    (Retryable("invalid_token", "…", scope=FailureScope.DESTINATION), TOKEN),
    (Retryable("http_404", "…", scope=FailureScope.DESTINATION), PLACE),
    (Retryable("unreachable", "…"), AWAY),
    (Retryable("http_503", "…", retry_after_s=2.0), BUSY),
    (Rejected("802", "The contact is away."), "The contact is away.{}"),
]


async def failing(error: CallFailed) -> None:
    """Stand for a call that fails."""
    raise error


async def answered() -> str:
    """Stand for a call that is answered."""
    return "yes"


async def test_an_answer_is_given_back() -> None:
    """A call that works is what it is."""
    assert (await read_from_provider(VOLT, answered()), await change_at_provider(VOLT, answered(), LOOK)) == (
        "yes",
        "yes",
    )


@pytest.mark.parametrize(("error", "words"), NOT_NOW)
async def test_what_certainly_did_not_happen(error: CallFailed, words: str) -> None:
    """A refusal says why; where something was to be changed, also that nothing was. Its kind and code stay."""
    for call, nothing in (
        (read_from_provider(VOLT, failing(error)), ""),
        (change_at_provider(VOLT, failing(error), LOOK), " Nothing was changed."),
    ):
        with pytest.raises(type(error)) as caught:
            await call
        assert caught.value.user_message == words.format(nothing)
        assert caught.value.code == error.code


async def test_a_lost_answer() -> None:
    """Where the answer is lost, a look may simply be made again, and after a change people look first."""
    lost = OutcomeUnknown("timeout", "…")
    with pytest.raises(OutcomeUnknown) as caught:
        await read_from_provider(VOLT, failing(lost))
    assert caught.value.user_message == "Volt did not answer clearly. Please try again in a minute."
    with pytest.raises(OutcomeUnknown) as caught:
        await change_at_provider(VOLT, failing(lost), LOOK)
    assert caught.value.user_message == f"Volt did not answer clearly, so we do not know whether this was done. {LOOK}"


async def test_what_is_missing() -> None:
    """Where Volt finds something missing, words of the caller's say what."""
    missing = Rejected("not_found", "…")
    with pytest.raises(Rejected, match=r"Save them first\."):
        await change_at_provider(VOLT, failing(missing), LOOK, missing="Save them first.")
    with pytest.raises(Rejected, match=r"… Nothing was changed\."):
        await change_at_provider(VOLT, failing(missing), LOOK)


async def test_a_change_that_cannot_be_noted(handlers: Handlers) -> None:
    """What Volt has taken and our database has not is said to be done."""
    await record_change(VOLT, handlers.context.units.run(record_webhook_change, AVA, "deleted webhook", "1"))
    await handlers.bridge.run_sql("PRAGMA max_page_count=1")
    with pytest.raises(UserError, match="Volt has taken the change"):
        await record_change(
            VOLT, handlers.context.units.run(record_webhook_change, AVA, "deleted webhook", "2" * 100_000)
        )
    await handlers.bridge.run_sql("PRAGMA max_page_count=1073741823")
