"""Form for the weekly summary, for managers in App Home: whether, where, on which day and when. Pure.

It says whose clock it goes by, and keeps that: two managers may live in different time zones.
"""

from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.ids import ChannelId
from bot.domain.weekly import WeeklyPlan, WeeklyPost
from bot.parsing.week_moments import USUAL, WEEKDAYS
from bot.slack.blocks import modals
from bot.slack.blocks.kit import section
from bot.slack.blocks.modals import Modal, Option
from bot.slack.context import UserError
from bot.slack.events.interactions import ViewState
from bot.slack.features.figures.weekly import became
from bot.slack.features.kit.channels import CHANNELS

FORM = "weekly_form"
WHETHER, CHANNEL, DAY, CLOCK = "weekly_whether", "weekly_channel", "weekly_day", "weekly_time"
ON, OFF = "on", "off"

_ABOUT = "The figures of the seven days before, without people's names, are posted in a channel."


def weekly_form(known: tuple[ChannelId, WeeklyPlan, WeeklyPost | None] | None, zone: str, metadata: str) -> Modal:
    """Build the form, as the plan is; `zone` is that of who has it open, and counts where there is no plan."""
    usual = WeeklyPlan.at(*USUAL, zone)
    channel, plan, last = known or (None, usual, None)
    days = [Option(name, str(number)) for number, name in enumerate(WEEKDAYS)]
    clock = {"type": "timepicker", "initial_time": f"{plan.clock:%H:%M}"}
    place = CHANNELS | ({"initial_conversation": channel} if channel else {})
    whether = modals.radio_buttons([Option("Every week", ON), Option("Not at all", OFF)], initial=ON if known else OFF)
    blocks = [
        section(f"{_ABOUT}{became(last)}"),
        modals.input_block(WHETHER, "Post it", whether),
        modals.input_block(CHANNEL, "Channel", place, is_required=False),
        modals.input_block(DAY, "Day", modals.select_menu(days, initial=str(plan.weekday))),
        modals.input_block(CLOCK, "Time", clock, hint=f"As the clock is in {plan.zone}."),
    ]
    return modals.form_modal(FORM, "Weekly summary", "Save", blocks, metadata=f"{plan.zone} {metadata}")


def read_plan(form: ViewState, zone: str) -> WeeklyPlan:
    """Read when it is to be posted. Raises UserError with the block at fault."""
    day = form.choice(DAY)
    if day not in map(str, range(len(WEEKDAYS))):
        raise UserError("Choose a day.", block=DAY)
    try:
        clock = time.fromisoformat(form.text(CLOCK))
    except ValueError:
        raise UserError("Choose a time.", block=CLOCK) from None
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError("This form is out of date. Close it and open it again.", block=CLOCK) from None
    return WeeklyPlan.at(int(day), clock, zone)
