"""The part of the ledger that knows what is to be texted later: asks, scheduled texts, waves."""

import sqlite3

from bot.domain.ids import ChannelId, ConversationId, MessageTs
from bot.domain.scheduled import PendingConfirmation, ScheduledText, Wave, WavePlan
from bot.domain.timestamps import Micros, add_seconds
from bot.store.sqlite.statements import Repository

ASKS_KEPT_S = 7 * 86_400.0
"""How long a button in an answer works."""

MOST_LISTS = 1_000
"""Contact lists that are looked through."""


class Plans(Repository):
    """What waits for its time or for a person's word; see bot.ports.repositories.Ledger."""

    def keep_ask(self, ask: PendingConfirmation) -> None:
        """Keep what waits for a button, anew where it has no outcome yet; very old ones go."""
        self._do("drop_old_asks", until=add_seconds(self.now, -ASKS_KEPT_S))
        self._do("keep_ask", id=ask.id, kind=ask.kind, author=ask.author, body=ask.body)

    def ask(self, ask_id: str) -> PendingConfirmation | None:
        """Read what waits for a button."""
        row = self._one("ask", id=ask_id)
        return None if row is None else PendingConfirmation(*row)

    def end_ask(self, ask_id: str, outcome: str) -> None:
        """Note what became of it."""
        self._do("end_ask", id=ask_id, outcome=outcome)

    def reopen_ask(self, ask_id: str) -> None:
        """Let its button count once more: certainly nothing came of it."""
        self._do("reopen_ask", id=ask_id)

    def add_scheduled(self, text: ScheduledText) -> None:
        """Note a text that the provider sends later, or may send."""
        self._do(
            "add_scheduled",
            id=text.id,
            conversation_id=text.conversation_id,
            body=text.body,
            author=text.author,
            send_at=text.send_at,
            is_certain=int(text.is_certain),
        )

    def scheduled(self, scheduled_id: str) -> ScheduledText | None:
        """Read one."""
        row = self._one("scheduled", id=scheduled_id)
        return None if row is None else _scheduled(row)

    def confirm_scheduled(self, scheduled_id: str) -> None:
        """Note that the provider took it."""
        self._do("confirm_scheduled", id=scheduled_id)

    def drop_scheduled(self, scheduled_id: str) -> None:
        """Forget what the provider certainly did not take."""
        self._do("drop_scheduled", id=scheduled_id)

    def scheduled_near(self, conversation_id: ConversationId, since: Micros, until: Micros) -> list[ScheduledText]:
        """List those due between these moments that no text of the carrier's was matched with yet."""
        found = self._all("scheduled_near", conversation_id=conversation_id, since=since, until=until)
        return [_scheduled(row) for row in found]

    def take_scheduled(self, scheduled_id: str, message_id: int) -> None:
        """Note which text it became."""
        self._do("take_scheduled", id=scheduled_id, message_id=message_id)

    def add_wave(self, wave: Wave) -> None:
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

    def confirm_wave(self, own_id: str, wave_id: str) -> None:
        """Note that the provider took a wave, and its number there."""
        self._do("confirm_wave", id=own_id, wave_id=wave_id)

    def drop_wave(self, own_id: str) -> None:
        """Forget a wave that the provider certainly did not take."""
        self._do("drop_wave", id=own_id)

    def note_list(self, name: str) -> None:
        """Know the name of a contact list that the provider has shown."""
        self._do("note_list", name=name)

    def forget_list(self, name: str) -> None:
        """Forget a contact list that the provider does not have any more."""
        self._do("forget_list", name=name)

    def list_names(self) -> list[str]:
        """List the contact lists that are known, the one met last first."""
        return [str(row["name"]) for row in self._all("list_names", limit=MOST_LISTS)]

    def is_card(self, channel: ChannelId, ts: MessageTs) -> bool:
        """Tell whether a message is the card of a wave."""
        return self._one("is_card", channel=channel, ts=ts) is not None

    def wave(self, wave_id: str) -> Wave | None:
        """Read a wave that was made from here."""
        row = self._one("wave", id=wave_id)
        return None if row is None else _wave(row)

    def set_wave_card(self, wave_id: str, channel: ChannelId, ts: MessageTs) -> None:
        """Note where the card of a wave is."""
        self._do("set_wave_card", id=wave_id, channel=channel, ts=ts)

    def end_wave(self, wave_id: str) -> None:
        """Look no more how far a wave is."""
        self._do("end_wave", id=wave_id)

    def waves_without_card(self, since: Micros, until: Micros) -> list[Wave]:
        """List waves made between these moments whose card is not known to be there."""
        return [_wave(row) for row in self._all("waves_without_card", since=since, until=until)]

    def waves_due(self, since: Micros, until: Micros) -> list[Wave]:
        """List waves whose time lies between these moments, the latest first."""
        return [_wave(row) for row in self._all("waves_due", since=since, until=until)]

    def waves_under_way(self, since: Micros) -> list[Wave]:
        """List waves that became due since then and were not seen to end."""
        return [_wave(row) for row in self._all("waves_under_way", since=since)]


def _scheduled(row: sqlite3.Row) -> ScheduledText:
    own_id, conversation_id, body, author, send_at, is_certain = row
    return ScheduledText(own_id, conversation_id, body, author, send_at, bool(is_certain))


def _wave(row: sqlite3.Row) -> Wave:
    own_id, channel, ts, author, plan, card_key, is_certain, made_at = row
    return Wave(own_id, WavePlan.read(plan), author, channel, ts, card_key, bool(is_certain), made_at)
