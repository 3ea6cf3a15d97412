"""Log lines: short, without secrets, without whole numbers, in both forms."""

import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from bot.observability import logs


@pytest.fixture(autouse=True)
def _configured_here_only() -> Iterator[None]:
    """Take the configuration back: it writes to a stream that ends with the test."""
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


@pytest.mark.parametrize("form", ["console", "json"])
def test_secrets_and_numbers_are_hidden(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """A secret and all but the last four digits of a number are hidden, also in tracebacks and foreign loggers."""
    logs.configure("info", form, ["xoxb-very-secret"])
    structlog.get_logger().warning("call.failed", detail="token xoxb-very-secret for +15555550145")
    structlog.get_logger().error("bug", exc_info=ValueError("xoxb-very-secret and +15555550145"))
    logging.getLogger("somebody.else").error("got %s from %s", "xoxb-very-secret", "+15555550145")
    shown = capsys.readouterr().err
    assert "very-secret" not in shown
    assert "5555550145" not in shown
    assert shown.count("…0145") == 3


def test_secrets_that_come_later_are_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    """A password that somebody types while the bot runs is hidden from then on, beside those of the start."""
    logs.configure("info", "json", ["xoxb-very-secret"])
    logs.conceal("correct horse")
    structlog.get_logger().error("bug", exc_info=ValueError("correct horse and xoxb-very-secret"))
    shown = capsys.readouterr().err
    assert "horse" not in shown
    assert "very-secret" not in shown
    for number in range(logs.MOST_LATER):
        logs.conceal(f"another {number}")
    structlog.get_logger().error("xoxb-very-secret and another 0")
    assert "very-secret" not in (shown := capsys.readouterr().err)
    assert "another 0" not in shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("919876500001", "…0001"),
        ('{"phone":"919876500001"}', '{"phone":"…0001"}'),
        ("phone=15555550145, contact 15555550145.", "phone=…0145, contact …0145."),
    ],
)
def test_numbers_without_a_plus_sign_are_hidden(capsys: pytest.CaptureFixture[str], written: str, shown: str) -> None:
    """A number is hidden as well where a provider writes it without its plus sign."""
    logs.configure("info", "json", [])
    structlog.get_logger().warning("odd", detail=written)
    assert json.loads(capsys.readouterr().err)["detail"] == shown


@pytest.mark.parametrize(
    "written",
    [
        "1700000000.000100",
        "C0ROOM:1700000000.000100",
        "1700000000000000",
        "2026-11-30T02:00:00.123456Z",
        "0b7e1f7e-1c2d-4e3f-8a9b-123456789012",
        "demo.glific.com:1234567",
    ],
)
def test_times_and_ids_are_shown(capsys: pytest.CaptureFixture[str], written: str) -> None:
    """What is a time or an id is no number of anybody, and stays whole: people look for it."""
    logs.configure("info", "json", [])
    structlog.get_logger().warning("odd", detail=written)
    assert json.loads(capsys.readouterr().err)["detail"] == written


@pytest.mark.parametrize("form", ["console", "json"])
def test_lines_are_short(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """No line is longer than 2 KiB, whatever is in it."""
    logs.configure("info", form, [])
    structlog.get_logger().warning("odd", detail="ä" * 10_000)
    logging.getLogger("somebody.else").error("ä" * 10_000)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(len(line.encode()) <= 2_048 for line in lines)


def test_json_lines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    """In the form for machines each line is one JSON object with time and level."""
    logs.configure("info", "json", [])
    structlog.get_logger().info("listening", port=3000)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["port"], line["level"]) == ("listening", 3000, "info")
    assert line["timestamp"].endswith("Z")


def test_console_shows_tracebacks_plainly(capsys: pytest.CaptureFixture[str]) -> None:
    """In the form for people a traceback stands below its line as Python writes it, whatever else is installed."""
    logs.configure("info", "console", [])
    structlog.get_logger().error("bug", exc_info=ValueError("odd"), port=3000)
    line, *below = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"\S+Z \[error +\] bug +port=3000", line)
    assert below == ["ValueError: odd"]


def test_level_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """What is below the level asked for is not written."""
    logs.configure("warning", "console", [])
    structlog.get_logger().info("quiet")
    assert capsys.readouterr().err == ""
