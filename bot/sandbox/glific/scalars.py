"""Scalars of Glific's schema that bite: what they take and what they refuse.

Set as coercers on the built schema, by the names of graphql-core 3.3.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema


def _gid(value: Any) -> int:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        raise GraphQLError("a Gid is a number written as text")
    return int(value)


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError("no DateTime") from None
    if moment.tzinfo is None:
        raise GraphQLError("a DateTime needs a zone")
    return moment.astimezone(UTC)


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError("no Date") from None


def _json(value: Any) -> str:
    try:
        json.loads(value)
    except (TypeError, ValueError):
        raise GraphQLError("Json is JSON inside a string") from None
    return str(value)


_READERS: dict[str, Callable[[Any], Any]] = {"Gid": _gid, "DateTime": _moment, "Date": _day, "Json": _json}


def set_scalars(schema: GraphQLSchema) -> None:
    """Make a schema read its scalars as Glific does."""
    for name, read in _READERS.items():
        scalar = schema.type_map[name]
        assert isinstance(scalar, GraphQLScalarType)
        scalar.coerce_input_value = read
