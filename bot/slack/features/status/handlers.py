"""Status handlers, `/volt status`: one text, by Volt's id, the carrier's id, or our own key."""

from bot.bridge.messages.queries import LocalText, text_by_id, text_of_record
from bot.domain.provider_records import TextRecord
from bot.domain.roles import Role
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, Feature, Subcommand, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit.provider_calls import read_from_provider
from bot.slack.features.status.view import render_local_text, render_record
from bot.slack.text import escaping

MAX_ID_CHARS = 200


async def status(context: Context, _interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt status ID`."""
    text_id = _read_id(words)
    ours = await context.units.run(text_by_id, text_id)
    known = ours.text
    named = (known.provider_id or known.legacy_id) if known else text_id
    link = context.thread_link(ours.conversation)
    if known is not None and not named:
        return render_local_text(known, link, "Volt has not taken this text, as far as we know.")
    record = await read_from_provider(context.directory.text_record(named))
    if record is not None:
        return await _of_record(context, record, ours)
    if known is not None:
        return render_local_text(known, link, "Volt does not have this text any more. Our own record says:")
    raise UserError(f"Volt knows no text with the id `{escaping.escape(text_id)}`, nor do we. Copy the whole id.")


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


async def _of_record(context: Context, record: TextRecord, ours: LocalText) -> MessageBody:
    """Render Volt's record; a text that our store does not have still belongs to a conversation."""
    if ours.text is None:
        ours = await context.units.run(text_of_record, record)
    return render_record(record, ours.text, context.thread_link(ours.conversation), context.renderer.number)


FEATURE = Feature(
    role=Role.AGENT,
    commands=(Subcommand("status", "ID", "rf_8mAx2kTq", "what became of one text, by its id", status),),
)
