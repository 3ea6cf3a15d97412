"""Compose: the window to write a text."""
