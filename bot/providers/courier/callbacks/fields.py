"""Fields of a callback, whatever its shape: query, form, several parts, JSON of any depth. Pure; never raises.

Carium documents neither method nor body of a callback, so every name that means the same is read as the same: those of
its own records (message, sender, sid), those of Twilio behind it (Body, From, MessageSid), and either inside JSON:API.
Of several fields with one meaning the outermost counts, whatever it is called, and of those in the query and in the
body that of the body. What a contact wrote is never looked into: it may look like fields itself.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
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
_PHONE = ("phonenumber", "phone", "number", "address", "value")
_UNNAMED = "?"
"""What is read of a sender that is an object without a number: somebody, and not known to be the contact."""

_IN_QUERY = 100
"""How much further out than a field of the query each of the body is."""


@dataclass(frozen=True)
class _Named:
    """Field by its plain name; `depth` is how far inside it stands."""

    depth: int
    name: str
    value: str


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
    """Fields that were read; what there is not is "". `type` is that of a JSON:API resource.

    `has_several`: there are several texts, side by side, and `text` is all of them.
    """

    text: str = ""
    has_several: bool = False
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
    found = list(_named(raw))
    pictures = sorted({one.name for one in found if _MEDIA.fullmatch(one.name)})
    texts = _outermost(found, TEXT)
    return CallbackFields(
        text="\n".join(texts),
        has_several=len(texts) > 1,
        sender=_first(found, SENDER).strip(),
        recipient=_first(found, RECIPIENT).strip(),
        sid=_first(found, SID).strip(),
        status=_first(found, STATUS).strip().lower(),
        moment=_first(found, MOMENT).strip(),
        error=_first(found, ERROR).strip(),
        type=_first(found, ("type",)).strip().lower(),
        media=tuple(filter(None, (_first(found, (name,)) for name in pictures))),
    )


def words_of(raw: RawCallback) -> str:
    """Take the body of a callback for words, where it is plain text and nothing else."""
    is_plain = raw.content_type.lower().startswith("text/plain") or not raw.content_type
    text = raw.text.strip()
    return text if is_plain and text[:1] not in ("{", "[", "<") and "=" not in text else ""


def _first(found: Sequence[_Named], names: tuple[str, ...]) -> str:
    return next(iter(_outermost(found, names)), "")


def _outermost(found: Sequence[_Named], names: tuple[str, ...]) -> list[str]:
    """Return what the outermost field with one of these names says, and what others say that stand beside it."""
    fields = [one for one in found if one.name in names and one.value.strip()]
    if not fields:
        return []
    best = min(fields, key=lambda one: (one.depth, names.index(one.name)))
    beside = (one.value for one in fields if (one.depth, one.name) == (best.depth, best.name))
    return list(dict.fromkeys(beside))


def _named(raw: RawCallback) -> Iterator[_Named]:
    """Give all fields by their plain names."""
    yield from _flat(parse_pairs(raw.query), _IN_QUERY)
    body = raw.text
    parsed = _json(body)
    if parsed is not None:
        yield from _walked(parsed)
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


def _flat(pairs: list[tuple[str, str]], depth: int = 0) -> Iterator[_Named]:
    """Give the fields of a form; what is JSON inside of one is looked into, but for what may be somebody's words."""
    for name, value in pairs:
        plain = _plain(name)
        yield _Named(depth, plain, read_text(value))
        inner = _json(value) if value.lstrip()[:1] in ("{", "[") else None
        if inner is not None and plain != _OURS and plain not in TEXT:
            yield from _walked(inner, depth + 1)


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


def _walked(parsed: object, depth: int = 0) -> Iterator[_Named]:
    """Give every value of JSON by the name it stands under, the outermost first."""
    level: list[tuple[str, object]] = [("", parsed)]
    left = MOST_FIELDS
    for at in range(depth, depth + _DEPTH):
        inner: list[tuple[str, object]] = []
        for name, value in level[:left]:
            left -= 1
            if isinstance(value, dict):
                own = [(_plain(key), one) for key, one in value.items() if _plain(key) != _OURS]
                inner += own
                if name in SENDER:
                    yield _Named(at, name, _number_in(dict(own)))
            elif isinstance(value, list):
                inner += [(name, one) for one in value]
            elif isinstance(value, str):
                yield _Named(at, name, read_text(value))
            elif isinstance(value, int) and not isinstance(value, bool):
                yield _Named(at, name, _digits(value))
        level = inner


def _number_in(sender: Mapping[str, object]) -> str:
    """Read the number of a sender that is an object."""
    return next((str(sender[name]) for name in _PHONE if isinstance(sender.get(name), (str, int))), _UNNAMED)


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no number of thousands of digits
        return ""


def _plain(name: str) -> str:
    return _LETTERS.sub("", name[:_LONGEST_NAME].lower())
