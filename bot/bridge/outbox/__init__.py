"""Outbox: entries that are due are claimed, executed, and their results or failures recorded."""
