"""Schedule handlers, `/volt schedule` and its form: a text that the provider sends later.

A text is never scheduled at once: the answer states what will happen, and a button confirms it, once
(confirmations.py). The pending confirmation is stored.
"""

from functools import partial
from zoneinfo import ZoneInfo

from bot.bridge.confirmations import OutcomeLost, add_confirmation, end_confirmation
from bot.bridge.conversations.queries import get_conversation
from bot.bridge.messages.allowance import OverAllowance
from bot.bridge.messages.scheduled import complete_scheduling, record_not_scheduled, record_scheduling
from bot.domain.confirmation import PendingConfirmation
from bot.domain.ids import ConversationId, UserId
from bot.domain.roles import Role
from bot.domain.scheduled import ScheduledText
from bot.domain.timestamps import from_micros, to_micros
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import ParsedTime, parse_leading_time
from bot.parsing.time_zones import moment_text
from bot.ports.capabilities import Capability
from bot.slack.blocks import modals
from bot.slack.blocks.kit import LONG_DATE, Block, MessageBody, date
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit import texts
from bot.slack.features.kit.capabilities import scheduling_of
from bot.slack.features.kit.confirmations import (
    RetryAllowed,
    call_once,
    cancel,
    claim_press,
    read_confirmation,
    read_open_confirmation,
    show_instead,
    store_confirmation,
)
from bot.slack.features.kit.contact_ref import ContactRef
from bot.slack.features.kit.time_zone import zone_of
from bot.slack.features.kit.which_line import picked_line
from bot.slack.features.kit.writing import form_closed, open_form_to_number
from bot.slack.features.schedule import view
from bot.slack.features.schedule.request import (
    ScheduleRequest,
    ahead_of,
    checked_text,
    is_at_night,
    name_of_contact,
    refuse_late,
    wanted_in_form,
    warning_about_window,
)
from bot.slack.handling import Feature, ShowView, Subcommand, SubmissionResult
from bot.slack.text.escaping import escape
from bot.slack.text.rich_text import is_note, pieces_of
from bot.time_of_day import utc_now

KIND = "schedule"


