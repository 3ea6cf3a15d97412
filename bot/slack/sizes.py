"""How long a text is on the phone's side, in words for whoever writes it. Pure."""

from bot.domain.text import for_phone, segments


def size_of(text: str) -> str:
    """Say how many parts a text has, which carriers count and charge one by one."""
    text = for_phone(text)
    size = segments(text)
    if not size.count:
        return "No words yet."
    parts = "1 part" if size.count == 1 else f"{size.count} parts"
    letters = "" if size.encoding == "GSM-7" else " Emoji or special letters make its parts shorter (Unicode)."
    left = "1 more character" if size.left == 1 else f"{size.left} more characters"
    long = "1 character" if len(text) == 1 else f"{len(text):,} characters"
    return f"{long}, {parts}, room for {left} in the last one.{letters}"
