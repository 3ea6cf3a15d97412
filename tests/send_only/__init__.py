"""A provider that can only send, with what proves that the bot asks for nothing else of it."""
