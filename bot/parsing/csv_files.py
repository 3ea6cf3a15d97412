"""CSV files as people save them: encoding, separator and rows, read in small parts whatever the size of the file.

Reads UTF-8, UTF-16 and Windows-1252, with commas, semicolons, tabs or bars, and quotes that hold line breaks. Refuses
in words what is no table: workbooks, pictures, lines without an end, quotes that would put several rows into one.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from bot.domain.errors import InvalidNumber
from bot.domain.imports import Record, UnreadableFile
from bot.domain.media import HEAD as TYPE_HEAD
from bot.domain.media import HTML, sniff_type
from bot.domain.text import clean
from bot.parsing.phone_numbers import read_number

CHUNK = 2**16
HEAD = 2**16
"""Bytes by which a file is judged before it is read."""

MOST_LINE_CHARS = 50_000
MOST_LINES_A_ROW = 100
MOST_COLUMNS = 100
SAMPLE_ROWS = 20

SEPARATORS = ",;\t|"

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OTHERS = ("image/", "video/", "application/pdf", HTML)
_DECLARED = "sep="
_FEW_NULS = 0.3

WORKBOOK = 'This is a workbook. Save it as "CSV UTF-8" in Excel or Google Sheets, and send that file.'
NO_TEXT = 'This is no text file. Save the table as "CSV UTF-8", and send that file.'
EMPTY = "There is nothing in this file."


@dataclass(frozen=True)
class Sample:
    """First rows of a file; `number` and `name` are the places of the columns that seem to hold them, -1 for none."""

    rows: tuple[Record, ...]
    has_header: bool
    number: int
    name: int


def rows_of(file: BinaryIO) -> Iterator[Record]:
    """Read the rows of a file, empty ones left out. Raises UnreadableFile."""
    encoding = encoding_of(iter(lambda: file.read(CHUNK), b""))
    file.seek(0)
    lines = _lines(_decoded(iter(lambda: file.read(CHUNK), b""), encoding))
    return _records(lines)


def sample_of(head: bytes, region: str, *, is_whole: bool) -> Sample:
    """Read the first rows of a file, and guess which column is which. Raises UnreadableFile."""
    if not is_whole:  # the last line may be cut off
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1] or head
    rows: list[Record] = []
    try:
        for row in rows_of(io.BytesIO(head)):
            rows.append(row)
            if len(rows) > SAMPLE_ROWS:
                break
    except UnreadableFile:
        if is_whole or not rows:  # else the last row may be cut off in its quotes
            raise
    if not rows:
        raise UnreadableFile(EMPTY)
    width = max(len(row.cells) for row in rows)
    has_header = not any(_is_number(cell, region) for cell in rows[0].cells)
    body = rows[1:] if has_header else rows
    number = _number_column(rows[0].cells if has_header else (), body, width, region)
    return Sample(tuple(rows), has_header, number, _name_column(rows[0].cells if has_header else (), number))


def encoding_of(chunks: Iterable[bytes]) -> str:
    """Tell the encoding of a file, all of which is looked at: its last letter may decide. Raises UnreadableFile."""
    decoder, head, is_utf8 = codecs.getincrementaldecoder("utf-8")(), b"", True
    for chunk in chunks:
        if not head:
            head = chunk
            if (known := _marked(head)) is not None:
                return known
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            is_utf8 = False
            break
    if not head:
        raise UnreadableFile(EMPTY)
    try:
        decoder.decode(b"", final=is_utf8)
    except UnicodeDecodeError:
        is_utf8 = False
    return "utf-8" if is_utf8 else "cp1252"


def _marked(head: bytes) -> str | None:
    """Read the encoding off the first bytes; None where they do not say."""
    if head.startswith(_WORKBOOKS):
        raise UnreadableFile(WORKBOOK)
    if sniff_type(head[:TYPE_HEAD]).startswith(_OTHERS):
        raise UnreadableFile(NO_TEXT)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    nuls = head.count(0)
    if nuls < _FEW_NULS * len(head) / 2:
        if nuls:
            raise UnreadableFile(NO_TEXT)
        return None
    odd = sum(byte == 0 for byte in head[1::2])
    return "utf-16-le" if odd > nuls / 2 else "utf-16-be"


def _decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(errors="replace"), translate=True)
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _lines(texts: Iterable[str]) -> Iterator[str]:
    """Cut a text into lines, each with its end. Raises UnreadableFile for one that is longer than any row is."""
    rest, number = "", 1
    for text in texts:
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            if len(line) > MOST_LINE_CHARS:
                raise _too_long(number)
            yield f"{line}\n"
            number += 1
        if len(rest) > MOST_LINE_CHARS:
            raise _too_long(number)
    if rest:
        yield rest


def _too_long(number: int) -> UnreadableFile:
    return UnreadableFile(
        f"Line {number:,} has more than {MOST_LINE_CHARS:,} characters, so this is no table of contacts. Look at the "
        "file, and send it again."
    )


class _Feed:
    """Lines on their way into the reader of rows; knows in which line the present row began."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.line = 0
        self.begun = 1
        self.quotes = 0

    def begin(self) -> None:
        """Begin a row."""
        self.begun, self.quotes = self.line + 1, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            if self.line > self.begun and self.quotes % 2:
                raise self.unclosed() from None
            raise
        self.line += 1
        self.quotes += line.count('"')
        if self.line - self.begun >= MOST_LINES_A_ROW:
            raise self.unclosed()
        return line

    def unclosed(self) -> UnreadableFile:
        """Say that a quote is not closed."""
        return UnreadableFile(
            f"The quote that opens in line {self.begun:,} is not closed. Close it or take it out, and send the file "
            "again."
        )


