"""Pictures of texts that go out, as they were made to fit a phone."""

from collections.abc import Mapping

from bot.domain.media import Media
from bot.store.sql.session import Repository


class Pictures(Repository):
    """Pictures that were made to fit."""

    def keep(self, message_id: int, pictures: Mapping[int, Media]) -> None:
        """Keep those of a text in place of what was kept of it."""
        self.forget(message_id)
        for number, picture in pictures.items():
            self._do("add_picture", id=message_id, number=number, type=picture.type, data=picture.data)

    def get(self, message_id: int, number: int) -> Media | None:
        """Read one."""
        row = self._one("picture", id=message_id, number=number)
        return None if row is None else Media(row["type"], row["data"])

    def copy(self, message_id: int, to: int) -> bool:
        """Keep them for another text as well."""
        return self._do("copy_pictures", id=message_id, to=to).rowcount > 0

    def forget(self, message_id: int) -> None:
        """Remove those of a text."""
        self._do("forget_pictures", id=message_id)
