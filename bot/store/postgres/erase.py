"""Erasure from the command line, done at once in the database, whether or not bots run: they find what is left to do.

A call about the person that is under way is waited for, because nothing may be erased under it.
"""

import time

from bot.bridge.erasure import begin_erasure, go_on_erasing
from bot.domain.erasure import ErasureResult
from bot.domain.phone import E164
from bot.domain.workspaces import WorkspaceId
from bot.ports.operations import ErasureRequest, ErasureState
from bot.store.postgres.beside import bots_on, in_unit
from bot.store.postgres.connection import Connection
from bot.store.sql.transaction import SqlTransaction

WAITED_S = 60.0
"""Seconds for which a call that is under way is waited for; its outcome is known after that, or it is unknown."""

PAUSE_S = 0.1


def erase(connection: Connection, request: ErasureRequest) -> ErasureState:
    """Erase a person in all the workspaces that are named."""
    result, is_done = ErasureResult(), True
    for workspace in request.workspaces:
        begun = _begun(connection, workspace, request)
        is_done = is_done and begun is not None
        result = result.plus(begun or ErasureResult())
        while in_unit(connection, workspace, go_on_erasing):
            pass
    return ErasureState(result, is_done=is_done, is_bot_running=bots_on(connection) > 0)


def _drop_interrupted(connection: Connection, tx: SqlTransaction, contact: E164) -> None:
    """Drop what was under way when the last bot ended; one that begins meanwhile claims nothing before this is kept."""
    if not bots_on(connection):
        tx.erasure.drop_interrupted(contact)


def _begun(connection: Connection, workspace: WorkspaceId, request: ErasureRequest) -> ErasureResult | None:
    """Take the name off; None where a call about the person stays under way."""
    in_unit(connection, workspace, lambda tx: _drop_interrupted(connection, tx, request.contact))
    until = time.monotonic() + WAITED_S
    while (done := in_unit(connection, workspace, lambda tx: begin_erasure(tx, request.contact, request.by))) is None:
        if time.monotonic() > until:
            return None
        time.sleep(PAUSE_S)
    return done
