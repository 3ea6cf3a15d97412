"""Outgoing media: a file of a text as Glific has to know it before the text itself is sent.

Everything here may be repeated at will. What Glific said of a file is remembered for the next attempt: looking at one
takes Glific a while, and a text that could not leave in time goes on where its last attempt ended.
"""

from bot.domain.errors import Rejected
from bot.providers.glific.calls.account import GlificAccount
from bot.providers.glific.calls.remembered import Remembered

KINDS = ("image", "video", "document", "audio")

REMEMBERED = 1000
"""Answers about files that are remembered."""


class OutgoingMedia:
    """Outgoing media of one WhatsApp number, by its calls."""

    def __init__(self, calls: GlificAccount) -> None:
        self._calls = calls
        self._refusals = Remembered[str](REMEMBERED)

    async def kind_of(self, file: str, url: str) -> str:
        """Ask as what WhatsApp would take a file, which stays the same `file` when its address is made anew.

        Raises CallFailed, Rejected where it is taken as nothing.
        """
        said = ""
        for kind in KINDS:
            refusal = await self._refusal(file, url, kind)
            if not refusal:
                return kind
            said = said or refusal
        raise Rejected("media", f'WhatsApp does not take this file. Glific said: "{said}"')

    async def _refusal(self, file: str, url: str, kind: str) -> str:
        """Return why a file is not taken as this kind; "" where it is."""
        known = self._refusals.get(f"{kind} {file}")
        if known is None:
            known = await self._calls.refusal_of_media(url, kind)
            self._refusals.note(f"{kind} {file}", known)
        return known
