"""Attachments: files from phones, between their fetching and their showing."""

from bot.domain.media import Attachment, Media
from bot.store.sql.session import Repository


class Attachments(Repository):
    """Attachments: files from phones, between their fetching and their showing."""

    def add(self, message_id: int, number: int, media: Media) -> None:
        """Store an attachment until it is shown."""
        self._do("add_attachment", id=message_id, number=number, type=media.type, data=media.data)

    def fail(self, message_id: int, number: int, failure: str) -> None:
        """Note why an attachment will not be shown, and drop its bytes."""
        self._do("fail_attachment", id=message_id, number=number, failure=failure)

    def get(self, message_id: int, number: int) -> Attachment | None:
        """Read an attachment with its bytes."""
        row = self._one("attachment", id=message_id, number=number)
        if row is None:
            return None
        return Attachment(
            row["number"], row["failure"], None if row["data"] is None else Media(row["type"], row["data"])
        )

    def of_message(self, message_id: int) -> list[Attachment]:
        """List the attachments of a text, without their bytes."""
        return [Attachment(row["number"], row["failure"]) for row in self._all("attachments", id=message_id)]

    def waiting_bytes(self) -> int:
        """Count the bytes of attachments that wait to be shown."""
        return int(self._existing("waiting_attachments")["bytes"])

    def remove(self, message_id: int, number: int) -> None:
        """Remove an attachment."""
        self._do("remove_attachment", id=message_id, number=number)
