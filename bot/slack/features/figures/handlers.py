"""Figures handlers: the Home that shows them, for managers, and `/volt figures`."""

import contextlib
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.bridge.weekly.plan import end_weekly, read_weekly, set_weekly
from bot.domain.errors import CallFailed, StoreUnavailable
from bot.domain.figures import spans_of
from bot.domain.ids import UserId
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.roles import Role
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.figures import view, weekly_form
from bot.slack.features.figures.view import Look, Shown
from bot.slack.features.figures.weekly import weekly
from bot.slack.features.kit.action_ids import FIGURES, WEEKLY
from bot.slack.features.kit.channels import picked_channel
from bot.slack.features.kit.contact_ref import contact_labels
from bot.slack.features.kit.time_zone import zone_of
from bot.slack.handling import Feature, Subcommand, SubmissionResult
from bot.time_of_day import utc_now


async def show(context: Context, interaction: Interaction) -> None:
    """Show figures in place of the conversations."""
    await _publish(context, interaction.user, Look.read(interaction.value))


async def choose_span(context: Context, interaction: Interaction) -> None:
    """Show other days, in the colours that the charts have."""
    theme = interaction.form.block_named(view.SHOWN).rpartition(" ")[2]
    await _publish(context, interaction.user, Look.read(f"{interaction.value} {theme}"))


async def _publish(context: Context, user: UserId, look: Look) -> None:
    shown = await _shown(context, user, look)
    labels = contact_labels(context)

    def line(account: E164) -> str:
        return f"{labels.number(number_of(account))} by {labels.by(account).name}"

    await context.ui.publish_home(user, view.figures_home(shown, line, context.chart_url))


async def _shown(context: Context, user: UserId, look: Look) -> Shown:
    """Read the figures of the last days, as days are where the person is."""
    zone = await _zone_of(context, user)
    last = utc_now().astimezone(zone).date()
    spans = spans_of(last - timedelta(days=look.days - 1), last, zone)
    return Shown(look, last, zone.key, await context.read_model.figures(spans, look.days_together))


async def _zone_of(context: Context, user: UserId) -> ZoneInfo:
    """Look up a person's time zone in Slack; UTC where Slack does not say it."""
    try:
        return await zone_of(context, user)
    except (CallFailed, UserError):
        return ZoneInfo("UTC")


# --- the weekly summary


async def ask_weekly(context: Context, interaction: Interaction) -> None:
    """Act on Weekly summary."""
    known = await context.units.run(read_weekly)
    zone = await _zone_of(context, interaction.user)
    form = weekly_form.weekly_form(known, zone.key, Look.read(interaction.value).written())
    await context.ui.open_modal(interaction.trigger_id, form)


async def save_weekly(context: Context, interaction: Interaction) -> SubmissionResult:
    """Set or end the weekly summary, as the command does. Raises UserError with the block at fault."""
    zone, _, look = interaction.metadata.partition(" ")
    if interaction.form.choice(weekly_form.WHETHER) == weekly_form.OFF:
        await context.units.run(end_weekly, interaction.user)
    else:
        plan = weekly_form.read_plan(interaction.form, zone)
        channel = await picked_channel(context, interaction, weekly_form.CHANNEL, for_texts=True)
        await context.units.run(set_weekly, channel, plan, interaction.user)
    with contextlib.suppress(CallFailed, StoreUnavailable):  # it is saved, whether or not Slack shows the Home again
        await _publish(context, interaction.user, Look.read(look))
    return None


async def figures(context: Context, interaction: Interaction, words: str) -> MessageBody:
    """Answer `/volt figures`, and what is said of the weekly summary."""
    first, _, rest = words.strip().partition(" ")
    if first.lower() == "weekly":
        return await weekly(context, interaction, rest)
    days = {"": 30, "7": 7, "30": 30, "90": 90, "365": 365}.get(words.removesuffix(" days").strip())
    if days is None:
        raise UserError("I show the figures of the last 7, 30, 90 or 365 days.")
    shown = await _shown(context, interaction.user, Look(days))
    span = f"{days} days" if days < 365 else "year"
    return MessageBody(f"{view.summary(shown.read, span)}\nCharts are in the Home of this app, under *Figures*.", [])


FEATURE = Feature(
    role=Role.MANAGER,
    commands=(Subcommand("figures", "[7|30|90|365]", "30", "texts, and how long people waited", figures),),
    actions={FIGURES: show, view.SPAN: choose_span, view.THEME: show, WEEKLY: ask_weekly},
    submissions={weekly_form.FORM: save_weekly},
)
