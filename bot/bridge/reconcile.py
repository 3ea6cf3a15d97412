"""Finding out what became of a call whose outcome is unknown. Looks before it repeats; never guesses.

Slack is asked for our key in the metadata of the thread (of the channel for a header); its echo of our own post says
the same. The provider has no key to ask for: its record of the conversation is read (lookup.py). A receipt that carries
our key settles the matter before any of this. What the provider will not tell in ten minutes, agents are asked. What
Slack will not tell is posted once more, marked as perhaps a repeat: among colleagues a text shown twice is a small
harm, and a text that stays hidden is a loss.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.bridge.calls import record_accepted, record_posted
from bot.bridge.lookup import CLOCKS_APART, Nothing, match_sent
from bot.bridge.owing import owe_mark, owe_notice
from bot.bridge.receipts import take_in_waiting
from bot.domain.conversation import Conversation
from bot.domain.delivery import DeliveryStatus
from bot.domain.effect import Effect, Kind, State
from bot.domain.errors import CallFailed, StoreUnavailable
from bot.domain.ids import MessageTs, PostKey
from bot.domain.message import Failure, Message, OwnPost
from bot.domain.moment import Micros, later, moment_of
from bot.domain.post import Place, Topic
from bot.ports import Accepted, Ledger, Provider, Store, Workspace

GIVE_UP_S = 600.0
"""After this a person is asked, or (in Slack) the post is made once more and marked."""

ABSENT_IN_SLACK_S = 3.0
"""How long a post must stay absent: a request that we lost sight of may still be at work there."""

BLIND_S = 10.0
"""How long Slack's echo of a post is waited for where looking is not allowed."""

ABSENT_AT_PROVIDER_S = 15.0
"""How long a text must stay absent from the provider's record, which may lag behind."""

BARE_AT_PROVIDER_S = 60.0
"""The same where nothing else in the record vouches for it: the first text of a conversation."""

LOOKS_AT_ONCE = 8
PAUSE_S = 1.0
"""Between two passes over what is unknown."""

BLINDING = frozenset({"unknown_method", "missing_scope", "not_allowed_token_type", "http_404", "method_deprecated"})
"""Slack's words for "you may not look"."""

Finding = MessageTs | Accepted | Nothing


@dataclass(frozen=True)
class _Case:
    effect: Effect
    conversation: Conversation
    message: Message | None
    others: tuple[Message, ...]


