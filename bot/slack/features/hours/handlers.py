"""Commands about hours: who may give them, and how they are written."""

from bot.domain.roles import Role
from bot.slack.features.hours.goals import goal
from bot.slack.features.hours.office import hours
from bot.slack.handling import Feature, Subcommand

FEATURE = Feature(
    role=Role.MANAGER,
    commands=(
        Subcommand(
            "hours",
            "DAYS TIMES ZONE [holidays COUNTRY]|answer [+NUMBER] TEXT|off",
            "mon-fri 9-17 Europe/Berlin holidays DE",
            "say when the office is open, and what who writes else is answered; alone it says what is set",
            hours,
        ),
        Subcommand(
            "goal",
            "[#CHANNEL] TIME [DAYS TIMES ZONE]|off",
            "15m mon-fri 9-17 Europe/Berlin",
            "say within what time people should have an answer; alone it lists the goals",
            goal,
        ),
    ),
)
