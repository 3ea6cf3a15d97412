"""Schedule request: a text, its contact and its moment, read from the form or the store, checked, and worded."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from bot.bridge.conversations.queries import find_conversation
from bot.domain.confirmation import PendingConfirmation
from bot.domain.phone import E164
from bot.domain.provider_profile import ProviderProfile
from bot.domain.text import for_phone, is_blank
from bot.domain.timestamps import Micros, from_micros, to_micros
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import check_moment
from bot.parsing.number_zones import local_times, moments_in_zones
from bot.parsing.time_zones import distance_text, hours_elsewhere
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit import texts
from bot.slack.features.kit.contact_ref import ContactRef, read_contact_ref
from bot.slack.features.kit.time_zone import zone_of
from bot.slack.features.kit.windows import window_warning
from bot.slack.features.schedule import view
from bot.slack.render.approval_texts import undone_by
from bot.slack.text.escaping import escape
from bot.slack.text.rich_text import is_note
from bot.time_of_day import utc_now


@dataclass(frozen=True)
class ScheduleRequest:
    """Schedule request; `zone` is that of the person who schedules it."""

    account: E164
    contact: E164
    text: str
    at: Micros
    zone: str

    @property
    def ref(self) -> ContactRef:
        """Write the contact, and our number if there are several."""
        return ContactRef(self.account, self.contact)

    @classmethod
    def from_stored(cls, confirmation: PendingConfirmation) -> Self:
        """Read a stored request."""
        fields = json.loads(confirmation.body)
        return cls(
            account=E164(fields["account"]),
            contact=E164(fields["contact"]),
            text=fields["text"],
            at=Micros(fields["at"]),
            zone=fields["zone"],
        )

    def to_stored(self) -> str:
        """Write the request as it is stored."""
        fields = {
            "account": self.account,
            "contact": self.contact,
            "text": self.text,
            "at": self.at,
            "zone": self.zone,
        }
        return json.dumps(fields, ensure_ascii=False)


async def wanted_in_form(context: Context, interaction: Interaction) -> ScheduleRequest:
    """Read the form. Raises UserError with the block at fault."""
    text, picked = for_phone(interaction.form.text(view.TEXT)), interaction.form.moment(view.WHEN)
    ref = read_contact_ref(interaction.metadata)
    if picked is None:
        raise UserError("Choose a date and a time.", block=view.WHEN)
    if is_note((text,)):
        raise UserError(texts.KEPT_INSIDE, block=view.TEXT)
    text = checked_text(text, context.lines.profile(ref.account), block=view.TEXT)
    zone = await zone_of(context, interaction.user)
    try:
        at = check_moment(datetime.fromtimestamp(picked, zone), utc_now())
    except AmbiguousTime as error:
        raise UserError(str(error), block=view.WHEN) from None
    return ScheduleRequest(ref.account, ref.contact, text, to_micros(at), zone.key)


def checked_text(text: str, by: ProviderProfile, *, block: str = "") -> str:
    """Check that a phone can show a text and that the provider takes it. Raises UserError."""
    if is_blank(text):
        raise UserError("The text has no words that a phone can show.", block=block, has_usage=False)
    most = by.limits.longest_text
    if len(text) > most:
        words = f"The text has {len(text):,} characters, and {by.name} takes at most {most:,} in one."
        raise UserError(words, block=block, has_usage=False)
    return text


def refuse_late(request: ScheduleRequest) -> None:
    """Refuse a moment that has passed. Raises UserError."""
    try:
        check_moment(from_micros(request.at).astimezone(ZoneInfo(request.zone)), utc_now())
    except AmbiguousTime as error:
        raise UserError(f"{escape(str(error))} Nothing was scheduled. Please ask again.") from None


async def name_of_contact(context: Context, ref: ContactRef) -> str:
    """Write the contact's name in plain text. Raises UserError for a contact who cannot be texted, or has opted out."""
    context.require_reachable(ref.account, ref.contact)
    conversation = await context.units.run(find_conversation, ref.account, ref.contact)
    number = context.renderer.number(ref.contact)
    if conversation is not None and conversation.is_opted_out:
        words = f"{number} has opted out. Only they can undo that, {undone_by(context.lines.profile(ref.account))}."
        raise UserError(words, has_usage=False)
    return f"{conversation.name} {number}" if conversation and conversation.name else number


def ahead_of(request: ScheduleRequest) -> str:
    """Write how far away the moment is, and the contact's hour if it differs."""
    at, zone = from_micros(request.at), ZoneInfo(request.zone)
    there = hours_elsewhere(at.astimezone(zone), moments_in_zones(request.contact, at))
    return distance_text(at, utc_now(), zone) + (f"; for them it is {there}" if there else "")


def is_at_night(context: Context, request: ScheduleRequest) -> bool:
    """Tell whether it may be night then where the contact is."""
    return context.quiet is not None and any(map(context.quiet.holds, local_times(request.contact, request.at)))


async def warning_about_window(context: Context, request: ScheduleRequest) -> str:
    """Write that free text may not be taken any more at that time; "" where it is."""
    ends = request.account, request.contact
    return await window_warning(context, *ends, from_micros(request.at), utc_now())
