"""CSV files as people save them: the same rows whatever the encoding and the separator; what is no table is refused."""

from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bridge.imports.reading import at_most
from bot.domain.imports import UnreadableFile, columns_named
from bot.domain.placeholders import BadPlaceholder, check_placeholders, filled
from bot.parsing.csv_files import rows_of, sample_of, written_row

ROWS = [("Name", "Telefon"), ("Jörg", "+49 30 123456"), ("A, B", "+1 555 555 0145")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_separators(encoding: str, separator: str, end: str) -> None:
    """The rows are the same however the file was saved."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(ROWS)
    found = list(rows_of(io.BytesIO(out.getvalue().encode(encoding))))
    assert [row.cells for row in found] == ROWS


def test_one_letter_at_the_end_decides_the_encoding() -> None:
    """A Windows letter behind megabytes of plain ones is read as one."""
    data = b"Name,Number\n" + b"Ann,1\n" * 50_000 + "Zoë,2\n".encode("cp1252")
    assert list(rows_of(io.BytesIO(data)))[-1].cells == ("Zoë", "2")


def test_columns_are_guessed() -> None:
    """The number's column is that with numbers in it; a file without a header is known by its first row."""
    sample = sample_of(b"id,vorname,mobil\n1,Eva,+49 30 123456\n", "DE", is_whole=True)
    assert (sample.has_header, sample.number, sample.name) == (True, 2, 1)
    bare = sample_of(b"Eva,+49 30 123456\nJan,+49 30 123457\n", "DE", is_whole=True)
    assert (bare.has_header, bare.number) == (False, 1)


def test_headers_that_are_empty_or_come_twice() -> None:
    """Each column has a key of its own."""
    assert [one.key for one in columns_named(["Name", "", "name", "First name"])] == [
        "name",
        "column_2",
        "name_2",
        "first_name",
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "There is nothing in this file."),
        (b"\xef\xbb\xbf", "There is nothing in this file."),
        (b"\n\n\n", "There is nothing in this file."),
        (b"PK\x03\x04 and more", "This is a workbook."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "This is a workbook."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "This is no text file."),
        (b"Name,Number\n" + b"x" * 10_000_000, "Line 2 has more than 50,000 characters"),
        (b"Name,Number\n" + b",".join([b"x"] * 101), "Line 2 has 101 columns; a file may have 100 at most."),
        (b'Name,Number\n"Dana,1\n' + b"x,2\n" * 200, "The quote that opens in line 2 is not closed."),
        (b"%PDF-1.7 and more", "This is no text file."),
        (b"<!DOCTYPE html><html>", "This is no text file."),
    ],
)
def test_what_is_no_table_is_refused_in_words(data: bytes, words: str) -> None:
    """Each file that is none says in words what is wrong with it, and holds little of it in memory."""
    with pytest.raises(UnreadableFile, match=words):
        sample_of(data, "US", is_whole=True)


def test_too_many_rows() -> None:
    """A file is refused at the first row above those that are read."""
    rows = rows_of(io.BytesIO(b"a\nb\nc\n"))
    with pytest.raises(UnreadableFile, match=r"more than 100,000 rows\. Divide it"):
        list(at_most(2, rows))
    assert len(list(at_most(3, rows_of(io.BytesIO(b"a\nb\nc\n"))))) == 3


def test_a_line_that_names_the_separator() -> None:
    """A spreadsheet's first line that names the separator is no row, and is believed."""
    found = list(rows_of(io.BytesIO(b"sep=;\nName;Number\nA, B;1\n")))
    assert [row.cells for row in found] == [("Name", "Number"), ("A, B", "1")]
    assert [row.line for row in found] == [2, 3]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "=HYPERLINK(1)"])
def test_a_formula_is_written_as_text(cell: str) -> None:
    """What a spreadsheet would reckon begins with an apostrophe in the file of refused rows."""
    (row,) = csv.reader(io.StringIO(written_row([cell]), newline=""))
    assert row == [f"'{cell}"]


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_refused(data: bytes) -> None:
    """Nothing but rows or a refusal in words comes of any bytes."""
    with contextlib.suppress(UnreadableFile):
        assert all("\0" not in cell for row in rows_of(io.BytesIO(data)) for cell in row.cells)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_no_cell_is_a_formula(cells: list[str]) -> None:
    """What we write is read as text by a spreadsheet."""
    (row,) = csv.reader(io.StringIO(written_row(cells), newline=""))
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize("text", ["Hi {surname}", "Hi {}", "Hi {name", "Hi name}", "{{name}}"])
def test_a_brace_that_no_column_fills_is_refused(text: str) -> None:
    """A placeholder is filled in, or the text is refused."""
    with pytest.raises(BadPlaceholder):
        check_placeholders(text, ["name"])


@given(st.text(max_size=30))
def test_a_cell_is_no_placeholder(cell: str) -> None:
    """What stands in a cell is texted as it is."""
    assert filled("Hi {Name}!", {"name": cell, "other": "?"}) == f"Hi {cell}!"


def test_stray_quotes_make_no_row_of_several() -> None:
    """Where two stray quotes would put the rows between them into one cell the file is refused, and nobody is lost."""
    rows = rows_of(io.BytesIO(b'Name,Mobile\n"Dana,+1 555 555 0141\nBen,+1 555 555 0142\n"Eve,+1 555 555 0143\n'))
    with pytest.raises(UnreadableFile, match=r"Line 2 .* Look at its quotes"):
        list(rows)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("cell", ["a{}=1", 'a{}"=1"', "a{} +1", "a,{}@1"])
def test_no_cell_is_a_formula_where_others_separate(separator: str, cell: str) -> None:
    """What we write is no formula either in a spreadsheet that separates by something else than commas."""
    written = written_row(["4", cell.format(separator), "reason"])
    for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator):
        assert not any(part.strip('"').lstrip().startswith(("=", "+", "-", "@")) for part in row)


def test_a_beginning_that_ends_in_quotes() -> None:
    """Columns are guessed by the whole rows of a beginning, also where it ends within a quoted cell."""
    note = "a line\n" * 80
    head = f'Name,Mobile,Note\nAnn,+1 555 555 0141,"{note}"\nBen,+1 555 555 0142,"{note}'
    sample = sample_of(head.encode(), "US", is_whole=False)
    assert (sample.has_header, sample.number) == (True, 1)
    assert [row.cells[1] for row in sample.rows] == ["Mobile", "+1 555 555 0141"]
