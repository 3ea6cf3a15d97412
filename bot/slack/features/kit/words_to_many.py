"""Words that are typed into a form for many people at once, read as those of any other form are."""

from bot.domain.text import for_phone, is_blank
from bot.slack.context import UserError
from bot.slack.events.interactions import ViewState
from bot.slack.features.kit import texts
from bot.slack.text.rich_text import flatten, is_note, pieces_of_input

NO_WORDS = "The text has no words that a phone can show."


def words_to_many(form: ViewState, block: str) -> str:
    """Read a text as phones will show it. Raises UserError where there is none, or where it is kept in Slack."""
    pieces = pieces_of_input(form.text(block))
    text = for_phone(flatten(pieces, {}))
    if is_blank(text):
        raise UserError(NO_WORDS, block=block)
    if is_note(pieces):
        raise UserError(texts.KEPT_INSIDE, block=block)
    return text
