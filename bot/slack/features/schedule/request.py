"""Schedule request: a text, its contact and its moment, read from the form or the store, checked, and worded."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.bridge.conversations.queries import find_conversation
from bot.domain.confirmation import PendingConfirmation
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.text import for_phone, is_blank
from bot.domain.timestamps import Micros, from_micros, to_micros
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import checked
from bot.parsing.number_zones import local_times, moments_at
from bot.parsing.time_zones import ahead_words, hours_there
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.kit import texts
from bot.slack.features.kit.contact_ref import ContactRef, read_who
from bot.slack.features.schedule import view as shown
from bot.slack.text.escaping import escape
from bot.slack.text.rich_text import is_note


@dataclass(frozen=True)
class ScheduleRequest:
    """Schedule request; `zone` is that of the person who schedules it."""

    account: E164
    contact: E164
    text: str
    at: Micros
    zone: str

    @property
    def who(self) -> ContactRef:
        """Write the contact, and our number if there are several."""
        return ContactRef(self.account, self.contact)

    @classmethod
    def of(cls, ask: PendingConfirmation) -> Self:
        """Read a stored request."""
        fields = json.loads(ask.body)
        return cls(
            account=E164(fields["account"]),
            contact=E164(fields["contact"]),
            text=fields["text"],
            at=Micros(fields["at"]),
            zone=fields["zone"],
        )

    def written(self) -> str:
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
    text, picked = for_phone(interaction.form.text(shown.TEXT)), interaction.form.moment(shown.WHEN)
    who = read_who(interaction.metadata)
    if picked is None:
        raise UserError("Choose a date and a time.", block=shown.WHEN)
    if is_note((text,)):
        raise UserError(texts.KEPT_INSIDE, block=shown.TEXT)
    text = checked_text(text, block=shown.TEXT)
    zone = await zone_of(context, interaction.user)
    try:
        at = checked(datetime.fromtimestamp(picked, zone), datetime.now(UTC))
    except AmbiguousTime as error:
        raise UserError(str(error), block=shown.WHEN) from None
    return ScheduleRequest(who.account, who.contact, text, to_micros(at), zone.key)


async def zone_of(context: Context, user: UserId) -> ZoneInfo:
    """Look up a user's time zone in Slack. Raises UserError or CallFailed."""
    name = str((await context.ui.person(user)).get("tz") or "")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = "Slack does not say which time zone you are in. Set it in Slack under Preferences, Language & region."
        raise UserError(escape(words), has_usage=False) from None


def checked_text(text: str, *, block: str = "") -> str:
    """Check that a phone can show a text and that Volt takes it. Raises UserError."""
    if is_blank(text):
        raise UserError("The text has no words that a phone can show.", block=block, has_usage=False)
    if len(text) > shown.LONGEST:
        words = f"The text has {len(text):,} characters, and Volt takes at most {shown.LONGEST:,} in one."
        raise UserError(words, block=block, has_usage=False)
    return text


def refuse_late(wanted: ScheduleRequest) -> None:
    """Refuse a moment that has passed. Raises UserError."""
    try:
        checked(from_micros(wanted.at).astimezone(ZoneInfo(wanted.zone)), datetime.now(UTC))
    except AmbiguousTime as error:
        raise UserError(f"{escape(str(error))} Nothing was scheduled. Please ask again.") from None


async def name_of_contact(context: Context, who: ContactRef) -> str:
    """Write the contact's name in plain text. Raises UserError for a contact who has opted out."""
    conversation = await context.units.run(find_conversation, who.account, who.contact)
    number = context.renderer.number(who.contact)
    if conversation is not None and conversation.is_opted_out:
        words = f"{number} has opted out. Only they can undo that, by texting START."
        raise UserError(words, has_usage=False)
    return f"{conversation.name} {number}" if conversation and conversation.name else number


def ahead_of(wanted: ScheduleRequest) -> str:
    """Write how far away the moment is, and the contact's hour if it differs."""
    at, zone = from_micros(wanted.at), ZoneInfo(wanted.zone)
    there = hours_there(at.astimezone(zone), moments_at(wanted.contact, at))
    return ahead_words(at, datetime.now(UTC), zone) + (f"; for them it is {there}" if there else "")


def is_at_night(context: Context, wanted: ScheduleRequest) -> bool:
    """Tell whether it may be night then where the contact is."""
    return context.quiet is not None and any(map(context.quiet.holds, local_times(wanted.contact, wanted.at)))
