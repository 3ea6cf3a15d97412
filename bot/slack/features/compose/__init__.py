"""Compose: the form to write a text."""
