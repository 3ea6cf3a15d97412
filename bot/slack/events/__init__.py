"""Slack payloads as values: message events and interactions. Pure; never raises."""
