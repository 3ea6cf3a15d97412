"""Waves: `/volt wave` and its form."""
