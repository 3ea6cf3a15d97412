"""Cards of waves: posted, and found again where a post failed or its answer was lost."""

from collections.abc import Collection
from dataclasses import dataclass, field

from bot.bridge.matching import CLOCKS_APART
from bot.bridge.unit_of_work import UnitsOfWork
from bot.bridge.waves.waves import post_of, set_card
from bot.domain.duties import Duty
from bot.domain.errors import CallFailed, FailureScope, Retryable
from bot.domain.ids import ChannelId, MessageTs, ThreadRef
from bot.domain.timestamps import from_micros
from bot.domain.waves import Wave
from bot.ports.workspace import Workspace

CARD_PAGES = 5
"""Pages of a channel that one look-up reads for a card."""


async def post_card(units: UnitsOfWork, workspace: Workspace, wave: Wave, *, home: ChannelId) -> None:
    """Post the card where the wave was asked for, or else in the bot's channel; the watcher repeats what fails."""
    content = post_of(wave, None, from_micros(wave.plan.at))
    for channel in dict.fromkeys((wave.channel, home)):
        try:
            ts = await workspace.post(ThreadRef(channel), content, keys=[wave.card_key])
        except CallFailed as error:
            if error.is_refusal:
                continue  # this channel cannot have it
            return
        await units.run(set_card, wave.id, channel, ts)
        return


@dataclass
class CardSearch:
    """Search for cards that are not known to be there; of a busy channel one look-up reads only so much."""

    units: UnitsOfWork
    workspace: Workspace
    home: ChannelId
    _cursors: dict[str, dict[ChannelId, str | None]] = field(default_factory=dict)

    def forget_all_but(self, ids: Collection[str]) -> None:
        """Forget the progress of all other waves."""
        self._cursors = {wave_id: places for wave_id, places in self._cursors.items() if wave_id in ids}

    async def find_or_post(self, wave: Wave) -> None:
        """Find a card whose post failed or whose answer was lost, and post it where it is not there.

        No further back than the wave was made; where there is more to read the next look-up resumes. Raises CallFailed.
        """
        for channel in dict.fromkeys((wave.channel, self.home)):
            try:
                ts = await self._card_in(channel, wave)
            except Retryable as error:
                if error.scope is not FailureScope.DESTINATION:
                    raise
                continue  # a channel that the bot cannot read has no card of ours
            if ts is not None:
                await self.units.run(set_card, wave.id, channel, ts)
                return
        self._cursors.pop(wave.id, None)
        with await self.units.check_duty(Duty.WAVES):
            await post_card(self.units, self.workspace, wave, home=self.home)

    async def _card_in(self, channel: ChannelId, wave: Wave) -> MessageTs | None:
        """Find a card in a channel, resuming where the last look-up stopped. Raises CallFailed."""
        since = from_micros(wave.made_at) - CLOCKS_APART
        cursors = self._cursors.setdefault(wave.id, {})
        for _ in range(CARD_PAGES):
            cursor = cursors.get(channel, "")
            if cursor is None:
                return None
            page = await self.workspace.find_posts(ThreadRef(channel), [wave.card_key], since=since, cursor=cursor)
            if wave.card_key in page.found:
                return page.found[wave.card_key]
            cursors[channel] = page.more or None
        if cursors[channel] is None:
            return None
        raise Retryable("long_history", "There is more history than one look reads.")
