"""Approved templates: choose one that the provider has approved, fill in its blanks, and send it."""
