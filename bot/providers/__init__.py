"""Carriers the bot can send by: one room each, none of which knows the others."""
