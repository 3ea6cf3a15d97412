"""The bot's memory: one SQLite file, one writer thread, one COMMIT for many units of work."""
