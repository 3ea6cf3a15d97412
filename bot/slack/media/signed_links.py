"""Signed links to an agent's file, for a provider: the token names the workspace, the text and the file's number.

A token is a Fernet token without its padding, so nobody can read, alter or make one, and it says when it was made.
The moment is an argument. Refuses, without a reason, every token that was altered, made up or has expired.
Source: https://github.com/fernet/spec/blob/master/Spec.md
"""

import re
import struct
from dataclasses import dataclass

from cryptography.fernet import InvalidToken

from bot.derived_keys import derived_fernet
from bot.domain.ids import MessageKey
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WorkspaceId

LINK_VALID_S = 3_600.0
"""Validity of a token: a provider fetches when it takes the text, and an hour covers a slow carrier."""

PATH = "/media/"

TOKEN_LETTERS = 119
"""Length of each token: what it names has one length, too."""

_TOKEN = re.compile(f"[A-Za-z0-9_-]{{{TOKEN_LETTERS - 1}}}[AEIMQUYcgkosw048]")
"""Form of a token. Decoding alone would pass over strange letters, and over the last two bits."""

_NAMED = struct.Struct(">Q16sB")
_PURPOSE = b"volt-bot: link to the file of a text, 2"


@dataclass(frozen=True)
class LinkTarget:
    """Target of a token: the file `number`, counted from 1, of the text with this key in its workspace."""

    workspace: WorkspaceId
    key: MessageKey
    number: int


class LinkSigner:
    """Signer of tokens; its keys are derived from secrets, so that tokens survive a restart.

    Tokens are made under the first secret; those made under the others open, too.
    """

    def __init__(self, *secrets: str) -> None:
        self._fernet = derived_fernet(secrets, _PURPOSE)

    def token(self, workspace: WorkspaceId, key: MessageKey, number: int, now: Micros) -> str:
        """Make a token that is valid for LINK_VALID_S. `key` is 32 hex digits, `number` 1 to 255."""
        named = _NAMED.pack(workspace, bytes.fromhex(key), number)
        return self._fernet.encrypt_at_time(named, _seconds(now)).decode().rstrip("=")

    def read(self, token: str, now: Micros) -> LinkTarget | None:
        """Read a token; None if it is not ours, or has expired."""
        if _TOKEN.fullmatch(token) is None:
            return None
        sealed = f"{token}="
        try:
            made = self._fernet.extract_timestamp(sealed)
            # The last second counts whole in Fernet. A clock that was set back makes no token invalid.
            named = self._fernet.decrypt_at_time(sealed, int(LINK_VALID_S) - 1, max(made, _seconds(now)))
        except InvalidToken:
            return None
        workspace, key, number = _NAMED.unpack(named)
        return LinkTarget(WorkspaceId(workspace), MessageKey(key.hex()), number)


def _seconds(moment: Micros) -> int:
    return moment // 1_000_000
