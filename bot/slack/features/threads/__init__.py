"""Threads: what can be done about a conversation from its thread."""
