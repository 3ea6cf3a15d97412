"""Inbox: events seen before, webhook events not processed yet, and parked events."""

import json
from collections.abc import Sequence

from bot.domain.dedup import DedupScope
from bot.domain.stored_events import InboxEvent
from bot.domain.timestamps import Micros
from bot.store.sql.session import Repository


class Inbox(Repository):
    """Inbox: events seen before, webhook events not processed yet, and parked events."""

    def first_seen(self, scope: DedupScope, event_id: str) -> bool:
        """Note an event as seen; False where it was seen before."""
        return self._do("add_seen_event", scope=scope.value, id=event_id).rowcount == 1

    def was_seen(self, scope: DedupScope, event_id: str) -> bool:
        """Tell whether an event was seen."""
        return self._one("seen_event", scope=scope.value, id=event_id) is not None

    def seen_among(self, scope: DedupScope, event_ids: Sequence[str]) -> set[str]:
        """Tell which events were seen before, all in one statement."""
        return {row["id"] for row in self._all("seen_events", scope=scope.value, ids=json.dumps(event_ids))}

    def forget_seen(self, scope: DedupScope, before: Micros) -> None:
        """Forget the events of a scope that were seen before a moment."""
        self._do("forget_seen_events", scope=scope.value, before=before)

    def forget_one(self, scope: DedupScope, event_id: str) -> None:
        """Forget that an event was seen."""
        self._do("forget_seen_event", scope=scope.value, id=event_id)

    def add_all(self, bodies: Sequence[str]) -> None:
        """Store webhook events, all in one statement."""
        if bodies:
            self._do("add_inbox_events", bodies=json.dumps(bodies))
            self._session.has_work = True

    def due(self, limit: int) -> list[InboxEvent]:
        """List the oldest webhook events that are due."""
        return [
            InboxEvent(row["id"], row["body"], row["failures"], row["at"])
            for row in self._all("due_inbox_events", limit=limit)
        ]

    def next_due_at(self) -> Micros | None:
        """Tell when the next webhook event is due."""
        due_at: Micros | None = self._existing("next_inbox_event")["due_at"]
        return due_at

    def remove(self, event_ids: Sequence[int]) -> None:
        """Remove webhook events that are processed, all in one statement."""
        self._do("remove_inbox_events", ids=json.dumps(event_ids))

    def defer(self, event_id: int, due_at: Micros) -> None:
        """Defer a webhook event that could not be processed."""
        self._do("defer_inbox_event", id=event_id, due_at=due_at)

    def park(self, kind: str, subject: str, body: str) -> None:
        """Park an event that came before what it refers to."""
        self._do("park_event", kind=kind, subject=subject, body=body)

    def parked(self, kind: str, subject: str) -> list[str]:
        """Read the parked events of a subject, and leave them."""
        return [row["body"] for row in self._all("parked_events", kind=kind, subject=subject)]

    def parked_subjects(self, kind: str) -> list[str]:
        """List the subjects of parked events."""
        return [row["subject"] for row in self._all("parked_subjects", kind=kind)]

    def has_parked(self, kind: str, start: str) -> bool:
        """Tell whether an event is parked for a subject that begins so."""
        return self._one("has_parked_events", kind=kind, start=start, end=f"{start}\U0010ffff") is not None

    def parked_before(self, kind: str, before: Micros, limit: int) -> list[str]:
        """List the subjects of events parked before that moment."""
        return [row["subject"] for row in self._all("parked_before", kind=kind, before=before, limit=limit)]

    def drop_parked(self, kind: str, before: Micros) -> None:
        """Drop the events parked before that moment."""
        self._do("drop_parked_events", kind=kind, before=before)

    def change_parked_kind(self, kind: str, subject: str, body: str, new: str) -> None:
        """Give a parked event another kind; when it was parked stays."""
        self._do("change_parked_kind", kind=kind, subject=subject, body=body, new=new)

    def keep_newest(self, kind: str, count: int) -> None:
        """Drop all but the newest parked events of a kind."""
        self._do("keep_newest_parked", kind=kind, count=count)

    def take_parked(self, kind: str, subject: str) -> list[str]:
        """Take the parked events of a subject out, oldest first."""
        taken = self._all("take_parked_events", kind=kind, subject=subject)
        return [row["body"] for row in sorted(taken, key=lambda row: row["id"])]
