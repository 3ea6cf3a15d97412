"""Attachment texts: every word about pictures and files, from a phone and to one, that people read in Slack.

Returns mrkdwn of our own words; other people's words (an address, the name of a file) are escaped.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.domain.text import counted
from bot.domain.thread_notes import MissingAttachment
from bot.slack.blocks import cards
from bot.slack.blocks.cards import Link
from bot.slack.blocks.kit import Block
from bot.slack.text import escaping

MAX_LINKS = 5

_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic")

_WHY = {
    "too_large": "it is larger than 10 MB",
    "too_many": "it came with too many others",
    "internal": "its address does not lead to the public internet, so it was not opened",
    "unreadable": "its address cannot be read",
    "page": "its address leads to a web page and not to a picture",
    "type": "it is no kind of picture or file that the bot knows, or not what it says it is",
    "gone": "it is not there any more",
    "redirects": "its address leads on to others without an end",
    "file_uploads_disabled": "this workspace does not allow files. An admin of Slack can change that",
    "file_uploads_except_images_disabled": "this workspace allows no files but pictures",
    "file_type_not_allowed": "this workspace does not allow this type of file",
    "blocked_file_type": "this workspace does not allow this type of file",
    "file_upload_size_restricted": "it is larger than this workspace allows",
    "storage_limit_reached": "the workspace's storage is full. An admin of Slack has to make room",
    "missing_scope": (
        "the app lacks the permission files:write. An admin has to apply the manifest and reinstall the app"
    ),
    "malware_detected": "Slack takes it for malware",
    "lost": "the bot has lost it",
}
_NEVER_TO_OPEN = frozenset({"malware_detected"})
_NOT_FETCHED = "the place where it is stored did not answer"
_NOT_TAKEN = "Slack did not take it"


def announcement(urls: Sequence[str]) -> str:
    """Announce attachments that are shown below; by the address, because nothing else is known yet."""
    return f"Sent a {_noun(urls)}." if len(urls) == 1 else f"Sent {len(urls)} {_noun(urls)}s."


def label_without_words(urls: Sequence[str]) -> str:
    """Write one line in place of a text without words."""
    if not urls:
        return "An empty text"
    return f"A {_noun(urls)}" if len(urls) == 1 else f"{len(urls)} {_noun(urls)}s"


def _noun(urls: Sequence[str]) -> str:
    return "picture" if all(urlsplit(url).path.lower().endswith(_PICTURES) for url in urls) else "file"


def missing_words(missing: Sequence[MissingAttachment]) -> str:
    """Write which attachments of a text could not be shown, and why."""
    lines = [f"{_why(attachment.why)}.{_link(attachment)}" for attachment in missing]
    if len(lines) == 1:
        return f"A picture or file from the contact could not be shown: {lines[0]}"
    listed = "\n".join(f"• {line[:1].upper()}{line[1:]}" for line in lines)
    return f"{len(lines)} pictures or files from the contact could not be shown:\n{listed}"


def _why(code: str) -> str:
    if code in _WHY:
        return _WHY[code]
    return _NOT_FETCHED if code in ("timeout", "unreachable") or code.startswith("http_") else _NOT_TAKEN


def _link(attachment: MissingAttachment) -> str:
    if not attachment.link or attachment.why in _NEVER_TO_OPEN:
        return ""
    return f" <{escaping.escape(attachment.link).replace('|', '%7C')}|Open it in a browser>"


def file_names(files: Sequence[str]) -> str:
    """Write the names of the files that go along with a text."""
    return ", ".join(f"[{name}]" for name in files)


def attachments(media: tuple[str, ...]) -> list[Block]:
    """Count a text's attachments, with as many links as can be shown."""
    if not media:
        return []
    if len(media) == 1:
        shown = Link(media[0], "open it") if cards.may_link(media[0]) else "its address cannot be shown here"
        return [cards.fact_list([(counted(1, "attachment"), [shown])])]
    links = [Link(url, f"open {place}") for place, url in enumerate(media, 1) if cards.may_link(url)][:MAX_LINKS]
    leaves = [leaf for link in links for leaf in (", ", link)][1:]
    return [cards.fact_list([(counted(len(media), "attachment"), leaves or ["their addresses cannot be shown here"])])]
