"""Marks and lines that are pending: newer replaces older, and what an older try left behind is not forgotten."""

from pathlib import Path

from bot.bridge.enqueue import enqueue_reaction
from bot.bridge.messages.outbound import accept_reply
from bot.bridge.outbox.failures import record_failure
from bot.bridge.requests import Attempt, ShowReaction
from bot.domain.delivery import DeliveryStatus
from bot.domain.errors import OutcomeUnknown
from bot.domain.ids import ChannelId, MessageTs, UserId
from bot.domain.message import Message
from bot.domain.outbox import REACTION_LIMIT
from bot.domain.phone import E164
from bot.domain.thread_events import Reply
from bot.domain.timestamps import Micros
from bot.ports.storage import Transaction
from bot.store.group_commit import GroupCommit
from bot.store.sql.store import SqlStore
from tests.harness.claims import take_jobs
from tests.harness.twice import engine_on

CHANNEL, THREAD, TS = ChannelId("C1"), MessageTs("1700000000.000100"), MessageTs("1700000001.000100")


async def test_mark_after_a_lost_answer_clears_whatever_may_be_there(tmp_path: Path) -> None:
    """When a mark's answer was lost and a newer status is to be shown, every other mark is taken away."""
    store = SqlStore(
        GroupCommit(engine_on(tmp_path / "bot.db")),
        lambda: Micros(1_700_000_002_000_000),
        undo_window_s=3,
    )
    await store.start()

    def reply(tx: Transaction) -> Message:
        conversation = tx.conversations.add(E164("+15555550123"), E164("+15555550145"), CHANNEL)
        return accept_reply(tx, conversation, Reply("e", CHANNEL, THREAD, TS, UserId("U1"), ("Hi",)))

    def leave(tx: Transaction) -> Attempt:
        (attempt,), _ = take_jobs(tx, {REACTION_LIMIT: 5})
        return attempt

    message = await store.run(reply)
    attempt = await store.run(leave)
    lost = OutcomeUnknown("timeout", "Slack did not answer.")
    await store.run(lambda tx: record_failure(tx, attempt, lost))
    await store.run(lambda tx: enqueue_reaction(tx, message))
    call = (await store.run(leave)).call
    assert isinstance(call, ShowReaction)
    assert call.instead_of == frozenset(DeliveryStatus)
    await store.close()
