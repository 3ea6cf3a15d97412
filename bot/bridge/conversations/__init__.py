"""Conversations: opening one, who has it, its mode, its channel, its contact."""
