"""File objects of Slack, as values of the domain."""

from collections.abc import Mapping
from typing import Any

from bot.domain.thread_events import SlackFile
from bot.slack.json_fields import int_of, str_of


def file_of(shape: Mapping[str, Any]) -> SlackFile | None:
    """Read a file object; None without an id. A missing field stays empty, and so does the url of an external file."""
    own_id = str_of(shape.get("id"))
    if not own_id:
        return None
    url = str_of(shape.get("url_private_download")) or str_of(shape.get("url_private"))
    is_here = str_of(shape.get("mode")) in ("hosted", "snippet", "") and not shape.get("is_external")
    size = int_of(shape.get("size")) or 0
    name = str_of(shape.get("name")) or str_of(shape.get("title"))
    return SlackFile(own_id, name, str_of(shape.get("mimetype")), max(0, size), url if is_here else "")
