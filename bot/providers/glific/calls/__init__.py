"""Calls to Glific, under a session of the bot's own."""
