"""Waves: one text to many, and the cards that show them."""

from bot.domain.ids import ChannelId, MessageTs
from bot.domain.timestamps import Micros
from bot.domain.waves import Wave, WavePlan
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository


class Waves(Repository):
    """Waves: one text to many, and the cards that show them."""

    def add(self, wave: Wave) -> None:
        """Note a wave that the provider has, or may have."""
        plan = wave.plan
        self._do(
            "add_wave",
            id=wave.id,
            name=plan.name,
            channel=wave.channel,
            author=wave.author,
            is_draft=int(plan.is_draft),
            at=plan.at,
            plan=plan.written(),
            card_key=wave.card_key,
            is_certain=int(wave.is_certain),
        )

    def confirm(self, own_id: str, wave_id: str) -> None:
        """Note that the provider took a wave, and its number there."""
        self._do("confirm_wave", id=own_id, wave_id=wave_id)

    def remove(self, own_id: str) -> None:
        """Forget a wave that the provider certainly did not take."""
        self._do("remove_wave", id=own_id)

    def get(self, wave_id: str) -> Wave | None:
        """Read a wave that was made from here."""
        row = self._one("wave", id=wave_id)
        return None if row is None else _wave(row)

    def is_card(self, channel: ChannelId, ts: MessageTs) -> bool:
        """Tell whether a message is the card of a wave."""
        return self._one("is_wave_card", channel=channel, ts=ts) is not None

    def set_card(self, wave_id: str, channel: ChannelId, ts: MessageTs) -> None:
        """Note where the card of a wave is."""
        self._do("set_wave_card", id=wave_id, channel=channel, ts=ts)

    def end(self, wave_id: str) -> None:
        """Look no more how far a wave is."""
        self._do("end_wave", id=wave_id)

    def without_card(self, since: Micros, until: Micros) -> list[Wave]:
        """List waves made between these moments whose card is not known to be there."""
        return [_wave(row) for row in self._all("waves_without_card", since=since, until=until)]

    def due_between(self, since: Micros, until: Micros) -> list[Wave]:
        """List waves whose time lies between these moments, the latest first."""
        return [_wave(row) for row in self._all("waves_due", since=since, until=until)]

    def under_way(self, since: Micros) -> list[Wave]:
        """List waves that became due since then and were not seen to end."""
        return [_wave(row) for row in self._all("waves_under_way", since=since)]


def _wave(row: Row) -> Wave:
    return Wave(
        id=row["id"],
        plan=WavePlan.read(row["plan"]),
        author=row["author"],
        channel=row["channel"],
        ts=row["ts"],
        card_key=row["card_key"],
        is_certain=bool(row["is_certain"]),
        made_at=row["made_at"],
    )
