"""Status handlers, `/volt status`: one text, by the provider's id, the carrier's id, or our own key."""

from bot.bridge.messages.queries import LocalText, text_by_id, text_of_record
from bot.domain.errors import CallFailed
from bot.domain.phone import E164
from bot.domain.provider_profile import ProviderProfile
from bot.domain.provider_records import TextRecord
from bot.domain.roles import Role
from bot.ports.capabilities import Capability
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.provider_calls import read_from_provider
from bot.slack.features.status.view import render_local_text, render_record
from bot.slack.handling import Feature, Subcommand
from bot.slack.text import escaping

MAX_ID_CHARS = 200


async def status(context: Context, _interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt status ID`."""
    text_id = _read_id(words)
    ours = await context.units.run(text_by_id, text_id)
    known = ours.text
    named = (known.provider_id or known.legacy_id) if known else text_id
    link = context.thread_link(ours.conversation)
    by = context.lines.profile(ours.conversation.account if ours.conversation else None)
    name = by.capital_name
    if known is not None and not named:
        return render_local_text(ours, link, f"{name} has not taken this text, as far as we know.", by)
    if known is not None and ours.conversation is not None and not _may_ask(context, ours.conversation.account):
        return render_local_text(ours, link, f"{by.line} cannot be asked about a text. Our own record says:", by)
    if known is None and not context.lines.any_offers(Capability.STATUS_LOOKUP):
        raise UserError(f"We know no text with the id `{escaping.escape(text_id)}`. {by.line} cannot be asked for it.")
    found = await _found(context, named)
    if found is not None:
        record, asked = found
        return await _of_record(context, record, ours, asked)
    if known is not None:
        return render_local_text(ours, link, f"{name} does not have this text any more. Our own record says:", by)
    raise UserError(f"{name} knows no text with the id `{escaping.escape(text_id)}`, nor do we. Copy the whole id.")


def _may_ask(context: Context, account: E164) -> bool:
    return context.lines.offers(Capability.STATUS_LOOKUP, account)


async def _found(context: Context, text_id: str) -> tuple[TextRecord, ProviderProfile] | None:
    """Ask who can be asked about a text until one knows it. Raises CallFailed if none does and one did not answer."""
    failed: CallFailed | None = None
    for provider in context.providers.all():
        lookup = provider.capabilities.status_lookup
        try:
            record = await read_from_provider(provider.profile, lookup.text_record(text_id)) if lookup else None
        except CallFailed as error:
            failed = failed or error
            continue
        if record is not None:
            return record, provider.profile
    if failed is not None:
        raise failed
    return None


def _read_id(words: str) -> str:
    """Read an id: one word of printable characters. Raises UserError."""
    text_id = words.strip().strip("`'\"")
    if not text_id:
        raise UserError("There is no id.")
    if len(text_id) > MAX_ID_CHARS:
        raise UserError(f"An id has at most {MAX_ID_CHARS} characters.")
    if any(char.isspace() for char in text_id):
        raise UserError("An id is one word.")
    if not text_id.isprintable() or "`" in text_id:
        raise UserError("An id has only letters, digits and signs.")
    return text_id


async def _of_record(context: Context, record: TextRecord, ours: LocalText, by: ProviderProfile) -> MessageBody:
    """Render the provider's record; a text that our store does not have still belongs to a conversation."""
    if ours.text is None:
        ours = await context.units.run(text_of_record, record)
    return render_record(record, ours, context.thread_link(ours.conversation), context.renderer.number, by)


FEATURE = Feature(
    role=Role.AGENT,
    commands=(Subcommand("status", "ID", "rf_8mAx2kTq", "what became of one text, by its id", status),),
)
