"""Variables in texts: Glific fills in what begins with '@', and swallows a full stop behind it. Pure.

Both would send words that their author did not mean, so such places are broken by a character of no width. An e-mail
address stays one that a phone recognizes, unless its host reads like a variable.
"""

import re

_BREAK = "\u200b"
_ROOTS = r"(?:contact|contacts|global|calendar|results|parent|child|org|organization|run|fields)\b"
_VARIABLE = re.compile(rf"@(?=\w)(?:(?<!\w@)|(?={_ROOTS}))")
_STOP_BEHIND_ADDRESS = re.compile(r"(?<=\w)(@\w(?:[\w.-]*\w)?)(?=\.(?!\w))")


def break_variables(text: str) -> str:
    """Break what Glific would fill in or swallow; the words stay the same to whoever reads them."""
    return _STOP_BEHIND_ADDRESS.sub(rf"\1{_BREAK}", _VARIABLE.sub(f"@{_BREAK}", text))


def mend_variables(text: str) -> str:
    """Give the words back as they were before `break_variables`, to compare what is on record with what was sent."""
    return text.replace(f"@{_BREAK}", "@").replace(f"{_BREAK}.", ".")
