"""Scheduled texts: `/volt schedule` and its form."""
