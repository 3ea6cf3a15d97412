"""Message numbers: Glific counts the messages of each contact, so a number left out shows what is missing. Pure."""

from bot.providers.glific.message_wire import GlificMessage


class MessageNumbers:
    """The highest number seen of each contact."""

    def __init__(self) -> None:
        self._highest: dict[str, int] = {}

    def note(self, message: GlificMessage) -> None:
        """Note the number of a message that was taken."""
        if message.contact is not None and message.number is not None:
            known = self._highest.get(message.contact.id, 0)
            self._highest[message.contact.id] = max(known, message.number)

    def is_ahead(self, message: GlificMessage) -> bool:
        """Whether others of its contact come before it that were not taken, as far as we know."""
        if message.contact is None or message.number is None:
            return False
        return message.number > self._highest.get(message.contact.id, 0) + 1
