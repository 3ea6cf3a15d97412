"""Segment count in words: how many parts a text has on the phone, for the person who writes it. Pure."""

from bot.domain.provider_profile import Measure
from bot.domain.segments import segments
from bot.domain.text import counted, for_phone


def segment_count_text(text: str, measure: Measure = segments) -> str:
    """Write how many parts a text has, which carriers count and charge separately; without parts how long it is."""
    text = for_phone(text)
    size, long = measure(text), counted(len(text), "character")
    if not text or (size is not None and not size.count):
        return "No words yet."
    if size is None:
        return f"{long}."
    letters = "" if size.encoding == "GSM-7" else " Emoji or special letters make its parts shorter (Unicode)."
    left = counted(size.left, "more character")
    return f"{long}, {parts_counted(size.count)}, room for {left} in the last one.{letters}"


def parts_counted(count: int) -> str:
    """Write a number of parts: people read "parts" for what carriers call segments."""
    return counted(count, "part")
