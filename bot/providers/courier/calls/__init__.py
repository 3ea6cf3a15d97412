"""Calls to Carium, under a session of the bot's own."""
