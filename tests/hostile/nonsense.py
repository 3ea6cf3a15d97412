"""Values and damage that no honest peer sends, drawn from a seeded source of randomness.

Pure: the same source gives the same nonsense. Refuses nothing, and knows nothing of Slack, Volt or HTTP.
"""

import copy
import json
import random
import re
from collections.abc import Iterator
from typing import Any

_DEEP = re.compile(r'"<<deep (\d+) (.)>>"')

_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**31,
    -(2**63) - 1,
    10**30,
    10**400,
    1.5,
    -0.0,
    1e308,
    float("nan"),
    float("inf"),
    float("-inf"),
    "",
    " ",
    "\x00",
    "a\x00b",
    "one\r\ntwo\n2026-01-01T00:00:00Z [info] three\x1b[31m",
    "\ud83d",
    "\udc00 half",
    "\ud800" * 300,
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿" * 40,
    "\u202e\u2066\u2028\u0085",
    "z" * 300,
    "y" * 60_000,
    "\n" * 5_000,
    "-1",
    "0",
    "1e9",
    "９９９",
    "99999999999999999999.999999",
    "-1700000000.000001",
    "0000-00-00T00:00:00",
    "9999-12-31T23:59:59+14:00",
    "0001-01-01T00:00:00+14:00",
    "%s%n%x{0}{}{event}",
    "'; DROP TABLE message; --",
    "../../../etc/passwd",
    "http://[::1",
    "<!channel> <@U0AVA> <http://example.com|x>",
    "USLACKBOT",
    "+1",
    "+" + "9" * 500,
    "00000",
    [],
    {},
    [None],
    [[]],
    [0, "a", None, {}],
    [{}] * 300,
    ["x"] * 3_000,
    {"": ""},
    {"id": None},
    {"id": []},
    {"0": 0},
    {"type": {}},
    {str(number): number for number in range(500)},
)


def value(source: random.Random) -> Any:
    """Draw one value; a deeply nested one is a placeholder until it is written."""
    if source.random() < 0.12:
        depth = source.choice((20, 300, 800, source.randrange(850, 1000), 2_000, 20_000))
        return f"<<deep {depth} {source.choice('[{9')}>>"
    return copy.deepcopy(source.choice(_VALUES))


def damaged(source: random.Random, shape: Any) -> Any:
    """Return a copy of a JSON value with one to three places replaced, removed or renamed."""
    whole = [copy.deepcopy(shape)]
    for _ in range(source.choice((1, 1, 1, 2, 3))):
        holder, key = source.choice(list(_places(whole)))
        if holder is whole or source.random() < 0.8:
            holder[key] = value(source)
        elif isinstance(holder, dict):
            taken = holder.pop(key)
            if source.random() < 0.4:
                holder[source.choice(("", "\x00", str(key).upper(), "__proto__", "k" * 4_000))] = taken
        else:
            del holder[key]
    return whole[0]


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(holder) if isinstance(holder, dict) else range(len(holder))
    for key in keys:
        yield holder, key
        if isinstance(holder[key], dict | list):
            yield from _places(holder[key])


def written(source: random.Random, shape: Any) -> str:
    """Write a value as JSON, with NaN, duplicate keys and nesting of any depth where they were drawn."""
    text = json.dumps(shape, ensure_ascii=source.random() < 0.7)
    text = _DEEP.sub(lambda found: _nested(int(found[1]), found[2]), text)
    if text.startswith("{") and source.random() < 0.05:
        name = source.choice(("type", "event", "payload", "id", "user"))
        text = f'{{"{name}": {json.dumps(source.choice(_VALUES[:40]))}, {text[1:]}'
    return text


def _nested(depth: int, kind: str) -> str:
    if kind == "9":
        return "9" * depth
    return "[" * depth + "]" * depth if kind == "[" else '{"a":' * depth + "1" + "}" * depth


def torn(source: random.Random, raw: bytes) -> bytes:
    """Cut, double, flip or stuff bytes with others."""
    if not raw:
        return noise(source, 20)
    at, to = sorted((source.randrange(len(raw)), source.randrange(len(raw))))
    return source.choice(
        (
            raw[:at],
            raw[at:],
            raw[:at] + raw[to:],
            raw[:to] + raw[at:],
            raw[:at] + noise(source, 12) + raw[at:],
            raw[:at] + bytes([raw[at] ^ (1 << source.randrange(8))]) + raw[at + 1 :],
            b"\xef\xbb\xbf" + raw,
            raw + b"\x00",
            raw.decode(errors="replace").encode("utf-16"),
        )
    )


def noise(source: random.Random, longest: int) -> bytes:
    """Draw random bytes: any, or none that is UTF-8, or printable ones."""
    count = source.randrange(1, longest + 1)
    kind = source.random()
    if kind < 0.5:
        return source.randbytes(count)
    if kind < 0.7:
        return source.choice((b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x00")) * count
    return bytes(source.choices(b'{}[]":,0123456789eE.+-&=%;tfn \\u', k=count))