async def schedule(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt schedule NUMBER WHEN TEXT`; with a number alone, open the form."""
    line, words = await picked_line(context, words)
    number, rest = context.split_number(words)
    ref = ContactRef(line or await context.account_with(number), number)
    scheduling_of(context, ref.account)
    if not rest.strip():
        await _open_form(context, interaction, ref)
        return MessageBody("The form is open. Nothing is scheduled before you confirm it.", [])
    zone = await zone_of(context, interaction.user)
    reading = _read(rest, zone)
    pieces = pieces_of(reading.text, None)
    if not pieces:
        raise UserError("There is no text after the time.")
    if is_note(pieces):
        return MessageBody(texts.KEPT_INSIDE, [])
    text = await context.workspace.phone_text(pieces)
    request = ScheduleRequest(
        ref.account,
        ref.contact,
        checked_text(text, context.lines.profile(ref.account)),
        to_micros(reading.at),
        zone.key,
    )
    return await _ask(context, interaction.user, request)


async def _open_form(context: Context, interaction: Interaction, ref: ContactRef) -> None:
    scheduling_of(context, ref.account)
    name, most = await name_of_contact(context, ref), context.lines.profile(ref.account).limits.longest_text
    form = view.schedule_modal(name, str(ref), most)
    await open_form_to_number(context, interaction, ref.account, ref.contact, form)


def _read(rest: str, zone: ZoneInfo) -> ParsedTime:
    try:
        return parse_leading_time(rest, utc_now(), zone)
    except AmbiguousTime as error:
        raise UserError(escape(str(error))) from None


async def _ask(context: Context, user: UserId, request: ScheduleRequest) -> MessageBody:
    question = await _question(context, request)
    return view.question_view(await _keep(context, user, request), question)


async def _keep(context: Context, user: UserId, request: ScheduleRequest) -> str:
    return await store_confirmation(context, KIND, user, request.to_stored())


async def _question(context: Context, request: ScheduleRequest, note: str = "") -> tuple[str, list[Block]]:
    night = view.NIGHT if is_at_night(context, request) else ""
    notes = " ".join(one for one in (note, await warning_about_window(context, request), night) if one)
    at, ref = from_micros(request.at), await name_of_contact(context, request.ref)
    when = moment_text(at, utc_now(), ZoneInfo(request.zone))
    measure = context.lines.profile(request.account).measure
    return view.asking(ref, when, request.text, at=at, ahead=ahead_of(request), note=notes, measure=measure)


async def ask_in_window(context: Context, user: UserId, request: ScheduleRequest) -> SubmissionResult:
    """Ask for confirmation in place of a form."""
    question = await _question(context, request)
    return ShowView(view.question_modal(await _keep(context, user, request), question))


# --- the buttons


async def _go(context: Context, interaction: Interaction) -> None:
    try:
        message = MessageBody(await _schedule_once(context, interaction.value, interaction.user), [])
    except RetryAllowed as mistake:
        request = ScheduleRequest.from_stored(await read_confirmation(context, interaction.value, KIND))
        message = view.question_view(interaction.value, await _question(context, request, str(mistake)))
    except UserError as mistake:
        message = MessageBody(str(mistake), [])
    await show_instead(context, interaction, message)


async def _cancel(context: Context, interaction: Interaction) -> None:
    try:
        await cancel(context, interaction.value, KIND, view.CANCELLED)
        message = MessageBody(view.CANCELLED, [])
    except UserError as mistake:
        message = MessageBody(str(mistake), [])
    await show_instead(context, interaction, message)


async def schedule_from_window(context: Context, key: str, request: ScheduleRequest, user: UserId) -> str:
    """Schedule the input of a form at the provider, once for each `key`; returns the result in words.

    Raises UserError, and RetryAllowed if certainly nothing was done: then the same form may be sent again.
    """
    confirmation = PendingConfirmation(key, KIND, user, request.to_stored())
    await context.units.run(add_confirmation, confirmation)
    return await _schedule_once(context, key, user)


async def _schedule_once(context: Context, confirmation_id: str, user: UserId) -> str:
    """Schedule the text at the provider, once; returns the result in words. Raises UserError."""
    request = ScheduleRequest.from_stored(await read_open_confirmation(context, confirmation_id, KIND))
    refuse_late(request)
    await name_of_contact(context, request.ref)
    scheduling = scheduling_of(context, request.account)
    text = ScheduledText(confirmation_id, ConversationId(0), request.text, user, request.at)
    place = (request.account, request.contact)
    begin = partial(record_scheduling, place=place, text=text, channel=context.channel)
    try:
        confirmation, (conversation_id, audit_id) = await claim_press(
            context, confirmation_id, KIND, begin, account=request.account
        )
    except OverAllowance:
        raise UserError(view.OVER_ALLOWANCE, has_usage=False) from None
    call = scheduling.schedule_text(request.account, [request.contact], request.text, from_micros(request.at))
    undo = partial(record_not_scheduled, text_id=confirmation_id, audit_id=audit_id)
    try:
        made = await call_once(context, confirmation, call, undo, account=request.account)
    except OutcomeLost:
        unknown = view.UNKNOWN.format(name=context.lines.profile(request.account).capital_name)
        await context.units.run_until_written(end_confirmation, confirmation_id, unknown)
        return unknown
    wave_id, done = made.id if made else confirmation_id, _done(context, request)
    conversation = await context.units.run_until_written(
        complete_scheduling, conversation_id, confirmation_id, audit_id, wave_id, done
    )
    return f"{done} The conversation is in {context.thread_mention(conversation)}."


def _done(context: Context, request: ScheduleRequest) -> str:
    when = date(from_micros(request.at), LONG_DATE)
    return (
        f"Scheduled. {context.renderer.number(request.contact)} gets your text on {when}, {escape(ahead_of(request))}."
    )


# --- the form


async def open_schedule_modal(context: Context, interaction: Interaction, conversation_id: int) -> None:
    """Open the form for a conversation's contact, from a button or shortcut. Raises UserError or CallFailed."""
    known = ConversationId(conversation_id)
    conversation = await context.units.run(get_conversation, known)
    await _open_form(context, interaction, ContactRef(conversation.account, conversation.contact))


async def _submit(context: Context, interaction: Interaction) -> SubmissionResult:
    return await ask_in_window(context, interaction.user, await wanted_in_form(context, interaction))


async def _confirm(context: Context, interaction: Interaction) -> SubmissionResult:
    confirmation_id = interaction.metadata
    try:
        words = await _schedule_once(context, confirmation_id, interaction.user)
    except RetryAllowed as mistake:
        request = ScheduleRequest.from_stored(await read_confirmation(context, confirmation_id, KIND))
        return ShowView(view.question_modal(confirmation_id, await _question(context, request, str(mistake))))
    except UserError as mistake:
        words = str(mistake)
    await form_closed(context, interaction)
    return ShowView(modals.notice_modal(MessageBody(words, []), title="Schedule a text"))


FEATURE = Feature(
    role=Role.AGENT,
    needs=Capability.SCHEDULING,
    commands=(
        Subcommand(
            "schedule",
            "NUMBER WHEN TEXT",
            "(555) 555-0145 tomorrow 9am Your order is ready",
            "text later; you see what will happen and confirm it",
            schedule,
        ),
    ),
    actions={view.GO: _go, view.CANCEL: _cancel},
    submissions={view.FORM: _submit, view.CONFIRM: _confirm},
)
