"""Waves at Glific: one message to the members of one group, which leaves at once, a hundred of them a minute.

Glific's answer does not say which broadcast it made: that is found among those of the group, and only where exactly one
came to be. The same tells about a sending whose answer was lost. Free text reaches the members whose window is open.
A wave goes by the ids of its group and its broadcast.
"""

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.errors import CallFailed, FailureScope, OutcomeUnknown, Rejected, Retryable
from bot.domain.phone import E164
from bot.domain.provider_records import WaveRecord
from bot.ports.capabilities import WaveLimits
from bot.providers.glific.calls.client import GlificClient
from bot.providers.glific.calls.error_mapping import NOT_FOUND
from bot.providers.glific.contact_lists import find_group
from bot.providers.glific.line import GlificLine
from bot.providers.glific.wire.groups import Broadcast, GlificGroup
from bot.providers.glific.wire.text_variables import break_variables, mend_variables
from bot.time_of_day import utc_now

LATEST = 50
"""Broadcasts of a group among which one is looked for."""

AT_ONCE = timedelta(minutes=10)
"""How far ahead the moment of a wave may lie that leaves at once."""

_WAVE_ID = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
_PLAIN_WORDS = re.compile(r"[\w ]+")
_MOST_WORDS = 60

_DELIVERED = ("DELIVERED", "READ")
_FAILED = ("ERROR", "CONTACT_OPT_OUT")

_ONE_LIST = "Glific texts one collection at a time. Choose one."
_NOW_ONLY = "Glific texts a collection at once, and keeps neither drafts nor waves for later."
_NO_GROUP = "Glific has no collection of this name any more."
_NOT_NOW = "Glific cannot be asked just now, so nothing was sent."


class GlificWaves:
    """Waves (bot.ports.capabilities) of one WhatsApp number."""

    wave_limits = WaveLimits(lists=1, may_wait=False)

    def __init__(self, line: GlificLine, calls: GlificClient) -> None:
        self._line = line
        self._calls = calls

    async def schedule_wave(
        self,
        account: E164,  # noqa: ARG002 - one account, one number
        name: str,
        body: str,
        at: datetime,
        lists: Sequence[str],
        *,
        is_draft: bool,
        media: Sequence[str] = (),
    ) -> WaveRecord | None:
        """Send a text to a group now. NOT safe to repeat after OutcomeUnknown.

        None where it was accepted and its broadcast is not to be told from another one. Raises Rejected, Retryable or
        OutcomeUnknown.
        """
        if len(lists) != 1:
            raise Rejected("one_list", _ONE_LIST)
        if is_draft or at - utc_now() > AT_ONCE:
            raise Rejected("now_only", _NOW_ONLY)
        group, known = await self._before(lists[0])
        try:
            people = await self._calls.send_to_group(group.id, body, media)
        except OutcomeUnknown:
            made = await self._new(group, known, body)
            if made is None:
                raise
            people = ()
        else:
            made = await self._new(group, known, body)
        if made is None:
            return None
        own_id = self._line.whole_id(f"{group.id}-{made.id}")
        return WaveRecord(own_id, name, body, made.at, len(people), 0, 0, tuple(lists), is_growing=True)

    async def _before(self, label: str) -> tuple[GlificGroup, frozenset[str]]:
        """Read a group and its broadcasts so far. Raises Rejected or Retryable: certainly nothing was sent yet."""
        try:
            group = await find_group(self._calls, label)
            if group is not None:
                return group, frozenset(one.id for one in await self._calls.broadcasts(group.id, LATEST))
        except OutcomeUnknown as error:
            raise Retryable(error.code, _NOT_NOW, scope=FailureScope.RATE_LIMIT) from None
        raise Rejected(NOT_FOUND, _NO_GROUP)

    async def _new(self, group: GlificGroup, known: frozenset[str], body: str) -> Broadcast | None:
        """Find the one broadcast that came to be with these words; None where it is not certain which."""
        words = ("", mend_variables(break_variables(body)))  # one with a file bears its words elsewhere
        found: list[Broadcast] = []
        with suppress(CallFailed):
            found = [one for one in await self._calls.broadcasts(group.id, LATEST) if one.id not in known]
        mine = [one for one in found if one.body in words]
        return mine[0] if len(mine) == 1 else None

    async def wave(self, wave_id: str) -> WaveRecord | None:
        """Read a wave and how far it got; None for one that is not ours. Safe to repeat. Raises CallFailed."""
        ids = _WAVE_ID.fullmatch(self._line.own_id(wave_id))
        if ids is None:
            return None
        group_id, broadcast_id = ids.groups()
        latest = await self._calls.broadcasts(group_id, LATEST)
        broadcast = next((one for one in latest if one.id == broadcast_id), None)
        if broadcast is None:
            return None
        states = Counter(await self._calls.broadcast_states(broadcast, _search_words(broadcast.body)))
        delivered, failed = (sum(states[state] for state in these) for these in (_DELIVERED, _FAILED))
        return WaveRecord(
            id=wave_id,
            name=broadcast.group,
            body=broadcast.body,
            scheduled_at=broadcast.at,
            total=states.total(),
            delivered=delivered,
            failed=failed,
            lists=(broadcast.group,),
            read=states["READ"],
            is_growing=True,
        )


def _search_words(body: str) -> str:
    """Pick words of a text that no search takes for anything else."""
    return max(_PLAIN_WORDS.findall(break_variables(body)), key=len, default="")[:_MOST_WORDS].strip()
