"""Phone numbers as people type them, read with the numbering plans of the library phonenumbers.

Refuses what could be read in two ways: a text must never go to a wrong phone. Checks that a number is possible, not
that it is assigned; 555 numbers are possible only. Source: https://github.com/daviddrysdale/python-phonenumbers.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

from bot.domain.errors import InvalidNumber
from bot.domain.phone import E164, can_be_texted, parse_e164
from bot.domain.sender import NOBODY
from bot.domain.text import clean, ellipsized

NO_REGION = "ZZ"
"""Region of what has none: numbers then need the code of their country."""

_TEL_LINK = re.compile(r"<tel:(?P<target>[^|<>]*)(?:\|(?P<label>[^<>]*))?>")
_QUOTES = "\"'`´‘’‚“”„«»‹›"
_QUOTED = re.compile(f"[{_QUOTES}][^{_QUOTES}\n]*[{_QUOTES}](?!\\S)")
_EXTENSION = re.compile(r"(?:ext(?:ension|n)?\.?|x|#)[\s:=]*\d+$", re.IGNORECASE)
_EXTENSION_BEHIND = re.compile(r"[^\S\n]*(?:ext(?:ension|n)?\.?|x)\s*\d", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[,;/&|\n]|\band\b|\bor\b|(?<=\d)\s*\+", re.IGNORECASE)
_DASHES = "\u2212\u2043\u02d7\u00ad"  # these too look like dashes: minus, bullet, modifier, soft hyphen
_DECIMALS = re.compile(r"\d\.0+$")  # the point would be taken for one between groups of digits
_UNSEEN = "\ufe0e\ufe0f"
_MOST_DIGITS = 19  # 15, and what may stand before them

_TOO_SHORT = "is too short to be a phone number"
_TOO_LONG = "is too long to be a phone number"
_NO_COUNTRY = "does not begin with the code of a country"
_HAS_EXTENSION = "has an extension, which a text cannot reach"
_HAS_DECIMALS = "ends in .0, as spreadsheets write amounts, so its digits are not certain"
_PARSE_FAULTS = {
    NumberParseException.INVALID_COUNTRY_CODE: _NO_COUNTRY,
    NumberParseException.TOO_LONG: _TOO_LONG,
}
_LENGTH_FAULTS = {
    ValidationResult.INVALID_COUNTRY_CODE: _NO_COUNTRY,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: f"{_TOO_SHORT}: the area code is missing",
    ValidationResult.TOO_SHORT: _TOO_SHORT,
    ValidationResult.TOO_LONG: _TOO_LONG,
    ValidationResult.INVALID_LENGTH: "does not have as many digits as the phone numbers of its country",
}


def read_number(typed: str, region: str) -> E164:
    """Read one number as people type it; one without a country code belongs to the region, such as "US".

    Raises InvalidNumber, whose words say what is wrong and how to write it. They repeat what was typed: escape them.
    """
    link = _TEL_LINK.fullmatch(typed.strip().strip(_QUOTES).strip())
    if link is None:
        return _read(typed, region)
    number = _read(link["target"], region)
    if (link["label"] or "").strip() and _read_or_none(link["label"], region) not in (None, number):
        raise _fault(link["label"], "is a link to another number", region)
    return number


def split_number(text: str, region: str) -> tuple[E164, str]:
    """Split "NUMBER rest of the text"; the rest keeps its spacing, only white space before it is dropped.

    Raises InvalidNumber if no number is in front, or if it could end in more than one place.
    """
    text = text.lstrip()
    marked = _TEL_LINK.match(text) or _QUOTED.match(text)
    if marked:
        return read_number(marked[0], region), text[marked.end() :].lstrip()
    found = {end: number for end in _possible_ends(text) if (number := _read_or_none(text[:end], region))}
    if len(found) != 1:
        raise _untaken(text, max(found, default=0), region)
    ((end, number),) = found.items()
    if _EXTENSION_BEHIND.match(text, end):
        raise _fault(text, _HAS_EXTENSION, region)
    return number, text[end:].lstrip()


def region_of(account: E164) -> str:
    """Return the region of an account, such as "US", whose numbers need no country code; NO_REGION if there is none."""
    number = parse_number(account)
    if number is None:
        return NO_REGION
    region = phonenumbers.region_code_for_number(number)
    return region or phonenumbers.region_code_for_country_code(number.country_code or 0)


def shown_number(number: E164, region: str) -> str:
    """Write a number for people: "(555) 555-0145" inside the region, "+44 20 7946 0958" outside of it.

    A sender without a number is shown by name; a name may hold anything, so it is fit for plain text only.
    Regions of one country code, such as the US and Canada, dial each other as at home and count as one.
    """
    known = parse_number(number)
    if known is None:
        return "Unknown sender" if number == NOBODY else number
    is_near = known.country_code == phonenumbers.country_code_for_region(region)
    return phonenumbers.format_number(known, PhoneNumberFormat.NATIONAL if is_near else PhoneNumberFormat.INTERNATIONAL)


def _read(typed: str, region: str) -> E164:
    plain = _plain(typed)
    digits = re.sub("[^0-9+]", "", plain)
    fault = _visible_fault(plain, digits, region)
    if fault:
        raise _fault(typed, fault, region)
    try:
        number = phonenumbers.parse(re.sub("^00", "+", digits), region)
    except NumberParseException as error:
        raise _fault(typed, _PARSE_FAULTS.get(error.error_type, _TOO_SHORT), region) from None
    length = phonenumbers.is_possible_number_with_reason(number)
    if length in _LENGTH_FAULTS:
        raise _fault(typed, _LENGTH_FAULTS[length], region)
    try:
        return parse_e164(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    except InvalidNumber:
        raise _fault(typed, _TOO_SHORT, region) from None


def _read_or_none(typed: str, region: str) -> E164 | None:
    try:
        return _read(typed, region)
    except InvalidNumber:
        return None


def _visible_fault(plain: str, digits: str, region: str) -> str:
    """Name what is wrong with a number in any country, or ""."""
    for ending, fault in ((_EXTENSION, _HAS_EXTENSION), (_DECIMALS, _HAS_DECIMALS)):
        if ending.search(plain):
            return fault
    if sum(len(re.findall("[0-9]", part)) >= 7 for part in _BETWEEN_NUMBERS.split(plain)) > 1:
        return "looks like several numbers, and only one can be taken"
    if any(char.isalpha() for char in plain):
        return "has letters in it"
    if not re.search("[0-9]", digits):
        return "has no digits in it"
    if re.search("[^-0-9+(). /]", plain) or "+" in digits[1:]:
        return "has characters that no phone number has"
    is_abroad = digits.startswith(("+", "00"))
    return "" if is_abroad or region in phonenumbers.SUPPORTED_REGIONS else "has no country code"


def _plain(typed: str) -> str:
    """Normalize digits, dashes and spaces; drop what is invisible, and what people put around a number."""
    return "".join(map(_plain_char, typed)).strip(f"{_QUOTES} \n").rstrip(" .,;:!?")


def _plain_char(char: str) -> str:
    if "\uff01" <= char <= "\uff5e":
        char = unicodedata.normalize("NFKC", char)  # full width
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Pd" or char in _DASHES:
        return "-"
    if category == "Cf" or char in _UNSEEN:
        return ""
    return " " if category == "Zs" or char == "\t" else char


def _possible_ends(text: str) -> Iterator[int]:
    """Yield the positions in the first line where the number may end: after a digit, before white space."""
    digits, last = 0, ""
    for place, char in enumerate(text):
        plain = _plain_char(char)
        if last.isdigit() and char.isspace():
            yield place
        if digits > _MOST_DIGITS or (plain and plain not in "0123456789+-.()/ "):
            return
        digits += plain.isdigit()
        last = plain or last
    if last.isdigit():
        yield len(text)


def _untaken(text: str, last_end: int, region: str) -> InvalidNumber:
    """Write why no number could be split off: there was none (`last_end` is 0), or it has several ends."""
    if last_end:
        return InvalidNumber(
            f"It is not clear where the number ends in `{_echo(text[:last_end])}`. "
            "Write the number without spaces, and put the text on a new line if it begins with a digit."
        )
    start = re.match(r"(?:\W*\d\S*(?:\s+|$))*", text.partition("\n")[0])
    front = start[0].strip() if start else ""
    if not front:
        return _fault(text, "does not begin with a phone number" if text else "", region)
    try:
        read_number(front, region)
    except InvalidNumber as fault:
        return fault
    return _fault(front, "has something other than a space behind the number", region)


def _fault(typed: str, what: str, region: str) -> InvalidNumber:
    subject = f"`{_echo(typed)}` {what}" if _echo(typed) and what else "No phone number was given"
    return InvalidNumber(f"{subject}. Write it like {' or '.join(_examples(region))}.")


def _echo(typed: str) -> str:
    """Repeat what was typed, on one line and short, without the marks that would end its frame."""
    seen = _TEL_LINK.sub(lambda link: link["label"] or link["target"], typed)
    visible = "".join(char for char in clean(seen) if char != "`" and unicodedata.category(char) != "Cf")
    return ellipsized(" ".join(visible.split()), 40)


@cache  # a file may have very many rows that are wrong
def _examples(region: str) -> tuple[str, ...]:
    """Write a number of the region in both ways; a foreign one if the region is unknown."""
    example = parse_number(E164("+15555550145"))
    if phonenumbers.country_code_for_region(region) not in (0, 1):
        example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    if example is None:
        return ("+1 555 555 0145",)
    abroad = phonenumbers.format_number(example, PhoneNumberFormat.INTERNATIONAL).replace("-", " ")
    home = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
    return (abroad, home) if region in phonenumbers.SUPPORTED_REGIONS else (abroad,)


def parse_number(number: E164) -> PhoneNumber | None:
    """Parse a number with the library; None if it is none."""
    if not can_be_texted(number):  # the library would read digits into names
        return None
    try:
        return phonenumbers.parse(number)
    except NumberParseException:
        return None
