"""Line of App Home about oneself: on duty, off duty or away, with the button that changes it. Pure.

Shown where the team shares conversations out, or to who is away; else nothing hangs on it.
"""

from bot.domain.team import Presence
from bot.domain.timestamps import Micros, from_micros
from bot.slack.blocks.kit import LONG_DATE, Block, button, date, section
from bot.slack.features.kit import texts

GO_ON, GO_OFF = "duty_on", "duty_off"

AWAY = "You are away until {until}. What contacts write to you meanwhile goes to others."


def duty_blocks(presence: Presence | None, now: Micros) -> list[Block]:
    """Say whether this person is on duty, with a button for the other."""
    if presence is None:
        return []
    person = presence.colleague
    if person.away_until is not None and person.is_away(now):
        until = date(from_micros(person.away_until), LONG_DATE)
        return [section(AWAY.format(until=until), button("Go on duty", GO_ON, "home"))]
    if not presence.is_shared_out:
        return []
    if person.is_on_duty(now):
        return [section(texts.ON_DUTY, button("Go off duty", GO_OFF, "home"))]
    return [section(texts.OFF_DUTY, button("Go on duty", GO_ON, "home"))]
