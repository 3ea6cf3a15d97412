"""Fields of a callback, whatever its shape: query, form, several parts, JSON of any depth. Pure; never raises.

Carium documents neither method nor body of a callback, so every name that means the same is read as the same: those of
its own records (message, sender, sid), those of Twilio behind it (Body, From, MessageSid), and either inside JSON:API.
Of several fields with one meaning the outermost counts, and of those in the query and in the body that of the body.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl

from bot.providers.json_values import read_text

MOST_FIELDS = 2_000
"""Values that are looked at; a callback has a dozen."""

_DEPTH = 8
_LONGEST_NAME = 60
_LETTERS = re.compile(r"[^a-z0-9]")
_PART_NAME = re.compile(r'content-disposition:[^\r\n]*?\bname="?([^"\r\n;]{1,60})', re.IGNORECASE)
_BOUNDARY = re.compile(r'boundary="?([^";\s]{1,100})', re.IGNORECASE)
_CHARSET = re.compile(
    r'charset="?(utf-?8|utf-?16(?:[lb]e)?|iso-8859-\d{1,2}|windows-125\d|latin-?1|us-ascii)\b', re.IGNORECASE
)
_OURS = "callbackjson"  # what we gave along comes back in it, and nothing of it is news

TEXT = ("message", "body", "text", "messagebody", "messagetext", "content")
SENDER = ("sender", "from", "fromnumber", "sendernumber", "fromphone")
RECIPIENT = ("to", "target", "tonumber", "recipient")
SID = ("sid", "messagesid", "smssid", "smsmessagesid", "twiliosid", "messageid")
STATUS = ("status", "messagestatus", "smsstatus", "deliverystatus")
MOMENT = ("createdat", "receivedat", "timestamp", "sentat", "datecreated")
ERROR = ("error", "errorcode", "errormessage")
_MEDIA = re.compile(r"mediaurl\d{0,2}")


@dataclass(frozen=True)
class RawCallback:
    """Callback as it came: all of it that can matter."""

    method: str
    query: str
    content_type: str
    body: bytes

    @property
    def text(self) -> str:
        """Its body as text, whatever its bytes, in the encoding that it names, or that JSON would have."""
        named = _CHARSET.search(self.content_type)
        with suppress(LookupError, UnicodeError):
            return self.body.decode(named.group(1) if named else json.detect_encoding(self.body)).replace("\x00", "")
        return self.body.decode("utf-8", "replace").replace("\x00", "")


@dataclass(frozen=True)
class CallbackFields:
    """Fields that were read; what there is not is "". `type` is that of a JSON:API resource."""

    text: str = ""
    sender: str = ""
    recipient: str = ""
    sid: str = ""
    status: str = ""
    moment: str = ""
    error: str = ""
    type: str = ""
    media: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read."""
        return self == CallbackFields()


def read_fields(raw: RawCallback) -> CallbackFields:
    """Read what a callback says."""
    found = dict(_named(raw))
    media = tuple(found[name] for name in sorted(found) if _MEDIA.fullmatch(name) and found[name])
    return CallbackFields(
        text=_first(found, TEXT),
        sender=_first(found, SENDER).strip(),
        recipient=_first(found, RECIPIENT).strip(),
        sid=_first(found, SID).strip(),
        status=_first(found, STATUS).strip().lower(),
        moment=_first(found, MOMENT).strip(),
        error=_first(found, ERROR).strip(),
        type=found.get("type", "").strip().lower(),
        media=media,
    )


def words_of(raw: RawCallback) -> str:
    """Take the body of a callback for words, where it is plain text and nothing else."""
    is_plain = raw.content_type.lower().startswith("text/plain") or not raw.content_type
    text = raw.text.strip()
    return text if is_plain and text[:1] not in ("{", "[", "<") and "=" not in text else ""


def _first(found: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((found[name] for name in names if found.get(name, "").strip()), "")


def _named(raw: RawCallback) -> Iterator[tuple[str, str]]:
    """Give fields by their plain names; those that count more come later."""
    yield from _flat(parse_pairs(raw.query))
    body = raw.text
    parsed = _json(body)
    if parsed is not None:
        yield from reversed(list(_walked(parsed)))
    elif boundary := _BOUNDARY.search(raw.content_type):
        yield from _flat(_parts(body, boundary.group(1)))
    elif "=" in body:
        yield from _flat(parse_pairs(body.strip()))


def parse_pairs(text: str) -> list[tuple[str, str]]:
    """Read a query or a form, as far as it can be."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        return []


def _flat(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give the fields of a form; what is JSON inside of one is looked into, behind its own fields."""
    for name, value in pairs:
        inner = _json(value) if value.lstrip()[:1] in ("{", "[") else None
        if inner is not None and _plain(name) != _OURS:
            yield from reversed(list(_walked(inner)))
    for name, value in reversed(pairs):
        yield _plain(name), read_text(value)


def _parts(body: str, boundary: str) -> list[tuple[str, str]]:
    found = []
    for part in body.split(f"--{boundary}")[:MOST_FIELDS]:
        head, _, value = part.replace("\r\n", "\n").partition("\n\n")
        if name := _PART_NAME.search(head):
            found.append((name.group(1), value.removesuffix("\n")))
    return found


def _json(text: str) -> object:
    """Read JSON that is an object or a list; None for anything else."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, (dict, list)) else None


def _walked(parsed: object) -> Iterator[tuple[str, str]]:
    """Give every value of JSON by the name it stands under, the outermost first."""
    level: list[tuple[str, object]] = [("", parsed)]
    left = MOST_FIELDS
    for _ in range(_DEPTH):
        inner: list[tuple[str, object]] = []
        for name, value in level[:left]:
            left -= 1
            if isinstance(value, dict):
                inner += [(_plain(key), one) for key, one in value.items() if _plain(key) != _OURS]
            elif isinstance(value, list):
                inner += [(name, one) for one in value]
            elif isinstance(value, str):
                yield name, read_text(value)
            elif isinstance(value, int) and not isinstance(value, bool):
                yield name, _digits(value)
        level = inner


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no number of thousands of digits
        return ""


def _plain(name: str) -> str:
    return _LETTERS.sub("", name[:_LONGEST_NAME].lower())
