"""Compose form as a value, and its text scheduled if it has a time.

Scheduling itself is schedule/handlers.py's; here the form takes the place of its question and its button.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.bridge.conversations.queries import find_conversation, get_conversation
from bot.bridge.messages.send import ThreadMessage
from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId
from bot.domain.phone import E164
from bot.domain.pieces import Piece
from bot.domain.text import for_phone
from bot.domain.thread_events import SlackFile
from bot.domain.timestamps import to_micros
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import check_moment
from bot.slack.blocks import modals
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.compose import view
from bot.slack.features.kit.confirmations import RetryAllowed, outcome_of
from bot.slack.features.kit.time_zone import zone_of
from bot.slack.features.kit.which_line import line_in_form
from bot.slack.features.kit.writing import form_closed
from bot.slack.features.schedule.handlers import ask_in_window, schedule_from_window
from bot.slack.features.schedule.request import (
    ScheduleRequest,
    checked_text,
    is_at_night,
    warning_about_window,
)
from bot.slack.handling import ShowView, SubmissionResult
from bot.slack.json_fields import int_of, str_of
from bot.slack.text.rich_text import flatten, pieces_of_input
from bot.time_of_day import utc_now


@dataclass(frozen=True)
class ComposeInput:
    """Input of the compose form. `conversation` is None for a number without one."""

    account: E164
    contact: E164
    conversation: Conversation | None
    pieces: tuple[Piece, ...]
    files: tuple[SlackFile, ...]
    at: datetime | None
    source: ThreadMessage | None

    @property
    def text(self) -> str:
        """Text as the phone will show it."""
        return for_phone(flatten(self.pieces, {}))


async def read_form(context: Context, interaction: Interaction) -> ComposeInput:
    """Read the compose form. Raises UserError if no contact was chosen."""
    conversation_id, number = view.chosen(interaction.form.choice(view.TO))
    conversation = None
    account = context.account
    if conversation_id is not None:
        known_id = ConversationId(conversation_id)
        conversation = await context.units.run(get_conversation, known_id)
        account, number = conversation.account, conversation.contact
    if not number:
        raise UserError("Choose who the text is for.", block=view.TO)
    picked = await line_in_form(context, interaction.form.choice(view.LINE), block=view.LINE)
    if picked is not None and (picked != account or conversation is None):
        account, conversation = picked, await context.units.run(find_conversation, picked, E164(number))
    moment = interaction.form.moment(view.AT)
    return ComposeInput(
        account=account,
        contact=context.require_reachable(account, E164(number), block=view.TO),
        conversation=conversation,
        pieces=pieces_of_input(interaction.form.text(view.TEXT)),
        files=_files(interaction),
        at=datetime.fromtimestamp(moment, UTC) if moment is not None else None,
        source=view.read_source(interaction.metadata),
    )


def _files(interaction: Interaction) -> tuple[SlackFile, ...]:
    return tuple(_file(file) for file in interaction.form.files(view.FILES))


def _file(given: Mapping[str, Any]) -> SlackFile:
    names = ("id", "name", "mimetype", "url_private")
    id_, name, type_, url = (str_of(given.get(field)) for field in names)
    return SlackFile(id_, name, type_, int_of(given.get("size")) or 0, url)


async def send_later(context: Context, interaction: Interaction, form: ComposeInput) -> SubmissionResult:
    """Schedule the text at the provider, once for each form. Raises UserError with the block at fault."""
    key = interaction.window_id
    words = await outcome_of(context, key)
    if not words:
        request = await _schedule_request(context, interaction, form)
        if is_at_night(context, request) or await warning_about_window(context, request):
            return await ask_in_window(context, interaction.user, request)
        try:
            words = await schedule_from_window(context, key, request, interaction.user)
        except RetryAllowed as mistake:
            raise UserError(str(mistake), block=view.TEXT) from None
    await form_closed(context, interaction)
    return ShowView(modals.notice_modal(MessageBody(words, []), title="New text"))


async def _schedule_request(context: Context, interaction: Interaction, form: ComposeInput) -> ScheduleRequest:
    if form.files:
        raise UserError("Pictures can only be sent now. Leave the time empty, or send words only.", block=view.FILES)
    by = context.lines.profile(form.account)
    text, zone = checked_text(form.text, by, block=view.TEXT), await zone_of(context, interaction.user)
    at = (form.at or utc_now()).astimezone(zone)
    try:
        return ScheduleRequest(form.account, form.contact, text, to_micros(check_moment(at, utc_now())), zone.key)
    except AmbiguousTime as error:
        raise UserError(str(error), block=view.AT) from None
