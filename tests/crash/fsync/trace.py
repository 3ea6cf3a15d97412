"""Reading what strace wrote: was an event in the WAL, and the WAL synced, before the event's 200 left.

A line of strace -f -yy: process, call, arguments with the file or connection behind each number, result. A call that
waits while another process runs stands in two lines, "<unfinished ...>" and "<... resumed>"; so a call has a place
where it began and one where it ended, and only an end before a beginning counts as order.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

TRACED = "fsync,fdatasync,pwrite64,sendto,sendmsg,recvfrom,recvmsg"
LONGEST_TEXT = 32_768
"""Bytes of each argument that strace must show: more than a page of SQLite and more than a request."""

_WHOLE = re.compile(r"(\d+) +(\w+)\((\d+)<(.*?)>(?=[,)\s])(.*)", re.DOTALL)
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)", re.DOTALL)
_UNFINISHED = "<unfinished ...>"


@dataclass(frozen=True)
class Call:
    """One system call on a file or a connection. `began` and `ended` are numbers of lines."""

    name: str
    target: str
    text: str
    began: int
    ended: int


@dataclass(frozen=True)
class Answer:
    """The first bytes of an answer left the bot when line `began` was written; `request` is what it answers."""

    request: str
    status: str
    began: int


def calls_in(lines: Iterable[str]) -> list[Call]:
    """Read the calls, in the order in which they ended; what never ended is left out."""
    calls: list[Call] = []
    open_calls: dict[str, Call] = {}
    for number, line in enumerate(lines):
        if resumed := _RESUMED.match(line):
            process, _, rest = resumed.groups()
            if process in open_calls:
                begun = open_calls.pop(process)
                calls.append(replace(begun, text=begun.text + rest, ended=number))
        elif whole := _WHOLE.match(line):
            process, name, _, target, rest = whole.groups()
            call = Call(name, target, rest.removesuffix(_UNFINISHED), number, number)
            if rest.endswith(_UNFINISHED):
                open_calls[process] = call
            else:
                calls.append(call)
    return calls


def answers_of(calls: Iterable[Call], port: int) -> list[Answer]:
    """Pair every answer of our door with the request it answers; one connection carries one request at a time."""
    asked: dict[str, str] = {}
    answers = []
    for call in calls:
        if f"127.0.0.1:{port}->" not in call.target:
            continue
        if call.name.startswith("recv"):
            asked[call.target] = asked.get(call.target, "") + call.text
        elif status := re.search(r'"HTTP/1\.1 (\d{3}) ', call.text):
            answers.append(Answer(asked.pop(call.target, ""), status[1], call.began))
    return answers


def faults(calls: list[Call], marks: Iterable[str], port: int) -> list[str]:
    """Say of each mark (a text that only this event has) what was wrong; nothing where all is well."""
    accepted = [answer for answer in answers_of(calls, port) if answer.status == "200"]
    on_wal = [call for call in calls if call.target.endswith("-wal")]
    found = [_fault(mark, [answer for answer in accepted if mark in answer.request], on_wal) for mark in marks]
    return [fault for fault in found if fault]


def _fault(mark: str, answers: list[Answer], on_wal: list[Call]) -> str:
    if not answers:
        return f"{mark}: never answered 200"
    written = next((call for call in on_wal if call.name == "pwrite64" and mark in call.text), None)
    if written is None:
        return f"{mark}: never written to the WAL"
    synced = next((call for call in on_wal if "sync" in call.name and call.began > written.ended), None)
    if synced is None:
        return f"{mark}: never synced"
    first = min(answer.began for answer in answers)
    return "" if synced.ended < first else f"{mark}: answered in line {first}, synced in line {synced.ended}"
