"""Status view: one text, by the provider's record and by our own store. Pure; other people's words are not parsed."""

from bot.bridge.messages.queries import LocalText
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.provider_records import TextRecord
from bot.domain.timestamps import from_micros
from bot.slack.blocks import cards
from bot.slack.blocks.cards import Fact, Link, Mention, TextElement, WriteNumber
from bot.slack.blocks.kit import Block, MessageBody, context_plain, section_plain
from bot.slack.features.kit.texts import no_time_text
from bot.slack.render.attachment_texts import attachments
from bot.slack.render.statuses import PHRASES, RECEIVED
from bot.slack.text import escaping


def render_record(
    record: TextRecord,
    ours: LocalText,
    link: str,
    numbers: WriteNumber,
    by: ProviderProfile = UNKNOWN_PROVIDER,
) -> MessageBody:
    """Render a text from the provider's record, with its thread if that is known."""
    lines: list[Fact] = [("Status", [_status(record, by)])]
    if record.failure is not None:
        lines.append(("Why", [record.failure.user_message]))
    if record.error_code:
        lines.append((f"{by.capital_name}'s error code", [cards.single_line(record.error_code, 60)]))
    lines += [("From", [_number(record.from_number, numbers)]), ("To", [_number(record.to_number, numbers)])]
    lines.append(("Sent", _sent_at(record, ours.text, by)))
    if record.confirmed_at is not None:
        lines.append(("Confirmed", [record.confirmed_at]))
    lines += _ids(record.provider_id, record.legacy_id, by)
    blocks = [cards.header_block("Status of a text"), cards.fact_list([*lines, *_ours(ours, link)])]
    return MessageBody(
        escaping.escape(f"Status of a text: {_status(record, by)}"), blocks + _words(record.body, record.media)
    )


def render_local_text(local: LocalText, link: str, remark: str, by: ProviderProfile = UNKNOWN_PROVIDER) -> MessageBody:
    """Render a text from our store, if the provider has no record; `remark` says why."""
    ours = local.text
    assert ours is not None  # who asks has found it
    status = PHRASES[ours.status] if ours.status else RECEIVED
    lines: list[Fact] = [("Status", [status])]
    if ours.failure is not None:
        lines.append(("Why", [ours.failure.user_message]))
    lines.append(("Taken in", [from_micros(ours.created_at)]))
    lines += _ids(ours.provider_id, ours.legacy_id, by) + _ours(local, link)
    blocks = [cards.header_block("Status of a text"), context_plain(remark), cards.fact_list(lines)]
    return MessageBody(escaping.escape(f"Status of a text: {status}"), blocks + _words(ours.body, ours.media))


def _status(record: TextRecord, by: ProviderProfile) -> str:
    known = RECEIVED if record.is_received else PHRASES[record.known_status] if record.known_status else None
    status_words = cards.single_line(record.status_words, 200)
    if known is None:
        named = cards.single_line(record.status, 60) or "nothing"
        known = f'{by.capital_name} says "{named}"'
    return f"{known} ({by.capital_name}: {status_words})" if status_words and record.failure is None else known


def _sent_at(record: TextRecord, ours: Message | None, by: ProviderProfile) -> list[TextElement]:
    """Write the time of a text: by the provider's clock, else by ours."""
    if record.sent_at is not None:
        return [record.sent_at]
    if ours is not None and ours.last_attempt_at:
        return [from_micros(ours.last_attempt_at), " by our clock"]
    return [no_time_text(by.name)]


def _number(number: E164 | None, numbers: WriteNumber) -> TextElement:
    return numbers(number) if number else "not known"


def _ids(provider_id: str, legacy_id: str, by: ProviderProfile) -> list[Fact]:
    named = ((f"{by.capital_name}'s id", provider_id), ("The carrier's id", legacy_id))
    return [(label, [cards.single_line(own_id, 200)]) for label, own_id in named if own_id]


def _ours(ours: LocalText, link: str) -> list[Fact]:
    lines: list[Fact] = []
    if ours.text is not None and ours.text.author:
        whose = Mention(ours.text.author)
        lines.append(("Sent by", ["a workflow for ", whose]) if ours.is_by_workflow else ("Written by", [whose]))
    if link:
        lines.append(("Conversation", [Link(link, "its thread")]))
    return lines


def _words(body: str, media: tuple[str, ...]) -> list[Block]:
    words = cards.truncated(body, 1_000)
    return ([section_plain(words)] if words else []) + attachments(media)
