"""Media ports: fetch the attachments of inbound texts (bot/providers), make pictures fit phones (bot/pictures)."""

from typing import Protocol

from bot.domain.media import Media
from bot.domain.pictures import PictureLimit


class Fetcher(Protocol):
    """Fetcher of attachments from the public internet."""

    async def fetch(self, url: str) -> Media:
        """Fetch one attachment: checked, and only from the public internet. Safe to repeat.

        Raises Rejected with a code of ours that says why it cannot be shown, or Retryable.
        """


class PictureFitter(Protocol):
    """Fitter of pictures for phones."""

    async def fit(self, picture: Media, limit: PictureLimit) -> Media:
        """Make a picture fit, without anything that it says besides itself. The same comes out each time.

        Raises Rejected with a code that says why it cannot be sent, or Retryable.
        """
