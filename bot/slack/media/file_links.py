"""Signed links to files, for people: each token names the workspace, the text and the file's number, and is signed.

It is short, because it stands in a text that is paid for by its length: anybody may know what it names, and nobody can
make one. How long it leads anywhere is in the store. Refuses, without a reason, each token that was altered or made up.
"""

import base64
import hmac
import re
import struct

from bot.derived_keys import derived_key
from bot.domain.ids import MessageKey
from bot.domain.shared_files import SIGNATURE_LETTERS
from bot.domain.workspaces import WorkspaceId
from bot.slack.media.signed_links import LinkTarget

PATH = "/file/"

_NAMED = struct.Struct(">I16sB")
_SIGNATURE_BYTES = SIGNATURE_LETTERS * 6 // 8
_LETTERS = (_NAMED.size + _SIGNATURE_BYTES) * 8 // 6
_TOKEN = re.compile(f"[A-Za-z0-9_-]{{{_LETTERS}}}")
"""Form of a token: its bytes fill its letters exactly, so that no two tokens mean the same."""

_PURPOSE = b"volt-bot: link to a file for people, 1"


class FileSigner:
    """Signer of tokens; its keys are derived from secrets, so that tokens survive a restart.

    Tokens are made under the first secret; those made under the others open, too.
    """

    def __init__(self, *secrets: str) -> None:
        self._keys = [derived_key(secret, _PURPOSE) for secret in secrets]

    def token(self, workspace: WorkspaceId, key: MessageKey, number: int) -> str:
        """Make a token. `key` is 32 hex digits, `number` 1 to 255."""
        named = _NAMED.pack(workspace, bytes.fromhex(key), number)
        return base64.urlsafe_b64encode(named + _signed(self._keys[0], named)).decode()

    def read(self, token: str) -> LinkTarget | None:
        """Read a token; None if it is not ours."""
        if _TOKEN.fullmatch(token) is None:
            return None
        raw = base64.urlsafe_b64decode(token)
        named, signature = raw[: _NAMED.size], raw[_NAMED.size :]
        are_good = [hmac.compare_digest(_signed(key, named), signature) for key in self._keys]
        if not any(are_good):
            return None
        workspace, key, number = _NAMED.unpack(named)
        return LinkTarget(WorkspaceId(workspace), MessageKey(key.hex()), number)


def _signed(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, named, "sha256")[:_SIGNATURE_BYTES]
