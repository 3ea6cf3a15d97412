"""A line of the audit trail."""

from dataclasses import dataclass

from bot.domain.ids import UserId
from bot.domain.timestamps import Micros

THE_APP = UserId("")
"""Actor of what the app does by itself."""


@dataclass(frozen=True)
class AuditLine:
    """One line of the audit trail: who did what, and when."""

    actor: UserId
    action: str
    detail: str
    at: Micros
