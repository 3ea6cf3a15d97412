"""Erasure from the command line: done at once where no bot runs, else asked of the running bot.

It is asked by a file beside its database, takes that up within a second, and answers in another one. Only the number,
the workspaces and who asks stand in the file; it is gone as soon as the bot has done it.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from bot.bridge.erasure import begin_erasure, go_on_erasing
from bot.domain.erasure import ErasureResult
from bot.domain.errors import StoreUnavailable
from bot.domain.ids import UserId
from bot.domain.phone import E164
from bot.domain.timestamps import Micros
from bot.domain.workspaces import WHOLE_DATABASE, WorkspaceId
from bot.ports.operations import ErasureRequest, ErasureState
from bot.store.sql.transaction import SqlTransaction
from bot.store.sqlite.backup import check_begun
from bot.store.sqlite.connection import open_for_writing
from bot.store.sqlite.locks import Locks
from bot.store.sqlite.only_writer import OnlyWriter
from bot.store.sqlite.private_files import opener
from bot.time_of_day import time_ns

T = TypeVar("T")

ANSWERED_WITHIN_S = 60.0
LOOKED_EVERY_S = 0.1


def erase(database: Path, request: ErasureRequest) -> ErasureState:
    """Erase a person, here or by the running bot. Raises StoreUnavailable."""
    check_begun(database)
    if _is_in_use(database):
        return _ask_bot(database, request)
    with closing(open_for_writing(database)) as connection:
        return ErasureState(_erase_here(connection, request), is_done=True, is_bot_running=False)


def _is_in_use(database: Path) -> bool:
    try:
        Locks(Path(os.path.realpath(database))).release()
    except StoreUnavailable:
        return True
    except OSError as error:
        raise StoreUnavailable(f"Cannot write in {database.absolute().parent}: {error}.") from error
    return False


def _erase_here(connection: OnlyWriter, request: ErasureRequest) -> ErasureResult:
    result = ErasureResult()
    for workspace in request.workspaces:
        # what was under way when the bot ended is not any more
        _in_unit(connection, workspace, lambda tx: tx.erasure.drop_interrupted(request.contact))
        done = _in_unit(connection, workspace, lambda tx: begin_erasure(tx, request.contact, request.by))
        result = result.plus(done or ErasureResult())
        while _in_unit(connection, workspace, go_on_erasing):
            pass
    _in_unit(connection, WHOLE_DATABASE, lambda tx: tx.erasure.tidy(begins=True))
    while not _in_unit(connection, WHOLE_DATABASE, lambda tx: tx.erasure.tidy(begins=False)):
        pass
    return result


def _in_unit(connection: OnlyWriter, workspace: WorkspaceId, unit: Callable[[SqlTransaction], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        tx = SqlTransaction(connection, Micros(time_ns() // 1_000), workspace)
        result = unit(tx)
        tx.finish()
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return result


# --- by the running bot


def _ask_bot(database: Path, request: ErasureRequest) -> ErasureState:
    request_file, answer_file = _request_file(database), _answer_file(database)
    fields = {"contact": request.contact, "workspaces": list(request.workspaces), "by": request.by}
    unfinished = request_file.with_name(f"{request_file.name}.unfinished")
    try:
        if request_file.exists():
            raise StoreUnavailable("The bot is still to do what another erasure asked for. Try again in a minute.")
        answer_file.unlink(missing_ok=True)
        with open(unfinished, "w", encoding="utf-8", opener=opener) as file:
            json.dump(fields, file)
        unfinished.replace(request_file)
        return _wait(request_file, answer_file)
    except OSError as error:
        raise StoreUnavailable(f"Cannot ask the bot in {request_file}: {error}.") from error


def _wait(request_file: Path, answer_file: Path) -> ErasureState:
    until = time.monotonic() + ANSWERED_WITHIN_S
    while request_file.exists() and time.monotonic() < until:
        time.sleep(LOOKED_EVERY_S)
    if request_file.exists():
        return ErasureState(ErasureResult(), is_done=False, is_bot_running=True)
    told = json.loads(answer_file.read_text(encoding="utf-8"))
    answer_file.unlink()
    return ErasureState(ErasureResult(**told), is_done=True, is_bot_running=True)


def requested_erasure(database: Path) -> ErasureRequest | None:
    """Read what the command line asks the running bot for; None for nothing. Raises OSError or ValueError."""
    file = _request_file(database)
    if not file.exists():
        return None
    fields: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    workspaces: Sequence[int] = fields["workspaces"]
    return ErasureRequest(E164(fields["contact"]), tuple(WorkspaceId(one) for one in workspaces), UserId(fields["by"]))


def answer_erasure(database: Path, result: ErasureResult) -> None:
    """Answer that it is done. Raises OSError."""
    with open(_answer_file(database), "w", encoding="utf-8", opener=opener) as file:
        json.dump(vars(result), file)
    _request_file(database).unlink()


def _request_file(database: Path) -> Path:
    return database.with_name(f"{database.name}-erase.json")


def _answer_file(database: Path) -> Path:
    return database.with_name(f"{database.name}-erased.json")