def _records(lines: Iterator[str]) -> Iterator[Record]:
    """Read rows out of lines; the separator is guessed from the first of them. Raises UnreadableFile."""
    first = [line for _, line in zip(range(SAMPLE_ROWS), lines, strict=False)]
    skipped = 0
    separator = separator_of(first)
    if first and first[0].lower().startswith(_DECLARED):
        separator, skipped = first[0][len(_DECLARED) :].strip("\n")[:1] or separator, 1
    if separator not in SEPARATORS:
        separator = separator_of(first[skipped:])
    feed = _Feed(_chained(first[skipped:], lines))
    feed.line, feed.begun = skipped, skipped + 1
    reader = csv.reader(feed, delimiter=separator, skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            tidy = tuple(" ".join(clean(cell.replace("\0", "")).split()) for cell in cells)
            if any(tidy):
                if len(tidy) > MOST_COLUMNS:
                    raise UnreadableFile(
                        f"Line {feed.begun:,} has {len(tidy):,} columns; a file may have {MOST_COLUMNS} at most."
                    )
                yield Record(feed.begun, tidy)
            feed.begin()
    except csv.Error:
        raise UnreadableFile(
            f"Line {feed.begun:,} cannot be read as a row of a table. Look at its quotes, and send the file again."
        ) from None


def _chained(first: Iterable[str], rest: Iterator[str]) -> Iterator[str]:
    yield from first
    yield from rest


def separator_of(lines: Iterable[str]) -> str:
    """Guess what stands between cells: what comes equally often in the lines, and most often in each."""
    counts = [{one: _outside(line).count(one) for one in SEPARATORS} for line in lines if line.strip()]

    def weight(one: str) -> tuple[int, int]:
        found = [count[one] for count in counts]
        usual = max(set(found), key=found.count) if found else 0
        return (found.count(usual) if usual else 0, usual)

    return max(SEPARATORS, key=weight)


def _outside(line: str) -> str:
    """Leave out what stands in quotes."""
    return "".join(line.split('"')[::2])


_NUMBER_WORDS = ("phone", "mobile", "cell", "number", "telefon", "tel", "handy", "nummer", "msisdn", "whatsapp")
_NAME_WORDS = ("first_name", "firstname", "vorname", "full_name", "name")


def _number_column(header: tuple[str, ...], rows: list[Record], width: int, region: str) -> int:
    """Guess where the numbers are: in the column with most of them, of equal ones in the one that is called so."""
    found = [sum(_is_number(row.cells[at], region) for row in rows if at < len(row.cells)) for at in range(width)]
    named = [any(word in cell.casefold() for word in _NUMBER_WORDS) for cell in header] + [False] * width
    best = max(range(width), key=lambda at: (found[at], named[at], -at), default=-1)
    return best if best >= 0 and (found[best] or named[best]) else -1


def _name_column(header: tuple[str, ...], number: int) -> int:
    """Guess where the names are, by the header."""
    plain = ["_".join(cell.casefold().split()) for cell in header]
    exact = (plain.index(word) for word in reversed(_NAME_WORDS) if word in plain)
    parts = (at for at, cell in enumerate(plain) if "name" in cell and at != number)
    return next((at for at in (*exact, *parts) if at != number), -1)


def _is_number(cell: str, region: str) -> bool:
    try:
        read_number(cell, region)
    except InvalidNumber:
        return False
    return True


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which spreadsheets know a formula: https://owasp.org/www-community/attacks/CSV_Injection."""

_FORMULA_BEHIND_CUT = re.compile(
    r"(?!^)([;|\t\r\n])(?=[\"\s]*[=+\-@])"
)  # many spreadsheets cut there, whatever is quoted


def written_row(cells: Iterable[str]) -> str:
    """Write a row; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerow([as_words(cell) for cell in cells])
    return out.getvalue()


def as_words(cell: str) -> str:
    """Write a cell so that no spreadsheet takes it for a formula."""
    cell = _FORMULA_BEHIND_CUT.sub(r"\1'", cell)
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) else cell
