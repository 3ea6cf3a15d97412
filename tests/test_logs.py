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
