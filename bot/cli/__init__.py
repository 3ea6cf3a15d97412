"""Command line: each command of `volt-bot`, with its arguments and what it prints."""
