"""Reach in words: why a number is not texted from here, and who can change that. Pure, plain text."""

from bot.domain.text_limits import NumberRefusal, Unreachable

SUBJECT = "this number"

_NEVER = "and such numbers are never texted from here."

_PRICED = {
    Unreachable.PREMIUM: f"charges a price of its own (premium rate), {_NEVER}",
    Unreachable.SHARED_COST: f"charges a price of its own (shared cost), {_NEVER}",
    Unreachable.SATELLITE: f"is of a satellite phone or another network of no country, {_NEVER}",
}


def unreachable_text(refusal: NumberRefusal | None, subject: str = SUBJECT) -> str:
    """Write why a number is not texted; None stands for a reason that is over by now."""
    if refusal is None:
        return f"Not texted: {subject} was not among those that are texted from here. It is now; write the text again."
    if refusal.why in _PRICED:
        return f"Not texted: {subject} {_PRICED[refusal.why]}"
    country = f" ({refusal.country})" if refusal.country.isalpha() and refusal.country != "ZZ" else ""
    return (
        f"Not texted: {subject} is of another country{country}, and texts from here go only to numbers of "
        f"{_listed(refusal.allowed)}. Whoever runs the bot can allow more countries with TEXTS_TO."
    )


def _listed(countries: tuple[str, ...]) -> str:
    *first, last = countries
    return f"{', '.join(first)} and {last}" if first else last