@dataclass
class Reconciler:
    """Runs from start() to close()."""

    store: Store
    workspace: Workspace
    provider: Provider
    clock: Callable[[], Micros]
    undo_s: float
    on_crash: Callable[[Exception], None]
    _loop: "asyncio.Task[None] | None" = None
    _absent_since: dict[int, Micros] = field(default_factory=dict)

    async def start(self) -> None:
        """Begin."""
        self._loop = asyncio.create_task(self._run(), name="reconcile")

    async def close(self) -> None:
        """Stop; what is still unknown is looked into after the next start."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except StoreUnavailable as error:
                self.on_crash(error)
            except Exception as error:  # noqa: BLE001 - the loop must outlive a bug in one look
                self.on_crash(error)
            await asyncio.sleep(PAUSE_S)

    async def look(self) -> int:
        """Look once into everything that is due for it; returns how many outcomes that was."""
        cases = await self.store.run(_cases)
        findings = await asyncio.gather(*(self._find(case) for case in cases))
        for case, finding in zip(cases, findings, strict=True):
            await self._end(case, finding)
        return len(cases)

    async def _find(self, case: _Case) -> Finding:
        effect, conversation = case.effect, case.conversation
        try:
            if case.message is not None and effect.kind is Kind.SEND:
                listed = await self.provider.list_texts(conversation.account, conversation.contact)
                return match_sent(case.message, listed, case.others)
            place = Place(conversation.channel, None if effect.kind is Kind.OPEN_THREAD else conversation.thread_ts)
            since = moment_of(effect.tried_at or 0) - CLOCKS_APART
            return await self.workspace.find_post(place, effect.key, since=since) or Nothing.ABSENT
        except CallFailed as error:
            return Nothing.BLIND if error.code in BLINDING and effect.kind is not Kind.SEND else Nothing.UNCLEAR

    async def _end(self, case: _Case, finding: Finding) -> None:
        is_absent = isinstance(finding, Nothing) and self._has_stayed_absent(case.effect, finding)
        await self.store.run(lambda ledger: self._conclude(ledger, case, finding, is_absent=is_absent))
        if is_absent or not isinstance(finding, Nothing):
            self._absent_since.pop(case.effect.id, None)

    def _has_stayed_absent(self, effect: Effect, finding: Nothing) -> bool:
        wait_s = _absence_s(effect, finding)
        if wait_s is None:
            self._absent_since.pop(effect.id, None)
            return False
        first = self._absent_since.setdefault(effect.id, self.clock())
        return self.clock() >= later(first, wait_s - 0.5)

    def _conclude(self, ledger: Ledger, case: _Case, finding: Finding, *, is_absent: bool) -> None:
        effect = case.effect
        if not any(e.id == effect.id and e.state is State.UNKNOWN for e in ledger.open_in(effect.lane)):
            return  # a receipt, an echo or a person was faster
        is_late = ledger.now >= later(effect.tried_at or 0, GIVE_UP_S)
        if isinstance(finding, Accepted):
            ledger.settle(effect, State.DONE)
            record_accepted(ledger, effect, finding)
        elif not isinstance(finding, Nothing):
            ledger.settle(effect, State.DONE)
            record_posted(ledger, effect, finding, undo_s=self.undo_s)
        elif is_absent or (is_late and effect.kind is not Kind.SEND):
            _owe_once_more(ledger, effect, is_certain=finding in (Nothing.ABSENT, Nothing.BARE))
        elif is_late:
            _ask_agents(ledger, effect)
        else:
            due_at = later(ledger.now, _next_look_s(effect, finding, ledger.now))
            ledger.settle(effect, State.UNKNOWN, due_at=due_at)


def _absence_s(effect: Effect, finding: Nothing) -> float | None:
    """How long this finding must hold before the call may be made once more; None: it proves nothing."""
    if finding is Nothing.BARE:
        return BARE_AT_PROVIDER_S
    if finding is Nothing.ABSENT:
        return ABSENT_AT_PROVIDER_S if effect.kind is Kind.SEND else ABSENT_IN_SLACK_S
    return BLIND_S if finding is Nothing.BLIND else None


def _next_look_s(effect: Effect, finding: Nothing, now: Micros) -> float:
    """Look less often the longer it takes, once a minute in the end."""
    age_s = (now - (effect.tried_at or now)) / 1_000_000
    return min(60.0, max(_absence_s(effect, finding) or ABSENT_IN_SLACK_S, age_s / 4))


def _cases(ledger: Ledger) -> list[_Case]:
    return [_case(ledger, effect) for effect in ledger.unknown_effects(LOOKS_AT_ONCE)]


def _case(ledger: Ledger, effect: Effect) -> _Case:
    message = ledger.message(effect.message_id) if effect.message_id is not None else None
    texts = ledger.recent_texts(effect.conversation_id) if effect.kind is Kind.SEND else []
    others = tuple(text for text in texts if text.id != effect.message_id and _must_be_listed(text))
    return _Case(effect, ledger.conversation(effect.conversation_id), message, others)


def _must_be_listed(text: Message) -> bool:
    return bool(text.provider_id or text.legacy_id)


def _owe_once_more(ledger: Ledger, effect: Effect, *, is_certain: bool) -> None:
    """Make the call again: it certainly did not happen, or it is a post that nobody can tell us about."""
    ledger.settle(effect, State.OWED, due_at=ledger.now)
    if not is_certain and effect.kind in (Kind.POST_TEXT, Kind.POST_SENT):
        ledger.doubt(effect)
    if effect.kind is Kind.SEND and effect.message_id is not None:
        message = replace(ledger.message(effect.message_id), status=DeliveryStatus.QUEUED)
        ledger.save_message(message)
        owe_mark(ledger, message)
        owe_notice(ledger, message, Topic.CHECKING)
        take_in_waiting(ledger, message.conversation_id)


def _ask_agents(ledger: Ledger, effect: Effect) -> None:
    """Ten minutes have told us nothing: the lane goes on, and people decide about this text."""
    assert effect.message_id is not None
    ledger.settle(effect, State.FAILED, error="undecided")
    message = replace(ledger.message(effect.message_id), failure=Failure("undecided", "", may_send_again=True))
    ledger.save_message(message)
    owe_notice(ledger, message, Topic.CHECKING)
    take_in_waiting(ledger, message.conversation_id)


def settle_by_echo(ledger: Ledger, echo: OwnPost, *, undo_s: float) -> bool:
    """Take Slack's echo of a post of ours as proof that it arrived; False where nobody was in doubt."""
    doubted = [effect for key in echo.keys if (effect := ledger.effect_by_key(PostKey(key))) is not None]
    settled = [effect for effect in doubted if effect.state is State.UNKNOWN]
    for effect in settled:
        ledger.settle(effect, State.DONE)
        record_posted(ledger, effect, echo.ts, undo_s=undo_s)
    return bool(settled)
