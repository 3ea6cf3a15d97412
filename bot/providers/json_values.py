"""Single values of a provider's JSON, read leniently, whichever the provider. Pure; never raises, whatever the value.

What cannot be read is empty, and the caller decides whether it can do without.
"""

from collections.abc import Mapping
from typing import Any

_LONGEST_ID = 200
"""Characters. The longest ids of a provider have 80; anything much longer is no id."""


def read_object(value: object) -> Mapping[str, Any]:
    """Take an object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def read_list(value: object) -> list[Any]:
    """Take a list; anything else is an empty one."""
    return value if isinstance(value, list) else []


def read_text(value: object) -> str:
    """Take a text as it is, without what no database stores: NUL, and halves of surrogate pairs (JSON allows them).

    Anything but a text is "".
    """
    if not isinstance(value, str):
        return ""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")


def read_id(value: object) -> str:
    """Take an id, as text; "" where there is none."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else read_text(value)
    return text if len(text) <= _LONGEST_ID else ""
