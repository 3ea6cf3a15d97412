"""Markup in the `text` of a Slack message: mentions, links, dates, entities, emoji codes.

Entities are unescaped once, after the markup is found, so that typed angle brackets never become a mention. Emoji
codes in `backticks` stay as typed. Shapes: https://docs.slack.dev/messaging/formatting-message-text.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import unquote

from bot.domain.pieces import BROADCASTS, Piece, Ref, RefKind
from bot.slack.text.emoji import emoji_for
from bot.slack.text.escaping import unescape

MAX_HOST_CHARS = 253
"""Limit of a host name, in characters (RFC 1035)."""

_ID = re.compile("[A-Z0-9]{2,40}")
_CODE_SPAN = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_FENCE = re.compile(r"\A`+|`+\Z")
_MARKUP = re.compile("<([^<>]*)>")
_TORN_MARKUP = re.compile(r"<(?:[@#]|!subteam\^)[A-Z0-9]{2,}\|?")
_WEB = re.compile("^https?://", re.IGNORECASE)
_HOST_END = re.compile("(?=[/?#]|$)")
_EMOJI_CODE = re.compile(r":([^\s:]+(?:::skin-tone-[2-6](?:-[2-6])?)?):")


def _style(mark: str) -> re.Pattern[str]:
    """Compile a pattern: group 1 is what has no style, group 2 the words between two of these marks."""
    before = "\\s([{\"'“‘;*_~".replace(mark, "")
    behind = "\\s)\\]}\"'”’.,;:!?…&/–—*_~-".replace(mark, "")
    bare, atom = r"```.*?```|`[^`\n]+`|<[^<>]*>|https?://\S+", r"`[^`\n]+`|<[^<>\n]*>"
    styled = rf"(?<![^{before}])[{mark}](?=[^\s{mark}])((?:{atom}|[^{mark}\n<`])+)(?<!\s)[{mark}](?![^{behind}])"
    return re.compile(rf"({bare})|{styled}", re.DOTALL)


_STYLES = tuple(_style(mark) for mark in "*_")


def pieces_of_text(text: str, *, has_styles: bool = True) -> Iterator[Piece]:
    """Split the `text` of a message into pieces; struck words keep their tildes, all other styles are removed."""
    for place, span in enumerate(_CODE_SPAN.split(_unstyled(text) if has_styles else text)):
        is_code = place % 2 == 1
        words = _FENCE.sub("", span) if is_code and has_styles else span
        for inner, part in enumerate(_MARKUP.split(words)):
            if inner % 2:
                yield _markup(part)
            else:
                plain = unescape(_TORN_MARKUP.sub("", part))  # a typed "<" is an entity here, so this was never words
                yield plain if is_code else _with_emoji(plain)


def _unstyled(text: str) -> str:
    """Remove the stars of bold and the underscores of italic words, where Slack shows them as such."""
    for style in _STYLES:
        text = style.sub(lambda found: found[1] or found[2], text)
    return text


def _markup(inner: str) -> Piece:
    """Read the markup between < and >."""
    target, _, label = inner.partition("|")
    label = _with_emoji(unescape(label))
    if target.startswith("@"):
        return ref_or_label(RefKind.USER, target[1:], label)
    if target.startswith("#"):
        return ref_or_label(RefKind.CHANNEL, target[1:], label)
    if target.startswith("!"):
        return _special(target[1:], label)
    return link(unescape(target), label)


def _special(command: str, label: str) -> Piece:
    name, *arguments = command.split("^")
    if name == "subteam" and arguments:
        return ref_or_label(RefKind.GROUP, arguments[0], label.removeprefix("@"))
    if name in BROADCASTS:
        return f"@{name}"
    if name == "date" and arguments and not label and arguments[0].isascii() and arguments[0].isdigit():
        return utc(int(arguments[0][:20]))
    return label


def _with_emoji(text: str) -> str:
    """Replace known emoji codes; the colon that ends an unknown one may start the next."""
    done, at = "", 0
    while match := _EMOJI_CODE.search(text, at):
        known = emoji_for(match[1])
        end = match.end() if known else match.end() - 1
        done += text[at : match.start()] + known if known else text[at:end]
        at = end
    return done + text[at:]


def ref_or_label(kind: RefKind, id_: str, label: str = "") -> Piece:
    """Build the reference; only the label if the id is invalid."""
    return Ref(kind, id_, label.strip()) if _ID.fullmatch(id_) else label


def link(url: str, label: str) -> str:
    """Write a link as "label (url)", or once if both say the same."""
    scheme, _, address = url.partition(":")
    is_personal = scheme in ("mailto", "tel") and bool(address)
    target = address if is_personal else url
    if not label.strip() or not target:
        return label if label.strip() else target
    if is_personal and _is_same_address(scheme, address, label):
        return label
    return label if _is_same_page(url, label.strip()) else f"{label} ({target})"


def _is_same_address(scheme: str, address: str, label: str) -> bool:
    """Tell whether a label repeats its address; Slack drops the punctuation of a number that it links."""
    if scheme == "mailto":
        return label.strip().lower() == address.lower()
    dialled, written = re.sub(r"\D", "", address), re.sub(r"\D", "", label)
    return len(written) >= 7 and dialled.endswith(written)


def _is_same_page(url: str, label: str) -> bool:
    """Tell whether a label is the address as typed; Slack completes "Example.com" to "http://example.com"."""
    if re.search(r"\s", label):
        return False
    return _comparable(label) in (_comparable(url), _comparable(_WEB.sub("", url)))


def _comparable(address: str) -> str:
    """Normalize an address for comparison: a host has no case, and may be written in ASCII."""
    scheme = _WEB.match(address)
    start = scheme[0].lower() if scheme else ""
    host, rest = _HOST_END.split(address[len(start) :], maxsplit=1)
    return start + _in_letters(host.lower()) + unquote(rest).rstrip("/")


def _in_letters(host: str) -> str:
    if "xn--" not in host or len(host) > MAX_HOST_CHARS:
        return host
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def utc(timestamp: int | None) -> str:
    """Write a Unix second as "2024-07-11 15:03 UTC"; "" for None and for years outside the calendar."""
    if timestamp is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""
