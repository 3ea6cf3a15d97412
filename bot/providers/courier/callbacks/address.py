"""Callback addresses: each text has two of its own, for answers and for its status, whose token names the text.

Nothing that Carium sends is signed, so the address is all the proof there is. A token is a Fernet token: nobody can
read, alter or make one, and no number can be seen in it. It does not expire: who answers after a year still gets into
the conversation. It names both numbers itself, so that it is understood also where the text is not in the database any
more. Refuses, without a reason, every token that was altered or made up.
Source: https://github.com/fernet/spec/blob/master/Spec.md
"""

import hmac
import re
import struct
from dataclasses import dataclass
from enum import Enum

from cryptography.fernet import InvalidToken

from bot.derived_keys import derived_fernet
from bot.domain.ids import MessageKey
from bot.domain.phone import E164
from bot.domain.workspaces import WorkspaceId
from bot.providers.courier.profile import CALLBACK_PATH

TOKEN_LETTERS = 140
"""Length of each token: what it names has one length, too."""

_TOKEN = re.compile(f"[A-Za-z0-9_-]{{{TOKEN_LETTERS}}}")
"""Form of a token. Decoding alone would pass over strange letters."""

_NAMED = struct.Struct(">Q16sBQQ")
_PURPOSE = b"volt-bot: address at which a text is answered, 1"
_OPAQUE = b"volt-bot: id of an answer, 1: "


class CallbackKind(Enum):
    """Kind of a callback address: what is to come there. The values are in tokens."""

    ANSWER = 1
    STATUS = 2


@dataclass(frozen=True)
class CallbackTarget:
    """Target of a callback address: the text with this key, from `number` of ours to `contact`."""

    workspace: WorkspaceId
    number: E164
    contact: E164
    key: MessageKey
    kind: CallbackKind


class CallbackSigner:
    """Signer of callback addresses; its keys are derived from secrets, so that addresses survive a restart.

    Tokens are made under the first secret; those made under the others open, too, and lead nowhere once their secret
    is gone. `public_url` is where the bot is reached.
    """

    def __init__(self, public_url: str, *secrets: str) -> None:
        self._base = f"{public_url.rstrip('/')}{CALLBACK_PATH}"
        self._fernet = derived_fernet(secrets, _PURPOSE)
        self._secret = secrets[0].encode()

    def address(self, target: CallbackTarget) -> str:
        """Make an address. The numbers are E.164, `key` is 32 hex digits."""
        numbers = (int(number.removeprefix("+")) for number in (target.number, target.contact))
        named = _NAMED.pack(target.workspace, bytes.fromhex(target.key), target.kind.value, *numbers)
        return f"{self._base}{self._fernet.encrypt(named).decode()}"

    def read(self, token: str) -> CallbackTarget | None:
        """Read the token of an address; None if it is not ours."""
        if _TOKEN.fullmatch(token) is None:
            return None
        try:
            workspace, key, value, number, contact = _NAMED.unpack(self._fernet.decrypt(token.encode()))
            kind = CallbackKind(value)
        except (InvalidToken, struct.error, ValueError):  # the last two: another release made it
            return None
        numbers = E164(f"+{number}"), E164(f"+{contact}")
        return CallbackTarget(WorkspaceId(workspace), *numbers, MessageKey(key.hex()), kind)

    def read_address(self, address: str) -> CallbackTarget | None:
        """Read an address as the provider gives it back, wherever the bot was reached then; None if it is not ours."""
        before, found, token = address.rpartition(CALLBACK_PATH)
        return self.read(token) if before and found else None

    def opaque(self, known_by: str) -> str:
        """Return what stands for an id that is made from words: the log shows it, and nobody can guess them by it."""
        return hmac.digest(self._secret, _OPAQUE + known_by.encode(), "sha256").hex()[:32]
