"""Tags as people type them, and the refusals that every place words alike."""

from collections.abc import Sequence

from bot.bridge.conversations.tags import TooManyTags
from bot.domain.searches import MOST_SAVED
from bot.domain.tags import MOST_RULES, MOST_TAGS, MOST_TEAM_TAGS, read_tag
from bot.domain.text import truncate
from bot.parsing.search_terms import TAG_RULE
from bot.slack.context import UserError
from bot.slack.text.escaping import escape, unescape

_TOO_MANY = {
    "conversation": f"A conversation can have at most {MOST_TAGS} tags. Take one off first.",
    "team": f"There are {MOST_TEAM_TAGS} tags, which is the most. A manager can remove one: `/volt tag NAME off`.",
    "rules": f"There are {MOST_RULES} rules already, which is the most. Remove one first.",
    "searches": f"{MOST_SAVED} searches are kept already, which is the most. Delete one first.",
}


def too_many(error: TooManyTags, *, block: str = "") -> UserError:
    """Write what there is too much of, and what to do."""
    return UserError(_TOO_MANY[str(error)], block=block, has_usage=False)


def read_tags(typed: str, *, block: str = "") -> Sequence[str]:
    """Read tags with commas or spaces between them. Raises UserError."""
    return list(dict.fromkeys(tag_in(part, block=block) for part in typed.replace(",", " ").split()))


def tag_in(typed: str, *, block: str = "") -> str:
    """Read one tag. Raises UserError."""
    tag = read_tag(typed)
    if tag is None:
        words = f'"{escape(truncate(unescape(typed), 40))}" cannot be a tag: {TAG_RULE}'
        raise UserError(words, block=block, has_usage=False)
    return tag
