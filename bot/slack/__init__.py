"""Slack: its events in, its Web API out, and every word that people read there."""
