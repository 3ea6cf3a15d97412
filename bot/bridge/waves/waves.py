"""Waves: what is stored about one text to many, before and after the provider takes it. One unit of work each."""

from datetime import datetime

from bot.bridge.messages.scheduled import NOT_KNOWN, NOT_TAKEN
from bot.domain.errors import CallFailed
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.phone import E164
from bot.domain.provider_records import WaveRecord
from bot.domain.thread_content import WavePost
from bot.domain.waves import Wave
from bot.ports.messaging import Providers
from bot.ports.storage import Transaction


def post_of(wave: Wave, card: WaveRecord | None, at: datetime) -> WavePost:
    """Return what a card says, with the provider's own count where there is one."""
    if card is None:
        return WavePost(wave.id, wave.plan, wave.author, is_certain=wave.is_certain)
    total = max(card.total, wave.plan.people) if card.is_growing else card.total
    return WavePost(wave.id, wave.plan, wave.author, total, card.delivered, card.failed, at, read=card.read)


async def find_wave(providers: Providers, wave_id: str, account: E164 | None = None) -> WaveRecord | None:
    """Ask the provider of a number, else all who can have waves until one knows it.

    Raises CallFailed where none does and one did not answer, or the number is connected no more.
    """
    failed: CallFailed | None = None
    asked = providers.all() if account is None else [providers.of(account)]
    for waves in filter(None, (provider.capabilities.waves for provider in asked)):
        try:
            if (found := await waves.wave(wave_id)) is not None:
                return found
        except CallFailed as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return None


def is_complete(post: WavePost) -> bool:
    """Tell whether a wave is complete: nothing more is to be learned."""
    return bool(post.total) and post.delivered + post.failed >= (post.total or 0)


def get_wave(tx: Transaction, wave_id: str) -> Wave | None:
    """Return a wave that was made from here."""
    return tx.waves.get(wave_id)


def set_card(tx: Transaction, wave_id: str, channel: ChannelId, ts: MessageTs) -> None:
    """Record where the card of a wave is."""
    tx.waves.set_card(wave_id, channel, ts)


def end_wave(tx: Transaction, wave_id: str) -> None:
    """Stop watching a wave."""
    tx.waves.end(wave_id)


def record_wave_begun(tx: Transaction, wave: Wave) -> int:
    """Record a wave before the provider is asked to take it; returns the audit line to amend."""
    tx.waves.add(wave)
    action = "kept a draft of a wave" if wave.plan.is_draft else "scheduled wave"
    return tx.audit.add(wave.author, action, None, detail=f"{NOT_KNOWN}, {wave.plan.people} people")


def record_wave_refused(tx: Transaction, own_id: str, audit_id: int) -> None:
    """Record that the provider certainly did not take a wave."""
    tx.waves.remove(own_id)
    tx.audit.amend(audit_id, NOT_TAKEN)


def record_wave_made(tx: Transaction, own_id: str, wave: Wave, audit_id: int, outcome: str) -> None:
    """Record that the provider took a wave, under its number there; `outcome` is stored for later presses."""
    tx.confirmations.end(own_id, outcome)
    tx.waves.confirm(own_id, wave.id)
    tx.audit.amend(audit_id, f"{wave.id}, {wave.plan.people} people")
