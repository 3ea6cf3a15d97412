"""Grammar of moments in front of a text, as regular expressions. Pure.

Groups name what was found: near, weekday, iso, day, month, year, clock, hour, minute, half, count, unit, first, second.
"""

import re

_WEEKDAYS = ("mon(?:day)?", "tue(?:s|sday)?", "wed(?:s|nesday)?", "thu(?:r|rs|rsday)?", "fri(?:day)?", "sat(?:urday)?")
_WEEKDAY = f"(?:{'|'.join((*_WEEKDAYS, 'sun(?:day)?'))})"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
COUNTS |= {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12}
_COUNT = rf"(?:\d{{1,4}}|{'|'.join(sorted(COUNTS, key=len, reverse=True))})"
_SHORT = r"(?:minutes?|mins?|hours?|hrs?|h)"
LONG = r"(?:days?|weeks?)"

_CLOCK = (
    r"(?P<clock>noon|midday|midnight|(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?(?P<half>[ap]\.?m\b\.?)"
    r"|(?P<hour24>\d{1,2}):(?P<minute24>\d{2}))(?!\w|:\d)"
)
_DATE = (
    rf"(?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}})"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month>{_MONTH})(?:,?\s(?P<year>20\d\d)(?!:))?(?!\w)"
    rf"|(?P<month_first>{_MONTH})\s(?P<day_second>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(?P<year_last>20\d\d)(?!:))?(?!\w|:)"
)
_DAY = (
    rf"(?:on\s)?(?:(?P<near>today|tonight|tomorrow)|(?P<weekday>{_WEEKDAY})|{_DATE}"
    rf"|in\s(?P<count>{_COUNT})\s(?P<unit>{LONG}))(?!\w)"
)
_IN = rf"in\s(?:(?P<half_hour>half\san\shour)|(?P<first>{_COUNT})\s?(?P<first_unit>{_SHORT}|{LONG}))(?!\w)"
_IN += rf"(?:,?\s(?:and\s)?(?P<second>{_COUNT})\s?(?P<second_unit>{_SHORT})(?!\w))?"

FRONTS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_DAY},?\s(?:at\s|@\s?)?{_CLOCK}",
        rf"(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})t{_CLOCK}",
        _IN,
        rf"(?:at\s)?{_CLOCK}",
        r"(?P<near>tonight)(?!\w)",
    )
)
CLOCK_FIRST = re.compile(rf"(?:at\s)?{_CLOCK},?\s{_DAY}", re.IGNORECASE)
ONLY_DAY = re.compile(_DAY, re.IGNORECASE)

_ZONES = "utc|gmt|z|[ecmpa]s?t|[ecmpa]dt|ces?t|bst|ist|aest|aedt|nzst|nzdt|akst|hst"
_PARTS = "morning|afternoon|evening|night|noon|midday|midnight|o'?clock|sharp|ish|half|quarter|from now|ago|later"
_TIME_WORD = (
    rf"\d|(?:today|tonight|tomorrow|yesterday|weekend|{_WEEKDAY}|{_MONTH}|{_PARTS}|{_ZONES}|[ap]\.?m"
    rf"|{_SHORT}|{LONG}|months?|years?|{_COUNT}\s(?:{_SHORT}|{LONG}))(?!\w)"
)
GOES_ON = re.compile(
    r"(?:[-–—,;/+]\s*)?(?:(?:and|or|to|till?|until|through|at|on|in|by|of|from|this|next|last|every|the|around|about|@)"
    rf"\s+){{0,3}}(?:{_TIME_WORD})",
    re.IGNORECASE,
)
SLASHED = re.compile(r"(?:on\s)?\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?(?![\d:])", re.IGNORECASE)
NEXT = re.compile(rf"(?:on\s)?(?P<which>next|this|coming)\s(?P<what>{_WEEKDAY}|week|month)(?!\w)", re.IGNORECASE)
BARE_HOUR = re.compile(rf"(?:{_DAY},?\s)?(?:at\s)(?P<hours>\d{{1,2}})(?![\w:.])", re.IGNORECASE)
PART_OF_DAY = re.compile(
    rf"(?:{_DAY}\s|in\sthe\s|this\s)(?P<part>morning|afternoon|evening|night)(?!\w)", re.IGNORECASE
)
QUOTED = re.compile(r"[\"“”„«](?P<when>[^\"“”„«»\n]*)[\"“”»]\s*:?")
