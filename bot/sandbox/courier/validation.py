"""Validation of requests to the stand-in, and of its own answers, by the definition. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.courier.answers import ANSWERS
from bot.sandbox.courier.definition import Body, Operation
from bot.sandbox.courier.kinds import uuid

MOST_COMPARED = 2
"""Filters of time by one name, which then bound a span."""


@dataclass(frozen=True)
class Fault:
    """Fault of a request: where it is, a parameter of the query or a pointer into the body, and what it is."""

    where: str
    detail: str
    is_parameter: bool = False

    def as_error(self, status: int = 400) -> dict[str, Any]:
        """Write it as the API does; which codes there are is not documented, so this one is chosen here."""
        source = {"parameter": self.where} if self.is_parameter else {"pointer": self.where}
        return {"code": "InvalidRequest", "detail": self.detail, "meta": {}, "source": source, "status": status}


def query_faults(operation: Operation, query: Sequence[tuple[str, str]]) -> list[Fault]:
    """List what is wrong with the query of a request."""
    found = []
    for name, value in query:
        check = operation.query.get(name)
        wrong = "is not a parameter of this operation" if check is None else check(value)
        if wrong:
            found.append(Fault(name, f"{name} {wrong}", is_parameter=True))
    names = [name for name, _ in query]
    often = [name for name in set(names) if names.count(name) > (MOST_COMPARED if "cmp-" in name else 1)]
    found += [Fault(name, f"{name} is given too often", is_parameter=True) for name in often]
    missing = sorted(operation.needs - set(names))
    return found + [Fault(name, f"{name} is required", is_parameter=True) for name in missing]


def body_faults(body: Body | None, given: object, own_id: str = "") -> list[Fault]:
    """List what is wrong with the body of a request; `own_id` is the id in its path."""
    if body is None:
        return [] if given is None else [Fault("/", "this operation takes no body")]
    if not isinstance(given, dict):
        return [Fault("/", "the body is not a JSON object")]
    if not body.type:
        return _member_faults(body, given, "")
    return _resource_faults(body, given, own_id)


def _resource_faults(body: Body, given: Mapping[str, Any], own_id: str) -> list[Fault]:
    data = given.get("data")
    if not isinstance(data, dict):
        return [Fault("/data", "data is not an object")]
    found = [Fault(f"/{name}", f"{name} is unknown") for name in given if name not in ("data", "meta")]
    allowed = {"type", "attributes"} | ({"id"} if body.has_id else set())
    found += [Fault(f"/data/{name}", f"{name} is unknown") for name in data if name not in allowed]
    if not isinstance(given.get("meta", {}), dict):
        found.append(Fault("/meta", "meta is not an object"))
    if data.get("type") != body.type:
        found.append(Fault("/data/type", f"type is not {body.type}"))
    if body.has_id and (uuid(data.get("id")) or data.get("id") != own_id):
        found.append(Fault("/data/id", "id is not the one of the path"))
    attributes = data.get("attributes")
    if not isinstance(attributes, dict):
        return [*found, Fault("/data/attributes", "attributes is not an object")]
    return found + _member_faults(body, attributes, "/data/attributes")


def _member_faults(body: Body, members: Mapping[str, Any], where: str) -> list[Fault]:
    found = []
    for name, value in members.items():
        check = body.members.get(name)
        if wrong := "is unknown" if check is None else check(value):
            found.append(Fault(f"{where}/{name}", f"{name} {wrong}"))
    return found + [Fault(f"{where}/{name}", f"{name} is required") for name in sorted(body.needs - members.keys())]


def answer_faults(answers: str, document: Mapping[str, Any]) -> list[str]:
    """List what an answer of a type has that the definition does not know."""
    data = document["data"]
    found = []
    for one in data if isinstance(data, list) else [data]:
        if one.get("type") != answers:
            found.append(f"type is not {answers}")
        for name, value in one["attributes"].items():
            check = ANSWERS[answers].get(name)
            if wrong := "is unknown" if check is None else check(value):
                found.append(f"{answers}: {name} {wrong}")
    return found
