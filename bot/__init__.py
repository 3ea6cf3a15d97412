"""Volt for Slack: a support team texts its customers from Slack threads."""

__version__ = "0.2.0"
