"""Alarms: what the bot does by itself at a moment, such as a reminder."""
