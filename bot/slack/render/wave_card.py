"""Card of a wave: what the team sees of it, while it is planned and while it is sent. Pure."""

from bot.domain.provider_profile import UNKNOWN_PROVIDER, ProviderProfile
from bot.domain.text import clean, counted, truncate
from bot.domain.thread_content import WavePost
from bot.domain.timestamps import from_micros
from bot.domain.waves import WavePlan, is_own_id
from bot.slack.blocks.kit import (
    CLOCK,
    LONG_DATE,
    Block,
    MessageBody,
    button,
    button_row,
    context_block,
    context_texts,
    date,
    mrkdwn,
    plain,
    section,
    section_plain,
)
from bot.slack.text import escaping

REFRESH = "wave_refresh"


def render_wave_card(post: WavePost, by: ProviderProfile = UNKNOWN_PROVIDER) -> MessageBody:
    """Render the card of a wave: author, words, recipients, moment and progress.

    Each name stands in a text that is not parsed. The second block stays rich_text, as Slack wants it where one is
    edited.
    """
    plan = post.plan
    title = f"{_kind(post)}: {truncate(plan.name, 150)}"
    facts = [line for line in (_who(post, by), _progress(post)) if line]
    body = escaping.rich_text(plan.body) if plan.body.strip() else section("_No words._")
    blocks = [section_plain(clean(title)), body, section("\n".join(facts)), _details(post, by)]
    if plan.picture:
        blocks.append(context_block(f"With a picture: {escaping.escape(plan.picture)}"))
    if post.is_certain and not plan.is_draft and not is_own_id(post.wave_id):
        blocks += button_row(button("Refresh", REFRESH, post.wave_id))
    return MessageBody(" ".join([escaping.escape(title), *facts]), blocks)


def _kind(post: WavePost) -> str:
    return "Draft of a wave" if post.plan.is_draft else "Wave"


def _who(post: WavePost, by: ProviderProfile) -> str:
    plan = post.plan
    if not post.is_certain:
        author = f"By <@{post.author}>. " if post.author else ""
        return f"{author}{outcome_unknown_text(plan, by)}"
    facts = [f"by <@{post.author}>"] if post.author else []
    if plan.is_draft:
        line = ", ".join([*facts, f"a draft in {by.name}"])
        return f"{_capital(line)}. Nobody is texted: {by.name} sends it only once it is scheduled there."
    if plan.is_now:
        facts.append(f"sent {date(from_micros(plan.at), LONG_DATE)}")
    elif plan.at:
        facts.append(f"for {date(from_micros(plan.at), LONG_DATE)}")
    line = ", ".join([*facts, people_counted(plan.people, is_most=plan.is_most)])
    return f"{_capital(line)}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def outcome_unknown_text(plan: WavePlan, by: ProviderProfile) -> str:
    """Write that it is not known whether the provider has the wave."""
    unknown, look = f"{by.capital_name} did not answer, so we do not know", f"Look in {by.name} before you try again"
    if plan.is_draft:
        return f"{unknown} whether it keeps this draft. {look}."
    done = "was sent" if plan.is_now else "is scheduled"
    return f"{unknown} whether this wave {done}. {look}: otherwise everybody may be texted twice."


def _progress(post: WavePost) -> str:
    if post.plan.is_draft or post.total is None:
        return ""
    read = f" ({post.read:,} read)" if post.read is not None else ""
    return f"Delivered {post.delivered:,}{read}, not delivered {post.failed:,}, of {post.total:,}."


def _details(post: WavePost, by: ProviderProfile) -> Block:
    names = post.plan.lists
    number = f"{by.capital_name} gave this wave no number" if is_own_id(post.wave_id) else f"Wave {post.wave_id}"
    number_text = number if post.is_certain else ""
    looked = f"looked up {date(post.looked_at, CLOCK)}" if post.looked_at else ""
    lists = f"{'List' if len(names) == 1 else 'Lists'}: {clean(truncate(', '.join(names), 1_500))}"
    line = " · ".join(part for part in (number_text, looked) if part)
    return context_texts(*([plain(lists)] if names else []), *([mrkdwn(line)] if line else []))


def people_counted(count: int, *, is_most: bool) -> str:
    """Write the number of recipients."""
    return f"{'at most ' if is_most else ''}{counted(count, 'person', 'people')}"
