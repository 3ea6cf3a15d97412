"""Alarms: moments at which the bot has to do something by itself, such as a reminder. Pure.

Kinds are named where their handlers are. An alarm is known by its kind and its subject: setting it again moves it.
"""

from dataclasses import dataclass
from typing import NewType

from bot.domain.ids import ConversationId
from bot.domain.timestamps import Micros

AlarmKind = NewType("AlarmKind", str)
"""What is to be done then; each has one handler (bot.bridge.alarms)."""


@dataclass(frozen=True)
class Alarm:
    """Alarm: `subject` says about what, within its kind.

    `due_at` is a moment of the calendar: setting the clock does not move it. With a conversation, it is removed when
    the person is erased.
    """

    kind: AlarmKind
    subject: str
    due_at: Micros
    conversation_id: ConversationId | None = None
