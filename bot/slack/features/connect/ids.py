"""Ids of connections, as buttons and forms name them; whose one is is checked where it is used."""

import re

from bot.domain.workspaces import ConnectionId
from bot.slack.context import UserError

OUT_OF_DATE = "This is out of date. Please open the Home of this app again."


def connection_id(value: str) -> ConnectionId:
    """Read which connection a button or a form is about. Raises UserError."""
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise UserError(OUT_OF_DATE, has_usage=False)
    return ConnectionId(int(value))
