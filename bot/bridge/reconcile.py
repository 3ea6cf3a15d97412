"""Finding out what became of a call whose outcome is unknown. Looks before it repeats; never guesses.

Slack is asked for our key in the metadata of the thread (of the channel for a header). The provider has no key to ask
for: a text counts as sent where exactly one text of its record, not known to be another, has the same words and a time
that fits; as not sent where none has, in two looks some seconds apart. Anything else stays unknown, and after ten
minutes agents are asked. A receipt that carries our key settles the matter before any of this.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum

from bot.bridge.calls import record_accepted, record_posted
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
from bot.ports import Accepted, Ledger, Listed, Provider, Store, Workspace

GIVE_UP_S = 600.0
"""After this an agent is asked."""

SECOND_LOOK_S = 3.0
"""Seconds between two looks into Slack that find nothing: a request we lost sight of may still be at work there."""

SECOND_LOOK_AT_PROVIDER_S = 10.0
"""The same for the provider, whose record may lag behind."""

CLOCKS_APART_S = 120.0
"""How far the provider's clock may be from ours for a time to fit."""

LOOKS_AT_ONCE = 8
PAUSE_S = 1.0
"""Between two passes over what is unknown."""


class Nothing(Enum):
    """What a look can find besides the thing itself."""

    ABSENT = "absent"
    UNCLEAR = "unclear"


Finding = MessageTs | Accepted | Nothing


@dataclass(frozen=True)
class _Case:
    effect: Effect
    conversation: Conversation
    message: Message | None
    known_ids: frozenset[str]


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

    async def _end(self, case: _Case, finding: Finding) -> None:
        is_absent = finding is Nothing.ABSENT and self._is_second_look(case.effect)
        await self.store.run(lambda ledger: self._conclude(ledger, case, finding, is_absent=is_absent))
        if is_absent or finding is not Nothing.ABSENT:
            self._absent_since.pop(case.effect.id, None)

    async def _find(self, case: _Case) -> Finding:
        effect = case.effect
        try:
            if effect.kind is Kind.SEND:
                return await self._find_sent(case)
            place = Place(
                case.conversation.channel, None if effect.kind is Kind.OPEN_THREAD else case.conversation.thread_ts
            )
            since = moment_of(effect.tried_at or 0) - timedelta(seconds=CLOCKS_APART_S)
            return await self.workspace.find_post(place, effect.key, since=since) or Nothing.ABSENT
        except CallFailed:
            return Nothing.UNCLEAR

    async def _find_sent(self, case: _Case) -> Finding:
        assert case.message is not None
        listed = await self.provider.list_outbound(case.conversation.account, case.conversation.contact)
        return match_sent(case.message, [one for one in listed if one.provider_id not in case.known_ids])

    def _is_second_look(self, effect: Effect) -> bool:
        first = self._absent_since.setdefault(effect.id, self.clock())
        return self.clock() >= later(first, _second_look_s(effect) - 0.5)

    def _conclude(self, ledger: Ledger, case: _Case, finding: Finding, *, is_absent: bool) -> None:
        effect = case.effect
        if not any(e.id == effect.id and e.state is State.UNKNOWN for e in ledger.open_in(effect.lane)):
            return  # a receipt or a person was faster
        if isinstance(finding, Accepted):
            ledger.settle(effect, State.DONE)
            record_accepted(ledger, effect, finding)
        elif not isinstance(finding, Nothing):
            ledger.settle(effect, State.DONE)
            record_posted(ledger, effect, finding, undo_s=self.undo_s)
        elif is_absent:
            _owe_once_more(ledger, effect)
        elif ledger.now >= later(effect.tried_at or 0, GIVE_UP_S) and effect.kind is Kind.SEND:
            _ask_agents(ledger, effect)
        else:
            ledger.settle(effect, State.UNKNOWN, due_at=later(ledger.now, _next_look_s(effect, ledger.now)))


def _next_look_s(effect: Effect, now: Micros) -> float:
    """Look less often the longer it takes, once a minute in the end."""
    age_s = (now - (effect.tried_at or now)) / 1_000_000
    return min(60.0, max(_second_look_s(effect), age_s / 4))


def _second_look_s(effect: Effect) -> float:
    return SECOND_LOOK_AT_PROVIDER_S if effect.kind is Kind.SEND else SECOND_LOOK_S


def _cases(ledger: Ledger) -> list[_Case]:
    cases = []
    for effect in ledger.unknown_effects(LOOKS_AT_ONCE):
        message = ledger.message(effect.message_id) if effect.message_id is not None else None
        known = ledger.provider_ids(effect.conversation_id) if effect.kind is Kind.SEND else frozenset[str]()
        cases.append(_Case(effect, ledger.conversation(effect.conversation_id), message, known))
    return cases


def match_sent(message: Message, listed: Sequence[Listed]) -> Finding:
    """Decide whether a text of the provider's record is this one; `listed` leaves out texts known to be others."""
    same_words = [one for one in listed if one.body == message.body]
    if any(one.at is None for one in same_words):
        return Nothing.UNCLEAR
    tried_at = moment_of(message.tried_at or message.created_at)
    fits = [
        one for one in same_words if one.at is not None and abs((one.at - tried_at).total_seconds()) <= CLOCKS_APART_S
    ]
    if not fits:
        return Nothing.ABSENT
    if len(fits) > 1:
        return Nothing.UNCLEAR
    return Accepted(fits[0].provider_id, fits[0].legacy_id, fits[0].status)


def _owe_once_more(ledger: Ledger, effect: Effect) -> None:
    """It certainly did not happen: now it may be repeated."""
    ledger.settle(effect, State.OWED, due_at=ledger.now)
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
