"""The card of a wave: what the team sees of one text to many, while it is planned and while it goes out. Pure."""

from datetime import datetime
from typing import Any

from bot.domain.moment import moment_of
from bot.domain.plans import WavePlan
from bot.domain.post import WavePost
from bot.domain.text import head
from bot.slack import inert

REFRESH = "wave_refresh"

Block = dict[str, Any]


def wave_card(post: WavePost) -> tuple[str, list[Block]]:
    """Say who texts what to how many and when, and how far it got."""
    plan = post.plan
    name = inert.escape(head(plan.name, 150))
    title = f"*{_kind(post)}: {name}*"
    lines = [title, _who(post), _progress(post)]
    text = inert.rich_text(plan.body) if plan.body.strip() else _section("_No words._")
    blocks = [_section("\n".join(line for line in lines if line)), text]
    blocks += [_small(details)] if (details := _details(post)) else []
    if plan.picture:
        blocks.append(_small(f"With a picture: {inert.escape(plan.picture)}"))
    if post.is_certain and not post.plan.is_draft and post.wave_id.isdigit():
        blocks.append({"type": "actions", "elements": [_refresh(post.wave_id)]})
    return " ".join(line for line in lines if line), blocks


def _kind(post: WavePost) -> str:
    return "Draft of a wave" if post.plan.is_draft else "Wave"


def _who(post: WavePost) -> str:
    plan = post.plan
    if not post.is_certain:
        by = f"By <@{post.author}>. " if post.author else ""
        return f"{by}{not_known(plan)}"
    by = f"By <@{post.author}>, " if post.author else ""
    if plan.is_draft:
        return f"{by}a draft in Volt. Nobody is texted: Volt sends it only once it is scheduled there."
    if not plan.at:
        return f"{by}{people(plan.people, is_most=plan.is_most)}."
    return f"{by}for {shown_moment(moment_of(plan.at))}, {people(plan.people, is_most=plan.is_most)}."


def not_known(plan: WavePlan) -> str:
    """Say that nobody knows whether Volt has it."""
    if plan.is_draft:
        return "Volt did not answer, so we do not know whether it keeps this draft. Look in Volt before you try again."
    return (
        "Volt did not answer, so we do not know whether this wave is scheduled. Look in Volt before you try again: "
        "otherwise everybody may be texted twice."
    )


def _progress(post: WavePost) -> str:
    if post.plan.is_draft or post.total is None:
        return ""
    return f"Delivered {post.delivered:,}, failed {post.failed:,}, of {post.total:,}."


def _details(post: WavePost) -> str:
    plan = post.plan
    names = ", ".join(inert.escape(name) for name in plan.lists)
    lists = f"{'List' if len(plan.lists) == 1 else 'Lists'}: {head(names, 1_500)}" if plan.lists else ""
    number = f"Wave {post.wave_id}" if post.wave_id.isdigit() else "Volt told no number of this wave"
    number = number if post.is_certain else ""
    looked = f"looked up {shown_time(post.looked_at)}" if post.looked_at else ""
    return " · ".join(part for part in (lists, number, looked) if part)


def people(count: int, *, is_most: bool) -> str:
    """Say how many are texted."""
    return f"{'at most ' if is_most else ''}{count:,} {'person' if count == 1 else 'people'}"


def shown_moment(at: datetime) -> str:
    """Show a moment in the reader's own time zone."""
    return f"<!date^{int(at.timestamp())}^{{date_long_pretty}} at {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def shown_time(at: datetime) -> str:
    """Show a time of day in the reader's own time zone."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"


def _refresh(wave_id: str) -> Block:
    label = {"type": "plain_text", "text": "Refresh", "emoji": False}
    return {"type": "button", "action_id": REFRESH, "value": wave_id, "text": label}


def _section(words: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def _small(words: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": words}]}
