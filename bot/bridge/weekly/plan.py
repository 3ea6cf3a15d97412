"""Plan of the weekly summary: set and ended by managers; each week's post is noted when its alarm rings.

The alarm is set anew in the transaction that notes the post, so there is one post a week, whatever is killed between.
One unit of work each; posts nothing (poster.py).
"""

from bot.domain.alarms import Alarm, AlarmKind
from bot.domain.ids import ChannelId, UserId
from bot.domain.timestamps import add_seconds
from bot.domain.weekly import LATEST_S, WeeklyPlan, WeeklyPost
from bot.ports.storage import Transaction

DUE = AlarmKind("weekly figures")
PLAN, CHANNEL = "weekly figures", "weekly figures channel"
"""Stored values. The channel stands alone, so that it follows where Slack gives it a new id."""

KEPT_S = 60 * 86_400.0
"""Time for which posts are known, so that replies under them are not taken for texts."""


def set_weekly(tx: Transaction, channel: ChannelId, plan: WeeklyPlan, by: UserId) -> None:
    """Have a summary posted every week, in place of any other plan."""
    tx.settings.set_value(PLAN, plan.written())
    tx.settings.set_value(CHANNEL, channel)
    tx.alarms.set(Alarm(DUE, "", plan.next_after(tx.now)))
    tx.audit.add(by, "set the weekly summary", None, detail=plan.written())


def end_weekly(tx: Transaction, by: UserId) -> bool:
    """Have no more summaries; False where there was no plan."""
    if tx.settings.value(PLAN) is None:
        return False
    tx.settings.forget_value(PLAN)
    tx.settings.forget_value(CHANNEL)
    tx.alarms.clear(DUE, "")
    tx.audit.add(by, "ended the weekly summary", None)
    return True


def read_weekly(tx: Transaction) -> tuple[ChannelId, WeeklyPlan, WeeklyPost | None] | None:
    """Read where and when summaries are posted, with the latest post; None where there is no plan."""
    plan, channel = tx.settings.value(PLAN), tx.settings.value(CHANNEL)
    if plan is None or channel is None:
        return None
    return ChannelId(channel), WeeklyPlan.read(plan), tx.weekly.latest()


def weekly_due(tx: Transaction, alarm: Alarm) -> None:
    """Note the post of a week, unless the bot was away for long, and set the alarm of the next one."""
    known = read_weekly(tx)
    if known is None:
        return
    channel, plan, _ = known
    if tx.now < add_seconds(alarm.due_at, LATEST_S):
        tx.weekly.add(WeeklyPost(plan.day_of(alarm.due_at), channel, plan.zone, alarm.due_at))
    tx.weekly.forget_before(add_seconds(tx.now, -KEPT_S))
    tx.alarms.set(Alarm(DUE, "", plan.next_after(tx.now)))
