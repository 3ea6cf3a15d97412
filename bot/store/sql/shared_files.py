"""Files of texts that links lead to."""

from collections.abc import Iterable

from bot.domain.ids import UserId
from bot.domain.shared_files import SharedFile
from bot.domain.thread_events import SlackFile
from bot.domain.timestamps import Micros
from bot.store.sql.session import Repository


class SharedFiles(Repository):
    """Files that links lead to."""

    def keep(self, message_id: int, files: Iterable[SharedFile]) -> None:
        """Keep those of a text in place of what was kept of it."""
        self._do("forget_shared_files", id=message_id)
        for one in files:
            file = {"slack_id": one.file.id, "name": one.file.name, "type": one.file.type, "size": one.file.size}
            self._do(
                "add_shared_file",
                id=message_id,
                number=one.number,
                url=one.file.url,
                ended_by=one.ended_by,
                **file,
            )

    def of(self, message_id: int) -> list[SharedFile]:
        """List those of a text."""
        return [
            SharedFile(
                row["number"],
                SlackFile(row["slack_id"], row["name"], row["type"], row["size"], row["url"], by_link=True),
                None if row["until"] is None else Micros(row["until"]),
                None if row["ended_by"] is None else UserId(row["ended_by"]),
            )
            for row in self._all("shared_files", id=message_id)
        ]

    def open_until(self, message_id: int, until: Micros) -> None:
        """Let their links lead to them until then."""
        self._do("open_shared_files", id=message_id, until=until)

    def end(self, message_id: int, by: UserId) -> bool:
        """End their links."""
        return self._do("end_shared_files", id=message_id, by=by).rowcount > 0
