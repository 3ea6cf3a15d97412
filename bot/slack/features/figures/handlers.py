"""Figures handlers: the Home that shows them, for managers, and `/volt figures`."""

from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.errors import CallFailed
from bot.domain.figures import spans_of
from bot.domain.ids import UserId
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.roles import Role
from bot.slack.blocks.kit import MessageBody
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import Interaction
from bot.slack.features.figures import view
from bot.slack.features.figures.view import Look, Shown
from bot.slack.features.figures.weekly import weekly
from bot.slack.features.kit.action_ids import FIGURES
from bot.slack.features.kit.contact_ref import contact_labels
from bot.slack.handling import Feature, Subcommand
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
        return ZoneInfo(str((await context.ui.user(user)).get("tz") or "UTC"))
    except (CallFailed, ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


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
    actions={FIGURES: show, view.SPAN: choose_span, view.THEME: show},
)
