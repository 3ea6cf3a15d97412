"""Hours ports: who waits since when, the goals for that, and when the office is open."""

from typing import Protocol

from bot.domain.closed_answers import ClosedAnswer
from bot.domain.goals import FollowUp, Goal, GoalNotice, MissedGoal, OfficeHours, Waiting
from bot.domain.ids import ChannelId, ConversationId, UserId
from bot.domain.message import Message
from bot.domain.phone import E164
from bot.domain.timestamps import Micros


class WaitingContacts(Protocol):
    """Contacts who wait for an answer, what is said of their goals, and what people want to be reminded of."""

    def start(self, conversation_id: ConversationId, since: Micros, assignee: UserId | None) -> None:
        """Note that a contact waits; nothing changes where they do already."""

    def get(self, conversation_id: ConversationId) -> Waiting | None: ...

    def save(self, waiting: Waiting) -> None: ...

    def stop(self, conversation_id: ConversationId) -> None:
        """Note that a contact waits no more."""

    def after(self, conversation_id: int, limit: int) -> list[Waiting]:
        """Those with an id above this one, in order."""

    def first_unanswered(self, conversation_id: ConversationId) -> Micros | None:
        """When the first text came that nobody has answered; an automatic answer is none."""

    def in_notice(self, channel: ChannelId, at: Micros, limit: int) -> list[Waiting]:
        """Those that a notice names, without those put off, the longest waiting first."""

    def count_in_notice(self, channel: ChannelId, at: Micros) -> int: ...

    def notice(self, channel: ChannelId) -> GoalNotice | None:
        """The newest notice of a channel."""

    def set_notice(self, notice: GoalNotice) -> None:
        """Begin a notice; it names all that are in earlier ones of its channel."""

    def add_missed(self, missed: MissedGoal) -> bool:
        """Keep that a goal was missed, once for each text that waits; False where that is known."""

    def missed_between(self, since: Micros, until: Micros, limit: int) -> list[MissedGoal]: ...

    def set_follow_up(self, conversation_id: ConversationId, until: Micros, author: UserId) -> None: ...

    def follow_up(self, conversation_id: ConversationId) -> FollowUp | None: ...

    def tell_follow_up(self, conversation_id: ConversationId) -> bool:
        """Note that somebody was reminded; False where they were before."""

    def drop_follow_up(self, conversation_id: ConversationId) -> bool: ...


class Hours(Protocol):
    """Hours and goals of a team, and automatic answers."""

    def set_goal(self, goal: Goal, author: UserId) -> None: ...

    def drop_goal(self, kind: str, subject: str) -> bool: ...

    def goals(self) -> list[Goal]: ...

    def goal_for(self, channel: ChannelId, account: E164) -> Goal | None:
        """The goal that counts; that of the channel goes before that of our number."""

    def set_office(self, office: OfficeHours, author: UserId) -> None: ...

    def drop_office(self, account: E164) -> bool: ...

    def office(self, account: E164) -> OfficeHours | None: ...

    def offices(self) -> list[OfficeHours]: ...

    def set_answer(self, answer: ClosedAnswer, author: UserId) -> None: ...

    def drop_answer(self, account: E164, begins: str) -> bool: ...

    def answers(self, account: E164) -> list[ClosedAnswer]: ...

    def last_automatic(self, conversation_id: ConversationId) -> Micros | None:
        """When a contact was last answered automatically."""

    def add_automatic(self, message: Message, closed_since: Micros) -> None:
        """Note that a text is the automatic answer of a closed period."""

    def closed_period(self, message_id: int) -> Micros | None:
        """Since when it was closed when this automatic answer was made; None for any other text."""
