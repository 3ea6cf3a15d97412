"""Slack: what comes in from it, what goes out to it, and every word that people read there."""
