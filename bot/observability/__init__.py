"""Observability: log lines, counters, health and what of the outside can be reached; how operators see the bot."""
